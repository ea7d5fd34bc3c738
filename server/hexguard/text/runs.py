"""Sequences that are kept in runs, so that replacing a few members costs a run, and not the whole.

To copy a tuple of thousands touches each of its members, which takes longer than anything else that a keystroke does.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate, chain
from typing import Final, Generic, TypeVar

T = TypeVar("T")

_RUN: Final = 128


class _InRuns(Generic[T]):
    """What both kinds of sequences know: how many members each run has."""

    __slots__ = ("_firsts", "_n", "_runs")

    _runs: tuple[tuple[T, ...], ...]
    _firsts: list[int]
    _n: int

    @property
    def runs(self) -> tuple[tuple[T, ...], ...]:
        """The runs themselves, for whoever wants to know what two sequences share."""
        return self._runs

    def __len__(self) -> int:
        return self._n

    def _count(self) -> None:
        *self._firsts, self._n = accumulate(map(len, self._runs), initial=0)

    def _run_of(self, index: int) -> int:
        """The run with the member at `index`, the last one if that is the end."""
        return max(bisect_right(self._firsts, index) - 1, 0)

    def _at(self, index: int) -> tuple[int, int]:
        """The run with the member at `index`, and its place in that run."""
        if not -self._n <= index < self._n:
            raise IndexError(index)
        if index < 0:
            index += self._n
        run = bisect_right(self._firsts, index) - 1
        return run, index - self._firsts[run]

    def _places(self, indexes: Iterable[int]) -> Iterator[tuple[int, int]]:
        run, first, end = -1, 0, 0
        for index in indexes:
            while index >= end:
                run += 1
                first, end = end, end + len(self._runs[run])
            yield run, index - first


class Runs(_InRuns[T]):
    """A sequence that never changes; `replaced` gives another one, which shares most of its runs with this one."""

    __slots__ = ()

    def __init__(self, items: Iterable[T] = ()) -> None:
        self._runs = tuple(_cut(tuple(items)))
        self._count()

    def __iter__(self) -> Iterator[T]:
        return chain.from_iterable(self._runs)

    def __reversed__(self) -> Iterator[T]:
        return (item for run in reversed(self._runs) for item in reversed(run))

    def __getitem__(self, index: int) -> T:
        run, place = self._at(index)
        return self._runs[run][place]

    def at(self, indexes: Iterable[int]) -> Iterator[T]:
        """The items at increasing indexes; to walk along costs less than to look each one up."""
        return (self._runs[run][place] for run, place in self._places(indexes))

    def part(self, start: int, stop: int) -> tuple[T, ...]:
        """The items from `start` up to `stop`, as far as there are any."""
        stop = min(stop, self._n)
        if start >= stop:
            return ()
        first, last = self._run_of(start), self._run_of(stop - 1)
        found = tuple(chain.from_iterable(self._runs[first : last + 1]))
        return found[start - self._firsts[first] : stop - self._firsts[first]]

    def replaced(self, start: int, stop: int, items: Iterable[T]) -> "Runs[T]":
        """The sequence with `items` in the place of those from `start` up to `stop`."""
        first, last = self._run_of(start), self._run_of(max(start, stop - 1))
        before = self.part(self._firsts[first], start) if self._n else ()
        after = self.part(stop, self._end_of(last))
        result = Runs[T]()
        result._runs = (*self._runs[:first], *_cut((*before, *items, *after)), *self._runs[last + 1 :])
        result._count()
        return result

    def _end_of(self, run: int) -> int:
        return self._firsts[run + 1] if run + 1 < len(self._firsts) else self._n


class Offsets(_InRuns[int]):
    """Increasing offsets, kept relative to their run, so that an edit moves runs and not offsets."""

    __slots__ = ("_bases",)

    def __init__(self, offsets: Iterable[int] = ()) -> None:
        runs = _cut(tuple(offsets))
        self._bases = tuple(run[0] for run in runs)
        self._runs = tuple(map(_relative, runs))
        self._count()

    def __iter__(self) -> Iterator[int]:
        return (base + offset for base, run in zip(self._bases, self._runs, strict=True) for offset in run)

    def __getitem__(self, index: int) -> int:
        run, place = self._at(index)
        return self._bases[run] + self._runs[run][place]

    def at(self, indexes: Iterable[int]) -> Iterator[int]:
        """The offsets at increasing indexes; to walk along costs less than to look each one up."""
        return (self._bases[run] + self._runs[run][place] for run, place in self._places(indexes))

    def find(self, offset: int) -> int:
        """How many of the offsets are at most `offset`."""
        run = bisect_right(self._bases, offset) - 1
        return self._firsts[run] + bisect_right(self._runs[run], offset - self._bases[run]) if run >= 0 else 0

    def replaced(self, start: int, stop: int, offsets: Iterable[int], shift: int) -> "Offsets":
        """The offsets with `offsets` in the place of those from `start` up to `stop`, and those after them shifted."""
        if not self._n:
            return Offsets(offsets)
        first, last = self._run_of(start), self._run_of(max(start, stop - 1))
        head, tail = self._runs[first][: start - self._firsts[first]], self._runs[last][stop - self._firsts[last] :]
        moved = self._bases[last] + shift
        runs = _cut((*map(self._bases[first].__add__, head), *offsets, *map(moved.__add__, tail)))
        result = Offsets()
        later = self._bases[last + 1 :]
        moved_bases = map(shift.__add__, later) if shift else later
        result._bases = (*self._bases[:first], *(run[0] for run in runs), *moved_bases)
        result._runs = (*self._runs[:first], *map(_relative, runs), *self._runs[last + 1 :])
        result._count()
        return result


def _cut(items: tuple[T, ...]) -> list[tuple[T, ...]]:
    """Cut items into runs; up to twice the usual size stays whole, so that typing does not keep cutting."""
    if len(items) <= 2 * _RUN:
        return [items] if items else []
    return [items[start : start + _RUN] for start in range(0, len(items), _RUN)]


def _relative(run: tuple[int, ...]) -> tuple[int, ...]:
    base = run[0]
    return tuple([offset - base for offset in run])
