"""The command `hexguard check`."""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import msgspec

from hexguard.app.baseline import BaselineUse
from hexguard.app.batch import Outcome, Progress, WorkerEndedError, check_batch
from hexguard.app.change import Change, difference
from hexguard.app.printed import PrintedReport, Trouble
from hexguard.app.worker import Task
from hexguard.cli.exits import CLEAN, FINDINGS, TROUBLE
from hexguard.cli.interview import Interview
from hexguard.cli.render import Style, as_json, concise, full, plain, shown_path, statistics
from hexguard.cli.request import CheckRequest
from hexguard.cli.summary import tell_summary, tell_trouble
from hexguard.cli.targets import find_targets
from hexguard.cli.writing import RefusedError, require_committed, write_all

PROGRESS_EVERY_SECONDS = 0.1


def check(arguments: argparse.Namespace) -> int:
    """Check, and fix if asked to; findings go to standard output, everything else to standard error."""
    request = msgspec.convert(vars(arguments), CheckRequest)
    if request.interactive and not sys.stdin.isatty():
        print("error: --interactive asks questions, so standard input must be a terminal", file=sys.stderr)
        return TROUBLE
    targets = find_targets(request.paths, force_exclude=request.force_exclude)
    fixed = _Fixed()
    try:
        with ExitStack() as stack:
            # What one pass works out the next one needs, even if nothing is to be kept.
            is_kept = not request.no_cache or not request.is_writing
            stores = None if is_kept else Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hexguard-")))
            batches = _Batches(request, targets.files, stores)
            if request.is_writing:
                fixed = _ask(batches) if request.interactive else _fix(batches)
            outcomes = batches.check()
    except RefusedError as error:
        print(f"error: {error}", file=sys.stderr)
        return TROUBLE
    outcome = _together(outcomes, fixed, targets.troubles)
    _print_findings(request, outcome)
    for trouble in outcome.troubles:
        tell_trouble(trouble)
    settled = [one.settled for one in outcomes if one.settled]
    tell_summary(request, outcome, settled)
    if any(trouble.is_error for trouble in outcome.troubles):
        return TROUBLE
    is_found = bool(outcome.changes if request.diff else outcome.reports) or any(one.n_in_excess for one in settled)
    return FINDINGS if is_found and not request.exit_zero else CLEAN


class _Fixed(msgspec.Struct, frozen=True):
    """The changes that were written, and what went wrong on the way to them."""

    changes: tuple[Change, ...] = ()
    troubles: tuple[Trouble, ...] = ()


class _Batches:
    """The files of a command line by project, to be checked once or several times."""

    def __init__(self, request: CheckRequest, files: Mapping[Path, Sequence[str]], stores: Path | None) -> None:
        self.request = request
        self.tasks = [(request.task(root, stores), paths) for root, paths in files.items()]

    def check(self, adapted: Callable[[Task], Task] = lambda task: task) -> list[Outcome]:
        """Check all files, each project by what `adapted` makes of its task."""
        is_shown = not self.request.no_progress and sys.stderr.isatty()
        progress = _ProgressLine() if is_shown else None
        show, jobs = progress.show if progress else None, self.request.jobs
        try:
            return [_checked(adapted(task), paths, jobs, show) for task, paths in self.tasks]
        finally:
            if progress:
                progress.clear()


def _checked(task: Task, paths: Iterable[str], jobs: int | None, progress: Progress | None) -> Outcome:
    try:
        return check_batch(task, paths, jobs, progress)
    except WorkerEndedError as error:
        return Outcome((), (), (Trouble(str(task.root), str(error)),), 0)


def _fix(batches: _Batches) -> _Fixed:
    """Work out all fixes of all projects before the first file is written. Raises `RefusedError`."""
    first = batches.check(lambda task: _looking(task, is_fixing=True))
    changes = [change for outcome in first for change in outcome.changes]
    if not batches.request.allow_dirty:
        require_committed(change.path for change in changes)
    written, troubles = write_all(changes)
    return _Fixed(tuple(written), (*(trouble for outcome in first for trouble in outcome.troubles), *troubles))


def _ask(batches: _Batches) -> _Fixed:
    """Have a person decide about each fix, file by file. Raises `RefusedError`."""
    rules = batches.request.fixed_rules
    first = batches.check(lambda task: _looking(task, is_fixing=False))
    fixable = [
        {report.place.path for report in outcome.reports if report.fix and (rules is None or report.rule in rules)}
        for outcome in first
    ]
    if not batches.request.allow_dirty:
        require_committed(path for paths in fixable for path in sorted(paths))
    interview = Interview(_style(), input, rules)
    for (task, files), paths in zip(batches.tasks, fixable, strict=True):
        interview.hold(_looking(task, is_fixing=False), files, sorted(paths))
    troubles = [trouble for outcome in first for trouble in outcome.troubles]
    return _Fixed(tuple(interview.changes), (*troubles, *interview.troubles))


def _looking(task: Task, *, is_fixing: bool) -> Task:
    """The task that says what there is to fix, before the one that says what is left."""
    use = BaselineUse.OFF if task.baseline is BaselineUse.OFF else BaselineUse.LOOK
    return msgspec.structs.replace(task, is_fixing=is_fixing, baseline=use)


def _together(outcomes: Iterable[Outcome], fixed: _Fixed, troubles: tuple[Trouble, ...]) -> Outcome:
    reports: list[PrintedReport] = []
    changes = [*fixed.changes]
    told = [*troubles, *fixed.troubles]
    n_files = 0
    for outcome in outcomes:
        reports += outcome.reports
        changes += outcome.changes
        told += outcome.troubles
        n_files += outcome.n_files
    reports.sort(key=lambda report: report.order)
    changes.sort(key=lambda change: change.path)
    return Outcome(tuple(reports), tuple(changes), tuple(dict.fromkeys(told)), n_files)


def _print_findings(request: CheckRequest, outcome: Outcome) -> None:
    if request.diff:
        for change in outcome.changes:
            name = plain(shown_path(change.path))
            sys.stdout.write(f"--- {name}\n+++ {name}\n{difference(change.before, change.after)}")
    elif request.statistics:
        print(statistics(outcome.reports, in_json=request.format == "json"), end="")
    elif request.format == "json":
        print(as_json(outcome.reports), end="")
    elif request.format == "concise":
        print(concise(outcome.reports), end="")
    else:
        print(full(outcome.reports, _style(), with_hints=not request.is_writing), end="")


def _style() -> Style:
    return Style(sys.stdout.isatty() and not os.environ.get("NO_COLOR"))


class _ProgressLine:
    """One line on a terminal that says how far the work is."""

    def __init__(self) -> None:
        self._shown_at = time.monotonic()
        self._is_shown = False

    def show(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._shown_at < PROGRESS_EVERY_SECONDS:
            return
        self._shown_at, self._is_shown = now, True
        print(f"\r\x1b[KChecking {100 * done // max(total, 1)}%", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        if self._is_shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
