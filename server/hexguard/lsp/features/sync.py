"""Takes documents in as the client opens, edits and closes them: Python, and the files with our settings."""

import time
from collections import deque
from collections.abc import Sequence
from pathlib import PurePath

from lsprotocol import types as lsp

from hexguard.lsp import convert
from hexguard.lsp.documents import Step, merged
from hexguard.lsp.service import Service
from hexguard.settings.names import SETTINGS_FILES

LANGUAGE = "python"
SUFFIXES = (".py", ".pyi")


def did_open(ls: Service, params: lsp.DidOpenTextDocumentParams) -> None:
    """Take a document in, and check it before all others."""
    opened = params.text_document
    path = PurePath(convert.to_path(opened.uri) or "")
    if path.name in SETTINGS_FILES:
        settings = ls.documents.open(opened.uri, opened.version, opened.text)
        ls.worker.put(lambda: ls.background.settings_documents.open(settings))
        return
    if opened.language_id != LANGUAGE and path.suffix not in SUFFIXES:
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
        order = "put in order" if ls.documents.overtaken(uri, version) else "taken in as they came"
        ls.outbox.log(f"{uri} went from version {before.version} to {version}; its edits are {order}")
    steps = ls.documents.change(uri, version, params.content_changes, ls.client.encoding)
    edits = ls.edits.get(uri)
    if edits is None:
        _take_in_settings(ls, steps)
        return
    edits.extend(steps)
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
    if uri in ls.edits:
        ls.worker.put(lambda: ls.background.roots.refresh(uri))
    elif path := convert.to_path(uri):
        ls.worker.put(lambda: ls.background.checking.files_changed((path,)))


def did_close(ls: Service, params: lsp.DidCloseTextDocumentParams) -> None:
    """Forget a document; from now on its file on disk counts."""
    uri = params.text_document.uri
    if not ls.documents.close(uri):
        return
    if ls.edits.pop(uri, None) is None:
        ls.worker.put(lambda: ls.background.settings_documents.close(uri))
        return
    ls.outbox.closed(uri)
    ls.worker.put(lambda: ls.background.close(uri))


def _take_in_settings(ls: Service, steps: Sequence[Step]) -> None:
    if steps:
        document = steps[-1].document
        ls.worker.put(lambda: ls.background.settings_documents.open(document))
