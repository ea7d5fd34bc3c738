"""Who asks is told where the time of edits goes, and who wants a trace is told of each edit."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from hexguard.lsp.framing import Framer
from hexguard.lsp.latency import MAX_EDITS, Latency, Timing
from hexguard.lsp.outbox import TIMINGS
from hexguard.lsp.server import create
from hexguard.lsp.service import Service
from hexguard.settings.report import is_table

PATIENCE = 30.0
SLEEP = "import time\n\n\nasync def wait() -> None:\n    time.sleep(1)\n"
NOTHING: dict[str, object] = {"edits": 0, "stages": {}, "rules": {}}


def check(edits: Sequence[float]) -> dict[str, object]:
    """The summary of edits that took so many seconds each, one of them after another."""
    latency = Latency()
    for number, seconds in enumerate(edits):
        timing = Timing(float(number), {"facts": seconds / 2, "findings": seconds / 4}, {"slow": seconds / 8})
        told = latency.add(timing, number + seconds)
        assert told == {
            "total": pytest.approx(seconds * 1000, abs=0.001),
            "stages": pytest.approx({"facts": seconds * 500, "findings": seconds * 250}, abs=0.001),
            "rules": pytest.approx({"slow": seconds * 125}, abs=0.001),
        }
    return {name: value for name, value in latency.summary().items() if name not in ("stages", "rules")}


SUMMARIES: dict[str, tuple[list[float], dict[str, object]]] = {
    "no edit": ([], {"edits": 0}),
    "one edit": ([0.25], {"edits": 1, "last": 250.0, "median": 250.0, "p95": 250.0, "max": 250.0}),
    "an even number": ([0.5, 0.25], {"edits": 2, "last": 250.0, "median": 375.0, "p95": 500.0, "max": 500.0}),
    "many": (
        [number / 8 for number in range(101)],
        {"edits": 101, "last": 12_500.0, "median": 6250.0, "p95": 11_875.0, "max": 12_500.0},
    ),
    "more than are remembered": (
        [64.0, *[0.5] * MAX_EDITS],
        {"edits": MAX_EDITS, "last": 500.0, "median": 500.0, "p95": 500.0, "max": 500.0},
    ),
}


@pytest.mark.parametrize(("edits", "expected"), SUMMARIES.values(), ids=SUMMARIES)
def test_summary(edits: list[float], expected: dict[str, object]) -> None:
    assert check(edits) == expected


def test_stages_and_rules_of_all_edits_add_up() -> None:
    latency = Latency()
    latency.add(Timing(0.0, {"facts": 0.5}, {"quick": 0.125, "slow": 0.25}), 1.0)
    latency.add(Timing(1.0, {"facts": 0.25, "findings": 0.125}, {"slow": 0.5}), 3.0)
    summary = latency.summary()
    assert summary["stages"] == {"facts": 750.0, "findings": 125.0}
    assert json.dumps(summary["rules"]) == '{"slow": 750.0, "quick": 125.0}', "the slowest comes first"


class Client:
    """What the server wrote, as messages."""

    def __init__(self, service: Service) -> None:
        self.messages: list[dict[str, object]] = []
        self._service = service
        self._framer = Framer()
        self._news = asyncio.Event()

    def write(self, data: bytes) -> None:
        self.messages += [msgspec.json.decode(body, type=dict[str, object]) for body in self._framer.feed(data)]
        self._news.set()

    def close(self) -> None:
        """Nothing is held open."""

    def say(self, method: str, params: object, identifier: int | None = None) -> None:
        message = {"jsonrpc": "2.0", "method": method, "params": params}
        self._service.connection.receive(json.dumps(message | ({"id": identifier} if identifier else {})).encode())

    async def until(self, found: Callable[[dict[str, object]], bool]) -> dict[str, object]:
        """The first message that fits, whether it has come already or not."""
        async with asyncio.timeout(PATIENCE):
            while not (fitting := [message for message in self.messages if found(message)]):
                self._news.clear()
                await self._news.wait()
        return fitting[0]

    async def summary(self, identifier: int) -> dict[str, object]:
        """The answer to our own request."""
        self.say(TIMINGS, {}, identifier)
        answer = (await self.until(lambda message: message.get("id") == identifier))["result"]
        assert is_table(answer)
        return dict(answer)

    async def published(self, version: int) -> None:
        """Wait until the diagnostics of a version are there."""

        def fits(message: dict[str, object]) -> bool:
            params = message.get("params")
            is_publish = message.get("method") == "textDocument/publishDiagnostics"
            return is_publish and is_table(params) and params["version"] == version

        await self.until(fits)

    def told(self) -> list[dict[str, object]]:
        """Our own notifications."""
        params = [message["params"] for message in self.messages if message.get("method") == TIMINGS]
        return [dict(one) for one in params if is_table(one)]


@asynccontextmanager
async def connected(trace: str) -> AsyncGenerator[Client]:
    service = create()
    client = Client(service)
    service.protocol.set_writer(client)
    finished = asyncio.ensure_future(service.finished())
    await asyncio.sleep(0)
    client.say("initialize", {"processId": None, "rootUri": None, "capabilities": {}, "trace": trace}, 1)
    yield client
    client.say("shutdown", None, 2)
    client.say("exit", None)
    assert await finished == 0


async def test_before_any_edit_there_is_an_answer_too() -> None:
    async with connected("off") as client:
        assert await client.summary(7) == NOTHING


@pytest.mark.parametrize(("trace", "n_told"), [("off", 0), ("messages", 2), ("verbose", 2)])
async def test_edits_are_told_to_whoever_wants_a_trace(tmp_path: Path, trace: str, n_told: int) -> None:
    uri = (tmp_path / "app.py").as_uri()
    async with connected(trace) as client:
        document = {"uri": uri, "languageId": "python", "version": 1, "text": SLEEP}
        client.say("textDocument/didOpen", {"textDocument": document})
        await client.published(1)
        assert await client.summary(7) == NOTHING, "to open a document is no edit"
        for version in (2, 3):
            change = {"text": SLEEP + "    time.sleep(2)\n" * version}
            params = {"textDocument": {"uri": uri, "version": version}, "contentChanges": [change]}
            client.say("textDocument/didChange", params)
            await client.published(version)
        summary = await client.summary(8)
        assert [(told["uri"], told["version"]) for told in client.told()] == [(uri, 2), (uri, 3)][:n_told]
        for told in (summary, *client.told()):
            assert {"stages", "rules"} <= told.keys()
            assert is_table(told["stages"])
            assert {"tree", "facts", "findings"} <= told["stages"].keys()
            assert is_table(told["rules"])
            assert "blocking-sleep-in-async" in told["rules"]
        assert summary["edits"] == 2
        assert summary.keys() >= {"last", "median", "p95", "max"}
