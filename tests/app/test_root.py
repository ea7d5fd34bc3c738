"""A root reads only files of which its store knows nothing that still holds, and gives the verdict of one without."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hexguard.app.root import FILES_PER_STEP, Progress, Root
from hexguard.files.store import Store
from hexguard.text.document import Document
from support.command import write_files

WAITING = "import time\n\n\ndef load() -> int:\n    time.sleep(1)\n    return 1\n"
PROMPT = "def load() -> int:\n    return 1\n"
ROUTE = "import rates\n\n\nasync def show() -> int:\n    return rates.load()\n"
FILES = {"hexguard.toml": "", "rates.py": WAITING, "fees.py": PROMPT, "src/late.py": "", "route.py": ROUTE}
FOUND = ["blocking-call-transitive"]


class Project:
    """A project folder with a store, and roots on it, one after another."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "project"
        self._store = folder / "store"
        self._roots: list[Root] = []
        write_files(self.folder, FILES)

    def root(self) -> Root:
        """A root as the next start of the server has it."""
        self._roots.append(Root(self.folder, store=Store(self._store, "this code")))
        return self._roots[-1]

    def close(self) -> None:
        for root in self._roots:
            root.close_store()

    def opened(self, root: Root, name: str) -> list[str]:
        """The rules that report on a file, as it is on disk, when it is opened."""
        path = str(self.folder / name)
        root.open(path, Document.of(path, Path(path).read_text()))
        return [report.rule for report in root.reports(path)]


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    found = Project(tmp_path)
    yield found
    found.close()


def surveyed(root: Root) -> tuple[str, ...]:
    """The files of which the store does not know what they are now, relative to the root."""
    survey = root.survey()
    while True:
        try:
            next(survey)
        except StopIteration as end:
            changed: tuple[str, ...] = end.value
            return tuple(Path(path).relative_to(root.path).as_posix() for path in changed)


def put(name: str, text: str) -> Callable[[Path], None]:
    return lambda folder: write_files(folder, {name: text})


def remove(folder: Path) -> None:
    (folder / "rates.py").unlink()


def touch(folder: Path) -> None:
    os.utime(folder / "fees.py", ns=(1, 1))


ALL = {"rates", "fees", "late", "route"}
CHANGES: dict[str, tuple[Callable[[Path], None], tuple[str, ...], set[str], list[str]]] = {
    "nothing": (lambda folder: None, (), ALL, FOUND),
    "another text": (put("rates.py", PROMPT), ("rates.py",), ALL, []),
    "another stamp": (touch, ("fees.py",), ALL, FOUND),
    "a new file": (put("new.py", ""), ("new.py",), {*ALL, "new"}, FOUND),
    "a file that is gone": (remove, (), ALL - {"rates"}, []),
    "a file that cannot be read": (lambda folder: write_files(folder, {"x.py": b"\xff"}), ("x.py",), ALL, FOUND),
    "another name": (
        put("src/__init__.py", ""),
        ("src/__init__.py", "src/late.py"),
        {"rates", "fees", "route", "src", "src.late"},
        FOUND,
    ),
    "a file that is left out": (put("hexguard.toml", "exclude = ['fees.py']"), (), ALL - {"fees"}, FOUND),
}


@pytest.mark.parametrize(("change", "unknown", "modules", "found"), CHANGES.values(), ids=CHANGES)
def test_the_next_start(
    project: Project,
    change: Callable[[Path], None],
    unknown: tuple[str, ...],
    modules: set[str],
    found: list[str],
) -> None:
    first = project.root()
    steps = list(first.index())
    assert steps[-1] == Progress(len(ALL), len(ALL))
    assert project.opened(first, "route.py") == FOUND
    change(project.folder)
    assert surveyed(project.root()) == unknown
    second = project.root()
    list(second.index())
    assert set(second.workspace.modules) == modules
    assert project.opened(second, "route.py") == found


def test_a_switch_counts_as_soon_as_it_is_set(tmp_path: Path) -> None:
    engine = "from sqlalchemy import create_engine\n\nengine = create_engine('postgresql://shop@db/shop')\n"
    write_files(tmp_path, {"hexguard.toml": "", "db.py": engine})
    root, path = Root(tmp_path), str(tmp_path / "db.py")
    root.open(path, Document.of(path, engine))
    for settings, found in (
        ("", ["pool-pre-ping-missing"]),
        ("switches.pooling.pre_ping = 'off'", []),
        ("switches.pooling = { pre_ping = 'off', engine_scope = 'lifespan' }", ["module-level-engine"]),
        ("preset = 'layered'", ["pool-pre-ping-missing"]),
    ):
        (tmp_path / "hexguard.toml").write_text(settings)
        root.refresh()
        assert [report.rule for report in root.reports(path)] == found


