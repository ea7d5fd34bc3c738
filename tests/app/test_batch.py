"""A batch gives the same verdict in one process and in many, and one file's trouble costs nothing else."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from hexguard.app.batch import Outcome, WorkerEndedError, check_batch
from hexguard.app.worker import Fixing, Task
from hexguard.engine.report import Report
from hexguard.engine.workspace import Workspace
from hexguard.facts.expressions import Call
from hexguard.rule import Finding, View
from hexguard_rules.catalogue import CATALOGUE
from support.command import write_files

SHOP = Path(__file__).parents[1] / "projects" / "shop"


def check(folder: Path, jobs: int, fixing: Fixing = Fixing.OFF) -> Outcome:
    """Check all files of a folder, in the given number of processes."""
    files = [str(path) for path in folder.rglob("*.py")]
    return check_batch(Task(folder, fixing=fixing, unsafe=True), files, jobs)


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
    shown = [check(shop, jobs, Fixing.SHOW) for jobs in (1, 3)]
    assert shown[0] == shown[1]
    assert {**texts(shop), **texts(SHOP)} == texts(shop), "a shown fix is not made"


@pytest.mark.parametrize("jobs", [1, 3])
def test_fixes_do_not_depend_on_it_either(tmp_path: Path, jobs: int) -> None:
    shop, twin = tmp_path / "shop", tmp_path / "twin"
    shutil.copytree(SHOP, shop)
    shutil.copytree(SHOP, twin)
    outcome = check(shop, jobs, Fixing.WRITE)
    check(twin, 2, Fixing.WRITE)
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
    outcome = check(tmp_path, 1, Fixing.WRITE)
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
    reports = Workspace.reports

    def fail(workspace: Workspace, path: str) -> tuple[Report, ...]:
        if path.endswith("a.py"):
            raise ZeroDivisionError(path)
        return reports(workspace, path)

    monkeypatch.setattr(Workspace, "reports", fail)
    outcome = check(tmp_path, 1)
    assert [(trouble.path, trouble.is_error) for trouble in outcome.troubles] == [(str(tmp_path / "a.py"), True)]
    assert [report.place.path for report in outcome.reports] == [str(tmp_path / "b.py")]
