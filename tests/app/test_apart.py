"""A process of its own reads files into the store, says which it has done, and always says when it ends."""

from collections.abc import Iterator
from pathlib import Path
from queue import Queue

import pytest

from hexguard.app.apart import FILES_AT_ONCE, Apart, Done
from hexguard.app.fingerprint import code_fingerprint
from hexguard.app.root import Root
from hexguard.files.store import Store
from hexguard.settings.model import Problem
from support.command import Content, write_files

PATIENCE = 30.0
"""After so many seconds without a word a test fails; no test waits for it to pass."""

WAITING = "import time\n\n\ndef load() -> int:\n    time.sleep(1)\n    return 1\n"


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Root]:
    """A root with a store that has nothing in it."""
    write_files(tmp_path / "project", {"hexguard.toml": ""})
    found = Root(tmp_path / "project", store=Store(tmp_path / "store", code_fingerprint()))
    yield found
    found.close_store()


def told(heard: Queue[Done | None]) -> list[Done]:
    """All that a process says until its end."""
    return list(iter(lambda: heard.get(timeout=PATIENCE), None))


def check(root: Root, files: dict[str, Content]) -> list[Done]:
    """Have files read apart; a name without content is a file that is not there."""
    write_files(root.path, {name: content for name, content in files.items() if content != "missing"})
    heard: Queue[Done | None] = Queue()
    Apart(root, [str(root.path / name) for name in files], heard.put)
    return told(heard)


def many(n_files: int) -> dict[str, Content]:
    return {f"m{number}.py": WAITING for number in range(n_files)}


CASES: dict[str, tuple[dict[str, Content], dict[str, str], int]] = {
    "no file": ({}, {}, 0),
    "one file": ({"a.py": WAITING}, {"a.py": "a"}, 0),
    "a package and a source folder": (
        {"p/__init__.py": "", "p/x.py": "", "src/s.py": ""},
        {"p/__init__.py": "p", "p/x.py": "p.x", "src/s.py": "s"},
        0,
    ),
    "files that cannot be read": (
        {"bad.py": b"\xff", "a.py": WAITING, "gone.py": "missing"},
        {"a.py": "a"},
        2,
    ),
    "a file that is no Python": ({"a.py": "def broken(:\n", "b.py": WAITING}, {"a.py": "a", "b.py": "b"}, 0),
}


@pytest.mark.parametrize(("files", "modules", "n_unread"), CASES.values(), ids=CASES)
def test_what_is_told(root: Root, files: dict[str, Content], modules: dict[str, str], n_unread: int) -> None:
    heard = check(root, files)
    expected = {str(root.path / name): module for name, module in modules.items()}
    assert heard == ([Done(expected, n_unread)] if files else [])
    assert root.store
    assert {path: known.module for path, known in root.store.known().items()} == expected
    for path in expected:
        found = root.read(path)
        assert not isinstance(found, Problem)
        _, file = found
        assert root.current(path)
        assert root.store.summary(path) == file.summary


def test_files_are_told_a_few_at_a_time(root: Root) -> None:
    files = {**many(FILES_AT_ONCE - 1), "bad.py": b"\xff", **many(2 * FILES_AT_ONCE + 1)}
    heard = check(root, files)
    assert [len(done.modules) + done.n_unread for done in heard] == [FILES_AT_ONCE, FILES_AT_ONCE, 2]
    assert [done.n_unread for done in heard] == [1, 0, 0]
    for done in heard:
        root.shelve(done.modules)
    assert set(root.workspace.modules) == {name.removesuffix(".py") for name in files if name != "bad.py"}
    found = root.workspace.modules.get("m7")
    assert found
    assert "load" in found.functions


def test_a_process_that_is_ended_says_so_and_what_it_has_done_stays(root: Root) -> None:
    files = many(20 * FILES_AT_ONCE)
    write_files(root.path, files)
    heard: Queue[Done | None] = Queue()
    apart = Apart(root, [str(root.path / name) for name in files], heard.put)
    first = heard.get(timeout=PATIENCE)
    assert first
    apart.cancel()
    done = [first, *told(heard)]
    assert root.store
    assert root.store.known().keys() >= {path for one in done for path in one.modules}
    assert check(root, {"late.py": WAITING}) == [Done({str(root.path / "late.py"): "late"}, 0)]
