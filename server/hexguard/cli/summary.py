"""Tells on standard error, in a few lines, what a check came to."""

import sys
from collections import Counter
from collections.abc import Iterable, Sequence

from hexguard.app.baseline import Settled
from hexguard.app.batch import Outcome
from hexguard.app.change import Change
from hexguard.app.printed import PrintedReport, Trouble
from hexguard.cli.render import plain, shown_path
from hexguard.cli.request import CheckRequest
from hexguard.rule.fix import Applicability


def tell_trouble(trouble: Trouble) -> None:
    """Tell what kept something from counting, with its place."""
    where = [plain(shown_path(trouble.path))] if trouble.path else []
    if trouble.line is not None and trouble.column is not None:
        where += [str(trouble.line), str(trouble.column)]
    kind = "error" if trouble.is_error else "warning"
    print(f"{kind}: {':'.join(where)}{': ' if where else ''}{trouble.message}", file=sys.stderr)


def tell_summary(request: CheckRequest, outcome: Outcome, settled: Iterable[Settled]) -> None:
    """Tell how much was found and fixed, and what became of the baselines."""
    settled = tuple(settled)
    if request.diff:
        print(f"Would fix {_fixes(outcome.changes)}", file=sys.stderr)
    elif request.is_writing:
        print(f"Fixed {_fixes(outcome.changes)}", file=sys.stderr)
    if not request.diff:
        print(_findings(request, outcome, sum(one.n_covered for one in settled)), file=sys.stderr)
    for one in settled:
        if said := _said_of(one):
            print(said, file=sys.stderr)


def counted(number: int, what: str, whats: str = "") -> str:
    """A number and what it counts."""
    return f"{number} {what if number == 1 else whats or f'{what}s'}"


def _findings(request: CheckRequest, outcome: Outcome, n_covered: int) -> str:
    if not outcome.n_files:
        return "Found no Python files to check"
    beside = f", beside {n_covered} in the baseline" if n_covered else ""
    if not outcome.reports:
        return f"No findings in {counted(outcome.n_files, 'file')}{beside}"
    left = " left" if request.is_writing else ""
    hint = "" if request.is_writing else _fixable(outcome.reports)
    return f"Found {counted(len(outcome.reports), 'finding')}{left}{beside}{hint}"


def _fixes(changes: Sequence[Change]) -> str:
    rules = Counter(rule for change in changes for rule in change.rules)
    in_order = sorted(rules.items(), key=lambda entry: (-entry[1], entry[0]))
    which = ", ".join(f"{count} {rule}" for rule, count in in_order)
    n_fixed = counted(rules.total(), "finding")
    return f"{n_fixed} in {counted(len(changes), 'file')}{': ' if which else ''}{which}"


def _fixable(reports: Iterable[PrintedReport]) -> str:
    """What may be fixed; whether a fix really applies is only found out by trying."""
    fixes = [report.fix for report in reports]
    n_safe, n_unsafe = fixes.count(Applicability.SAFE), fixes.count(Applicability.UNSAFE)
    parts = [f"{n_safe} may be fixed with --fix"] if n_safe else []
    parts += [f"{n_unsafe}{' more' if n_safe else ''} may be fixed with --fix --unsafe-fixes"] if n_unsafe else []
    return f" ({', '.join(parts)})" if parts else ""


def _said_of(settled: Settled) -> str:
    name = plain(shown_path(settled.path))
    if settled.n_written is not None:
        return f"Wrote {counted(settled.n_written, 'entry', 'entries')} to {name}"
    if n_removed := settled.n_removed:
        gone = "this finding is" if n_removed == 1 else "these findings are"
        return f"Removed {counted(n_removed, 'entry', 'entries')} from {name}: {gone} gone"
    if n_in_excess := settled.n_in_excess:
        match, them = ("matches", "it") if n_in_excess == 1 else ("match", "them")
        entries = counted(n_in_excess, "entry", "entries")
        return f"{entries} of {name} {match} no finding any more; run hexguard check to remove {them}"
    return ""
