"""The steps from an edit to findings, by name, so that tests and timings can tell which of them ran."""

from collections.abc import Callable
from enum import Enum
from typing import TypeAlias


class Stage(Enum):
    """One step of the pipeline, in the order in which they run."""

    DOCUMENT = "document"
    SPLIT = "blocks"
    PARSE = "tree"
    LOWER = "facts"
    ASSEMBLE = "summary"
    EFFECTS = "effects"
    CHECK = "findings"


Trace: TypeAlias = Callable[[Stage, str], None]
"""Told before a stage runs, with what it runs on: a path, `path:n` for the block at position n, or a function."""


def untraced(stage: Stage, subject: str) -> None:
    """The trace of someone who does not care."""
