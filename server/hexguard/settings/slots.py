"""Tells what stands at an offset of a TOML text, or may come there, because a person asks while the text is half typed.

`locate` reads what is valid; this reads one section of a text, whatever is wrong with it.
"""

import re
import tomllib
from collections.abc import Iterator
from typing import Literal

import msgspec

from hexguard.text.span import Span

Role = Literal["header", "key", "value", "member"]

# What looks like a header inside of a string or a comment is none.
_HEADER = re.compile(
    r"""^(?P<header>[ \t]*\[{1,2}[ \t]*[A-Za-z_][^\]\[\n#,=]*\])"""
    r'''|"""(?:\\.|[^\\])*?"""|"(?:[^"\\\n]|\\.)*"|#[^\n]*'''
    r"""|'''.*?'''|'[^'\n]*'""",
    re.MULTILINE | re.DOTALL,
)
_STATEMENT = re.compile(r"[ \t]*(?:[A-Za-z_][\w.\"' \t-]*=|\[{1,2}[ \t]*[A-Za-z_][^\]\[\n#,=]*\])")
_TOKEN = re.compile(
    r'''(?P<text>"""(?:\\.|[^\\])*?(?:"""|\Z)|\'\'\'.*?(?:\'\'\'|\Z)|"(?:[^"\\\n]|\\.)*"?|'[^'\n]*'?)'''
    r"""|(?P<word>[^\s\[\]{},=.#"']+)|(?P<sign>[\[\]{},=.\n])|(?P<comment>#[^\n]*)""",
    re.DOTALL,
)
_QUOTE = re.compile(r"\"{3}|'{3}|[\"']")
# No name of a rule holds any of these, so a string that does has lost its end.
_LOST = re.compile(r"[,\]}#\s]")
_FOLLOWED = re.compile(r"[ \t]*[=.\]]")


class Slot(msgspec.Struct, frozen=True):
    """A name or a value in a TOML text, or the gap where one may come.

    `path` are the keys that lead to it: for a value or a member of an array its own key included, for a key or a name
    in a header without itself. `span` is what stands there without its quotes, empty for a gap.
    `quote` is the quotation mark before it, and `is_closed` tells whether the one after it is there as well.
    `is_followed`: a key already has its `=`, or a name in a header its `]`.
    `others` are the keys of the same table, or the members of the same array, as far as they stand in this section.
    """

    role: Role
    path: tuple[str, ...]
    span: Span
    quote: str = ""
    is_closed: bool = True
    is_followed: bool = False
    others: tuple[str, ...] = ()


def slot_at(text: str, offset: int) -> Slot | None:
    """Give what stands at an offset, in code points, or may come there; None in comments, and where nothing may come.

    Only the section around the offset is read: from its header to the next one.
    """
    start, end = 0, len(text)
    for found in _HEADER.finditer(text):
        if found["header"] is None:
            continue
        if found.start() > offset:
            end = found.start()
            break
        start = found.start()
    section = _Section(text, offset)
    section.read(start, end)
    return section.slot()


class _Frame(msgspec.Struct, frozen=True, eq=False):
    """An array or an inline table that is open; `path` leads to it."""

    is_array: bool
    path: tuple[str, ...]


class _Word(msgspec.Struct, frozen=True):
    """A name or value; `content` is what it says and `span` where, without quotes."""

    role: Role
    path: tuple[str, ...]
    frame: _Frame | None
    span: Span
    quote: str = ""
    is_closed: bool = True
    content: str = ""


