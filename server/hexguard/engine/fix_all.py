"""Applies many fixes to one file, one after another, until none is left, and tells what was left."""

from collections.abc import Callable, Collection, Iterable
from typing import Protocol

import msgspec

from hexguard.engine.file import File
from hexguard.engine.report import Report
from hexguard.facts.model import Fact
from hexguard.rule.finding import Finding
from hexguard.rule.fix import BULK, Applicability, Fix
from hexguard.text.edit import Edit
from hexguard.text.span import Span

FIXES_PER_REPORT = 10
"""When fixing all takes more fixes than this for each report of a file, two rules undo each other."""


class Fixed(msgspec.Struct, frozen=True):
    """The text after some fixes, the reports that were fixed, in order, and the wanted ones that stand in the end."""

    text: str
    fixed: tuple[Report, ...]
    left: tuple[Report, ...] = ()


class Wanted(msgspec.Struct, frozen=True):
    """Which reports are to be fixed, and how far a fix must be trusted: those it `accepts`, that begin `within` a span.

    The span moves with the edits.
    """

    accepts: Callable[[Report], bool] = lambda report: True
    allowed: Collection[Applicability] = BULK
    within: Span | None = None


class Scratch(Protocol):
    """What is edited meanwhile: a workspace of its own, see `Workspace.scratch`."""

    def file(self, path: str) -> File | None:
        """The file as it is now."""
        ...

    def reports(self, path: str) -> tuple[Report, ...]:
        """The reports on the file as it is now."""
        ...

    def fix(self, report: Report, allowed: Collection[Applicability]) -> Fix | None:
        """The first fix for a report that may be trusted as far as `allowed` says."""
        ...

    def apply(self, path: str, edits: tuple[Edit, ...]) -> Edit:
        """Make disjoint edits, and give the one that does the same."""
        ...


def fix_all(scratch: Scratch, path: str, wanted: Wanted) -> Fixed:
    """Fix what is wanted in the file at `path`, each fix on the result of the one before.

    What has no fix is tried again in the end, because another fix may have made room for it.
    """
    within, fixed = wanted.within, list[Report]()
    limit = FIXES_PER_REPORT * len(scratch.reports(path))
    passed: dict[int, Finding[Fact] | None] = {}
    is_last_round = False

    def is_wanted(report: Report) -> bool:
        inside = within is None or within.start <= report.span.start <= within.end
        return inside and wanted.accepts(report)

    while len(fixed) < limit:
        found = _next(scratch, filter(is_wanted, scratch.reports(path)), wanted.allowed, passed)
        if found is not None:
            report, fix = found
            edit = scratch.apply(path, fix.edits)
            within = _moved(within, edit) if within else None
            fixed.append(report)
            is_last_round = False
        elif is_last_round or not passed:
            break
        else:
            passed.clear()
            is_last_round = True
    file = scratch.file(path)
    left = tuple(filter(is_wanted, scratch.reports(path)))
    return Fixed(file.document.text if file else "", tuple(fixed), left)


def _next(
    scratch: Scratch,
    reports: Iterable[Report],
    allowed: Collection[Applicability],
    passed: dict[int, Finding[Fact] | None],
) -> tuple[Report, Fix] | None:
    """The first report with a fix; those without one are put to `passed`, by their findings, which outlast edits."""
    for report in reports:
        key = id(report.finding)
        if report.finding is not None and key in passed:
            continue
        if fix := scratch.fix(report, allowed):
            return report, fix
        passed[key] = report.finding
    return None


def _moved(within: Span, edit: Edit) -> Span:
    """Where a span is after an edit; what the edit puts in at its borders belongs to it."""
    longer = len(edit.text) - (edit.span.end - edit.span.start)
    if edit.span.start > within.end:
        return within
    if edit.span.end < within.start:
        return within.shift(longer)
    return Span(min(within.start, edit.span.start), max(within.end, edit.span.end) + longer)
