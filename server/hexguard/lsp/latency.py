"""Remembers how long edits took, from their arrival to their diagnostics, for whoever wonders where the time goes."""

from collections import deque
from collections.abc import Mapping
from statistics import median

import msgspec

MAX_EDITS = 1000
"""So many of the last edits are remembered."""


class Timing(msgspec.Struct, frozen=True):
    """What one edit took: when it was received (seconds of `time.perf_counter`), and seconds by stage and by rule."""

    received: float
    stages: dict[str, float]
    rules: dict[str, float]


class Latency:
    """The last edits of all documents."""

    def __init__(self) -> None:
        self._totals: deque[float] = deque(maxlen=MAX_EDITS)
        self._stages: dict[str, float] = {}
        self._rules: dict[str, float] = {}

    def add(self, timing: Timing, published: float) -> dict[str, object]:
        """Remember an edit whose diagnostics are ready at `published`, and give it in milliseconds."""
        total = published - timing.received
        self._totals.append(total)
        for known, found in ((self._stages, timing.stages), (self._rules, timing.rules)):
            for name, seconds in found.items():
                known[name] = known.get(name, 0.0) + seconds
        return {"total": _ms(total), "stages": _all_ms(timing.stages), "rules": _all_ms(timing.rules)}

    def summary(self) -> dict[str, object]:
        """All edits together, in milliseconds: of the last ones the median and so on, of all the sums by name."""
        totals = sorted(self._totals)
        summary: dict[str, object] = {"edits": len(totals), "stages": _all_ms(self._stages)}
        summary["rules"] = _all_ms(dict(sorted(self._rules.items(), key=lambda item: -item[1])))
        if totals:
            p95 = totals[round(0.95 * (len(totals) - 1))]
            summary |= {"last": _ms(self._totals[-1]), "median": _ms(median(totals))}
            summary |= {"p95": _ms(p95), "max": _ms(totals[-1])}
        return summary


def _all_ms(seconds: Mapping[str, float]) -> dict[str, float]:
    return {name: _ms(value) for name, value in seconds.items()}


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)
