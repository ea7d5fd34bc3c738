"""The client has its first answer before anything is loaded that the answer does not need."""

import asyncio
import json
import subprocess
import sys
import threading
from pathlib import Path

import msgspec
import pytest

from hexguard.lsp import background
from hexguard.lsp.framing import Framer
from hexguard.lsp.server import create
from hexguard.settings.report import is_table

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0
LATE = (
    "hexguard.app",
    "hexguard.engine",
    "hexguard.facts",
    "hexguard.files",
    "hexguard.index",
    "hexguard.rule",
    "hexguard.settings.load",
    "hexguard.syntax",
    "hexguard_rules",
    "jedi",
    "libcst",
    "packaging",
    "pathspec",
    "platformdirs",
    "sqlite3",
    "tree_sitter",
)
SLEEP = "import time\n\n\nasync def wait() -> None:\n    time.sleep(1)\n"


def check(statement: str) -> list[str]:
    """Which of the late packages a statement loads in a fresh interpreter."""
    paths = [str(ROOT / folder) for folder in ("server", "rules")]
    program = f"import sys; sys.path[:0] = {paths}; {statement}; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    loaded = run.stdout.split()
    return [name for name in LATE if any(one == name or one.startswith(f"{name}.") for one in loaded)]


@pytest.mark.parametrize(
    "statement",
    [
        "import hexguard.lsp.server",
        "import hexguard.lsp.server as server; server.create()",
        "import hexguard.cli.main, hexguard.cli.arguments as a; a.parser().parse_args(['server'])",
    ],
)
def test_what_is_not_needed_is_not_loaded(statement: str) -> None:
    assert check(statement) == []


def test_what_works_in_the_background_loads_it() -> None:
    assert set(LATE) - set(check("import hexguard.lsp.background")) <= {"jedi", "libcst"}


class Client:
    """What the server wrote, as messages."""

    def __init__(self) -> None:
        self.messages: list[dict[str, object]] = []
        self._framer = Framer()
        self._news = asyncio.Event()

    def write(self, data: bytes) -> None:
        self.messages += [msgspec.json.decode(body, type=dict[str, object]) for body in self._framer.feed(data)]
        self._news.set()

    def close(self) -> None:
        """Nothing is held open."""

    async def until(self, key: str, value: object) -> dict[str, object]:
        """The first message with this value, whether it has come already or not."""
        async with asyncio.timeout(PATIENCE):
            while not (fitting := [message for message in self.messages if message.get(key) == value]):
                self._news.clear()
                await self._news.wait()
        return fitting[0]


def message(method: str, params: object, identifier: int | None = None) -> bytes:
    fields = {"jsonrpc": "2.0", "method": method, "params": params}
    return json.dumps(fields | ({"id": identifier} if identifier else {})).encode()


async def test_the_first_answer_does_not_wait_for_the_background(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_load, made = threading.Event(), background.Background

    def load(*arguments: object) -> object:
        assert may_load.wait(PATIENCE), "nobody let it go on"
        return made(*arguments)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # passed on as they are

    monkeypatch.setattr(background, "Background", load)
    service, client = create(), Client()
    service.protocol.set_writer(client)
    finished = asyncio.ensure_future(service.finished())
    await asyncio.sleep(0)
    service.connection.receive(message("initialize", {"processId": None, "rootUri": None, "capabilities": {}}, 1))
    answer = (await client.until("id", 1))["result"]
    assert is_table(answer)
    assert "capabilities" in answer
    uri = (tmp_path / "app.py").as_uri()
    document = {"uri": uri, "languageId": "python", "version": 1, "text": SLEEP}
    service.connection.receive(message("textDocument/didOpen", {"textDocument": document}))
    service.connection.receive(message("hexguard/timings", {}, 2))
    await client.until("id", 2)
    assert not [one for one in client.messages if one.get("method") == "textDocument/publishDiagnostics"]
    may_load.set()
    params = (await client.until("method", "textDocument/publishDiagnostics"))["params"]
    assert is_table(params)
    assert "blocking-sleep-in-async" in str(params["diagnostics"])
    service.connection.receive(message("shutdown", None, 3))
    service.connection.receive(message("exit", None))
    assert await finished == 0
