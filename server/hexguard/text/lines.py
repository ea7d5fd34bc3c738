"""Know where lines start, and keep knowing it for the price of an edit instead of the price of the file.

A line ends at a line feed, a carriage return, or both together, and nowhere else:
form feeds and Unicode separators are ordinary characters, as they are to Python and to editors.
"""

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from hexguard.text.runs import Offsets
from hexguard.text.span import Span

_TERMINATOR: Final = re.compile(r"\n|\r(?!\n)")


class LineIndex(msgspec.Struct, frozen=True, eq=False):
    """The offsets, in code points, at which the lines of one text start."""

    offsets: Offsets

    @classmethod
    def of(cls, text: str) -> "LineIndex":
        """Return the index of `text`."""
        return cls(Offsets((0, *(match.end() for match in _TERMINATOR.finditer(text)))))

    @property
    def n_lines(self) -> int:
        """The number of lines: one more than there are terminators."""
        return len(self.offsets)

    def start(self, line: int) -> int:
        """Return the offset of a line's first character; raises `IndexError` if there is no such line."""
        if not 0 <= line < self.n_lines:
            raise IndexError(f"there is no line {line}: the text has {self.n_lines}")
        return self.offsets[line]

    def starts(self) -> Iterator[int]:
        """Yield the start of every line in order."""
        return iter(self.offsets)

    def line_of(self, offset: int) -> int:
        """Return the line in which the character at `offset` stands; a terminator belongs to the line that it ends."""
        return max(self.offsets.find(offset) - 1, 0)

    def line_span(self, line: int, text_length: int) -> Span:
        """Return the span of a line with its terminator; raises `IndexError` if there is no such line."""
        start = self.start(line)
        return Span(start, self.start(line + 1) if line + 1 < self.n_lines else text_length)

    def edited(self, text_after: str, span_before: Span, inserted_length: int) -> "LineIndex":
        """Return the index of `text_after`.

        It came out of the text of this index by replacing `span_before` with `inserted_length` code points.
        Whether a line starts at an offset depends on the two characters around it and on nothing else,
        so only the offsets from the start to the end of the edit, both included, are decided anew.
        """
        start, end = span_before.start, span_before.end
        # The first line starts at 0, whatever happens.
        first = max(self.offsets.find(start - 1), 1)
        stop = max(self.offsets.find(end), first)
        border = start + inserted_length
        last = self.offsets[first - 1]
        window = _TERMINATOR.finditer(text_after, max(start - 1, 0), border + 1)
        fresh = [match.end() for match in window if last < match.end() <= border]
        return LineIndex(self.offsets.replaced(first, stop, fresh, border - end))


def newline_of(text: str) -> str:
    """Return the line end that a text uses first; a line feed if it has none."""
    end = text.find("\n")
    if end < 0:
        return "\r" if "\r" in text else "\n"
    return "\r\n" if text[end - 1 : end] == "\r" else "\n"
