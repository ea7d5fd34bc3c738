"""What is done with measured times: middle, tail and ratio, and the peak memory of a process and its children."""

import math
import statistics
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

PROC = Path("/proc")
TAIL = 0.95


class Times(msgspec.Struct, frozen=True):
    """All times of one thing, in seconds. `trouble` says what ended the measurement early, such as `> 60 s`."""

    seconds: tuple[float, ...] = ()
    trouble: str = ""

    @property
    def median(self) -> float | None:
        """The time that half of them do not reach; nothing if there are none."""
        return statistics.median(self.seconds) if self.seconds and not self.trouble else None

    @property
    def tail(self) -> float | None:
        """The time that 95 of 100 do not pass; with few times it is the longest."""
        return self.quantile(TAIL)

    def quantile(self, share: float) -> float | None:
        """The shortest of the times that this share of all does not pass."""
        if not self.seconds or self.trouble:
            return None
        return sorted(self.seconds)[max(math.ceil(share * len(self.seconds)), 1) - 1]


class Row(msgspec.Struct, frozen=True):
    """One thing that was measured, with the times of each server that can do it."""

    what: str
    times: Mapping[str, Times]

    def ratio(self, slower: str, faster: str) -> float | None:
        """How many times as long the median of one server is as that of another."""
        above, below = (self.times.get(name, Times()).median for name in (slower, faster))
        return above / below if above is not None and below else None


class Tally:
    """Collects times while they come in."""

    def __init__(self) -> None:
        self._seconds: dict[str, dict[str, list[float]]] = {}
        self._troubles: dict[tuple[str, str], str] = {}

    def add(self, what: str, server: str, seconds: float) -> None:
        """Note a time."""
        self._seconds.setdefault(what, {}).setdefault(server, []).append(seconds)

    def fail(self, what: str, server: str, trouble: str) -> None:
        """Note that there will be no more times."""
        self._seconds.setdefault(what, {}).setdefault(server, [])
        self._troubles[what, server] = trouble

    def times(self, what: str, server: str) -> Times:
        """What came in about one thing so far."""
        seconds = self._seconds.get(what, {}).get(server, [])
        return Times(tuple(seconds), self._troubles.get((what, server), ""))

    def rows(self) -> tuple[Row, ...]:
        """All that came in, in the order in which things came first."""
        return tuple(
            Row(what, {server: self.times(what, server) for server in servers})
            for what, servers in self._seconds.items()
        )


def peak_memory(process: int) -> int | None:
    """The most memory, in bytes, that a process and its living children each held so far; only Linux tells."""
    own = _peak(process)
    if own is None:
        return None
    return own + sum(_peak(child) or 0 for child in _children(process))


def _peak(process: int) -> int | None:
    try:
        lines = (PROC / str(process) / "status").read_text().splitlines()
    except OSError:
        return None
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), None)


def _children(process: int) -> Iterator[int]:
    """The processes that a process started, and those that they started."""
    parents: dict[int, int] = {}
    for path in PROC.glob("[0-9]*/stat"):
        try:
            # The name of a program stands in brackets, and may hold brackets and spaces itself.
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    known = {process}
    while more := {child for child, parent in parents.items() if parent in known} - known:
        known |= more
        yield from more
