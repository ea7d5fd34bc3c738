"""A language client as small as can be, so that the demonstration shows what really goes over the wire."""

import contextlib
import itertools
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from queue import Empty, Queue
from typing import IO, TypeAlias

import msgspec

Message: TypeAlias = dict[str, object]

TIMEOUT_SECONDS = 60.0


class ClientError(RuntimeError):
    """The server refused, fell silent or ended."""


class Arrival(msgspec.Struct, frozen=True):
    """A message with the moment at which it came, in seconds of `time.perf_counter`."""

    message: Message
    at: float


class Client:
    """Speaks JSON-RPC with a server process over its standard streams.

    Messages without a reply, such as diagnostics, wait in `notices` in the order in which they came.
    """

    def __init__(self, arguments: list[str]) -> None:
        """Start `python -m hexguard` with these arguments."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "hexguard", *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._sink = _opened(self._process.stdin)
        self._source = _opened(self._process.stdout)
        self._ids = itertools.count(1)
        self._replies: dict[object, Queue[Arrival | None]] = {}
        self._is_ended = False
        self.notices: Queue[Arrival | None] = Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def request(self, method: str, params: object) -> object:
        """Ask, wait, and give the result. Raises `ClientError` if the answer is an error or does not come."""
        number = next(self._ids)
        replies = self._replies[number] = Queue()
        self._send({"id": number, "method": method, "params": params})
        try:
            arrival = replies.get(timeout=TIMEOUT_SECONDS) if not self._is_ended else None
        except Empty:
            raise ClientError(f"no answer to {method} within {TIMEOUT_SECONDS:.0f} seconds") from None
        if arrival is None:
            raise ClientError(f"the server ended before it answered {method}")
        if "error" in arrival.message:
            raise ClientError(f"{method} was refused: {arrival.message['error']}")
        return arrival.message.get("result")

    def notify(self, method: str, params: object) -> float:
        """Tell, and give the moment at which it was sent."""
        at = time.perf_counter()
        self._send({"method": method, "params": params})
        return at

    def wait(self) -> Arrival:
        """The next notice. Raises `ClientError` if none comes."""
        try:
            arrival = self.notices.get(timeout=TIMEOUT_SECONDS)
        except Empty:
            raise ClientError(f"the server said nothing for {TIMEOUT_SECONDS:.0f} seconds") from None
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
        for waiting in (*self._replies.values(), self.notices):
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
