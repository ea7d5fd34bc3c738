"""What the store takes in comes out equal, and whatever is wrong with its file, work goes on."""

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from hexguard.engine.file import ModuleName, open_file
from hexguard.engine.stages import untraced
from hexguard.files import store as stores
from hexguard.files.read import Source, read
from hexguard.files.stamp import Stamp
from hexguard.files.store import Entry, Store, cache_folder, entry, store_path
from hexguard.index.libraries import NOTHING, Ancestor, Inferred
from hexguard.index.modules import ModuleSummary
from hexguard.text.document import Document

SHOP = Path(__file__).parents[1] / "projects" / "shop"
CODE = "this code"
NAMES = ("settings.py", "main.py", "tariffs.py")


class Stores:
    """Opens stores, and closes them in the end."""

    def __init__(self) -> None:
        self._open: list[Store] = []

    def __call__(self, path: Path | None, fingerprint: str = CODE) -> Store:
        self._open.append(Store(path, fingerprint))
        return self._open[-1]

    def close(self) -> None:
        for store in self._open:
            store.close()


@pytest.fixture
def opened() -> Iterator[Stores]:
    found = Stores()
    yield found
    found.close()


def derived(path: Path) -> tuple[Source, ModuleSummary]:
    source = read(path)
    assert isinstance(source, Source)
    module = ModuleName(path.stem, path.stem == "__init__")
    return source, open_file(str(path), module, Document.of(str(path), source.text), untraced).summary


def path_of(name: str) -> str:
    return str(SHOP / "app" / name)


def entries(*names: str) -> list[Entry]:
    """What the store keeps of some files of the shop."""
    return [entry(*derived(Path(path_of(name)))) for name in names]


def check(store: Store, expected: dict[str, bool]) -> None:
    """Which files the store knows, with whether it has a verdict on them."""
    verdicts = store.verdicts()
    assert set(store.known()) == {path_of(name) for name in expected}
    assert set(verdicts) == {path_of(name) for name, has_verdict in expected.items() if has_verdict}
    for name in NAMES:
        source_entry = entries(name)[0] if name in expected else None
        assert store.known_of(path_of(name)) == (source_entry.known if source_entry else None)
        assert store.summary(path_of(name)) == (derived(Path(path_of(name)))[1] if source_entry else None)


def test_what_libraries_said_is_kept_for_one_environment(opened: Stores, tmp_path: Path) -> None:
    said = {"vendor.a": Inferred((Ancestor("vendor.A", ("get",)), Ancestor("b.B"))), "vendor.b": Inferred((), "f", "C")}
    store = opened(tmp_path / "store")
    store.put_inferred("one", said)
    assert (store.inferred("one"), store.inferred("two")) == (said, {})
    store.put_inferred("two", {"vendor.a": NOTHING})
    again = opened(tmp_path / "store")
    assert (again.inferred("one"), again.inferred("two")) == ({}, {"vendor.a": NOTHING})
    assert opened(tmp_path / "store", "other code").inferred("two") == {}


def check_at_work(store: Store) -> None:
    """Put something in and take it out again."""
    store.put(entries("settings.py", "main.py"))
    store.put_verdicts({path_of("main.py"): b"verdict"})
    check(store, {"settings.py": False, "main.py": True})


def test_every_summary_comes_out_equal(tmp_path: Path, opened: Stores) -> None:
    pairs = [derived(path) for path in sorted(SHOP.rglob("*.py"))]
    made = [entry(source, summary) for source, summary in pairs]
    opened(tmp_path / "store").put(made)
    store = opened(tmp_path / "store")
    assert len(pairs) > 30
    assert [store.summary(one.path) for one in made] == [summary for _, summary in pairs]
    assert store.known() == {one.path: one.known for one in made}
    assert any(summary.functions and summary.calls and summary.imports for _, summary in pairs)


@pytest.mark.parametrize(
    ("text", "same_summary", "same_imports"),
    [
        ("import a\ndef f(): return a.x()  # why\n", True, True),
        ("import a\ndef f(): return a.y()\n", False, True),
        ("import a, b\ndef f(): return a.x()\n", False, False),
    ],
)
def test_digests_tell_what_has_changed(tmp_path: Path, text: str, same_summary: bool, same_imports: bool) -> None:
    path = tmp_path / "m.py"
    path.write_text("import a\ndef f(): return a.x()\n")
    before = entry(*derived(path)).known
    path.write_text(text)
    after = entry(*derived(path)).known
    assert (after.summary == before.summary, after.imports == before.imports) == (same_summary, same_imports)
    assert after.content != before.content


@pytest.mark.parametrize(("fingerprint", "is_kept"), [(CODE, True), ("other code", False)])
def test_rows_of_other_code_do_not_count(tmp_path: Path, opened: Stores, fingerprint: str, is_kept: bool) -> None:
    check_at_work(opened(tmp_path / "store"))
    check(opened(tmp_path / "store", fingerprint), {"settings.py": False, "main.py": True} if is_kept else {})
    check(opened(tmp_path / "store", fingerprint), {"settings.py": False, "main.py": True} if is_kept else {})


