"""A few small files are indexed between two keystrokes, many or large ones in another process; both know the same."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from queue import Queue

import pytest

from hexguard.app.apart import Done
from hexguard.app.fingerprint import code_fingerprint
from hexguard.app.root import Progress, Root
from hexguard.files.store import Store
from hexguard.lsp import indexing
from hexguard.lsp.indexing import FEW_FILES, SMALL_FILE, Indexing
from hexguard.settings.model import Problem
from hexguard.text.document import Document
from support.command import Content, write_files
from support.editor import Editor

PATIENCE = 30.0
"""After so many seconds without a word a test fails; no test waits for it to pass."""

WAITING = "import time\n\n\ndef load() -> int:\n    time.sleep(1)\n    return 1\n"
ROUTE = "import rates\n\n\nasync def show() -> int:\n    return rates.load()\n"
FOUND = "blocking-call-transitive"


def many(n_files: int) -> dict[str, Content]:
    return {f"m{number}.py": "" for number in range(n_files)}


class Server:
    """The worker's side of an index: steps, and jobs that other threads leave."""

    def __init__(self, root: Root) -> None:
        self.root = root
        self.told: list[Progress | None] = []
        self.jobs: Queue[Callable[[], None]] = Queue()
        self.indexing = Indexing(root, self.jobs.put, self.told.append)

    def step(self) -> None:
        """Do all there is to do in this thread."""
        while self.indexing.step():
            pass

    def finish(self) -> None:
        """Work until the index is over."""
        self.step()
        while not self.indexing.is_over:
            self.jobs.get(timeout=PATIENCE)()

    @property
    def last(self) -> Progress:
        """How far the index came; its end is told once."""
        assert self.told.count(None) == 1
        assert self.told[-1] is None
        return next(progress for progress in reversed(self.told) if progress)


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Root]:
    write_files(tmp_path / "project", {"hexguard.toml": ""})
    found = Root(tmp_path / "project", store=Store(tmp_path / "store", code_fingerprint()))
    yield found
    found.close_store()


class Elsewhere:
    """Stands in for the other process, which the test plays itself."""

    def __init__(self, root: Root, paths: Sequence[str], told: Callable[[Done | None], None]) -> None:
        self.paths = paths
        self.told = told
        self.is_cancelled = False

    def cancel(self) -> None:
        self.is_cancelled = True


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> list[Elsewhere]:
    """The processes that were started."""
    started: list[Elsewhere] = []

    def start(root: Root, paths: Sequence[str], told: Callable[[Done | None], None]) -> Elsewhere:
        started.append(Elsewhere(root, paths, told))
        return started[-1]

    monkeypatch.setattr(indexing, "Apart", start)
    return started


