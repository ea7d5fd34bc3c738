"""A conversation of the bench with one server: sends edits, and tells when the diagnostics for them were there."""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from hexguard_dev.bench.measure import peak_memory
from hexguard_dev.bench.servers import Server
from hexguard_dev.client import Arrival, Asked, Client, SilenceError
from hexguard_dev.editor import Extent, Place

START_SECONDS = 60.0

# Without a word about encodings, the columns of the protocol are UTF-16; the code is ASCII, so it makes no difference.
CAPABILITIES = {
    "textDocument": {
        "publishDiagnostics": {"relatedInformation": True, "versionSupport": True},
        "codeAction": {
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}},
            "dataSupport": True,
        },
        "hover": {"contentFormat": ["markdown"]},
    },
    "workspace": {"workspaceEdit": {"documentChanges": True}, "workspaceFolders": True},
    "window": {"workDoneProgress": True},
}


class Change(msgspec.Struct, frozen=True):
    """One edit of the protocol, to the text as the one before has left it."""

    range: Extent
    text: str


class Publication(msgspec.Struct, frozen=True):
    """All diagnostics of a document, as they came."""

    uri: str
    diagnostics: tuple[Mapping[str, object], ...]
    version: int | None = None


class Answered(msgspec.Struct, frozen=True):
    """The part of an answer that is looked at."""

    result: object = None


class Session:
    """A server that works on one folder. All moments are those of `time.perf_counter`."""

    def __init__(self, server: Server, folder: Path, environment: Mapping[str, str]) -> None:
        """Start the server and wait until it is ready. Raises `ClientError` if it never is."""
        self.server = server
        self.n_stale = 0
        self.n_begun = 0
        self.n_ended = 0
        self.started_at = time.perf_counter()
        self._client = Client((), program=server.command, environment=environment, is_silent=True)
        self._memory: int | None = None
        self._versions: dict[str, int] = {}
        self._newest: dict[str, int] = {}
        self._answers: dict[str, float] = {}
        self._diagnostics: dict[str, tuple[Mapping[str, object], ...]] = {}
        try:
            answer = self._client.ask("initialize", _greeting(folder)).wait(START_SECONDS)
        except BaseException:
            self.end()
            raise
        self.ready_at = answer.at
        self._abilities = msgspec.convert(answer.message, _Initialized).result.capabilities
        self._client.notify("initialized", {})

    def offers(self, ability: str) -> bool:
        """Whether the server said that it can do something, such as `hoverProvider`."""
        return bool(self._abilities.get(ability))

    def open(self, uri: str, text: str) -> float:
        """Open a document; gives the moment of sending."""
        self._versions[uri] = 1
        self._answers.pop(uri, None)
        document = {"uri": uri, "languageId": "python", "version": 1, "text": text}
        return self._client.notify("textDocument/didOpen", {"textDocument": document})

    def close(self, uri: str) -> None:
        """Close a document."""
        for by_uri in (self._versions, self._newest, self._diagnostics):
            by_uri.pop(uri, None)
        self._client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})

    def edit(self, uri: str, *changes: Change) -> float:
        """Change a document, and make it one version newer; gives the moment of sending."""
        self._versions[uri] += 1
        self._answers.pop(uri, None)
        target = {"uri": uri, "version": self._versions[uri]}
        return self._client.notify("textDocument/didChange", {"textDocument": target, "contentChanges": changes})

    def published(self, uri: str, limit: float) -> float:
        """The moment at which the first diagnostics for the current version came.

        Raises `SilenceError` after `limit` seconds, and `ClientError` if the server ends.
        """
        self.wait_until(lambda: uri in self._answers, limit)
        return self._answers[uri]

    def wait_until(self, is_reached: Callable[[], bool], limit: float) -> None:
        """Take in what the server says until something holds. Raises `SilenceError` after `limit` seconds."""
        deadline = time.perf_counter() + limit
        while not is_reached():
            left = deadline - time.perf_counter()
            if left <= 0:
                raise SilenceError(f"nothing within {limit:.0f} seconds")
            self._take(self._client.wait(left))

    def rest(self, seconds: float) -> None:
        """Take in for some time whatever the server says."""
        deadline = time.perf_counter() + seconds
        while (left := deadline - time.perf_counter()) > 0:
            try:
                self._take(self._client.wait(left))
            except SilenceError:
                return

    def diagnostics(self, uri: str) -> tuple[Mapping[str, object], ...]:
        """What the server said last about a document."""
        return self._diagnostics.get(uri, ())

    def at_line(self, uri: str, line: int) -> tuple[Mapping[str, object], ...]:
        """What the server said last about one line, counted from 0."""
        found = self.diagnostics(uri)
        return tuple(one for one in found if msgspec.convert(one["range"], Extent).start.line == line)

    def ask(self, method: str, params: object) -> Asked:
        """Send a request, and wait for nothing."""
        return self._client.ask(method, params)

    def memory(self) -> int | None:
        """The most memory, in bytes, that the server and its children held whenever this was asked.

        A child takes its figure with it when it ends, so this has to be asked now and then.
        """
        found = peak_memory(self._client.process_id)
        if found is not None:
            self._memory = max(self._memory or 0, found)
        return self._memory

    def end(self) -> None:
        """Make sure that the server is gone."""
        self._client.end()

    def leave(self) -> None:
        """Let the server end by itself, so that it stores what it wants to keep. Raises `ClientError` if it hangs."""
        try:
            self._client.leave()
        finally:
            self._client.end()

    def _take(self, arrival: Arrival) -> None:
        method, params = arrival.message.get("method"), arrival.message.get("params")
        if method == "$/progress":
            kind = msgspec.convert(params, _Progress).value.get("kind")
            self.n_begun += kind == "begin"
            self.n_ended += kind == "end"
        elif method == "textDocument/publishDiagnostics":
            self._take_publication(msgspec.convert(params, Publication), arrival.at)

    def _take_publication(self, publication: Publication, at: float) -> None:
        uri, version = publication.uri, publication.version
        # Servers clear what they said about documents that were closed, and tell of files that were never opened.
        if uri not in self._versions:
            return
        self._diagnostics[uri] = publication.diagnostics
        self.n_stale += version is None or version < self._newest.get(uri, 0)
        self._newest[uri] = max(version or 0, self._newest.get(uri, 0))
        if version is None or version >= self._versions[uri]:
            self._answers.setdefault(uri, at)


def insertion(line: int, character: int, text: str) -> Change:
    """Text that is put somewhere; lines and columns count from 0."""
    return Change(Extent(Place(line, character), Place(line, character)), text)


def deletion(start: Sequence[int], end: Sequence[int]) -> Change:
    """Text that is taken away between two places, each a line and a column."""
    return Change(Extent(Place(*start), Place(*end)), "")


class _Abilities(msgspec.Struct, frozen=True):
    capabilities: dict[str, object]


class _Initialized(msgspec.Struct, frozen=True):
    result: _Abilities


class _Progress(msgspec.Struct, frozen=True):
    value: dict[str, object]


def _greeting(folder: Path) -> Mapping[str, object]:
    return {
        "processId": None,
        "rootUri": folder.as_uri(),
        "capabilities": CAPABILITIES,
        "workspaceFolders": [{"uri": folder.as_uri(), "name": folder.name}],
    }
