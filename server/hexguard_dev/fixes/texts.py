"""What a fix may not do to a text, told by Python's own parser and tokenizer rather than by ours."""

import io
import re
import tokenize
import warnings
from collections import Counter
from collections.abc import Iterator

import msgspec

LINE_END = re.compile(r"\r\n|\r|\n")


class Known(msgspec.Struct, frozen=True):
    """What is known of a text before it is fixed."""

    text: str
    compiles: bool
    comments: Counter[str]
    line_ends: frozenset[str]


def known(text: str) -> Known:
    """Look at a text that is about to be fixed."""
    return Known(text, compiles(text), comments(text), frozenset(LINE_END.findall(text)))


def harm(before: Known, after: str) -> Iterator[str]:
    """What a change of a text did to it that no fix may do, in words; nothing if all is well."""
    if before.compiles and not compiles(after):
        yield "does not compile any more"
    if _commented_lines(before.text) != _commented_lines(after) and (lost := before.comments - comments(after)):
        yield f"loses the comment `{next(iter(lost))}`"
    if strange := set(LINE_END.findall(after)) - (before.line_ends or {"\n"}):
        yield f"brings the line end {next(iter(strange))!r}"
    if before.text.endswith(("\n", "\r")) and not after.endswith(("\n", "\r")) and after:
        yield "loses the last line end"
    if spoiled := _trailing(after) - _trailing(before.text):
        yield f"leaves white space at the end of the line {next(iter(spoiled))!r}"


def compiles(text: str) -> bool:
    """Whether this Python takes the text as a module; what it warns of does not count."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "<fixed>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def comments(text: str) -> Counter[str]:
    """The comments of a text; of one that is not Python, those before the place where it ends to be."""
    found: Counter[str] = Counter()
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                found[token.string] += 1
    except (tokenize.TokenError, SyntaxError):
        pass
    return found


def _commented_lines(text: str) -> Counter[str]:
    """The lines in which a comment may be; while they are the same, there is no need to look closer."""
    return Counter(line for line in text.splitlines() if "#" in line)


def _trailing(text: str) -> Counter[str]:
    return Counter(line for line in LINE_END.split(text) if line.endswith((" ", "\t")))
