"""Find where logical lines end without parsing, because blocks must be cut before anything can be parsed.

Two ways lead to the same place.
`PLAIN_LINE` and `PLAIN_REST` are patterns for ordinary code, so that the regex engine reads most of a file.
What they do not match is read token by token by `logical_end`, which knows about half-typed code:

- a string in single quotes that is not closed ends with its line, so it harms one line;
- triple quotes run to their end, or to the end of the text;
- brackets are counted whatever their shape, and what stays open ends before a line
  that starts with a word that only starts statements, and before the blank and comment lines above it.
"""

import re
from functools import cache
from typing import Final

from hexguard.syntax.strings import PLAIN_STRING, is_template, line_end, string_end, template_end

_NL: Final = r"(?:\r\n?|\n)"
_COMMENT: Final = r"#[^\r\n]*+"
# Words that cannot stand at the start of a line inside brackets.
_STARTER: Final = (
    r"(?:(?:def|class|import|return|raise|try|while|with|del|pass|break|continue|global|nonlocal|assert"
    r"|except|finally|elif)\b|else[ \t]*+:|async[ \t]++(?:def|with)\b|from[ \t]++[.\w]++[ \t]++import\b)"
)
_DECORATOR: Final = r"@[^\W\d]"
_OTHER: Final = r"[^\r\n\"'#\\()\[\]{}]*+"
_JOINED: Final = rf"\\{_NL}"
_BLANK: Final = rf"(?:[ \t\f]*+(?:{_COMMENT})?+{_NL})*+"


def _brackets(depth: int) -> str:
    """Return the pattern of a pair of brackets that holds at most `depth` further levels."""
    deeper = f"{_brackets(depth - 1)}|" if depth else ""
    next_line = rf"{_NL}{_BLANK}(?![ \t\f]*+(?:{_STARTER}|{_DECORATOR}))"
    return rf"[(\[{{]{_OTHER}(?:(?:{deeper}{PLAIN_STRING}|{_COMMENT}|{_JOINED}|{next_line}){_OTHER})*+[)\]}}]"


_BRACKETS: Final = _brackets(1)
_LINE: Final = rf"{_OTHER}(?:(?:{_BRACKETS}|{PLAIN_STRING}|{_JOINED}){_OTHER})*+(?:{_COMMENT})?+(?:{_NL}|\Z)"

PLAIN_LINE: Final = re.compile(_LINE)
"""One logical line of ordinary code with its terminator."""

# The line stands in it once, because compiling it is most of what importing this module costs.
PLAIN_REST: Final = re.compile(rf"(?=(?P<indent>[ \t]++))(?:{_BLANK}(?P=indent)[ \t]*+(?!\f){_LINE})++")
"""A logical line and all that follow it at its indent or deeper, without the blank and comment lines after them."""

# Nearly all class headers: nothing in them can hide a colon, and nothing stands after the one at the end.
_SIMPLE: Final = r"[^\r\n\"'#\\()\[\]{}:]*+"
_PLAIN_HEADER: Final = re.compile(
    rf"[ \t\f]*+class\b{_SIMPLE}(?:\({_SIMPLE}(?:\[{_SIMPLE}\]{_SIMPLE})*+\){_SIMPLE})?+:[ \t\f]*+(?:[\r\n]|\Z)"
)

HEAD: Final = re.compile(
    rf"{_BLANK}(?P<indent>[ \t\f]*+)(?:{_COMMENT})?+(?:(?P<end>\Z)"
    r"|(?P<word>@|(?:class|def|async|else|elif|except|finally)\b)?+)"
)
"""The blank and comment lines before a logical line, its white space, and its first word if blocks depend on it."""

_TOKEN: Final = re.compile(rf"[^\r\n\"'#\\()\[\]{{}}]*+(\"\"\"|'''|[\"'#()\[\]{{}}]|\\{_NL}?|{_NL})")
_NEXT_LINE: Final = re.compile(
    rf"{_BLANK}(?P<indent>[ \t\f]*+)(?:(?P<starter>{_STARTER})|(?P<decorator>{_DECORATOR}))?+"
)


def is_one_liner(text: str, line: int) -> bool:
    """Tell whether the class whose header starts at `line` has its body there, too."""
    return _PLAIN_HEADER.match(text, line) is None and _one_liner().match(text, line) is not None


def indent_of(white_space: str) -> int:
    """Return the indent that a line's leading white space makes: a space and a tab both count one.

    A form feed starts counting anew, as it does in Python.
    """
    return len(white_space) - 1 - white_space.rfind("\f")


def logical_end(text: str, start: int, body: int | None) -> int:
    """Return the offset after the terminator of the logical line that starts at `start`.

    `body` is the indent of the class body in which the line stands: a decorator there ends open brackets.
    """
    depth = 0
    flat_until = position = start
    while match := _TOKEN.match(text, position):
        token, at, position = match[1], match.start(1), match.end()
        if token in "([{":
            depth += 1
        elif token in ")]}":
            depth = max(depth - 1, 0)
        elif token == "#":
            position = line_end(text, position)
        elif token[0] in "\"'":
            position, flat_until = _skip_string(text, at, token, flat_until)
        elif token[0] != "\\":
            code = _inside(text, position, body) if depth else None
            if code is None:
                return position
            position = code
    return len(text)


def _skip_string(text: str, at: int, quote: str, flat_until: int) -> tuple[int, int]:
    """Return the offset after the string at `at`, and up to where templates are read without looking at their fields.

    Where one does not close on its line, that is the end of the line:
    trying each later one as well would cost the square of the line's length.
    """
    start = at + len(quote)
    if at >= flat_until and is_template(text, at):
        end = template_end(text, start, quote)
        if end is not None:
            return end, flat_until
        flat_until = line_end(text, start)
    return string_end(text, start, quote), flat_until


def _inside(text: str, line: int, body: int | None) -> int | None:
    """Return the offset of the next code inside open brackets, or `None` if what follows is a statement instead."""
    match = _NEXT_LINE.match(text, line)
    if match is None or match["starter"] is not None:
        return None
    # Matrix multiplication may start a line inside brackets, though hardly at the indent of the statement.
    if match["decorator"] is not None and indent_of(match["indent"]) in (0, body):
        return None
    return match.end("indent")


@cache
def _one_liner() -> re.Pattern[str]:
    """Return the pattern of a class whose body stands on the line of its header; it is large, and seldom asked for."""
    before = rf"{_SIMPLE}(?:(?:{_BRACKETS}|{PLAIN_STRING}|{_JOINED}){_SIMPLE})*+"
    return re.compile(rf"[ \t\f]*+class\b{before}:[ \t\f]*+[^\s#\\]")
