"""A language client as small as can be, so that the demonstration shows what really goes over the wire."""

import contextlib
import itertools
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from queue import Empty, Queue
from typing import IO, TypeAlias

import msgspec

Message: TypeAlias = dict[str, object]

HEXGUARD = (sys.executable, "-m", "hexguard")

TIMEOUT_SECONDS = 60.0


class ClientError(RuntimeError):
    """The server refused, fell silent or ended."""


class SilenceError(ClientError):
    """The server said nothing for too long; it may still be at work."""


class Arrival(msgspec.Struct, frozen=True):
    """A message with the moment at which it came, in seconds of `time.perf_counter`."""

    message: Message
    at: float


class Asked:
    """A request that is under way. `sent_at` is when it was sent, on the same clock as `Arrival.at`."""

    def __init__(self, method: str, sent_at: float, replies: Queue[Arrival | None]) -> None:
        self.sent_at = sent_at
        self._method = method
        self._replies = replies

    def wait(self, seconds: float = TIMEOUT_SECONDS) -> Arrival:
        """The answer, be it a result or an error. Raises `ClientError` if none comes."""
        try:
            arrival = self._replies.get(timeout=seconds)
        except Empty:
            raise SilenceError(f"no answer to {self._method} within {seconds:.0f} seconds") from None
        if arrival is None:
            raise ClientError(f"the server ended before it answered {self._method}")
        return arrival


class Client:
    """Speaks JSON-RPC with a server process over its standard streams.

    Messages without a reply, such as diagnostics, wait in `notices` in the order in which they came.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        program: Sequence[str] = HEXGUARD,
        environment: Mapping[str, str] | None = None,
        is_silent: bool = False,
    ) -> None:
        """Start a program with these arguments and this `environment`, by default our own.

        `is_silent` drops what it writes to its standard error stream. Raises `OSError` if it cannot be started.
        """
        self._process = subprocess.Popen(
            [*program, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL if is_silent else None,
            env=environment,
        )
        self._sink = _opened(self._process.stdin)
        self._source = _opened(self._process.stdout)
        self._ids = itertools.count(1)
        self._replies: dict[object, Queue[Arrival | None]] = {}
        self._is_ended = False
        self.notices: Queue[Arrival | None] = Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def process_id(self) -> int:
        """The number by which the system knows the server."""
        return self._process.pid

    def request(self, method: str, params: object) -> object:
        """Ask, wait, and give the result. Raises `ClientError` if the answer is an error or does not come."""
        arrival = self.ask(method, params).wait()
        if "error" in arrival.message:
            raise ClientError(f"{method} was refused: {arrival.message['error']}")
        return arrival.message.get("result")

    def ask(self, method: str, params: object) -> Asked:
        """Ask, and wait for nothing. Raises `ClientError` if the server does not listen any more."""
        number = next(self._ids)
        replies = self._replies[number] = Queue()
        sent_at = time.perf_counter()
        self._send({"id": number, "method": method, "params": params})
        if self._is_ended:
            replies.put(None)
        return Asked(method, sent_at, replies)

    def notify(self, method: str, params: object) -> float:
        """Tell, and give the moment at which it was sent."""
        at = time.perf_counter()
        self._send({"method": method, "params": params})
        return at

    def wait(self, seconds: float = TIMEOUT_SECONDS) -> Arrival:
        """The next notice. Raises `ClientError` if none comes."""
        try:
            arrival = self.notices.get(timeout=max(seconds, 0))
        except Empty:
            raise SilenceError(f"the server said nothing for {seconds:.0f} seconds") from None
        if arrival is None:
            raise ClientError("the server ended")
        return arrival

    def leave(self) -> int:
        """Say goodbye and give the exit code of the server."""
        self.request("shutdown", None)
        self.notify("exit", None)
        return self._process.wait(TIMEOUT_SECONDS)

    def end(self) -> None:
        """Make sure that the process is gone, whatever happened before."""
        self._process.kill()
        self._process.wait()
        self._reader.join(TIMEOUT_SECONDS)
        self._sink.close()
        self._source.close()

    def _send(self, message: Mapping[str, object]) -> None:
        body = msgspec.json.encode({"jsonrpc": "2.0", **message})
        try:
            self._sink.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
            self._sink.flush()
        except OSError as error:
            raise ClientError(f"the server does not listen any more: {error}") from None

    def _read(self) -> None:
        while (message := self._message()) is not None:
            arrival = Arrival(message, time.perf_counter())
            if "method" not in message:
                self._replies[message.get("id")].put(arrival)
            elif "id" in message:
                # The server asks for something, such as settings; this client has none of it.
                with contextlib.suppress(ClientError):
                    self._send({"id": message["id"], "result": None})
            else:
                self.notices.put(arrival)
        self._is_ended = True
        for waiting in (*tuple(self._replies.values()), self.notices):
            waiting.put(None)

    def _message(self) -> Message | None:
        """The next message of the server, `None` at the end of its stream."""
        length = 0
        while (line := self._source.readline().strip()) or not length:
            if not line and not length:
                return None
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        return msgspec.json.decode(self._source.read(length), type=dict[str, object])


def _opened(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None, "the process was started with a pipe there"
    return stream
