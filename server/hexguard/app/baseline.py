"""Keeps the findings that a project leaves alone: takes them off the reports, and writes down which ones are left.

The server reads a baseline, only the command line writes one.
"""

import os
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import TypeAlias

import msgspec

from hexguard.app.printed import PrintedReport, Trouble
from hexguard.engine.baseline import Entry, Fingerprints, parse, render, standing
from hexguard.engine.report import Report
from hexguard.files.read import read_plain, write_plain
from hexguard.files.stamp import Stamp, stamp_at
from hexguard.settings.model import Problem

Key: TypeAlias = tuple[str, str]
"""A rule and a fingerprint."""


class BaselineUse(Enum):
    """What a batch does with the baseline.

    Nothing; leave out what it has; remove what it has in excess as well; only tell that; or write all findings into it.
    """

    OFF = "off"
    LOOK = "look"
    SHRINK = "shrink"
    LOCK = "lock"
    WRITE = "write"


class Baseline(msgspec.Struct, frozen=True, eq=False):
    """The baseline of the project at `root` as it was read; without a stamp, there is none.

    `name` is its path as the settings give it. `known` are the rules and fingerprints of the `entries`, by the absolute
    path of their file.
    """

    root: Path
    name: str
    text: str = ""
    stamp: Stamp | None = None
    entries: tuple[Entry, ...] = ()
    known: Mapping[str, Counter[Key]] = {}
    problems: tuple[Problem, ...] = ()

    @property
    def path(self) -> Path:
        """The file itself."""
        return self.root / self.name

    def standing(self, path: str, reports: Iterable[Report], fingerprints: Fingerprints) -> tuple[Report, ...]:
        """Those of the reports on a file that it does not cover, in their order."""

        def key_of(report: Report) -> Key:
            return report.rule, fingerprints.of(report)

        return tuple(standing(reports, key_of, self.known[path].copy())[0])

    def entry(self, report: PrintedReport) -> Entry:
        """The entry that covers a report."""
        path = Path(report.place.path)
        name = path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else path.as_posix()
        return Entry(name, report.rule, report.fingerprint)


def read_baseline(root: Path, name: str, before: Baseline | None = None) -> Baseline:
    """Read the baseline of a project, unless its file is still the one of `before`. Nothing raises."""
    path = root / name
    stamp = stamp_at(str(path))
    if before is not None and before.name == name and before.stamp == stamp:
        return before
    found = read_plain(path)
    if isinstance(found, Problem):
        return Baseline(root, name, stamp=stamp, problems=(Problem(name, None, found.message),))
    entries, problems = parse(found.text, name)
    known: dict[str, Counter[Key]] = {}
    for entry in entries:
        known.setdefault(str(root / entry.path), Counter())[entry.rule, entry.fingerprint] += 1
    return Baseline(root, name, found.text, found.stamp, entries, known, problems)


class Settled(msgspec.Struct, frozen=True):
    """What a batch made of the baseline at `path`, by numbers of entries.

    `n_covered` findings are left alone, `n_removed` entries were taken out, `n_in_excess` match nothing and stay;
    `n_written` is how many there are, if all findings were written into it.
    """

    path: str
    n_covered: int = 0
    n_removed: int = 0
    n_in_excess: int = 0
    n_written: int | None = None


class Run(msgspec.Struct, frozen=True):
    """What a batch has found, and for which files and rules that is all that there is.

    `ran` gives the rules that ran on a file without trouble; `is_broken` tells whether a file has syntax errors.
    """

    reports: Sequence[PrintedReport]
    ran: Callable[[str], Collection[str]]
    is_broken: Callable[[str], bool]


class Told(msgspec.Struct, frozen=True):
    """What is to be told after a run: the reports that stand, what became of the baseline, and what went wrong."""

    reports: tuple[PrintedReport, ...]
    settled: Settled | None = None
    troubles: tuple[Trouble, ...] = ()


def settle(baseline: Baseline, use: BaselineUse, run: Run) -> Told:
    """Take off the reports of a run what the baseline covers, and bring the baseline up to date."""
    if use is BaselineUse.WRITE:
        return _write_all(baseline, run)
    if use is BaselineUse.OFF or baseline.stamp is None:
        return Told(tuple(run.reports))
    entries = Counter(baseline.entries)
    reports, n_covered = standing(run.reports, baseline.entry, entries)
    told = Told(tuple(reports), Settled(str(baseline.path), n_covered))
    if use is BaselineUse.LOOK:
        return told
    excess = Counter(entry for entry in entries.elements() if not _may_match(entry, baseline, run))
    if use is BaselineUse.LOCK:
        return _settled(told, n_in_excess=excess.total())
    # Lines that are no entries would be lost with the others; they are told, so somebody will look at them.
    if not excess or baseline.problems:
        return told
    if trouble := _written(baseline, Counter(baseline.entries) - excess, is_error=False):
        return msgspec.structs.replace(told, troubles=(trouble,))
    return _settled(told, n_removed=excess.total())


def _write_all(baseline: Baseline, run: Run) -> Told:
    """Write down all reports of a run, and what is known about the files and rules that it left out."""
    others = (entry for entry in baseline.entries if _may_match(entry, baseline, run))
    # Where a rule crashed in a part of a file, the entries of the rest are among both.
    entries = Counter(others) | Counter(map(baseline.entry, run.reports))
    if trouble := _written(baseline, entries, is_error=True):
        return Told(tuple(run.reports), troubles=(trouble,))
    return Told((), Settled(str(baseline.path), len(run.reports), n_written=entries.total()))


def _may_match(entry: Entry, baseline: Baseline, run: Run) -> bool:
    """Whether an entry that matched nothing may do so another time: its file was not checked by its rule, as a whole.

    Half of a file that is being written says nothing about the other half.
    """
    path = str(baseline.root / entry.path)
    return os.path.lexists(path) and (entry.rule not in run.ran(path) or run.is_broken(path))


def _settled(told: Told, *, n_removed: int = 0, n_in_excess: int = 0) -> Told:
    settled = told.settled and msgspec.structs.replace(told.settled, n_removed=n_removed, n_in_excess=n_in_excess)
    return msgspec.structs.replace(told, settled=settled)


def _written(baseline: Baseline, entries: Counter[Entry], *, is_error: bool) -> Trouble | None:
    """Write the baseline; gives what went wrong."""
    try:
        write_plain(baseline.path, render(entries.elements()))
    except (OSError, ValueError) as error:
        return Trouble(str(baseline.path), f"cannot be written: {error}", is_error=is_error)
    return None
