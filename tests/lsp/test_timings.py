"""Who asks is told where the time of edits goes, and who wants a trace is told of each edit."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from hexguard.lsp.latency import MAX_EDITS, Latency, Timing
from hexguard.lsp.outbox import TIMINGS
from hexguard.lsp.server import create
from hexguard.settings.report import is_table
from support.in_process import Client, connected, is_publish

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


async def summary_of(client: Client, identifier: int) -> dict[str, object]:
    """The answer to our own request."""
    client.say(TIMINGS, {}, identifier)
    answer = (await client.until(lambda message: message.get("id") == identifier))["result"]
    assert is_table(answer)
    return dict(answer)


async def test_before_any_edit_there_is_an_answer_too() -> None:
    async with connected(create(), trace="off") as client:
        assert await summary_of(client, 7) == NOTHING


@pytest.mark.parametrize(("trace", "n_told"), [("off", 0), ("messages", 2), ("verbose", 2)])
async def test_edits_are_told_to_whoever_wants_a_trace(tmp_path: Path, trace: str, n_told: int) -> None:
    uri = (tmp_path / "app.py").as_uri()
    async with connected(create(), trace=trace) as client:
        document = {"uri": uri, "languageId": "python", "version": 1, "text": SLEEP}
        client.say("textDocument/didOpen", {"textDocument": document})
        await client.until(is_publish(1))
        assert await summary_of(client, 7) == NOTHING, "to open a document is no edit"
        for version in (2, 3):
            change = {"text": SLEEP + "    time.sleep(2)\n" * version}
            params = {"textDocument": {"uri": uri, "version": version}, "contentChanges": [change]}
            client.say("textDocument/didChange", params)
            await client.until(is_publish(version))
        summary = await summary_of(client, 8)
        assert [(told["uri"], told["version"]) for told in client.params(TIMINGS)] == [(uri, 2), (uri, 3)][:n_told]
        for told in (summary, *client.params(TIMINGS)):
            assert {"stages", "rules"} <= told.keys()
            assert is_table(told["stages"])
            assert {"tree", "facts", "findings"} <= told["stages"].keys()
            assert is_table(told["rules"])
            assert "blocking-sleep-in-async" in told["rules"]
        assert summary["edits"] == 2
        assert summary.keys() >= {"last", "median", "p95", "max"}
