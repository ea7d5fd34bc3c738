"""Makes the fix of a report, proves it before anyone sees it, and applies many fixes one after another."""

from collections.abc import Callable, Iterable, Iterator

import msgspec

from hexguard.engine.file import File, moved_starts
from hexguard.engine.report import Report
from hexguard.rule.catalogue import Catalogue
from hexguard.rule.edits import Edits
from hexguard.rule.fix import Applicability, Fix
from hexguard.rule.source import Source
from hexguard.syntax.blocks import Block, resplit
from hexguard.syntax.parse import parse
from hexguard.text.edit import Edit, OverlapError, apply
from hexguard.text.span import Span

FIXES_PER_REPORT = 10
"""When fixing all takes more fixes than this for each report of a file, two rules undo each other."""


class Fixed(msgspec.Struct, frozen=True):
    """The text after some fixes, with the reports that were fixed, in the order in which they were."""

    text: str
    fixed: tuple[Report, ...]


class StaleReportError(ValueError):
    """A report is about another version of the document than the one at hand."""


def make_fixes(report: Report, file: File, source: Source, catalogue: Catalogue) -> Iterator[tuple[Applicability, Fix]]:
    """The fixes for a report of `file` that are sound, in the order in which its rule offers them.

    `source` is that of the file.

    Sound: the edits are disjoint and inside the document, and the text has no syntax error that it did not have before.
    Raises `StaleReportError` if the report was made for other facts.
    """
    finding = report.finding
    if finding is None or report.rule not in catalogue or not catalogue[report.rule].fixers:
        return
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
    gone, come = _replaced(fix, file)
    return _n_broken(come) <= _n_broken(gone)


def _n_broken(blocks: Iterable[Block]) -> int:
    return sum(parse(block.text).has_error for block in blocks)


def _replaced(fix: Fix, file: File) -> tuple[Iterable[Block], Iterable[Block]]:
    """The blocks of the document that a fix takes away, and those that come in their place.

    The last edit comes first, so that the spans of the others still hold.
    """
    blocks, starts, length = file.texts, file.starts, len(file.document.text)
    gone: dict[int, Block] = {}
    come: dict[int, Block] = {}
    in_order = sorted(fix.edits, key=lambda edit: edit.span)
    for edit in in_order[::-1]:
        again = resplit(blocks, starts, edit.span, edit.text)
        for block in blocks.part(again.first, again.end):
            # What one edit brought may go again with the next one.
            if come.pop(id(block), None) is None:
                gone[id(block)] = block
        come.update((id(block), block) for block in again.added)
        longer = len(edit.text) - (edit.span.end - edit.span.start)
        starts, length = moved_starts(starts, again, length, longer), length + longer
        blocks = blocks.replaced(again.first, again.end, again.added)
    return gone.values(), come.values()


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
