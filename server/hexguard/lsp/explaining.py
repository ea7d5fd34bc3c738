"""Writes what there is to say about a finding, about a rule that is named in a suppression, and about settings.

Runs in the worker's thread.
"""

import re

from hexguard.app.page import OWN_PAGES
from hexguard.engine.report import Report
from hexguard.lsp import convert
from hexguard.lsp.directives import directive_at
from hexguard.lsp.roots import Home
from hexguard.rule.fix import Applicability
from hexguard.rule.rule import Rule
from hexguard.settings.expected import Expected, expected_at
from hexguard.settings.schema import KEYS, field_of
from hexguard.settings.switches import GROUPS, SWITCHES
from hexguard.text.document import Document
from hexguard.text.span import Span
from hexguard_rules.catalogue import CATALOGUE

_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)

FIXES = {
    Applicability.SAFE: "A safe fix is offered: behavior stays the same.",
    Applicability.UNSAFE: "An unsafe fix is offered: behavior may change, so have a look.",
    Applicability.REFACTOR: "A refactoring is offered.",
}


def explained(document: Document, home: Home | None, offset: int) -> tuple[str, Span] | None:
    """What there is to say about an offset, in Markdown, with the span that it is about."""
    directive = directive_at(document, offset)
    if directive and directive.role == "name":
        named = _about_named(document.text[directive.span.start : directive.span.end])
        if named:
            return named, directive.span
    if home is None or home.document is not document:
        return None
    reports = [report for report in home.reports() if report.span.start <= offset <= report.span.end]
    reports.sort(key=lambda report: report.span.end - report.span.start)
    texts = [_about_report(report, home) for report in reports]
    return ("\n\n---\n\n".join(texts), reports[0].span) if reports else None


def explained_setting(name: str, text: str, offset: int) -> tuple[str, Span] | None:
    """What there is to say about an offset of the settings file called `name`, in Markdown, with its span."""
    expected = expected_at(name, text, offset)
    if expected is None:
        return None
    span = expected.slot.span
    word = text[span.start : span.end]
    if expected.what in {"selector", "rule"}:
        about = _about_selector(word)
    elif expected.switch or expected.what == "switch":
        about = _about_switch(expected, word)
    else:
        key = expected.key or KEYS.get(field_of(word))
        about = key.told if key and word else None
    return (about, span) if about else None


def _about_switch(expected: Expected, word: str) -> str | None:
    """What a switch decides, at its name or at its choice; behind the first part of names, which switches there are."""
    name = field_of(f"{expected.group}.{word}" if expected.group else word)
    if switch := expected.switch or SWITCHES.get(name):
        return f"**{switch.name}**\n\n{switch.told}"
    lines = [f"- `{switch.name}`: {switch.does}" for switch in GROUPS.get(name, ())]
    return "\n".join(lines) or None


def _about_selector(name: str) -> str | None:
    """What a name in the settings stands for; `None` if it is nothing."""
    rules = CATALOGUE.select(name)
    if not rules or name in CATALOGUE:
        return _about_named(name)
    if name == "all":
        head = f"All {len(rules)} rules:"
    elif name in CATALOGUE.families:
        head = f"The family `{name}`:"
    else:
        head = f"The guideline {name}:"
    return "\n".join((head, "", *(f"- [{rule.name}]({convert.docs_url(rule)}): {rule.summary}" for rule in rules)))


def _about_named(name: str) -> str | None:
    """What the rule of a name does, or what the engine itself reports under it."""
    if name in CATALOGUE:
        return _about_rule(CATALOGUE[name])
    return _HEADING.sub(r"**\1**\n", OWN_PAGES[name]) if name in OWN_PAGES else None


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
