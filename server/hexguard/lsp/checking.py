"""Decides what the worker does next when no client waits: check documents, tell what is wrong, index one more file."""

from collections.abc import Iterable
from functools import partial
from typing import Protocol

import msgspec

from hexguard.app.root import Progress, Root
from hexguard.engine.budget import Slow
from hexguard.engine.check import Crash
from hexguard.engine.fix_all import Wanted
from hexguard.engine.timings import Timings
from hexguard.lsp.client import Client
from hexguard.lsp.indexing import Indexing
from hexguard.lsp.inferring import Inferring
from hexguard.lsp.latency import Timing
from hexguard.lsp.roots import Home, Roots
from hexguard.lsp.settings_documents import SettingsDocuments
from hexguard.lsp.settings_problems import SettingsListener, SettingsProblems
from hexguard.lsp.sweeping import Sweeping
from hexguard.lsp.wire import Diagnostics, Wire
from hexguard.lsp.worker import Later
from hexguard.text.document import Document

STEPS_PER_CHECK = 10
"""So many steps of the index are done before the open documents that they concern are checked again."""


class Shown(msgspec.Struct, frozen=True):
    """The diagnostics of one version of a document.

    `timing` says what it took, where an edit was what made it necessary.
    """

    document: Document
    diagnostics: Diagnostics
    timing: Timing | None = None


class Listener(SettingsListener, Protocol):
    """What hears about results; it is called in the worker's thread."""

    def checked(self, shown: Shown) -> None:
        """A document was checked."""

    def crashed(self, crash: Crash) -> None:
        """A rule crashed."""

    def slowed(self, slow: Slow) -> None:
        """A rule was switched off for a file because it is slow."""

    def progressed(self, title: str, progress: Progress | None) -> None:
        """A long job with this title is so far; `None` at its end."""


class Checking:
    """The steps of the background: each does a little, the most urgent first. Runs in the worker's thread."""

    def __init__(
        self,
        client: Client,
        roots: Roots,
        listener: Listener,
        later: Later,
        timings: Timings,
    ) -> None:
        """`timings` hears of all stages."""
        self.wire = Wire(client)
        self.settings_documents = SettingsDocuments()
        self._settings_problems = SettingsProblems(client, roots, listener, self.settings_documents)
        self._roots = roots
        self._listener = listener
        self._later = later
        self._timings = timings
        self._received: dict[str, float] = {}
        self._due: dict[str, None] = {}
        self._indexing: list[Indexing] = []
        self._sweeping: list[Sweeping] = []
        self._inferring: list[Inferring] = []
        self._n_taken = 0
        self._changed: dict[str, None] = {}

    def urgent(self, uri: str, received: float | None = None) -> None:
        """Check this document before all others; an edit of it was `received` then, see `Timing`."""
        self._due = {uri: None, **self._due}
        # Of a burst of edits, the first one waits longest.
        if received is not None:
            self._received.setdefault(uri, received)
        self._timings.pause()

    def sweep(self, root: Root, wanted: Wanted) -> Sweeping:
        """Fix a whole project when there is nothing else to do, one file in each step."""
        told = partial(self._listener.progressed, f"Hexguard: fixing {root.path.name}")
        self._sweeping.append(Sweeping(root, wanted, told))
        return self._sweeping[-1]

    def files_changed(self, paths: Iterable[str]) -> None:
        """Look at files that changed on disk, one in each step: a change of branch touches thousands."""
        self._changed.update(dict.fromkeys(paths))

    def step(self) -> bool:
        """Do the most urgent thing; whether there is more to do. What fails is not tried again."""
        # A person who writes settings waits for nothing else.
        if self._settings_problems.tell_edited():
            return True
        self._collect()
        if self._due:
            uri = next(iter(self._due))
            del self._due[uri]
            if home := self._roots.home(uri):
                self._listener.checked(self._timed(uri, self.shown(home)))
                self._tell_crashes()
            return True
        if self._changed:
            path = next(iter(self._changed))
            del self._changed[path]
            self._roots.file_changed(path)
            self.settings_documents.file_changed(path)
            self._n_taken += 1
            return True
        self._settings_problems.tell_others()
        self._begin_indexing()
        if self._index() or self._sweep():
            return True
        self._infer()
        return bool(self._due)

    def _timed(self, uri: str, shown: Shown) -> Shown:
        spent = self._timings.take()
        received = self._received.pop(uri, None)
        if received is None:
            return shown
        return msgspec.structs.replace(shown, timing=Timing(received, spent.stages, spent.rules))

    def shown(self, home: Home) -> Shown:
        """What a document looks like now."""
        return Shown(home.document, self.wire.diagnostics(home, home.reports()))

    def _collect(self) -> None:
        """Note which documents are due. While files are taken in, one check serves for many, unless a person waits."""
        self._indexing = [indexing for indexing in self._indexing if not indexing.is_over]
        is_busy = bool(self._indexing or self._changed) and self._n_taken % STEPS_PER_CHECK != 0
        if self._due or not is_busy:
            self._due.update(dict.fromkeys(self._roots.take_stale()))

    def _tell_crashes(self) -> None:
        for crash in self._roots.take_crashes():
            self._listener.crashed(crash)
        for slow in self._roots.take_slow():
            self._listener.slowed(slow)

    def _begin_indexing(self) -> None:
        new = self._roots.take_unindexed()
        for indexing in self._indexing:
            if indexing.root in new or not self._roots.is_in_use(indexing.root):
                indexing.cancel()
        self._indexing += [Indexing(root, self._later, partial(self._indexed, root)) for root in new]

    def _index(self) -> bool:
        """Go on with the first index that has work for this thread; whether there was one."""
        return any(indexing.step() for indexing in self._indexing)

    def _sweep(self) -> bool:
        """Go on with the first project that is being fixed and whose index is over; whether there was one."""
        unfinished = {id(indexing.root) for indexing in self._indexing if not indexing.is_over}
        ready = next((one for one in self._sweeping if id(one.root) not in unfinished), None)
        if ready is not None and not ready.step():
            self._sweeping.remove(ready)
        return ready is not None

    def _infer(self) -> None:
        """Have libraries asked what reports asked about them, one bunch of questions of a root at a time.

        While a project is indexed, what looks like a library may turn out to be a part of it.
        """
        unfinished = [indexing.root for indexing in self._indexing if not indexing.is_over]
        for inferring in self._inferring:
            if not self._roots.is_in_use(inferring.root):
                inferring.cancel()
        self._inferring = [inferring for inferring in self._inferring if not inferring.is_over]
        busy = [*unfinished, *(inferring.root for inferring in self._inferring)]
        for root in self._roots.in_use():
            if root not in busy and (questions := root.workspace.take_questions()):
                self._inferring.append(Inferring(root, questions, self._later))

    def _indexed(self, root: Root, progress: Progress | None) -> None:
        self._n_taken += 1
        if progress is None:
            self._due.update(dict.fromkeys(self._roots.take_stale()))
        self._listener.progressed(f"Hexguard: indexing {root.path.name}", progress)
