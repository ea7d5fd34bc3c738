"""Applies each fix of each finding alone, looks at what it did, and takes it back."""

from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from hexguard.engine.report import Report
from hexguard.engine.workspace import Workspace
from hexguard.rule.fix import BULK, Applicability, Fix, Refusal
from hexguard.settings.model import Severity
from hexguard.text.edit import Edit, apply
from hexguard.text.span import Span
from hexguard_dev.fixes.texts import Known, harm
from hexguard_rules.catalogue import CATALOGUE

SEVERITIES = tuple(Severity)
"""From the worst to the mildest."""

NO_FIX = "the rule has no fix"
ON_REQUEST = "its fix is a rewrite, which is applied one by one"
SILENT = "the rule offers none here"


class Trial(msgspec.Struct, frozen=True):
    """One fix of one report, and what it did that it must not, in words."""

    report: Report
    applicability: Applicability
    troubles: tuple[str, ...]


def try_each(workspace: Workspace, path: str, before: Known) -> Iterator[Trial]:
    """Try every fix of every report on an open document, which is afterwards as it was."""
    # All fixes are made before the first is tried, while the document is the one that they belong to.
    offered = [(report, *offer) for report in workspace.reports(path) for offer in workspace.fixes(report)]
    for report, applicability, fix in offered:
        yield Trial(report, applicability, tuple(_troubles(workspace, report, fix, before)))


def why_left(workspace: Workspace, report: Report) -> str:
    """Why a report on an open document is left when everything is fixed."""
    if report.applicability is None:
        return NO_FIX
    offers = workspace.offers(report)
    refusals = [offer.fix.reason for offer in offers if isinstance(offer.fix, Refusal) and offer.applicability in BULK]
    return refusals[0] if refusals else ON_REQUEST if workspace.fixes(report) else SILENT


def new_reports(reports: Sequence[Report], before: Counter[tuple[str, str]]) -> Iterator[Report]:
    """The reports that are more than there were, by rule and message.

    What no such fix removes may be told in other words afterwards: it is new if its rule finds more than before.
    """
    new = Counter(map(key_of, reports)) - before
    more = Counter(report.rule for report in reports) - Counter(rule for rule, _ in before.elements())
    for report in reports:
        rule = CATALOGUE.find(report.rule)
        has_fix = rule is None or any(kind in BULK for kind, _ in rule.fixers)
        if new[key_of(report)] > 0 and (has_fix or more[report.rule] > 0):
            new[key_of(report)] -= 1
            more[report.rule] -= 1
            yield report


def key_of(report: Report) -> tuple[str, str]:
    """What a report says, wherever it stands."""
    return report.rule, report.message


def _troubles(workspace: Workspace, report: Report, fix: Fix, known: Known) -> Iterator[str]:
    path, before = report.path, workspace.reports(report.path)
    after_text = apply(known.text, fix.edits)
    if after_text == known.text:
        yield "changes nothing"
    yield from harm(known, after_text)
    n_crashes = len(workspace.crashes)
    edit = workspace.apply(path, fix.edits)
    yield from _told(report, before, workspace.reports(path))
    if len(workspace.crashes) > n_crashes:
        yield f"a rule crashes on the result: {workspace.crashes[-1].rule}"
    put_in = Span(edit.span.start, edit.span.start + len(edit.text))
    workspace.apply(path, (Edit(put_in, known.text[edit.span.start : edit.span.end]),))
    if workspace.reports(path) != before:
        yield "taking it back does not bring the same findings back"


def _told(report: Report, before: Sequence[Report], after: Sequence[Report]) -> Iterator[str]:
    """What the reports after a fix say against it: its own finding is still there, or one that is as bad is new."""
    count = Counter(map(key_of, before))
    if sum(key_of(other) == key_of(report) for other in after) >= count[key_of(report)]:
        yield "the finding is still there"
    for new in new_reports(after, count):
        if SEVERITIES.index(new.severity) <= SEVERITIES.index(report.severity):
            yield f"brings a finding of `{new.rule}`: {new.message}"
