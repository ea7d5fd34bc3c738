"""Measures what each stage and each rule takes, so that the server can say where the time goes."""

import time
from collections.abc import Callable, Mapping

import msgspec

from hexguard.engine.stages import Stage

Clock = Callable[[], float]
"""Gives seconds, of which only differences mean something."""


def add_up(known: dict[str, float], found: Mapping[str, float]) -> None:
    """Add seconds to those that are known, name by name."""
    for name, seconds in found.items():
        known[name] = known.get(name, 0.0) + seconds


class Spent(msgspec.Struct, frozen=True):
    """Seconds by stage and by rule; those of the rules are part of the stage `findings`."""

    stages: dict[str, float] = msgspec.field(default_factory=dict[str, float])
    rules: dict[str, float] = msgspec.field(default_factory=dict[str, float])

    @property
    def total(self) -> float:
        """The seconds of all stages together."""
        return sum(self.stages.values())


class Timings:
    """Hears when a stage begins, and takes it to last until the next one, or until `pause`."""

    __slots__ = ("_clock", "_rules", "_since", "_stage", "_stages")

    def __init__(self, clock: Clock = time.perf_counter) -> None:
        self._clock = clock
        self._stages: dict[str, float] = {}
        self._rules: dict[str, float] = {}
        self._stage = ""
        self._since = 0.0

    def __call__(self, stage: Stage, subject: str) -> None:
        """See `Trace`."""
        now = self._clock()
        self._end(now)
        self._stage, self._since = stage.value, now

    def pause(self) -> None:
        """What comes now belongs to no stage."""
        if self._stage:
            self._end(self._clock())
        self._stage = ""

    def add(self, rules: dict[str, float]) -> None:
        """Note what rules took, in seconds."""
        add_up(self._rules, rules)

    def take(self) -> Spent:
        """What was spent since the last call."""
        self.pause()
        spent = Spent(self._stages, self._rules)
        self._stages, self._rules = {}, {}
        return spent

    def _end(self, now: float) -> None:
        if self._stage:
            add_up(self._stages, {self._stage: now - self._since})
