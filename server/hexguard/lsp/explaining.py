"""Writes what there is to say about a finding, or about a rule that is named in a suppression.

Runs in the worker's thread.
"""

import re

from hexguard.engine.report import Report
from hexguard.lsp import convert
from hexguard.lsp.roots import Home
from hexguard.rule.fix import Applicability
from hexguard.rule.rule import Rule
from hexguard.text.document import Document
from hexguard.text.span import Span
from hexguard_rules.catalogue import CATALOGUE

_SUPPRESSION = re.compile(r"#\s*hexguard:\s*ignore(?:-file)?\[([^\]]*)\]")
_NAME = re.compile(r"[\w-]+")
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)

FIXES = {
    Applicability.SAFE: "A safe fix is offered: behavior stays the same.",
    Applicability.UNSAFE: "An unsafe fix is offered: behavior may change, so have a look.",
    Applicability.REFACTOR: "A refactoring is offered.",
}


def explained(document: Document, home: Home | None, offset: int) -> tuple[str, Span] | None:
    """What there is to say about an offset, in Markdown, with the span that it is about."""
    if named := _named_rule(document, offset):
        rule, span = named
        return _about_rule(rule), span
    if home is None or home.document is not document:
        return None
    reports = [report for report in home.reports() if report.span.start <= offset <= report.span.end]
    reports.sort(key=lambda report: report.span.end - report.span.start)
    texts = [_about_report(report, home) for report in reports]
    return ("\n\n---\n\n".join(texts), reports[0].span) if reports else None


def _named_rule(document: Document, offset: int) -> tuple[Rule, Span] | None:
    """The rule whose name in a suppression is at an offset, and where the name is."""
    line = document.lines.line_span(document.lines.line_of(offset), len(document.text))
    for comment in _SUPPRESSION.finditer(document.text[line.start : line.end]):
        for name in _NAME.finditer(comment[1]):
            span = Span(name.start(), name.end()).shift(line.start + comment.start(1))
            if span.start <= offset <= span.end and name[0] in CATALOGUE:
                return CATALOGUE[name[0]], span
    return None


def _about_report(report: Report, home: Home) -> str:
    parts = [f"**{report.severity.value}**: {report.message}"]
    if report.related:
        parts.append(
            "\n".join(f"- {place.message} ({_place(place.path, place.span, home)})" for place in report.related)
        )
    if report.rule in CATALOGUE:
        parts.append(_about_rule(CATALOGUE[report.rule], report.applicability))
    return "\n\n".join(parts)


def _place(path: str, span: Span, home: Home) -> str:
    document = home.workspace.document_at(path)
    line = document.lines.line_of(span.start) + 1 if document else 1
    return f"{path.removeprefix(str(home.root.path)).lstrip('/')}:{line}"


def _about_rule(rule: Rule, applicability: Applicability | None = None) -> str:
    applicability = applicability or rule.applicability
    parts = [_HEADING.sub(r"**\1**\n", rule.doc)]
    if applicability:
        parts.append(FIXES[applicability])
    parts.append(f"[{rule.name}]({convert.docs_url(rule)})")
    return "\n\n".join(parts)
