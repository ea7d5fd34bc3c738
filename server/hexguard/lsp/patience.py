"""Decides when something long is worth telling a person."""

import time
from collections.abc import Callable

Clock = Callable[[], float]


class Patience:
    """Decides when the progress of a long job is worth telling: not in its first second, and then now and then."""

    def __init__(self, clock: Clock = time.monotonic, before: float = 1.0, between: float = 0.25) -> None:
        self._clock = clock
        self._between = between
        self._next = clock() + before

    def is_over(self) -> bool:
        """Whether to tell how far the job is, now."""
        if (now := self._clock()) < self._next:
            return False
        self._next = now + self._between
        return True
