"""Tells what stands at an offset of a comment for Hexguard, or may come there, from one line and without the worker.

Typing is almost always somewhere else, and must cost nothing then.
"""

import re
from typing import Literal

import msgspec

from hexguard.text.document import Document
from hexguard.text.span import Span

KEYWORDS = ("ignore", "ignore-file")

_BEFORE = re.compile(
    r"(?P<sign>#)[ \t]*hexguard[ \t]*:[ \t]*"
    r"(?:(?P<typed>[\w-]*)|(?P<keyword>ignore(?:-file)?)[ \t]*\[(?P<names>[^\]#]*))$"
)
_WORD_BEFORE = re.compile(r"[\w-]*$")
_WORD_AFTER = re.compile(r"[\w-]*")
_REST = re.compile(r"(?P<names>[^\]#\r\n]*)\]")
_NAME = re.compile(r"[\w-]+")


class Directive(msgspec.Struct, frozen=True):
    """A name, or the keyword, in what looks like a comment for Hexguard, finished or not.

    `span` is the word around the offset, empty for a gap; `start` is where the comment begins.
    For a name, `keyword` is the one before it and `others` are the other names in its brackets.
    """

    role: Literal["keyword", "name"]
    span: Span
    start: int
    keyword: str = ""
    others: tuple[str, ...] = ()


def directive_at(document: Document, offset: int) -> Directive | None:
    """What is at an offset, in code points; `None` nearly everywhere."""
    line = document.lines.line_span(document.lines.line_of(offset), len(document.text))
    before = document.text[line.start : offset]
    if "hexguard" not in before:
        return None
    found = _BEFORE.search(before)
    if found is None:
        return None
    after = document.text[offset : line.end]
    head, tail = _matched(_WORD_BEFORE.search(before)), _matched(_WORD_AFTER.match(after))
    span, start = Span(offset - len(head), offset + len(tail)), line.start + found.start("sign")
    if found["keyword"] is None:
        return Directive("keyword", span, start)
    rest = _REST.match(after, len(tail))
    others = (found["names"].removesuffix(head), rest["names"] if rest else "")
    return Directive(
        "name", span, start, found["keyword"], tuple(name for part in others for name in _NAME.findall(part))
    )


def _matched(match: re.Match[str] | None) -> str:
    return match.group() if match else ""
