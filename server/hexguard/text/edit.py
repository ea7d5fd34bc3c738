"""Change a text in several places at once, or not at all."""

from collections.abc import Iterable

import msgspec

from hexguard.text.span import Span


class Edit(msgspec.Struct, frozen=True, gc=False):
    """Replace the characters of `span` by `text`; an empty span inserts."""

    span: Span
    text: str


class OverlapError(ValueError):
    """Two edits want the same characters, so no order of applying them is right."""

    def __init__(self, first: Edit, second: Edit) -> None:
        """Take the two edits, in the order of the text."""
        super().__init__(f"{_describe(first)} overlaps {_describe(second)}")
        self.first = first
        self.second = second


def apply(text: str, edits: Iterable[Edit]) -> str:
    """Return `text` with all `edits` made; their spans are code points of `text` itself.

    The edits may come in any order; inserts at the same place keep the order in which they came.
    Raises `OverlapError` for edits that overlap, and `ValueError` for one that is not inside the text.
    """
    parts: list[str] = []
    done = 0
    previous: Edit | None = None
    for edit in sorted(edits, key=_place):
        span = edit.span
        if not 0 <= span.start <= span.end <= len(text):
            raise ValueError(f"{_describe(edit)} is outside the text of {len(text)} characters")
        if previous is not None and span.start < done:
            raise OverlapError(previous, edit)
        parts += (text[done : span.start], edit.text)
        done = span.end
        previous = edit
    parts.append(text[done:])
    return "".join(parts)


def _place(edit: Edit) -> Span:
    return edit.span


def _describe(edit: Edit) -> str:
    return f"the edit of {edit.span.start}..{edit.span.end} to {edit.text!r}"
