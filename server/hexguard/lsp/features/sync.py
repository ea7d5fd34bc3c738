"""Takes documents in as the client opens, edits and closes them."""

import time
from collections import deque
from pathlib import PurePath

from lsprotocol import types as lsp

from hexguard.lsp import convert
from hexguard.lsp.documents import merged
from hexguard.lsp.service import Service

LANGUAGE = "python"
SUFFIXES = (".py", ".pyi")


def did_open(ls: Service, params: lsp.DidOpenTextDocumentParams) -> None:
    """Take a document in, and check it before all others."""
    opened = params.text_document
    path = convert.to_path(opened.uri)
    # A client may send configuration files too; they are read from disk.
    if opened.language_id != LANGUAGE and (path is None or PurePath(path).suffix not in SUFFIXES):
        return
    document = ls.documents.open(opened.uri, opened.version, opened.text)
    ls.edits[opened.uri] = deque()
    ls.outbox.changed(opened.uri)

    def take_in() -> None:
        ls.background.roots.open(opened.uri, document)
        ls.background.checking.urgent(opened.uri)

    ls.worker.put(take_in)


def did_change(ls: Service, params: lsp.DidChangeTextDocumentParams) -> None:
    """Take edits in. The document is new at once, its diagnostics when the worker has them."""
    received = time.perf_counter()
    uri, version = params.text_document.uri, params.text_document.version
    before = ls.documents.get(uri)
    if before is None:
        return
    if before.version is not None and version <= before.version:
        ls.outbox.log(f"{uri} went from version {before.version} to {version}; its edits are taken in as they came")
    edits = ls.edits[uri]
    edits.extend(ls.documents.change(uri, version, params.content_changes, ls.client.encoding))
    ls.outbox.changed(uri)

    def take_in() -> None:
        # Of a burst, the first to come takes in all that has arrived.
        if edits:
            ls.background.roots.edit(uri, merged([edits.popleft() for _ in range(len(edits))]))
            ls.background.checking.urgent(uri, received)

    ls.worker.put(take_in)


def did_save(ls: Service, params: lsp.DidSaveTextDocumentParams) -> None:
    """Look whether the configuration changed: not every client watches files."""
    uri = params.text_document.uri
    if ls.documents.get(uri) is not None:
        ls.worker.put(lambda: ls.background.roots.refresh(uri))
    elif path := convert.to_path(uri):
        ls.worker.put(lambda: ls.background.checking.files_changed((path,)))


def did_close(ls: Service, params: lsp.DidCloseTextDocumentParams) -> None:
    """Forget a document; from now on its file on disk counts."""
    uri = params.text_document.uri
    if ls.documents.close(uri):
        del ls.edits[uri]
        ls.outbox.closed(uri)
        ls.worker.put(lambda: ls.background.close(uri))
