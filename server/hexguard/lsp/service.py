"""The server as one value: what every feature needs, and how results get from the worker to the client.

All but `Link` runs in the event loop's thread.
"""

from __future__ import annotations

import asyncio
import gc
import logging
from collections import deque
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

from lsprotocol import types as lsp
from pygls.exceptions import FeatureRequestError, JsonRpcException, PyglsError
from pygls.lsp.server import LanguageServer

import hexguard
from hexguard.lsp.client import Client
from hexguard.lsp.documents import Documents, Step
from hexguard.lsp.outbox import Outbox
from hexguard.lsp.patience import Patience
from hexguard.lsp.protocol import Protocol
from hexguard.lsp.target import EverywhereFixes
from hexguard.lsp.worker import Worker

if TYPE_CHECKING:
    from hexguard.app.root import Progress
    from hexguard.engine.budget import Slow
    from hexguard.engine.check import Crash
    from hexguard.lsp.acting import Done
    from hexguard.lsp.background import Background
    from hexguard.lsp.checking import Shown
    from hexguard.lsp.roots import MakeRoot
    from hexguard.text.document import Document

T = TypeVar("T")

COLLECT_AFTER = (50_000, 20, 100)
"""After so many new values the garbage collector looks at the youngest, and so on, see `gc.set_threshold`."""


class Service(LanguageServer):
    """The documents, the worker with all roots, and the client. `make_root` is there for tests."""

    def __init__(self, make_root: MakeRoot | None = None) -> None:
        # The signature of pygls ends in untyped `*args` and `**kwargs`.
        super().__init__("hexguard", hexguard.__version__, protocol_cls=Protocol)  # pyright: ignore[reportUnknownMemberType]
        self.client = Client()
        self.documents = Documents()
        # The edits of each open document that the worker has not taken in yet; both threads may touch these.
        self.edits: dict[str, deque[Step]] = {}
        self.outbox = Outbox(self, self.connection, self.documents)
        self.worker = Worker(self._step)
        self._make_root = make_root
        self._background: Background | None = None
        # The settings that the client began with, those that it told when asked, and those for each of its folders.
        self.settings: Mapping[str, object] = {}
        self.fetched: Mapping[str, object] = {}
        self.folders: dict[str, Mapping[str, object] | None] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._finished: asyncio.Future[int] | None = None

    @property
    def connection(self) -> Protocol:
        """The protocol, which takes the messages."""
        assert isinstance(self.protocol, Protocol)
        return self.protocol

    def started(self, client: Client) -> None:
        """Begin to work for a client."""
        self.client = client
        self.outbox.client = client
        self.worker.put(self._load)
        self.worker.start()

    @property
    def background(self) -> Background:
        """What computes; only jobs of the worker may ask for it."""
        assert self._background, "it is loaded by the worker's first job"
        return self._background

    def _load(self) -> None:
        # Engine, rules and settings take long to load, and no answer to `initialize` needs them.
        try:
            from hexguard.lsp.background import Background  # noqa: PLC0415 - see above
        except Exception:
            # Without these, no message can be answered any more.
            self.soon(lambda: self.finish(orderly=False))
            raise

        # What is loaded by now stays. Documents make many small values and hardly any cycles, so looking for these
        # after every few hundred would take a fifth of the time to open a large file.
        gc.freeze()
        gc.set_threshold(*COLLECT_AFTER)
        self._background = Background(self.client, Link(self), self.worker.put, self._make_root)

    def _step(self) -> bool:
        return self.background.checking.step()

    async def finished(self) -> int:
        """Wait until the client is gone, and give the exit code of the process."""
        self._loop = asyncio.get_running_loop()
        self._finished = self._loop.create_future()
        log, to_client = logging.getLogger("hexguard"), _ToClient(self)
        log.addHandler(to_client)
        try:
            return await self._finished
        finally:
            log.removeHandler(to_client)
            # A rule that is stuck must not keep the process.
            self.worker.stop(timeout=1.0)  # hexguard: ignore[blocking-call-transitive] nothing else is left to run

    def finish(self, *, orderly: bool) -> None:
        """End the server; it is orderly if the client said `shutdown` first."""
        if self._finished is not None and not self._finished.done():
            self._finished.set_result(0 if orderly else 1)

    async def ask(self, question: Callable[[], T]) -> T:
        """Let the worker answer a question about all the documents as they are now."""
        return await asyncio.wrap_future(self.worker.ask(question))

    async def sweep(self, target: EverywhereFixes) -> Done:
        """The fixes of a whole project, worked out beside everything else; to cancel this ends it."""
        found = await asyncio.wrap_future(await self.ask(lambda: self.background.sweep(target)))
        return await self.ask(lambda: self.background.acting.everywhere(found))

    def soon(self, job: Callable[[], None]) -> None:
        """Do a job in the event loop; any thread may call this."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(job)

    def report_server_error(self, error: Exception, source: type[PyglsError] | type[JsonRpcException]) -> None:
        """Log what went wrong with a message; the default shows a window for each, which makes a storm of a burst.

        A request that failed was answered with the error already.
        """
        if source is not FeatureRequestError:
            self.outbox.log(f"a message could not be handled: {error}", lsp.MessageType.Error)


class Link:
    """Carries what the worker finds into the event loop."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._patience: dict[str, Patience] = {}

    def checked(self, shown: Shown) -> None:
        """See `Listener`."""
        self._service.soon(lambda: self._service.outbox.checked(shown))

    def crashed(self, crash: Crash) -> None:
        """See `Listener`."""
        self._service.soon(lambda: self._service.outbox.crashed(crash))

    def slowed(self, slow: Slow) -> None:
        """See `Listener`."""
        self._service.soon(lambda: self._service.outbox.slowed(slow))

    def settings_checked(self, document: Document, diagnostics: tuple[lsp.Diagnostic, ...]) -> None:
        """See `Listener`."""
        self._service.soon(lambda: self._service.outbox.settings_checked(document, diagnostics))

    def settings_refused(self, messages: tuple[str, ...]) -> None:
        """See `Listener`."""
        self._service.soon(lambda: self._service.outbox.settings_refused(messages))

    def progressed(self, title: str, progress: Progress | None) -> None:
        """See `Listener`; only what a person may want to see goes on from here."""
        patience = self._patience.setdefault(title, Patience())
        if progress is None:
            del self._patience[title]
        if progress is None or patience.is_over():
            self._service.soon(lambda: self._service.outbox.progressed(title, progress))


class _ToClient(logging.Handler):
    """Sends our own log to the client's."""

    def __init__(self, service: Service) -> None:
        super().__init__(logging.WARNING)
        self._service = service

    def emit(self, record: logging.LogRecord) -> None:
        text = self.format(record)
        self._service.soon(lambda: self._service.outbox.log(text, lsp.MessageType.Error))
