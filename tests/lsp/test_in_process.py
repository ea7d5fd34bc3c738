"""The server without a process around it, where a test has to put something broken in."""

import math
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from hexguard.app.root import Progress, Root
from hexguard.engine.selection import Selection
from hexguard.engine.workspace import Config
from hexguard.facts.expressions import Call
from hexguard.lsp import outbox
from hexguard.lsp.folders import Editor
from hexguard.lsp.patience import Patience
from hexguard.lsp.roots import Home
from hexguard.lsp.server import register
from hexguard.lsp.service import Service
from hexguard.rule.catalogue import Catalogue
from hexguard.rule.edits import Edits
from hexguard.rule.finding import Finding
from hexguard.rule.fix import Applicability, Fix
from hexguard.rule.rule import Rule
from hexguard.rule.view import View
from hexguard.settings.model import Severity
from hexguard.settings.report import is_array, is_table
from hexguard.text.document import Document
from support import in_process
from support.in_process import Client, is_publish

CRASHING = Rule(name="always-crashing", message="never said", doc="Crashes.", severity=Severity.NIT, examples=())
CALLS = Rule(name="calls-at-all", message="`{name}` is called", doc="Finds calls.", severity=Severity.NIT, examples=())


@CRASHING.check(Call)
def crash(call: Call, view: View) -> Iterator[Finding[Call]]:
    yield CRASHING.at(call, node=1 // 0)


@CALLS.check(Call)
def find(call: Call, view: View) -> Iterator[Finding[Call]]:
    yield CALLS.at(call, name="it")


@CALLS.fix(Applicability.SAFE)
def crash_again(finding: Finding[Call], edits: Edits) -> Fix | None:
    raise ZeroDivisionError("on purpose as well")


def broken_root(path: Path, editor: Editor) -> Root:
    """A root with a rule that crashes beside one that does not."""
    root = Root(path, editor)
    catalogue = Catalogue((CRASHING, CALLS))
    selection = Selection(catalogue.rules, {})
    config = Config(root.composition.project, catalogue, lambda path: selection, lambda module: None)
    root.workspace.configure(config)
    return root


class Failing(Root):
    """A root whose engine trips over every edit."""

    def reports(self, path: str) -> tuple[()]:
        raise RuntimeError("the engine tripped")


@asynccontextmanager
async def connected(make_root: Callable[[Path, Editor], Root], **initialize: object) -> AsyncGenerator[Client]:
    service = Service(make_root)
    register(service)
    async with in_process.connected(service, **initialize) as client:
        yield client


def opened(path: Path, text: str, version: int = 1) -> dict[str, object]:
    return {"textDocument": {"uri": path.as_uri(), "languageId": "python", "version": version, "text": text}}


def codes(message: dict[str, object]) -> list[object]:
    params = message["params"]
    assert is_table(params)
    diagnostics = params["diagnostics"]
    assert is_array(diagnostics)
    return [one["code"] for one in diagnostics if is_table(one)]


async def test_a_crash_of_a_rule_is_told_once_and_costs_only_that_rule(tmp_path: Path) -> None:
    async with connected(broken_root) as client:
        for version in (1, 2, 3):
            client.say("textDocument/didOpen", opened(tmp_path / "app.py", "print(1)\n" * version, version))
            assert codes(await client.until(is_publish(version))) == ["calls-at-all"] * version
        await client.until(lambda message: message.get("method") == "window/showMessage")
        assert len(client.told("window/showMessage")) == 1
        assert "`always-crashing` crashed" in client.told("window/showMessage")[0]
        assert ["ZeroDivisionError" in text for text in client.told("window/logMessage")] == [True]


async def test_a_crash_of_a_fix_costs_only_that_fix(tmp_path: Path) -> None:
    async with connected(broken_root) as client:
        client.say("textDocument/didOpen", opened(tmp_path / "app.py", "print(1)\n"))
        place = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 5}}
        document = {"uri": (tmp_path / "app.py").as_uri()}
        client.say(
            "textDocument/codeAction", {"textDocument": document, "range": place, "context": {"diagnostics": []}}, 7
        )
        assert (await client.until(lambda message: message.get("id") == 7))["result"] == []


