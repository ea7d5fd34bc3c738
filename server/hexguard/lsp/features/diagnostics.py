"""Answers clients that ask for diagnostics themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from hexguard.lsp.protocol import Encoded
from hexguard.lsp.service import Service

if TYPE_CHECKING:
    from hexguard.lsp.checking import Shown


async def pull(ls: Service, params: lsp.DocumentDiagnosticParams) -> lsp.DocumentDiagnosticReport | Encoded:
    """The diagnostics of a document, or that they are what the client has already."""
    uri = params.text_document.uri

    def check() -> Shown | None:
        home = ls.background.roots.home(uri)
        return ls.background.checking.shown(home) if home else None

    shown = await ls.ask(check)
    if shown is None:
        return lsp.RelatedFullDocumentDiagnosticReport(items=())
    if ls.documents.is_current(shown.document):
        ls.outbox.pulled(shown)
    found = shown.diagnostics
    if found.digest == params.previous_result_id:
        return lsp.RelatedUnchangedDocumentDiagnosticReport(result_id=found.digest)
    return Encoded(b'{"kind":"full","resultId":"%s","items":%s}' % (found.digest.encode(), found.json))