def test_two_stores_on_one_file_see_each_other(tmp_path: Path, opened: Stores) -> None:
    first, second = opened(tmp_path / "store"), opened(tmp_path / "store")
    first.put(entries("settings.py"))
    check(second, {"settings.py": False})
    second.put(entries("main.py"))
    second.put_verdicts({path_of("settings.py"): b"verdict"})
    check(first, {"settings.py": True, "main.py": False})
    first.forget([path_of("settings.py")])
    check(second, {"main.py": False})


def test_forget_and_restamp(tmp_path: Path, opened: Stores) -> None:
    store = opened(tmp_path / "store")
    store.put(entries(*NAMES))
    store.put_verdicts({path_of(name): b"verdict" for name in NAMES})
    store.forget([path_of("main.py"), "unknown.py"])
    check(store, {"settings.py": True, "tariffs.py": True})
    (made,) = entries("settings.py")
    moved = msgspec.structs.replace(made.known, stamp=Stamp(7, 7, 7, 7))
    store.restamp({made.path: moved, "unknown.py": moved})
    assert store.known() == {made.path: moved, path_of("tariffs.py"): entries("tariffs.py")[0].known}
    assert store.summary(made.path) == derived(Path(made.path))[1]
    store.put([made])
    check(store, {"settings.py": True, "tariffs.py": True})


def garbage(path: Path) -> None:
    path.write_bytes(b"no database at all" * 100)


def short(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\0")


def empty(path: Path) -> None:
    path.touch()


@pytest.mark.parametrize("spoil", [garbage, short, empty])
def test_a_file_that_is_no_database_is_replaced(tmp_path: Path, opened: Stores, spoil: Callable[[Path], None]) -> None:
    path = tmp_path / "store"
    spoil(path)
    store = opened(path)
    assert store.path == path
    check_at_work(store)
    check(opened(path), {"settings.py": False, "main.py": True})


def locked(path: Path) -> sqlite3.Connection:
    """Another process that writes and does not come to an end."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    return connection


def test_while_the_file_is_locked_there_is_a_temporary_one(
    tmp_path: Path, opened: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "LOCK_SECONDS", 0.0)
    path = tmp_path / "store"
    check_at_work(opened(path))
    other = locked(path)
    store = opened(path, "other code")
    assert store.path not in (path, None)
    check_at_work(store)
    other.close()
    check(opened(path), {"settings.py": False, "main.py": True})


def test_what_cannot_be_written_is_told_and_the_rest_is_kept(
    tmp_path: Path, opened: Stores, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(stores, "LOCK_SECONDS", 0.0)
    store = opened(tmp_path / "store")
    check_at_work(store)
    other = locked(tmp_path / "store")
    store.put(entries("tariffs.py"))
    store.forget([path_of("main.py")])
    troubles = [record.message.partition(" cannot be ")[2] for record in caplog.records]
    assert troubles == ["written: database is locked"] * 2
    other.close()
    check(store, {"settings.py": False, "main.py": True})
    store.put(entries("tariffs.py"))
    check(store, {"settings.py": False, "main.py": True, "tariffs.py": False})


def below_a_file(folder: Path) -> Path:
    (folder / "file").touch()
    return folder / "file" / "store"


def in_place_of_a_folder(folder: Path) -> Path:
    (folder / "taken").mkdir()
    return folder / "taken"


def nowhere(folder: Path) -> None:
    return None


@pytest.mark.parametrize("where", [below_a_file, in_place_of_a_folder, nowhere])
def test_where_no_file_can_be_there_is_a_temporary_one(
    tmp_path: Path, opened: Stores, where: Callable[[Path], Path | None]
) -> None:
    path = where(tmp_path)
    store = opened(path)
    assert store.path is not None
    assert store.path != path
    check_at_work(store)
    check(opened(store.path), {"settings.py": False, "main.py": True})
    store.close()
    assert not store.path.parent.exists()


def test_where_not_even_that_can_be_it_is_in_memory(opened: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "TemporaryDirectory", refuse)
    store = opened(None)
    assert store.path is None
    check_at_work(store)


def test_each_root_has_a_store_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEXGUARD_CACHE_DIR", str(tmp_path / "caches"))
    roots = [Path("/one/shop"), Path("/two/shop"), Path("/one/shop/inner"), Path("/" + "x" * 200), Path("/")]
    paths = [store_path(root) for root in roots]
    assert len(set(paths)) == len(roots)
    assert paths == [store_path(root) for root in roots]
    assert {path.parent for path in paths} == {cache_folder()} == {tmp_path / "caches"}
    assert all(path.name.startswith(root.name[:40]) for path, root in zip(paths, roots, strict=True))
    assert max(len(path.name) for path in paths) < 100
    monkeypatch.delenv("HEXGUARD_CACHE_DIR")
    assert cache_folder() not in (tmp_path / "caches", Path(os.curdir))
    assert "hexguard" in str(cache_folder())
