"""Translates spans to ranges, reports to diagnostics, fixes to edits: the only file that speaks both languages."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from lsprotocol import types as lsp

from hexguard.settings.model import Problem, Severity
from hexguard.text.document import Document
from hexguard.text.edit import Edit
from hexguard.text.encoding import Encoding
from hexguard.text.span import Span

if TYPE_CHECKING:
    from hexguard.engine.report import RelatedPlace, Report
    from hexguard.rule.rule import Rule

SOURCE = "hexguard"
DOCS_URL = "https://github.com/hexguard/hexguard/blob/main/docs/rules/{family}/{name}.md"

_SEVERITIES = {
    Severity.BLOCKING: lsp.DiagnosticSeverity.Error,
    Severity.IMPORTANT: lsp.DiagnosticSeverity.Warning,
    Severity.NIT: lsp.DiagnosticSeverity.Information,
    Severity.SUGGESTION: lsp.DiagnosticSeverity.Hint,
}
_CONFIRM = "hexguard.unsafe"


def to_path(uri: str) -> str | None:
    """The path of a file uri; `None` for other schemes and for what is no uri."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    path = unquote(parts.path)
    if parts.scheme != "file" or not path or "\0" in path:
        return None
    if parts.netloc and parts.netloc != "localhost":
        path = f"//{unquote(parts.netloc)}{path}"
    # A drive letter follows the first slash: `/c:/project`.
    if os.name == "nt" and path[2:3] == ":":
        path = path[1:]
    return os.path.abspath(path)


def to_uri(path: str) -> str:
    """The file uri of an absolute path."""
    if os.name != "nt":
        return "file://" + quote(path, safe="/~")
    path = path.replace("\\", "/")
    if path.startswith("//"):
        return "file:" + quote(path)
    return "file:///" + quote(path[:1].lower() + path[1:])


def to_offset(position: lsp.Position, document: Document, encoding: Encoding) -> int:
    """The offset of a position, clamped into the text."""
    return document.offset(position.line, position.character, encoding)


def to_span(found: lsp.Range, document: Document, encoding: Encoding) -> Span:
    """The span of a range, clamped into the text; a reversed range is turned round."""
    ends = (to_offset(found.start, document, encoding), to_offset(found.end, document, encoding))
    return Span(min(ends), max(ends))


def to_range(span: Span, document: Document, encoding: Encoding) -> lsp.Range:
    """The range of a span of the document."""
    start = document.position(span.start, encoding)
    end = document.position(span.end, encoding)
    return lsp.Range(lsp.Position(*start), lsp.Position(*end))


def to_location(place: RelatedPlace, document: Document | None, encoding: Encoding) -> lsp.Location:
    """The location of a second place; `document` is the text that it is in, the start of the file if there is none."""
    start = lsp.Range(lsp.Position(0, 0), lsp.Position(0, 0))
    found = to_range(place.span, document, encoding) if document else start
    # The uri of an open document is the client's own; a document that was read has its path for a uri.
    uri = document.uri if document and document.uri != place.path else to_uri(place.path)
    return lsp.Location(uri, found)


def to_diagnostic(
    report: Report, document: Document, encoding: Encoding, rule: Rule | None, related: Iterable[lsp.Location] | None
) -> lsp.Diagnostic:
    """The diagnostic of a report; without `related` locations, the chain is told in the message.

    `rule` is `None` for what the engine itself reports.
    """
    information: list[lsp.DiagnosticRelatedInformation] | None = None
    message = report.message
    if related is None:
        message = "\n".join((message, *(f"  {place.message} ({place.path})" for place in report.related)))
    elif report.related:
        pairs = zip(related, report.related, strict=True)
        information = [lsp.DiagnosticRelatedInformation(location, place.message) for location, place in pairs]
    return lsp.Diagnostic(
        range=to_range(report.span, document, encoding),
        message=message,
        severity=_SEVERITIES[report.severity],
        code=report.rule,
        code_description=lsp.CodeDescription(docs_url(rule)) if rule else None,
        source=SOURCE,
        related_information=information,
        data={"rule": report.rule},
    )


def docs_url(rule: Rule) -> str:
    """The address of the page about a rule."""
    return DOCS_URL.format(family=rule.family, name=rule.name)


def to_settings_diagnostic(problem: Problem, document: Document, encoding: Encoding) -> lsp.Diagnostic:
    """The diagnostic of a problem in a configuration file; `document` is the text that was read."""
    is_error = problem.severity == "error"
    return lsp.Diagnostic(
        range=to_range(problem.span or Span(0, 0), document, encoding),
        message=problem.message,
        severity=lsp.DiagnosticSeverity.Error if is_error else lsp.DiagnosticSeverity.Warning,
        source=SOURCE,
    )


def to_text_edits(edits: Iterable[Edit], document: Document, encoding: Encoding) -> list[lsp.TextEdit]:
    """The text edits of the engine's edits of one document."""
    return [lsp.TextEdit(to_range(edit.span, document, encoding), edit.text) for edit in edits]


def to_workspace_edit(
    edits: list[lsp.TextEdit], document: Document, confirm: str | None, *, versioned: bool
) -> lsp.WorkspaceEdit:
    """The workspace edit for one document: for this version only where the client can tell versions apart.

    `confirm` is why a person should look at the edit first; it needs a client that knows change annotations.
    """
    if not versioned:
        return lsp.WorkspaceEdit(changes={document.uri: edits})
    target = lsp.OptionalVersionedTextDocumentIdentifier(uri=document.uri, version=document.version)
    if confirm is None:
        return lsp.WorkspaceEdit(document_changes=[lsp.TextDocumentEdit(target, edits)])
    annotated = [lsp.AnnotatedTextEdit(_CONFIRM, edit.range, edit.new_text) for edit in edits]
    annotation = lsp.ChangeAnnotation(label="Hexguard: unsafe fix", needs_confirmation=True, description=confirm)
    return lsp.WorkspaceEdit(
        document_changes=[lsp.TextDocumentEdit(target, annotated)], change_annotations={_CONFIRM: annotation}
    )
