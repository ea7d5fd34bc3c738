"""Puts one more member into an array of TOML the way a person would: nothing else moves, and comments stay in place."""

import re
from collections.abc import Sequence

from hexguard.text.edit import Edit
from hexguard.text.span import Span

_INDENT = "    "
_UP_TO_COMMA = re.compile(r"(?:[ \t\r\n]|#[^\n]*+)*+,")
_REST_OF_LINE = re.compile(r"[ \t]*(?:#[^\r\n]*)?(?=\r?\n)")
_GAP = re.compile(r"[ \t]*,(?P<gap>[ \t]*)(?![ \t\r\n#])")


def with_member(text: str, array: Span, members: Sequence[Span], index: int, member: str) -> list[Edit]:
    """Give the edits that make `member` the one at `index` of an array, whose members are strings at `members`.

    `array` goes from bracket to bracket, and `member` is written as it shall stand there.
    A member gets a line of its own if its neighbors have one, and a comma at the end if the last one had one.
    """
    if not members:
        return [_only(text, array, member)]
    return _first(text, array, members, member) if index == 0 else _after(text, members, index - 1, member)


def _only(text: str, array: Span, member: str) -> Edit:
    """The first member stands between the spaces of an empty array, or on a line of its own below the others."""
    end = array.end - 1
    inside = text[array.start + 1 : end]
    if "\n" not in inside:
        return _inserted(end, f"{member}{inside}")
    line_start = text.rfind("\n", 0, end) + 1
    return _inserted(line_start, f"{text[line_start:end]}{_INDENT}{member},{_line_end(text)}")


def _first(text: str, array: Span, members: Sequence[Span], member: str) -> list[Edit]:
    line = _REST_OF_LINE.match(text, array.start + 1)
    if line is None:
        return [_inserted(members[0].start, f"{member},{_gap(text, members)}")]
    return [_inserted(line.end(), f"{_line_end(text)}{_indent(text, members)}{member},")]


def _after(text: str, members: Sequence[Span], index: int, member: str) -> list[Edit]:
    end = members[index].end
    comma = _UP_TO_COMMA.match(text, end)
    behind = comma.end() if comma else end
    line = _REST_OF_LINE.match(text, behind)
    if line is None:
        gap = _gap(text, members)
        return [_inserted(behind, f"{gap}{member},")] if comma else [_inserted(end, f",{gap}{member}")]
    lead = f"{_line_end(text)}{_indent(text, members)}"
    if comma:
        return [_inserted(line.end(), f"{lead}{member},")]
    return [_inserted(end, ","), _inserted(line.end(), f"{lead}{member}")]


def _inserted(offset: int, text: str) -> Edit:
    return Edit(Span(offset, offset), text)


def _gap(text: str, members: Sequence[Span]) -> str:
    """What stands between a comma and the next member, on one line."""
    gap = _GAP.match(text, members[0].end) if len(members) > 1 else None
    return gap["gap"] if gap else " "


def _indent(text: str, members: Sequence[Span]) -> str:
    """The indentation of the members that begin a line."""
    for member in members:
        before = text[text.rfind("\n", 0, member.start) + 1 : member.start]
        if not before.strip(" \t"):
            return before
    return _INDENT


def _line_end(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"
