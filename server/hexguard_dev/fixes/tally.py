"""What was tried on a project and what came of it, as values that processes hand to each other and the page reads."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import msgspec

SAFE_ONLY = "safe"
ALSO_UNSAFE = "safe and unsafe"
MODES = (SAFE_ONLY, ALSO_UNSAFE)
"""How far fixes are trusted when all are applied together."""


class Project(msgspec.Struct, frozen=True):
    """A project by its public name and version, and where it is."""

    name: str
    version: str
    folder: Path


class Failure(msgspec.Struct, frozen=True):
    """A fix that broke a promise. `place` is `path:line` in the project, `tried` says what was applied."""

    project: str
    place: str
    rule: str
    tried: str
    what: str


class Alone(msgspec.Struct, frozen=True):
    """How many findings had a fix of one kind, and how many of those fixes did what they promise when applied alone."""

    findings: int = 0
    offered: int = 0
    kept: int = 0

    def __add__(self, other: "Alone") -> "Alone":
        return Alone(self.findings + other.findings, self.offered + other.offered, self.kept + other.kept)


class Together(msgspec.Struct, frozen=True):
    """What became of findings when all fixes were applied: fixed, gone with the fix of another one, or left."""

    fixed: int = 0
    with_another: int = 0
    left: int = 0

    def __add__(self, other: "Together") -> "Together":
        return Together(self.fixed + other.fixed, self.with_another + other.with_another, self.left + other.left)


class Tally(msgspec.Struct, frozen=True):
    """The figures of one project.

    `alone` is by rule and how far its fix may be trusted, `together` by mode and rule, `left` by rule and reason.
    `n_again` is how many files a second run changes.
    """

    project: Project
    n_files: int
    n_lines: int
    findings: Counter[str]
    alone: dict[tuple[str, str], Alone]
    together: dict[tuple[str, str], Together]
    left: Counter[tuple[str, str]]
    failures: tuple[Failure, ...]
    n_again: int

    def fixed(self, mode: str) -> int:
        """How many findings were fixed in a mode."""
        return sum(figures.fixed for (kind, _), figures in self.together.items() if kind == mode)


def in_all(tallies: Iterable[Tally], project: Project) -> Tally:
    """The figures of several projects as those of one."""
    n_files = n_lines = n_again = 0
    findings: Counter[str] = Counter()
    left: Counter[tuple[str, str]] = Counter()
    alone: dict[tuple[str, str], Alone] = {}
    together: dict[tuple[str, str], Together] = {}
    failures: list[Failure] = []
    for tally in tallies:
        n_files, n_lines, n_again = n_files + tally.n_files, n_lines + tally.n_lines, n_again + tally.n_again
        findings.update(tally.findings)
        left.update(tally.left)
        failures += tally.failures
        for key, one in tally.alone.items():
            alone[key] = alone.get(key, Alone()) + one
        for key, other in tally.together.items():
            together[key] = together.get(key, Together()) + other
    return Tally(project, n_files, n_lines, findings, alone, together, left, tuple(failures), n_again)
