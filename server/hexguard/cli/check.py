"""The command `hexguard check`."""

import argparse
import os
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from hexguard.app.batch import Outcome, Progress, WorkerEndedError, check_batch
from hexguard.app.printed import PrintedReport, Trouble
from hexguard.app.worker import Change, Fixing, Task
from hexguard.cli.exits import CLEAN, FINDINGS, TROUBLE
from hexguard.cli.render import Style, as_json, concise, full, plain, shown_path, statistics
from hexguard.cli.targets import find_targets
from hexguard.files.store import store_path
from hexguard.rule.fix import Applicability

PROGRESS_EVERY_SECONDS = 0.1


def check(arguments: argparse.Namespace) -> int:
    """Check, and fix if asked to; findings go to standard output, everything else to standard error."""
    request = msgspec.convert(vars(arguments), CheckRequest)
    targets = find_targets(request.paths, force_exclude=request.force_exclude)
    progress = None if request.no_progress or not sys.stderr.isatty() else _ProgressLine()
    try:
        outcomes = list(_outcomes(request, targets.files, progress.show if progress else None))
    finally:
        if progress:
            progress.clear()
    outcome = _together(outcomes, targets.troubles)
    _print_findings(request, outcome)
    for trouble in outcome.troubles:
        _tell_trouble(trouble)
    _tell_summary(request, outcome)
    if any(trouble.is_error for trouble in outcome.troubles):
        return TROUBLE
    return FINDINGS if outcome.reports and not request.exit_zero else CLEAN


class CheckRequest(msgspec.Struct, frozen=True):
    """The arguments of the command, with types."""

    paths: tuple[str, ...]
    format: str
    statistics: bool
    exit_zero: bool
    no_progress: bool
    jobs: int | None
    force_exclude: bool
    select: tuple[str, ...] | None
    extend_select: tuple[str, ...]
    ignore: tuple[str, ...]
    preset: str | None
    preview: bool
    fix: bool
    unsafe_fixes: bool
    diff: bool
    no_cache: bool

    @property
    def fixing(self) -> Fixing:
        """A difference that is only shown wins over writing it."""
        if self.diff:
            return Fixing.SHOW
        return Fixing.WRITE if self.fix else Fixing.OFF

    def task(self, root: Path) -> Task:
        """What to do for one project."""
        editor: dict[str, object] = {}
        if self.select is not None:
            editor["select"] = list(self.select)
        if self.preset is not None:
            editor["preset"] = self.preset
        if self.preview:
            editor["preview"] = True
        store = None if self.no_cache else store_path(root)
        return Task(root, editor, self.extend_select, self.ignore, self.fixing, self.unsafe_fixes, store)


def _outcomes(request: CheckRequest, files: dict[Path, list[str]], progress: Progress | None) -> Iterator[Outcome]:
    for root, paths in files.items():
        try:
            yield check_batch(request.task(root), paths, request.jobs, progress)
        except WorkerEndedError as error:
            yield Outcome((), (), (Trouble(str(root), str(error)),), 0)


def _together(outcomes: Iterable[Outcome], troubles: tuple[Trouble, ...]) -> Outcome:
    reports: list[PrintedReport] = []
    changes: list[Change] = []
    told = list(troubles)
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
            sys.stdout.write(f"--- {name}\n+++ {name}\n{change.difference}")
    elif request.statistics:
        print(statistics(outcome.reports, in_json=request.format == "json"), end="")
    elif request.format == "json":
        print(as_json(outcome.reports), end="")
    elif request.format == "concise":
        print(concise(outcome.reports), end="")
    else:
        style = Style(sys.stdout.isatty() and not os.environ.get("NO_COLOR"))
        print(full(outcome.reports, style, with_hints=not request.fix), end="")


def _tell_trouble(trouble: Trouble) -> None:
    where = [plain(shown_path(trouble.path))] if trouble.path else []
    if trouble.line is not None and trouble.column is not None:
        where += [str(trouble.line), str(trouble.column)]
    kind = "error" if trouble.is_error else "warning"
    print(f"{kind}: {':'.join(where)}{': ' if where else ''}{trouble.message}", file=sys.stderr)


def _tell_summary(request: CheckRequest, outcome: Outcome) -> None:
    n_fixed = sum(change.n_fixed for change in outcome.changes)
    if request.diff:
        print(f"Would fix {_count(n_fixed, 'finding')} in {_count(len(outcome.changes), 'file')}", file=sys.stderr)
        return
    if request.fix:
        print(f"Fixed {_count(n_fixed, 'finding')} in {_count(len(outcome.changes), 'file')}", file=sys.stderr)
    if not outcome.n_files:
        print("Found no Python files to check", file=sys.stderr)
    elif not outcome.reports:
        print(f"No findings in {_count(outcome.n_files, 'file')}", file=sys.stderr)
    else:
        left = " left" if request.fix else ""
        hint = "" if request.fix else _fixable(outcome.reports)
        print(f"Found {_count(len(outcome.reports), 'finding')}{left}{hint}", file=sys.stderr)


def _fixable(reports: Iterable[PrintedReport]) -> str:
    """What may be fixed; whether a fix really applies is only found out by trying."""
    counted = [report.fix for report in reports]
    n_safe, n_unsafe = counted.count(Applicability.SAFE), counted.count(Applicability.UNSAFE)
    parts = [f"{n_safe} may be fixed with --fix"] if n_safe else []
    parts += [f"{n_unsafe}{' more' if n_safe else ''} may be fixed with --fix --unsafe-fixes"] if n_unsafe else []
    return f" ({', '.join(parts)})" if parts else ""


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


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
