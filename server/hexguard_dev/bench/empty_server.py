"""A server that does nothing but publish one diagnostic: what the start of any server on pygls takes."""

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

# The signature of pygls ends in untyped `*args` and `**kwargs`.
SERVER = LanguageServer("empty", "0")  # pyright: ignore[reportUnknownMemberType]


@SERVER.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
def did_open(params: lsp.DidOpenTextDocumentParams) -> None:
    """Say one thing about any document."""
    nowhere = lsp.Range(lsp.Position(0, 0), lsp.Position(0, 1))
    found = [lsp.Diagnostic(nowhere, "here")]
    document = params.text_document
    SERVER.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(document.uri, found, document.version))


if __name__ == "__main__":
    SERVER.start_io()
