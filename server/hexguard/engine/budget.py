"""Switches a rule off for a file where it is slow again and again: one rule must not cost a person their typing."""

import time
from collections.abc import Callable, Mapping

import msgspec

from hexguard.engine.timings import Clock

SLOW_SECONDS = 0.05
"""A rule that takes longer than this for one block is slow: half of what a person takes for instantaneous."""

CHANCES = 3
"""A rule that was slow so often in one file is switched off there."""


class Slow(msgspec.Struct, frozen=True):
    """A rule that was switched off for a file, with the seconds that it took for one block at last."""

    rule: str
    path: str
    seconds: float


class Budget:
    """Counts how often rules were slow. Not for batches: their verdict must not hang on the machine."""

    def __init__(
        self,
        clock: Clock = time.perf_counter,
        spent: Callable[[dict[str, float]], None] | None = None,
    ) -> None:
        """`spent` hears what rules took, in seconds by rule."""
        self.clock = clock
        self.slow: list[Slow] = []
        self._spent = spent
        self._n_slow: dict[tuple[str, str], int] = {}
        self._off: dict[str, set[str]] = {}

    def off(self, path: str) -> frozenset[str]:
        """The rules that are switched off for a file."""
        return frozenset(self._off.get(path, ()))

    def charge(self, path: str, seconds: Mapping[str, float]) -> bool:
        """Note what the rules took for one block of a file; whether one is switched off by that."""
        if self._spent:
            self._spent(dict(seconds))
        is_over = False
        for rule, taken in seconds.items():
            if taken <= SLOW_SECONDS:
                continue
            self._n_slow[path, rule] = self._n_slow.get((path, rule), 0) + 1
            if self._n_slow[path, rule] == CHANCES:
                self._off.setdefault(path, set()).add(rule)
                self.slow.append(Slow(rule, path, taken))
                is_over = True
        return is_over

    def forget(self, path: str) -> None:
        """Give all rules new chances in a file, as it is opened again."""
        self._off.pop(path, None)
        for key in [key for key in self._n_slow if key[0] == path]:
            del self._n_slow[key]