class _Section:
    """Reads a section of a text from start to end, and notes each word and what may come at `offset`."""

    def __init__(self, text: str, offset: int) -> None:
        self.text = text
        self.offset = offset
        self.table: tuple[str, ...] = ()
        self.frames: list[_Frame] = []
        self.names: tuple[str, ...] = ()
        # `None`: nothing may come before a comma, a closing bracket or the next line.
        self.role: Role | None = "key"
        self.is_named = False
        self.words: list[_Word] = []
        self.here: _Word | None = None

    def read(self, start: int, end: int) -> None:
        has_passed = False
        for token in _tokens(self.text, start, end):
            is_word = token.lastgroup in {"text", "word"}
            if not has_passed and token.start() >= self.offset and not (is_word and token.start() == self.offset):
                has_passed = True
                self.here = self.gap()
            if is_word:
                has_passed = self.word(token) or has_passed
            elif token.lastgroup == "comment":
                has_passed = has_passed or token.start() < self.offset <= token.end()
            else:
                self.sign(token.group(), token.end())
        if not has_passed:
            self.here = self.gap()

    def slot(self) -> Slot | None:
        here = self.here
        if here is None:
            return None
        others = tuple(
            word.content
            for word in self.words
            if (word.role, word.path, word.frame) == (here.role, here.path, here.frame) and word.span != here.span
        )
        behind = here.span.end + (len(here.quote) if here.is_closed else 0)
        is_followed = here.role in {"key", "header"} and _FOLLOWED.match(self.text, behind) is not None
        return Slot(here.role, here.path, here.span, here.quote, here.is_closed, is_followed, others)

    def gap(self) -> _Word | None:
        """What may come at the offset, between two tokens."""
        span = Span(self.offset, self.offset)
        return None if self.role is None or self.is_named else self.word_of(self.role, span)

    def word_of(self, role: Role, span: Span, quote: str = "", *, is_closed: bool = True) -> _Word:
        frame = self.frames[-1] if self.frames else None
        path = self.names if role == "header" else (*self.around(), *self.names)
        return _Word(role, path, frame, span, quote, is_closed, self.text[span.start : span.end])

    def around(self) -> tuple[str, ...]:
        """The path that the keys of a statement, or the members of an array, belong to."""
        return self.frames[-1].path if self.frames else self.table

    def word(self, token: re.Match[str]) -> bool:
        """Take a name or a value; whether the offset is in it, or would be if it were allowed there."""
        is_text = token.lastgroup == "text"
        span, quote, is_closed = _content(token) if is_text else (Span(token.start(), token.end()), "", True)
        is_here = span.start <= self.offset <= span.end
        if self.role is None or self.is_named:
            return is_here
        if is_here and quote and _LOST.search(self.text, span.start, span.end) and self.role in {"member", "value"}:
            span, is_closed = _without_rest(self.text, span), False
            is_here = self.offset <= span.end
        word = self.word_of(self.role, span, quote, is_closed=is_closed)
        self.words.append(word)
        if is_here:
            self.here = word
        if self.role in {"key", "header"}:
            self.names = (*self.names, _said(token.group()) if is_text else token.group())
            self.is_named = True
        else:
            self.role = None
        return is_here or token.start() < self.offset < token.end()

    def sign(self, sign: str, end: int) -> None:
        if sign == "\n":
            self.line(end)
        elif sign in "[{":
            self.opened(sign)
        elif sign in "]}":
            self.closed(sign)
        elif sign == ",":
            self.next_member()
        elif sign == "=" and self.role == "key":
            self.role, self.is_named = "value", False
        elif sign == "." and self.role in {"key", "header"}:
            self.is_named = False

    def line(self, end: int) -> None:
        """A line ends. What looks like a statement is one, though an array is still open."""
        if self.frames and self.frames[0].is_array and not _STATEMENT.match(self.text, end):
            return
        if self.role == "header":
            self.table = self.names
        self.frames.clear()
        self.role, self.is_named, self.names = "key", False, ()

    def opened(self, sign: str) -> None:
        if self.role in {"key", "header"} and sign == "[" and not self.frames:
            # A header; of two brackets, the second is like the first.
            self.role, self.is_named, self.names = "header", False, ()
        elif self.role in {"value", "member"}:
            self.frames.append(_Frame(sign == "[", (*self.around(), *self.names)))
            self.role, self.is_named, self.names = ("member" if sign == "[" else "key"), False, ()

    def closed(self, sign: str) -> None:
        if self.role == "header":
            self.table, self.role = self.names, None
        elif self.frames and self.frames[-1].is_array == (sign == "]"):
            self.frames.pop()
            self.role, self.names = None, ()

    def next_member(self) -> None:
        if self.frames:
            self.role, self.is_named, self.names = ("member" if self.frames[-1].is_array else "key"), False, ()


def _tokens(text: str, start: int, end: int) -> Iterator[re.Match[str]]:
    return _TOKEN.finditer(text, start, end)


def _content(token: re.Match[str]) -> tuple[Span, str, bool]:
    """The span of a string without its quotes, its opening quote, and whether it has a closing one."""
    text = token.group()
    match = _QUOTE.match(text)
    quote = match.group() if match else ""
    is_closed = len(text) >= 2 * len(quote) and text.endswith(quote)
    return Span(token.start() + len(quote), token.end() - (len(quote) if is_closed else 0)), quote, is_closed


def _without_rest(text: str, span: Span) -> Span:
    lost = _LOST.search(text, span.start, span.end)
    return Span(span.start, lost.start() if lost else span.end)


def _said(name: str) -> str:
    """The key that a quoted name stands for; what is not valid stands for itself."""
    try:
        return str(tomllib.loads(f"name = {name}")["name"])
    except tomllib.TOMLDecodeError:
        return name.strip("\"'")
