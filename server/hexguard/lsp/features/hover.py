"""Explains a finding, or a rule named in a suppression, where the cursor is."""

import re

from lsprotocol import types as lsp

from hexguard.engine.report import Report
from hexguard.lsp import convert
from hexguard.lsp.roots import Home
from hexguard.lsp.service import Service
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


async def hover(ls: Service, params: lsp.HoverParams) -> lsp.Hover | None:
    """What there is to say about the place of the cursor."""
    document = ls.documents.get(params.text_document.uri)
    if document is None:
        return None
    offset = convert.to_offset(params.position, document, ls.client.encoding)
    if named := _named_rule(document, offset):
        rule, span = named
        return _hover(ls, document, span, _about_rule(rule))

    def findings() -> lsp.Hover | None:
        home = ls.roots.home(document.uri)
        if home is None or home.document is not document:
            return None
        reports = [report for report in home.reports() if report.span.start <= offset <= report.span.end]
        reports.sort(key=lambda report: report.span.end - report.span.start)
        texts = [_about_report(report, home) for report in reports]
        return _hover(ls, document, reports[0].span, "\n\n---\n\n".join(texts)) if reports else None

    return await ls.ask(findings)


def _hover(ls: Service, document: Document, span: Span, text: str) -> lsp.Hover:
    kind = lsp.MarkupKind.Markdown if ls.client.markdown else lsp.MarkupKind.PlainText
    return lsp.Hover(lsp.MarkupContent(kind, text), convert.to_range(span, document, ls.client.encoding))


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