async def test_the_worker_outlives_the_engine(tmp_path: Path) -> None:
    async with connected(Failing) as client:
        client.say("textDocument/didOpen", opened(tmp_path / "app.py", "print(1)\n"))
        await client.until(lambda message: message.get("method") == "window/logMessage")
        client.say(
            "textDocument/hover",
            {"textDocument": {"uri": "file:///unknown.py"}, "position": {"line": 0, "character": 0}},
            7,
        )
        assert (await client.until(lambda message: message.get("id") == 7))["result"] is None
        assert "the engine tripped" in client.told("window/logMessage")[0]
        assert client.told("window/showMessage") == []


async def test_nothing_is_published_about_a_text_that_is_no_more(tmp_path: Path) -> None:
    async with connected(Root) as client:
        path = tmp_path / "app.py"
        client.say("textDocument/didOpen", opened(path, "print(1)\n"))
        await client.until(is_publish(1))
        service = client.service
        shown = await service.ask(lambda: service.background.checking.shown(_home(service, path)))
        another = msgspec.structs.replace(shown.diagnostics, digest="another")
        stale = msgspec.structs.replace(shown, document=Document.of(path.as_uri(), "", 0), diagnostics=another)
        n_messages = len(client.messages)
        service.outbox.checked(stale)
        service.outbox.checked(shown)
        assert len(client.messages) == n_messages
        service.outbox.checked(msgspec.structs.replace(shown, diagnostics=another))
        assert len(client.messages) == n_messages + 1


@pytest.mark.parametrize(
    ("drops_outdated", "crossing_seconds", "versions"),
    [(True, math.inf, [1, 2]), (True, 0.0, [1]), (False, math.inf, [1])],
)
async def test_what_may_have_crossed_an_edit_is_sent_again_to_who_drops_it(
    drops_outdated: bool,
    crossing_seconds: float,
    versions: list[int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outbox, "CROSSING_SECONDS", crossing_seconds)
    capabilities = {"textDocument": {"publishDiagnostics": {"versionSupport": drops_outdated}}}
    async with connected(broken_root, capabilities=capabilities, trace="messages") as client:
        client.say("textDocument/didOpen", opened(tmp_path / "app.py", "print(1)\n"))
        await client.until(is_publish(1))
        document, end = {"uri": (tmp_path / "app.py").as_uri(), "version": 2}, {"line": 1, "character": 0}
        change = {"range": {"start": end, "end": end}, "text": "# done\n"}
        client.say("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})
        await client.until(
            lambda message: message.get("method") == "$/logTrace" and "version 2:" in str(message.get("params"))
        )
        await client.service.ask(lambda: None)
        published = client.params("textDocument/publishDiagnostics")
        assert [one["version"] for one in published] == versions


def _home(service: Service, path: Path) -> Home:
    home = service.background.roots.home(path.as_uri())
    assert home
    return home


async def test_the_progress_of_a_long_index_is_shown_to_a_client_that_takes_it(tmp_path: Path) -> None:
    async with connected(Root) as client:
        outbox = client.service.outbox
        outbox.progressed("indexing", Progress(1, 8))
        outbox.client = msgspec.structs.replace(outbox.client, progress=True)
        n_messages = len(client.messages)
        outbox.progressed("indexing", Progress(2, 8))
        created = await client.until(lambda message: message.get("method") == "window/workDoneProgress/create")
        client.answer(created["id"], None)
        outbox.progressed("indexing", Progress(4, 8))
        outbox.progressed("indexing", None)
        outbox.progressed("indexing", None)
        told = [message["params"] for message in client.messages[n_messages + 1 :]]
        values = [params["value"] for params in told if is_table(params)]
        expected = [("begin", 0), ("report", 50), ("end", None)]
        assert [(value["kind"], value.get("percentage")) for value in values if is_table(value)] == expected


def test_progress_is_told_after_a_while_and_then_now_and_then() -> None:
    times = iter((0.0, 0.5, 1.0, 1.1, 1.3, 1.4))
    patience = Patience(lambda: next(times), before=1.0, between=0.25)
    assert [patience.is_over() for _ in range(5)] == [False, True, False, True, False]


async def test_a_trace_is_sent_while_it_is_wanted(tmp_path: Path) -> None:
    async with connected(Root) as client:
        for version, (value, n_traces) in enumerate((("messages", 1), ("off", 1), ("verbose", 2)), start=1):
            text = "import time\nasync def f():\n" + "    time.sleep(1)\n" * version
            client.say("$/setTrace", {"value": value})
            client.say("textDocument/didOpen", opened(tmp_path / "app.py", text, version))
            await client.until(is_publish(version))
            assert len([one for one in client.messages if one.get("method") == "$/logTrace"]) == n_traces