def test_a_preset_is_recognized_by_the_folders_that_are_there(tmp_path: Path) -> None:
    write_files(tmp_path, {"hexguard.toml": "", "src/shop/domain/order.py": "", "src/shop/adapters/db.py": ""})
    root, layer = Root(tmp_path), tmp_path / "src" / "shop" / "service_layer.py"

    def check(preset: str, why: str = "") -> None:
        found = root.composition
        assert (found.project.preset or "", found.detected.why if found.detected else "") == (preset, why)

    why = "domain, service_layer, adapters below src/shop"
    check("")
    layer.write_text("")
    root.file_changed(str(layer))
    check("hexagonal", why)
    layer.unlink()
    root.file_changed(str(layer))
    check("")
    write_files(tmp_path, {"src/shop/service_layer.py": "", "hexguard.toml": "# changed\n"})
    root.refresh()
    check("hexagonal", why)
    root.configure({"preset": "simple"})
    check("simple")
    root.file_changed(str(layer))
    check("simple")


def test_what_the_store_knows_is_not_read(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    list(project.root().index())

    def refuse(*_: object) -> None:
        raise AssertionError("nothing has to be read")

    monkeypatch.setattr(Root, "derived", refuse)
    root = project.root()
    list(root.index())
    assert set(root.workspace.modules) == ALL
    assert root.workspace.modules.get("fees")
    with pytest.raises(AssertionError, match="nothing has to be read"):
        root.take_in(str(project.folder / "fees.py"))


def test_an_open_document_counts_more_than_what_is_stored(project: Project) -> None:
    list(project.root().index())
    root = project.root()
    rates = str(project.folder / "rates.py")
    root.open(rates, Document.of(rates, PROMPT))
    assert surveyed(root) == ()
    assert root.current(rates) is None
    assert project.opened(root, "route.py") == []
    root.close(rates)
    assert [report.rule for report in root.reports(str(project.folder / "route.py"))] == FOUND


def test_where_the_store_fails_the_file_is_read(project: Project, caplog: pytest.LogCaptureFixture) -> None:
    list(project.root().index())
    root = project.root()
    assert surveyed(root) == ()
    assert root.store
    root.store.forget([str(project.folder / "rates.py")])
    assert project.opened(root, "route.py") == FOUND
    root.store.close()
    assert root.workspace.modules.get("fees")
    assert "cannot be read" in caplog.text


def test_a_file_that_changes_is_stored_as_it_is_now(project: Project) -> None:
    first = project.root()
    list(first.index())
    assert project.opened(first, "route.py") == FOUND
    put("rates.py", PROMPT)(project.folder)
    first.file_changed(str(project.folder / "rates.py"))
    assert first.reports(str(project.folder / "route.py")) == ()
    second = project.root()
    assert surveyed(second) == ()
    assert project.opened(second, "route.py") == []


def test_an_index_without_a_store_reads_every_file(project: Project) -> None:
    for _ in range(2):
        root = Root(project.folder)
        assert len(surveyed(root)) == len(ALL)
        list(root.index())
        assert project.opened(root, "route.py") == FOUND


def test_a_survey_is_done_in_steps(project: Project) -> None:
    write_files(project.folder, {f"many/m{number}.py": "" for number in range(2 * FILES_PER_STEP)})
    total = 2 * FILES_PER_STEP + len(ALL)
    steps = [step for step in project.root().survey() if step.done]
    assert [step.done for step in steps] == [FILES_PER_STEP, 2 * FILES_PER_STEP, total]
    assert {step.total for step in steps} == {total}


def test_a_module_that_another_file_has_become_stays_known(project: Project) -> None:
    root = project.root()
    list(root.index())
    assert project.opened(root, "route.py") == FOUND
    old, new = project.folder / "rates.py", project.folder / "rates" / "__init__.py"
    old.unlink()
    write_files(project.folder, {"rates/__init__.py": WAITING})
    # The creation may be told before the deletion.
    root.file_changed(str(new))
    root.file_changed(str(old))
    assert [report.rule for report in root.reports(str(project.folder / "route.py"))] == FOUND
