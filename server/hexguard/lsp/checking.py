"""Decides what the worker does next when no client waits: check documents, tell what is wrong, index one more file."""

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

import msgspec
from lsprotocol import types as lsp

from hexguard.app.root import Progress, Root
from hexguard.engine.check import Crash
from hexguard.engine.report import Report
from hexguard.lsp import convert
from hexguard.lsp.client import Client
from hexguard.lsp.roots import Home, Roots, is_editor_problem
from hexguard.settings.model import Problem
from hexguard.text.document import Document
from hexguard_rules.catalogue import CATALOGUE

FILES_PER_CHECK = 50
"""So many files are indexed before the open documents that they concern are checked again."""


class Shown(msgspec.Struct, frozen=True):
    """The diagnostics of one version of a document; two with equal `digest` look the same to a person."""

    document: Document
    diagnostics: tuple[lsp.Diagnostic, ...]
    digest: str


class Listener(Protocol):
    """What hears about results; it is called in the worker's thread."""

    def checked(self, shown: Shown) -> None:
        """A document was checked."""

    def crashed(self, crash: Crash) -> None:
        """A rule crashed."""

    def settings_checked(self, uri: str, diagnostics: tuple[lsp.Diagnostic, ...]) -> None:
        """A configuration file was read; it has these problems, or none any more."""

    def settings_refused(self, messages: tuple[str, ...]) -> None:
        """What the editor sent has these problems, or none any more."""

    def indexing(self, root: Root, progress: Progress | None) -> None:
        """The index of a root is so far; `None` at its end."""


class Checking:
    """The steps of the background: each does a little, the most urgent first. Runs in the worker's thread."""

    def __init__(self, roots: Roots, listener: Listener) -> None:
        self.client = Client()
        self._roots = roots
        self._listener = listener
        self._due: dict[str, None] = {}
        self._indexing: list[tuple[Root, Iterator[Progress]]] = []
        self._n_taken = 0
        self._told: dict[str, tuple[str, tuple[Problem, ...]]] = {}
        self._refused: tuple[str, ...] = ()
        self._changed: dict[str, None] = {}

    def urgent(self, uri: str) -> None:
        """Check this document before all others."""
        self._due = {uri: None, **self._due}

    def files_changed(self, paths: Iterable[str]) -> None:
        """Look at files that changed on disk, one in each step: a change of branch touches thousands."""
        self._changed.update(dict.fromkeys(paths))

    def step(self) -> bool:
        """Do the most urgent thing; whether there is more to do. What fails is not tried again."""
        self._collect()
        if self._due:
            uri = next(iter(self._due))
            del self._due[uri]
            if home := self._roots.home(uri):
                self._listener.checked(self.shown(home))
                self._tell_crashes()
            return True
        if self._changed:
            path = next(iter(self._changed))
            del self._changed[path]
            self._roots.file_changed(path)
            self._n_taken += 1
            return True
        self._tell_problems()
        self._indexing += [(root, root.index()) for root in self._roots.take_unindexed()]
        if self._indexing:
            self._index()
        return bool(self._indexing or self._due)

    def shown(self, home: Home) -> Shown:
        """What a document looks like now."""
        document, reports = home.document, home.reports()
        diagnostics = tuple(self.diagnostic(report, home, document) for report in reports)
        return Shown(document, diagnostics, _digest(document, diagnostics))

    def diagnostic(self, report: Report, home: Home, document: Document) -> lsp.Diagnostic:
        """A report as the client wants to see it."""
        related: list[lsp.Location] | None = None
        encoding = self.client.encoding
        if self.client.related_information:
            places = [(place, home.workspace.document_at(place.path)) for place in report.related]
            related = [convert.to_location(place, text, encoding) for place, text in places]
        rule = next((rule for rule in CATALOGUE.select(report.rule) if rule.name == report.rule), None)
        found = convert.to_diagnostic(report, document, encoding, rule, related)
        if self.client.deprecated_tag and report.rule.endswith("-deprecated"):
            found.tags = [lsp.DiagnosticTag.Deprecated]
        return found

    def _collect(self) -> None:
        """Note which documents are due. While files are taken in, one check serves for many of them."""
        if not (self._indexing or self._changed) or self._n_taken % FILES_PER_CHECK == 0:
            self._due.update(dict.fromkeys(self._roots.take_stale()))

    def _tell_crashes(self) -> None:
        for crash in self._roots.take_crashes():
            self._listener.crashed(crash)

    def _tell_problems(self) -> None:
        """Tell the problems of each configuration file when they change, and when there are none any more."""
        found: dict[str, tuple[str, tuple[Problem, ...]]] = {}
        refused: list[str] = []
        for root, problem in self._roots.problems():
            if is_editor_problem(problem):
                refused.append(problem.message)
                continue
            uri = convert.to_uri(str(root.path / problem.path))
            _, before = found.get(uri, ("", ()))
            found[uri] = root.settings_text(problem.path), (*before, problem)
        told, self._told = self._told, found
        for uri in dict.fromkeys((*told, *found)):
            text, problems = found.get(uri, ("", ()))
            if told.get(uri) != (text, problems):
                document = Document.of(uri, text)
                diagnostics = (convert.to_settings_diagnostic(one, document, self.client.encoding) for one in problems)
                self._listener.settings_checked(uri, tuple(diagnostics))
        if self._refused != (messages := tuple(dict.fromkeys(refused))):
            self._refused = messages
            self._listener.settings_refused(messages)

    def _index(self) -> None:
        root, progress = self._indexing[0]
        done = next(progress, None) if self._roots.is_in_use(root) else None
        self._n_taken += 1
        if done is None:
            self._indexing.pop(0)
            self._due.update(dict.fromkeys(self._roots.take_stale()))
        self._listener.indexing(root, done)


Clock = Callable[[], float]


class Patience:
    """Decides when the progress of a long job is worth telling: not in its first second, and then now and then."""

    def __init__(self, clock: Clock = time.monotonic, before: float = 1.0, between: float = 0.25) -> None:
        self._clock = clock
        self._between = between
        self._next = clock() + before

    def is_over(self) -> bool:
        """Whether to tell how far the job is, now."""
        if (now := self._clock()) < self._next:
            return False
        self._next = now + self._between
        return True


def _digest(document: Document, diagnostics: tuple[lsp.Diagnostic, ...]) -> str:
    parts = [
        (
            *(one.range.start.line, one.range.start.character, one.range.end.line, one.range.end.character),
            *(one.severity, one.code, one.message),
            [
                (place.location.uri, place.location.range.start.line, place.message)
                for place in one.related_information or ()
            ],
        )
        for one in diagnostics
    ]
    return hashlib.blake2b(msgspec.json.encode((document.uri, parts)), digest_size=16).hexdigest()
