"""The client has its first answer before anything is loaded that the answer does not need."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from hexguard.lsp import background
from hexguard.lsp.server import create
from hexguard.settings.report import is_table
from support.in_process import PATIENCE, connected, is_publish

ROOT = Path(__file__).parents[2]
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


async def test_the_first_answer_does_not_wait_for_the_background(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_load, made = threading.Event(), background.Background

    def load(*arguments: object) -> object:
        assert may_load.wait(PATIENCE), "nobody let it go on"
        return made(*arguments)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # passed on as they are

    monkeypatch.setattr(background, "Background", load)
    async with connected(create()) as client:
        answer = (await client.until(lambda message: message.get("id") == 1))["result"]
        assert is_table(answer)
        assert "capabilities" in answer
        uri = (tmp_path / "app.py").as_uri()
        document = {"uri": uri, "languageId": "python", "version": 1, "text": SLEEP}
        client.say("textDocument/didOpen", {"textDocument": document})
        client.say("hexguard/timings", {}, 3)
        await client.until(lambda message: message.get("id") == 3)
        assert client.params("textDocument/publishDiagnostics") == []
        may_load.set()
        await client.until(is_publish(1))
        assert "blocking-sleep-in-async" in str(client.params("textDocument/publishDiagnostics")[0]["diagnostics"])
