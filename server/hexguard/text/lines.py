"""Know where lines start, and keep knowing it for the price of an edit instead of the price of the file.

A line ends at a line feed, a carriage return, or both together, and nowhere else:
form feeds and Unicode separators are ordinary characters, as they are to Python and to editors.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import Final

import msgspec

from hexguard.text.span import Span

_TERMINATOR: Final = re.compile(r"\n|\r(?!\n)")
_RUN: Final = 256


class LineIndex(msgspec.Struct, frozen=True, eq=False):
    """The offsets, in code points, at which the lines of one text start.

    They are kept in runs of some hundred lines, relative to the run, so that an edit moves runs instead of lines.
    Two indexes of equal texts may cut their runs differently: compare `starts()`.
    """

    run_starts: tuple[int, ...]
    run_lines: tuple[int, ...]
    runs: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, text: str) -> "LineIndex":
        """Return the index of `text`."""
        starts = [0, *(match.end() for match in _TERMINATOR.finditer(text))]
        run_starts, runs = _cut(starts)
        return cls(tuple(run_starts), _first_lines(runs), tuple(runs))

    @property
    def n_lines(self) -> int:
        """The number of lines: one more than there are terminators."""
        return self.run_lines[-1] + len(self.runs[-1])

    def start(self, line: int) -> int:
        """Return the offset of a line's first character; raises `IndexError` if there is no such line."""
        if not 0 <= line < self.n_lines:
            raise IndexError(f"there is no line {line}: the text has {self.n_lines}")
        run = bisect_right(self.run_lines, line) - 1
        return self.run_starts[run] + self.runs[run][line - self.run_lines[run]]

    def starts(self) -> Iterator[int]:
        """Yield the start of every line in order."""
        for base, run in zip(self.run_starts, self.runs, strict=True):
            for relative in run:
                yield base + relative

    def line_of(self, offset: int) -> int:
        """Return the line in which the character at `offset` stands; a terminator belongs to the line that it ends."""
        run = max(bisect_right(self.run_starts, offset) - 1, 0)
        return self.run_lines[run] + max(bisect_right(self.runs[run], offset - self.run_starts[run]) - 1, 0)

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
        delta = inserted_length - (end - start)
        # The run before an edit at the very start of a run takes part: the first line of this one may vanish.
        first = max(bisect_left(self.run_starts, start) - 1, 0)
        last = bisect_right(self.run_starts, end) - 1
        base = self.run_starts[first]
        kept = self.runs[first]
        starts = [base + relative for relative in kept[: max(bisect_left(kept, start - base), 1)]]
        border = start + inserted_length
        window = _TERMINATOR.finditer(text_after, max(start - 1, 0), border + 1)
        starts += (match.end() for match in window if starts[-1] < match.end() <= border)
        tail = self.runs[last]
        moved = self.run_starts[last] + delta
        starts += (moved + relative for relative in tail[bisect_right(tail, end - self.run_starts[last]) :])
        cut_starts, cut_runs = _cut(starts)
        runs = (*self.runs[:first], *cut_runs, *self.runs[last + 1 :])
        later = (at + delta for at in self.run_starts[last + 1 :]) if delta else self.run_starts[last + 1 :]
        return LineIndex((*self.run_starts[:first], *cut_starts, *later), _first_lines(runs), runs)


def _cut(starts: list[int]) -> tuple[list[int], list[tuple[int, ...]]]:
    """Cut absolute starts into runs; up to twice the usual size stays whole, so that typing does not keep cutting."""
    size = _RUN if len(starts) > 2 * _RUN else len(starts)
    bases = starts[::size]
    runs = [
        tuple([start - base for start in starts[index : index + size]])
        for base, index in zip(bases, range(0, len(starts), size), strict=True)
    ]
    return bases, runs


def _first_lines(runs: list[tuple[int, ...]] | tuple[tuple[int, ...], ...]) -> tuple[int, ...]:
    return tuple(accumulate(map(len, runs[:-1]), initial=0))
