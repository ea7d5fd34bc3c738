"""Makes the fix of a report, and proves it before anyone sees it."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from hexguard.engine.excusing import retracted
from hexguard.engine.file import File, moved_starts
from hexguard.engine.report import Report
from hexguard.engine.suppress import OWN_NAMES
from hexguard.rule.catalogue import Catalogue
from hexguard.rule.edits import Edits
from hexguard.rule.fix import Applicability, Fix, Refusal
from hexguard.rule.source import Source
from hexguard.syntax.blocks import Block, resplit
from hexguard.syntax.parse import parse
from hexguard.text.edit import Edit, OverlapError, apply
from hexguard.text.span import Span

UNSOUND = "the result would not be valid Python"


class StaleReportError(ValueError):
    """A report is about another version of the document than the one at hand."""


class Offer(msgspec.Struct, frozen=True):
    """What a rule has to offer for a report: a fix that is sound, or why there is none."""

    applicability: Applicability
    fix: Fix | Refusal


def make_offers(
    report: Report, file: File, source: Source, catalogue: Catalogue, switches: Mapping[str, str]
) -> Iterator[Offer]:
    """What there is to offer for a report of `file`, in the order in which its rule does; `source` is that of the file.

    A fix is sound if its edits are disjoint and inside the document, and the text has no syntax error that it did not
    have before. Raises `StaleReportError` if the report was made for other facts.
    """
    if report.rule in OWN_NAMES:
        if fix := retracted(report, file):
            yield Offer(Applicability.SAFE, fix)
        return
    finding = report.finding
    if finding is None or report.rule not in catalogue or not catalogue[report.rule].fixers:
        return
    if not 0 <= report.block < len(source.parts):
        raise StaleReportError(f"{report.path} no longer has the block of this report")
    part = source.parts[report.block]
    if finding.node >= len(part.spans) or part.span(finding.node) != report.span:
        raise StaleReportError(f"{report.path} has changed since this report was made")
    for applicability, fixer in catalogue[report.rule].fixers:
        if offered := proven(fixer(finding, Edits(source, part, switches)), file):
            yield Offer(applicability, offered)


def proven(fix: Fix | Refusal | None, file: File) -> Fix | Refusal | None:
    """A fix if it is sound, else a refusal; what is none stays as it is."""
    if not isinstance(fix, Fix):
        return fix
    if not fix.edits:
        return None
    return fix if _is_sound(fix, file) else Refusal(fix.title, UNSOUND)


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