LARGE = "a\n" * (SMALL_FILE // 2)
WHERE: dict[str, tuple[dict[str, Content], bool]] = {
    "no files": ({}, False),
    "few small files": (many(FEW_FILES), False),
    "many small files": (many(FEW_FILES + 1), True),
    "a file that is just small": ({"a.py": LARGE}, False),
    "a large file": ({"a.py": LARGE + "\n", **many(3)}, True),
}


@pytest.mark.parametrize(("files", "is_apart"), WHERE.values(), ids=WHERE)
def test_where_files_are_read(
    root: Root, elsewhere: list[Elsewhere], files: dict[str, Content], is_apart: bool
) -> None:
    write_files(root.path, files)
    server = Server(root)
    server.step()
    assert [len(one.paths) for one in elsewhere] == ([len(files)] if is_apart else [])
    assert len(root.workspace.modules) == (0 if is_apart else len(files))
    assert server.indexing.is_over is not is_apart


def test_what_the_store_knows_is_read_nowhere(
    root: Root, elsewhere: list[Elsewhere], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(root.path, many(FEW_FILES + 10))
    list(root.index())

    def refuse(root: Root, path: str) -> Problem | None:
        raise AssertionError(path)

    monkeypatch.setattr(Root, "take_in", refuse)
    again = Server(Root(root.path, store=root.store))
    again.step()
    assert elsewhere == []
    assert again.last.done == len(again.root.workspace.modules) == FEW_FILES + 10


def test_a_store_in_memory_can_only_be_filled_here(
    root: Root, elsewhere: list[Elsewhere], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("hexguard.files.store.tempfile.TemporaryDirectory", refuse)
    write_files(root.path, many(FEW_FILES + 10))
    server = Server(Root(root.path, store=Store(None, code_fingerprint())))
    server.step()
    assert elsewhere == []
    assert server.last == Progress(FEW_FILES + 10, FEW_FILES + 10)
    assert len(server.root.workspace.modules) == FEW_FILES + 10
    server.root.close_store()


def test_many_files_are_known_in_the_end(root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {**many(FEW_FILES + 1), "rates.py": WAITING, "route.py": ROUTE, "bad.py": b"\xff"}
    write_files(root.path, files)
    route = str(root.path / "route.py")
    root.open(route, Document.of(route, ROUTE))
    assert root.reports(route) == ()

    def refuse(root: Root, path: str) -> Problem | None:
        raise AssertionError(path)

    monkeypatch.setattr(Root, "take_in", refuse)
    root.workspace.take_stale()
    server = Server(root)
    server.finish()
    assert server.last == Progress(len(files) - 1, len(files) - 1)
    assert set(root.workspace.modules) == {name.removesuffix(".py") for name in files if name != "bad.py"}
    assert root.workspace.take_stale() == {route}
    assert [report.rule for report in root.reports(route)] == [FOUND]


def test_a_file_that_was_opened_meanwhile_counts_as_it_is_open(root: Root, elsewhere: list[Elsewhere]) -> None:
    write_files(root.path, {**many(FEW_FILES), "rates.py": WAITING})
    server, rates, route = Server(root), str(root.path / "rates.py"), str(root.path / "route.py")
    server.step()
    root.open(rates, Document.of(rates, "def load() -> int:\n    return 1\n"))
    root.open(route, Document.of(route, ROUTE))
    elsewhere[0].told(Done({rates: "rates"}, 0))
    elsewhere[0].told(None)
    server.finish()
    assert root.reports(route) == ()


def test_an_index_that_is_given_up_ends_once(root: Root, elsewhere: list[Elsewhere]) -> None:
    write_files(root.path, many(FEW_FILES + 1))
    server = Server(root)
    server.step()
    (process,) = elsewhere
    process.told(Done({process.paths[0]: "m0"}, 0))
    server.indexing.cancel()
    assert process.is_cancelled
    process.told(Done({process.paths[1]: "m1"}, 0))
    process.told(None)
    while not server.jobs.empty():
        server.jobs.get()()
    server.step()
    assert server.indexing.is_over
    assert server.told.count(None) == 1
    assert set(root.workspace.modules) == set(), "nothing is taken in after the end"


def test_an_index_is_given_up_in_the_middle_of_a_survey(root: Root, elsewhere: list[Elsewhere]) -> None:
    write_files(root.path, many(FEW_FILES + 1))
    server = Server(root)
    assert server.indexing.step()
    server.indexing.cancel()
    assert not server.indexing.step()
    assert server.told.count(None) == 1
    assert elsewhere == []


def test_a_process_that_ends_too_early_ends_the_index(root: Root, elsewhere: list[Elsewhere]) -> None:
    write_files(root.path, many(FEW_FILES + 1))
    server = Server(root)
    server.step()
    elsewhere[0].told(Done({elsewhere[0].paths[0]: "m0"}, 2))
    elsewhere[0].told(None)
    server.finish()
    assert server.last == Progress(3, FEW_FILES + 1)
    assert set(root.workspace.modules) == {"m0"}


async def test_a_finding_through_a_file_that_only_the_index_knows(tmp_path: Path) -> None:
    write_files(tmp_path, {"hexguard.toml": "", **many(FEW_FILES + 10), "rates.py": WAITING, "route.py": ROUTE})
    for _ in range(2):
        async with Editor(tmp_path) as editor:
            await editor.findings(editor.open(tmp_path / "route.py"), FOUND)
