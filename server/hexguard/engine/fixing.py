"""Makes the fix of a report, proves it before anyone sees it, and applies many fixes one after another."""

from collections.abc import Callable, Iterator

import msgspec

from hexguard.engine.file import File, moved_starts
from hexguard.engine.report import Report
from hexguard.rule.catalogue import Catalogue
from hexguard.rule.edits import Edits
from hexguard.rule.fix import Applicability, Fix
from hexguard.syntax.blocks import Block, resplit
from hexguard.syntax.parse import parse
from hexguard.text.edit import Edit, OverlapError, apply
from hexguard.text.runs import Runs
from hexguard.text.span import Span

FIXES_PER_REPORT = 10
"""When fixing all takes more fixes than this for each report of a file, two rules undo each other."""


class Fixed(msgspec.Struct, frozen=True):
    """The text after some fixes, with the reports that were fixed, in the order in which they were."""

    text: str
    fixed: tuple[Report, ...]


class StaleReportError(ValueError):
    """A report is about another version of the document than the one at hand."""


def make_fixes(report: Report, file: File, catalogue: Catalogue) -> Iterator[tuple[Applicability, Fix]]:
    """The fixes for a report of `file` that are sound, in the order in which its rule offers them.

    Sound: the edits are disjoint and inside the document, and the text has no syntax error that it did not have before.
    Raises `StaleReportError` if the report was made for other facts.
    """
    finding = report.finding
    if finding is None or report.rule not in catalogue or not catalogue[report.rule].fixers:
        return
    source = file.source()
    if not 0 <= report.block < len(source.parts):
        raise StaleReportError(f"{report.path} no longer has the block of this report")
    part = source.parts[report.block]
    if finding.node >= len(part.spans) or part.span(finding.node) != report.span:
        raise StaleReportError(f"{report.path} has changed since this report was made")
    for applicability, fixer in catalogue[report.rule].fixers:
        fix = fixer(finding, Edits(source, part))
        if fix is not None and fix.edits and _is_sound(fix, file):
            yield applicability, fix


def _is_sound(fix: Fix, file: File) -> bool:
    text = file.document.text
    if any(not 0 <= edit.span.start <= edit.span.end <= len(text) for edit in fix.edits):
        return False
    try:
        apply(text, fix.edits)
    except OverlapError:
        return False
    old = {id(lowered.block): lowered for lowered in file.blocks}
    new = {id(block): block for block in _after(fix, file)}
    broken_before = sum(lowered.has_error for name, lowered in old.items() if name not in new)
    broken_after = sum(parse(block.text).has_error for name, block in new.items() if name not in old)
    return broken_after <= broken_before


def _after(fix: Fix, file: File) -> Runs[Block]:
    """The blocks of the document after a fix; those that no edit touches are the same objects.

    The last edit comes first, so that the spans of the others still hold.
    """
    blocks, starts, length = file.texts, file.starts, len(file.document.text)
    in_order = sorted(fix.edits, key=lambda edit: edit.span)
    for edit in in_order[::-1]:
        again = resplit(blocks, starts, edit.span, edit.text)
        longer = len(edit.text) - (edit.span.end - edit.span.start)
        starts, length = moved_starts(starts, again, length, longer), length + longer
        blocks = blocks.replaced(again.first, again.end, again.added)
    return blocks


def merged(edits: tuple[Edit, ...], text: str) -> Edit:
    """One edit that does what disjoint `edits` do: from the start of the first to the end of the last."""
    start = min(edit.span.start for edit in edits)
    end = max(edit.span.end for edit in edits)
    inside = [Edit(edit.span.shift(-start), edit.text) for edit in edits]
    return Edit(Span(start, end), apply(text[start:end], inside))


def next_fix(
    reports: tuple[Report, ...], wanted: Callable[[Report], bool], fix_of: Callable[[Report], Fix | None]
) -> tuple[Report, Fix] | None:
    """The first wanted report that has a fix, with it."""
    for report in reports:
        if wanted(report) and (fix := fix_of(report)):
            return report, fix
    return None
