"""A batch gives the same verdict in one process and in many, and one file's trouble costs nothing else."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from hexguard.app.batch import Outcome, WorkerEndedError, check_batch
from hexguard.app.root import Root
from hexguard.app.worker import Task
from hexguard.engine.file import File
from hexguard.engine.report import Report
from hexguard.engine.suppress import Known, suppress
from hexguard.engine.workspace import Workspace
from hexguard.facts.expressions import Call
from hexguard.files.read import Source
from hexguard.rule import Finding, View
from hexguard_rules.catalogue import CATALOGUE
from support.command import Content, write_files

SHOP = Path(__file__).parents[1] / "projects" / "shop"


def check(folder: Path, jobs: int, store: Path | None = None, *, is_fixing: bool = False) -> Outcome:
    """Check all files of a folder, in the given number of processes."""
    files = [str(path) for path in folder.rglob("*.py")]
    return check_batch(Task(folder, is_fixing=is_fixing, unsafe=True, store=store), files, jobs)


def fix(folder: Path, jobs: int, store: Path | None = None) -> Outcome:
    """Fix all files of a folder; what is found afterwards, with the changes that could be made."""
    outcome = check(folder, jobs, store, is_fixing=True)
    troubles = {change: trouble for change in outcome.changes if (trouble := change.write())}
    changes = tuple(change for change in outcome.changes if change not in troubles)
    return msgspec.structs.replace(check(folder, jobs, store), changes=changes, troubles=tuple(troubles.values()))


def texts(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text("latin-1") for path in folder.rglob("*.py")}


def test_the_number_of_processes_changes_nothing(tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    shutil.copytree(SHOP, shop)
    # Two files for one module, and one that cannot be read.
    write_files(shop, {"one/util.py": "import time\ndef wait(): time.sleep(1)\n", "bad.py": b"\xff"})
    write_files(
        shop, {"two/util.py": "def wait(): pass\n", "one/x.py": "from util import wait\nasync def f(): wait()\n"}
    )
    alone, shared = check(shop, 1), check(shop, 3)
    assert alone == shared
    assert len(alone.reports) > 20
    assert [trouble.path for trouble in alone.troubles] == [str(shop / "bad.py")]
    offered = [check(shop, jobs, is_fixing=True) for jobs in (1, 3)]
    assert offered[0] == offered[1]
    assert len(offered[0].changes) > 10
    assert {**texts(shop), **texts(SHOP)} == texts(shop), "what is worked out is not made"


@pytest.mark.parametrize("jobs", [1, 3])
def test_fixes_do_not_depend_on_it_either(tmp_path: Path, jobs: int) -> None:
    shop, twin = tmp_path / "shop", tmp_path / "twin"
    shutil.copytree(SHOP, shop)
    shutil.copytree(SHOP, twin)
    outcome = fix(shop, jobs)
    fix(twin, 2)
    assert texts(shop) == texts(twin)
    assert texts(shop) != texts(SHOP)
    assert outcome.reports == check(shop, 1).reports


def test_files_that_are_not_checked_are_known(tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    shutil.copytree(SHOP, shop)
    orders = shop / "app" / "api" / "orders.py"
    outcome = check_batch(Task(shop), [str(orders)], 1)
    (report,) = (report for report in outcome.reports if report.rule == "blocking-call-transitive")
    assert [Path(related.place.path).name for related in report.related] == [
        "shipping.py",
        "shipping.py",
        "carriers.py",
    ]
    assert {report.place.path for report in outcome.reports} == {str(orders)}


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(
        tmp_path, {"a.py": "try:\n    pass\nexcept:\n    pass\n", "b.py": "try:\n    pass\nexcept:\n    pass\n"}
    )

    def refuse(before: object, after: object) -> None:
        if str(after).endswith("a.py"):
            raise PermissionError(13, "Permission denied")
        os.rename(str(before), str(after))

    monkeypatch.setattr("hexguard.files.read.os.replace", refuse)
    outcome = fix(tmp_path, 1)
    assert [(trouble.path, trouble.is_error) for trouble in outcome.troubles] == [(str(tmp_path / "a.py"), True)]
    assert [change.path for change in outcome.changes] == [str(tmp_path / "b.py")]
    assert [report.place.path for report in outcome.reports] == [str(tmp_path / "a.py")]


def test_a_process_that_is_killed_ends_the_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(tmp_path, {"a.py": "", "b.py": ""})
    monkeypatch.setattr("hexguard.app.batch._serve", os.abort)
    with pytest.raises(WorkerEndedError, match="ended unexpectedly"):
        check(tmp_path, 2)


def test_a_rule_that_crashes_is_told_once_and_the_rest_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "import time\n\nasync def poll():\n    time.sleep(1)\n\ntry:\n    poll()\nexcept:\n    pass\n"
    write_files(tmp_path, {"a.py": text, "b.py": text, "c.py": text})

    def crash(call: Call, view: View) -> Iterator[Finding[Call]]:
        raise ZeroDivisionError(call.node)

    monkeypatch.setitem(CATALOGUE["blocking-sleep-in-async"].checks, Call, crash)
    outcome = check(tmp_path, 1)
    (trouble,) = outcome.troubles
    assert trouble.path == str(tmp_path / "a.py")
    assert trouble.message.startswith("the rule `blocking-sleep-in-async` crashed here and in 2 more files")
    assert "ZeroDivisionError" in trouble.message
    assert [report.rule for report in outcome.reports] == ["bare-except"] * 3


def test_a_file_that_nobody_asked_for_is_no_error(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.py": "", "bad.py": b"\xff"})
    outcome = check_batch(Task(tmp_path), [str(tmp_path / "a.py")], 1)
    assert [(trouble.path, trouble.is_error) for trouble in outcome.troubles] == [(str(tmp_path / "bad.py"), False)]


def test_a_file_on_which_the_engine_fails_costs_only_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "try:\n    pass\nexcept:\n    pass\n"
    write_files(tmp_path, {"a.py": text, "b.py": text})
    reports = Workspace.all_reports

    def fail(workspace: Workspace, path: str) -> tuple[Report, ...]:
        if path.endswith("a.py"):
            raise ZeroDivisionError(path)
        return reports(workspace, path)

    monkeypatch.setattr(Workspace, "all_reports", fail)
    outcome = check(tmp_path, 1)
    assert [(trouble.path, trouble.is_error) for trouble in outcome.troubles] == [(str(tmp_path / "a.py"), True)]
    assert [report.place.path for report in outcome.reports] == [str(tmp_path / "b.py")]


WAITING = "import time\n\n\ndef load() -> int:\n    time.sleep(1)\n    return 1\n"
PROMPT = "def load() -> int:\n    return 1\n"
CALLING = "import {0}\n\n\nasync def show() -> int:\n    return {0}.load()\n"
CONTRACT = "[[contracts]]\nname = 'c'\nkind = 'forbidden'\nsource = ['domain']\nforbidden = ['clients']\n"
PROJECT: dict[str, Content] = {
    "hexguard.toml": CONTRACT,
    "bad.py": b"\xff",
    "rates.py": WAITING,
    "fees.py": PROMPT,
    "zone.py": PROMPT,
    "zoned.py": CALLING.format("zone"),
    "src/late.py": WAITING,
    "route.py": CALLING.format("rates"),
    "quiet.py": CALLING.format("fees"),
    "later.py": CALLING.format("late"),
    "early.py": CALLING.format("missing"),
    "domain.py": "import tariffs\nimport area.fares\n",
    "area/__init__.py": "",
    "area/fares/__init__.py": "from .agents import x\n",
    "area/agents.py": "import clients\n",
    "tariffs.py": "import fees, clients\n",
    "clients.py": "",
    "style.py": "from typing import Optional\n\nname: Optional[str] = None\n",
}


def leave(folder: Path) -> None:
    """Nothing changes."""


def touch(folder: Path) -> None:
    for path in folder.rglob("*.py"):
        os.utime(path, ns=(1, 1))


def remove(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def unpack(folder: Path) -> None:
    """Make a module of a package; its relative imports mean something else then."""
    text = (folder / "area" / "fares" / "__init__.py").read_text()
    shutil.rmtree(folder / "area" / "fares")
    write_files(folder, {"area/fares.py": text})


def put(name: str, text: str) -> Callable[[Path], None]:
    return lambda folder: write_files(folder, {name: text})


CHANGES: dict[str, tuple[Callable[[Path], None], bool]] = {
    "nothing": (leave, False),
    "other stamps and the same bytes": (touch, False),
    "another file stops to block": (put("rates.py", PROMPT), True),
    "another file begins to block": (put("fees.py", WAITING), True),
    "a comment in another file": (put("fees.py", PROMPT + "# why\n"), False),
    "a related place moves": (put("rates.py", "\n" + WAITING), True),
    "a new file that somebody imports": (put("missing.py", WAITING), True),
    "a new file that takes the name of another": (put("src/zone.py", WAITING), True),
    "a new file that nobody imports": (put("other.py", WAITING), False),
    "a deleted file": (remove("rates.py"), True),
    "a folder that becomes a package": (put("src/__init__.py", ""), True),
    "the end of an import chain": (put("tariffs.py", "import fees\n"), True),
    "a package on an import chain that becomes a module": (unpack, True),
    "the start of an import chain": (put("fees.py", "import domain\n" + PROMPT), False),
    "its own text": (put("clients.py", "try:\n    a()\nexcept:\n    pass\n"), True),
    "other settings": (put("hexguard.toml", CONTRACT + "[severity]\nasync = 'nit'\n"), True),
    "other settings of one file": (put("hexguard.toml", "[per-file-ignores]\n'route.py' = ['all']\n"), True),
    "another Python": (put("pyproject.toml", "[project]\nname = 'x'\nrequires-python = '>=3.9'\n"), True),
    "a file that can be read now": (put("bad.py", "try:\n    a()\nexcept:\n    pass\n"), True),
}


@pytest.mark.parametrize(("change", "matters"), CHANGES.values(), ids=CHANGES)
def test_what_is_stored_never_shows(tmp_path: Path, change: Callable[[Path], None], matters: bool) -> None:
    folder, store = tmp_path / "project", tmp_path / "store"
    write_files(folder, PROJECT)
    first = check(folder, 1, store=store)
    assert first == check(folder, 1)
    assert len(first.reports) == 4
    change(folder)
    second = check(folder, 1, store=store)
    assert second == check(folder, 1)
    assert (second.reports != first.reports) is matters
    assert check(folder, 1, store=store) == second


def test_what_is_stored_never_shows_in_several_processes_either(tmp_path: Path) -> None:
    folder, store = tmp_path / "project", tmp_path / "store"
    write_files(folder, PROJECT)
    for name in ("nothing", "another file begins to block", "a deleted file", "a folder that becomes a package"):
        CHANGES[name][0](folder)
        assert check(folder, 3, store=store) == check(folder, 1)


def test_a_part_of_the_files_may_be_checked_in_between(tmp_path: Path) -> None:
    folder, store = tmp_path / "project", tmp_path / "store"
    write_files(folder, PROJECT)
    for names in (["route.py"], ["route.py", "zoned.py", "bad.py"], list(PROJECT), ["zone.py"], list(PROJECT)):
        files = [str(folder / name) for name in names if name.endswith(".py")]
        put("rates.py", WAITING + f"# {len(names)}\n")(folder)
        assert check_batch(Task(folder, store=store), files, 1) == check_batch(Task(folder), files, 1)


@pytest.mark.parametrize("change", [leave, touch])
def test_what_is_as_it_was_is_not_worked_out_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], None]
) -> None:
    shop, store = tmp_path / "shop", tmp_path / "store"
    shutil.copytree(SHOP, shop)
    first = check(shop, 1, store=store)
    change(shop)
    worked_out: list[str] = []

    def note(root: Root, path: str, source: Source) -> File:
        worked_out.append(path)
        return derived(root, path, source)

    derived = Root.derived
    monkeypatch.setattr(Root, "derived", note)
    assert check(shop, 1, store=store) == first
    assert worked_out == []
    store.unlink()
    assert check(shop, 1, store=store) == first
    assert len(worked_out) == first.n_files > 30, "the count counts"


def test_a_suppression_ends_although_the_verdict_is_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = "import time\nasync def f():\n    time.sleep(1)  # hexguard: ignore[blocking-sleep-in-async] until={day}\n"
    tomorrow = date.today() + timedelta(days=1)
    write_files(tmp_path / "app", {"pyproject.toml": "", "a.py": code.format(day=tomorrow)})
    store = tmp_path / "store.sqlite3"
    assert check(tmp_path / "app", 1, store).reports == ()

    def suppressed_later(reports: Sequence[Report], file: File, known: Known, today: date) -> tuple[Report, ...]:
        return suppress(reports, file, known, today + timedelta(days=2))

    monkeypatch.setattr("hexguard.engine.workspace.suppress", suppressed_later)
    found = [report.rule for report in check(tmp_path / "app", 1, store).reports]
    assert found == ["blocking-sleep-in-async", "expired-suppression"]


@pytest.mark.parametrize("jobs", [1, 3])
def test_fixes_do_not_depend_on_what_is_stored(tmp_path: Path, jobs: int) -> None:
    shop, twin, store = tmp_path / "shop", tmp_path / "twin", tmp_path / "store"
    shutil.copytree(SHOP, shop)
    shutil.copytree(SHOP, twin)
    before = check(shop, 1, store=store)
    outcome = fix(shop, jobs, store)
    other = fix(twin, 1)
    assert texts(shop) == texts(twin)
    assert [change.n_fixed for change in outcome.changes] == [change.n_fixed for change in other.changes]
    assert len(outcome.reports) < len(before.reports)
    assert outcome.reports == check(shop, 1, store=store).reports == check(shop, 1).reports


def unreachable(path: Path) -> Path:
    path.write_bytes(b"")
    return path / "store"


def broken(path: Path) -> Path:
    path.write_bytes(b"no database at all" * 100)
    return path


@pytest.mark.parametrize("jobs", [1, 3])
@pytest.mark.parametrize("spoil", [unreachable, broken])
def test_a_store_that_cannot_be_had_costs_nothing_else(
    tmp_path: Path, jobs: int, spoil: Callable[[Path], Path]
) -> None:
    folder, store = tmp_path / "project", spoil(tmp_path / "store")
    write_files(folder, PROJECT)
    expected = check(folder, 1)
    assert [check(folder, jobs, store=store) for _ in range(2)] == [expected] * 2
    assert store.exists() is (spoil is broken)


@pytest.mark.parametrize("table", ["files.known", "summaries.body", "verdicts.body"])
def test_a_spoiled_row_costs_only_what_it_held(tmp_path: Path, table: str) -> None:
    shop = tmp_path / "shop"
    shutil.copytree(SHOP, shop)
    store = tmp_path / "store.sqlite3"
    first = check(shop, 1, store=store)
    name, _, column = table.partition(".")
    with closing(sqlite3.connect(store)) as connection, connection:
        connection.execute(f"UPDATE {name} SET {column} = x'00'")
    put("app/extra.py", "import time\n")(shop)
    assert check(shop, 1, store=store) == msgspec.structs.replace(first, n_files=first.n_files + 1)
