"""The server tells at once what it knows by itself, and again when libraries have answered; nobody waits for these."""

from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue

import pytest

from hexguard.app.fingerprint import code_fingerprint
from hexguard.app.root import Root
from hexguard.files.store import Store
from hexguard.lsp.inferring import Inferring
from hexguard.lsp.server import create
from hexguard.settings.report import is_table
from hexguard.text.document import Document
from support.command import write_files
from support.environment import LIBRARIES, environment_files
from support.in_process import Client, connected

PATIENCE = 60.0
"""After so many seconds without a word a test fails; no test waits for it to pass."""

HTTP = "blocking-http-in-async"
CALL = "import vendor\n\n\nasync def f():\n    return vendor.make_client().get('x')\n"


@pytest.fixture(autouse=True)
def fresh_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEXGUARD_CACHE_DIR", str(tmp_path / "caches"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "project"
    write_files(found, {"hexguard.toml": "", "app.py": CALL, **environment_files(LIBRARIES)})
    return found


@pytest.fixture
def root(folder: Path) -> Iterator[Root]:
    found = Root(folder, store=Store(folder / "store", code_fingerprint()))
    yield found
    found.close_store()


class Questions:
    """The worker's side of questions: jobs that another thread leaves."""

    def __init__(self, root: Root, *names: str) -> None:
        self.jobs: Queue[Callable[[], None]] = Queue()
        self.inferring = Inferring(root, names, self.jobs.put)

    def finish(self) -> None:
        """Do the jobs until all is answered."""
        while not self.inferring.is_over:
            self.jobs.get(timeout=PATIENCE)()


def rules(root: Root, path: Path) -> list[str]:
    return [report.rule for report in root.reports(str(path)) if report.rule == HTTP]


def check(root: Root, path: Path) -> list[list[str]]:
    """What is found before each round of questions and after the last one, of which nobody is left with any."""
    root.open(str(path), Document.of(str(path), path.read_text("utf-8")))
    found = [rules(root, path)]
    while questions := root.workspace.take_questions():
        Questions(root, *questions).finish()
        found.append(rules(root, path))
    return found


def test_first_nothing_then_a_finding(root: Root, folder: Path) -> None:
    found = check(root, folder / "app.py")
    assert (found[0], found[-1]) == ([], [HTTP])
    # Another start finds the answers in the store.
    assert check(Root(folder, store=root.store), folder / "app.py") == [[HTTP]]


def test_answers_for_an_environment_that_is_gone_are_dropped(root: Root, folder: Path) -> None:
    questions = Questions(root, "vendor.make_client")
    (folder / ".venv" / "pyvenv.cfg").unlink()
    assert root.refresh()
    questions.finish()
    assert check(root, folder / "app.py") == [[]]


def test_cancelled_questions_change_nothing(root: Root, folder: Path) -> None:
    questions = Questions(root, "vendor.make_client")
    questions.inferring.cancel()
    questions.finish()
    assert not root.workspace.take_questions()
    root.open(str(folder / "app.py"), Document.of("app.py", CALL))
    assert rules(root, folder / "app.py") == []
    assert root.workspace.unanswered(str(folder / "app.py"))


def told(client: Client) -> list[bool]:
    """Whether each of the published diagnostics had the finding."""
    return [HTTP in str(params["diagnostics"]) for params in client.params("textDocument/publishDiagnostics")]


def has_finding(message: dict[str, object]) -> bool:
    params = message.get("params")
    return is_table(params) and HTTP in str(params.get("diagnostics"))


async def test_the_server_tells_when_the_libraries_have_answered(folder: Path) -> None:
    path = folder / "app.py"
    async with connected(create(), rootUri=folder.as_uri()) as client:
        document = {"uri": path.as_uri(), "languageId": "python", "version": 1, "text": CALL}
        client.say("textDocument/didOpen", {"textDocument": document})
        await client.until(has_finding)
        assert told(client) == [False, True]
