"""Translates spans to ranges, reports to diagnostics, fixes to edits: the only file that speaks both languages."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

import msgspec
from lsprotocol import types as lsp

from hexguard.lsp.client import Client
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


class Change(msgspec.Struct, frozen=True):
    """Edits of one document, whose version counts if it is open; `is_new`: its file has to be made first."""

    document: Document
    edits: tuple[Edit, ...]
    is_new: bool = False


class Confirmation(msgspec.Struct, frozen=True):
    """Why a person should look at edits before they are made, in a few words and in a sentence."""

    label: str
    description: str


def to_workspace_edit(
    changes: Iterable[Change], client: Client, confirm: Confirmation | None = None
) -> lsp.WorkspaceEdit:
    """The workspace edit for some documents: for these versions only, where the client can tell versions apart.

    A client that does not know change annotations is not asked to `confirm`.
    """
    if not client.document_changes:
        found = {change.document.uri: _text_edits(change, client.encoding) for change in changes}
        return lsp.WorkspaceEdit(changes=found)
    document_changes: list[lsp.TextDocumentEdit | lsp.CreateFile | lsp.RenameFile | lsp.DeleteFile] = []
    asks = confirm if client.change_annotations else None
    for change in changes:
        if change.is_new:
            document_changes.append(lsp.CreateFile(change.document.uri))
        target = lsp.OptionalVersionedTextDocumentIdentifier(change.document.uri, change.document.version)
        edits = _text_edits(change, client.encoding)
        annotated = [lsp.AnnotatedTextEdit(_CONFIRM, edit.range, edit.new_text) for edit in edits]
        document_changes.append(lsp.TextDocumentEdit(target, annotated if asks else edits))
    if asks is None:
        return lsp.WorkspaceEdit(document_changes=document_changes)
    annotation = lsp.ChangeAnnotation(label=asks.label, needs_confirmation=True, description=asks.description)
    return lsp.WorkspaceEdit(document_changes=document_changes, change_annotations={_CONFIRM: annotation})


def _text_edits(change: Change, encoding: Encoding) -> list[lsp.TextEdit]:
    return [lsp.TextEdit(to_range(edit.span, change.document, encoding), edit.text) for edit in change.edits]
