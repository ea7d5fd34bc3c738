"""Sends what the worker found to the client: nothing twice, and nothing about a text that the client has no more."""

from __future__ import annotations

import math
import time
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

from hexguard.lsp.client import Client
from hexguard.lsp.documents import Documents
from hexguard.lsp.latency import Latency
from hexguard.lsp.protocol import Protocol, to_json

if TYPE_CHECKING:
    from hexguard.app.root import Progress
    from hexguard.engine.budget import Slow
    from hexguard.engine.check import Crash
    from hexguard.lsp.checking import Shown
    from hexguard.text.document import Document


TIMINGS = "hexguard/timings"
"""The name of our own notification, and of the request for all edits together."""

CROSSING_SECONDS = 0.25
"""An edit that arrives so soon after diagnostics were sent may have been made before they arrived."""


class Outbox:
    """What the client was told last, so that it is told only what is new. Only the event loop touches it."""

    def __init__(self, server: LanguageServer, connection: Protocol, documents: Documents) -> None:
        self.client = Client()
        self._server = server
        self._connection = connection
        self._documents = documents
        self.latency = Latency()
        self._digests: dict[str, str] = {}
        self._awaited: set[str] = set()
        self._sent: dict[str, float] = {}
        self._crossed: set[str] = set()
        self._refresh: Future[None] | None = None
        self._refresh_again = False
        self._settings: dict[str, tuple[lsp.Diagnostic, ...]] = {}
        self._crashes: set[str] = set()
        self._tokens: dict[str, str] = {}
        self._begun: set[str] = set()
        self._n_tokens = 0

    def log(self, message: str, kind: lsp.MessageType = lsp.MessageType.Warning) -> None:
        """Write to the client's log, where it disturbs nobody."""
        self._server.window_log_message(lsp.LogMessageParams(kind, message))

    def show(self, message: str, kind: lsp.MessageType = lsp.MessageType.Warning) -> None:
        """Tell the person in front of the editor."""
        self._server.window_show_message(lsp.ShowMessageParams(kind, message))

    def trace(self, message: str) -> None:
        """Say what the server does, to a client that wants to know."""
        if self._server.protocol.trace != lsp.TraceValue.Off:
            self._server.log_trace(lsp.LogTraceParams(message))

    def changed(self, uri: str) -> None:
        """A document has another text: a client that pulls will ask for it."""
        self._awaited.add(uri)
        if self.client.drops_outdated and time.monotonic() - self._sent.get(uri, -math.inf) < CROSSING_SECONDS:
            self._crossed.add(uri)

    def closed(self, uri: str) -> None:
        """A document was closed, so its diagnostics go."""
        self._awaited.discard(uri)
        self._crossed.discard(uri)
        self._sent.pop(uri, None)
        if self._digests.pop(uri, None) is not None and not self.client.pull:
            self._publish(uri, (), None)

    def pulled(self, shown: Shown) -> None:
        """A document was asked for."""
        self._awaited.discard(shown.document.uri)
        self._digests[shown.document.uri] = shown.diagnostics.digest

    def checked(self, shown: Shown) -> None:
        """A document was checked: publish its diagnostics, or have the client ask, if they are news.

        What crossed an edit on its way was dropped by the client, perhaps, and is sent again for the new version.
        """
        uri = shown.document.uri
        self._tell_timing(shown)
        is_news = uri in self._crossed or self._digests.get(uri) != shown.diagnostics.digest
        if not is_news or not self._documents.is_current(shown.document):
            return
        if self.client.pull:
            if uri not in self._awaited:
                self._ask_to_pull()
            return
        self._digests[uri], self._sent[uri] = shown.diagnostics.digest, time.monotonic()
        self._crossed.discard(uri)
        version = b"" if shown.document.version is None else b',"version":%d' % shown.document.version
        params = b'{"uri":%s%s,"diagnostics":%s}' % (to_json(uri), version, shown.diagnostics.json)
        self._connection.notify_encoded(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, params)

    def _tell_timing(self, shown: Shown) -> None:
        uri, version = shown.document.uri, shown.document.version
        self.trace(f"checked {uri}, version {version}: {shown.diagnostics.count} findings")
        if shown.timing is None:
            return
        found = self.latency.add(shown.timing, time.perf_counter())
        if self._server.protocol.trace != lsp.TraceValue.Off:
            self._server.protocol.notify(TIMINGS, {"uri": uri, "version": version, **found})

    def settings_checked(self, document: Document, diagnostics: tuple[lsp.Diagnostic, ...]) -> None:
        """Show the problems of a configuration file in place; pushed to every client, because none will ask for it.

        While the client has the file open, only what was found in its newest text counts.
        """
        uri, is_open = document.uri, document.version is not None
        if self._documents.get(uri) is not (document if is_open else None):
            return
        if self._settings.get(uri, ()) != diagnostics:
            self._settings[uri] = diagnostics
            self._publish(uri, diagnostics, document.version)

    def settings_refused(self, messages: tuple[str, ...]) -> None:
        """Show what is wrong with the editor's settings, for which there is no place."""
        if messages:
            self.show("Hexguard settings: " + "; ".join(messages))

    def crashed(self, crash: Crash) -> None:
        """Tell once that a rule crashed."""
        if crash.rule not in self._crashes:
            self._crashes.add(crash.rule)
            self.show(f"The rule `{crash.rule}` crashed; its findings may be missing. The log has the details.")
            self.log(f"the rule `{crash.rule}` crashed:\n{crash.error}", lsp.MessageType.Error)

    def slowed(self, slow: Slow) -> None:
        """Tell that a rule was switched off for a file; it gets new chances when the file is opened again."""
        self.show(
            f"The rule `{slow.rule}` is slow in {Path(slow.path).name} ({slow.seconds * 1000:.0f} ms for one block), "
            "so it is off there until the file is opened again."
        )

    def progressed(self, title: str, progress: Progress | None) -> None:
        """Show how far a long job is; `None` at its end. The first call begins."""
        if not self.client.progress:
            return
        if progress is None:
            self._end(self._tokens.pop(title, None))
        elif title not in self._tokens:
            # A token serves once.
            self._n_tokens += 1
            self._tokens[title] = f"hexguard-{self._n_tokens}"
            create = lsp.WorkDoneProgressCreateParams(self._tokens[title])
            self._server.window_work_done_progress_create(create, lambda _: self._begin(title))
        elif (token := self._tokens[title]) in self._begun:
            percentage = 100 * progress.done // max(progress.total, 1)
            report = lsp.WorkDoneProgressReport(message=f"{progress.done}/{progress.total}", percentage=percentage)
            self._server.work_done_progress.report(token, report)

    def _begin(self, title: str) -> None:
        """The client takes the progress; by now there may be none."""
        if token := self._tokens.get(title):
            self._begun.add(token)
            begin = lsp.WorkDoneProgressBegin(title=title, percentage=0)
            self._server.work_done_progress.begin(token, begin)

    def _end(self, token: str | None) -> None:
        if token in self._begun:
            self._begun.discard(token)
            self._server.work_done_progress.end(token, lsp.WorkDoneProgressEnd(message="done"))

    def _ask_to_pull(self) -> None:
        """Ask for one pull at a time: what comes up meanwhile is asked for when the client has answered."""
        if self._refresh is not None and not self._refresh.done():
            self._refresh_again = True
            return
        self._refresh = self._server.workspace_diagnostic_refresh(None)
        self._refresh.add_done_callback(self._refreshed)

    def _refreshed(self, _: Future[None]) -> None:
        if self._refresh_again:
            self._refresh_again = False
            self._ask_to_pull()

    def _publish(self, uri: str, diagnostics: tuple[lsp.Diagnostic, ...], version: int | None) -> None:
        params = lsp.PublishDiagnosticsParams(uri=uri, diagnostics=diagnostics, version=version)
        self._server.text_document_publish_diagnostics(params)
