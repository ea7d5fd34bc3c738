"""A server without a process around it: what it says is kept as messages."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import msgspec

from hexguard.lsp.framing import Framer
from hexguard.lsp.service import Service
from hexguard.settings.report import is_table

PATIENCE = 30.0
"""After so many seconds without the message that is waited for, a test fails."""


class Client:
    """What the server wrote, as messages."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.messages: list[dict[str, object]] = []
        self._news = asyncio.Event()
        self._framer = Framer()

    def write(self, data: bytes) -> None:
        self.messages += [msgspec.json.decode(body, type=dict[str, object]) for body in self._framer.feed(data)]
        self._news.set()

    def close(self) -> None:
        """Nothing is held open."""

    def say(self, method: str, params: object, identifier: int | None = None) -> None:
        message: dict[str, object] = {"jsonrpc": "2.0", "method": method, "params": params}
        if identifier is not None:
            message["id"] = identifier
        self.service.connection.receive(json.dumps(message).encode())

    def answer(self, identifier: object, result: object) -> None:
        self.service.connection.receive(json.dumps({"jsonrpc": "2.0", "id": identifier, "result": result}).encode())

    async def until(self, found: Callable[[dict[str, object]], bool]) -> dict[str, object]:
        """The first message that fits, whether it has come already or not."""
        async with asyncio.timeout(PATIENCE):
            while not (fitting := [message for message in self.messages if found(message)]):
                self._news.clear()
                await self._news.wait()
        return fitting[0]

    def params(self, method: str) -> list[dict[str, object]]:
        """What all notifications of a kind carried."""
        params = [message["params"] for message in self.messages if message.get("method") == method]
        return [dict(one) for one in params if is_table(one)]

    def told(self, method: str) -> list[str]:
        """What was told to a person by all notifications of a kind."""
        return [str(one["message"]) for one in self.params(method)]


def is_publish(version: int) -> Callable[[dict[str, object]], bool]:
    """Whether a message publishes the diagnostics of a version."""

    def fits(message: dict[str, object]) -> bool:
        params = message.get("params")
        is_published = message.get("method") == "textDocument/publishDiagnostics"
        return is_published and is_table(params) and params["version"] == version

    return fits


@asynccontextmanager
async def connected(service: Service, **initialize: object) -> AsyncGenerator[Client]:
    """A client of the server, which says goodbye in the end; `initialize` are further parameters of that request."""
    client = Client(service)
    service.protocol.set_writer(client)
    finished = asyncio.ensure_future(service.finished())
    await asyncio.sleep(0)
    client.say("initialize", {"processId": None, "rootUri": None, "capabilities": {}, **initialize}, 1)
    yield client
    client.say("shutdown", None, 2)
    client.say("exit", None)
    assert await finished == 0
