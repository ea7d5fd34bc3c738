"""What a check makes of the libraries that are installed for a project, whoever asked them when."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from hexguard.app import inferring
from hexguard.app.batch import Outcome, check_batch
from hexguard.app.worker import Task
from hexguard.facts.expressions import Call
from hexguard.rule import Finding, View
from hexguard_rules.catalogue import CATALOGUE
from support.command import write_files
from support.environment import LIBRARIES, environment_files

HTTP = "blocking-http-in-async"
CALLS = {
    "a class that is derived": ("vendor.Session().get('x')", True),
    "one that hands nothing on": ("vendor.Deferred().get('x')", False),
    "a function that makes an instance": ("vendor.make_client().get('x')", True),
    "a function that makes one of a derived class": ("vendor._making.make_own(1).get('x')", True),
    "a function by another name": ("vendor.fetch('x')", True),
    "what is not there": ("vendor.absent().get('x')", False),
    "a class of the project": ("Own().get('x')", True),
    "an instance that is given": ("given.get('x')", True),
}
VERSIONS = {"vendor": "1.0", "requests": "2.34.2"}
PLAIN = {"vendor/__init__.py": "class Session:\n    def get(self, url):\n        pass\n"}


def program(call: str) -> str:
    own = "class Own(vendor.Session):\n    pass\n\n\n"
    return f"import vendor\nimport vendor._making\n\n\n{own}async def f(given: vendor.Session):\n    return {call}\n"


def check(folder: Path, store: Path | None = None, jobs: int = 1) -> list[tuple[str, str]]:
    """The file and rule of each finding about HTTP."""
    outcome = checked(folder, store, jobs)
    return [(Path(report.place.path).name, report.rule) for report in outcome.reports if report.rule == HTTP]


def checked(folder: Path, store: Path | None = None, jobs: int = 1) -> Outcome:
    files = [str(path) for path in folder.glob("*.py")]
    outcome = check_batch(Task(folder, store=store), files, jobs)
    assert outcome.troubles == ()
    return outcome


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "project"
    write_files(found, {"hexguard.toml": "", **environment_files(LIBRARIES, VERSIONS)})
    return found


def test_what_is_found_through_libraries(folder: Path) -> None:
    write_files(folder, {f"m{number}.py": program(call) for number, (call, _) in enumerate(CALLS.values())})
    expected = [(f"m{number}.py", HTTP) for number, (_, is_found) in enumerate(CALLS.values()) if is_found]
    assert check(folder) == expected
    assert check(folder, jobs=2) == expected


def test_without_an_environment_nothing_is_asked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(inferring, "_started")
    shutil.rmtree(folder / ".venv")
    write_files(folder, {"app.py": program("vendor.Session().get('x')")})
    assert check(folder) == []


def test_what_was_answered_is_not_asked_again(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(folder, {"app.py": program("vendor.Session().get('x')")})
    store = tmp_path / "store"
    first = checked(folder, store)
    monkeypatch.delattr(inferring, "_started")
    assert checked(folder, store) == first
    # The verdict is gone, and the answer is still there.
    write_files(folder, {"app.py": program("vendor.Session().get('x')") + "\n"})
    assert check(folder, store) == [("app.py", HTTP)]


def test_another_version_is_asked_again(folder: Path, tmp_path: Path) -> None:
    write_files(folder, {"app.py": program("vendor.Session().get('x')")})
    store = tmp_path / "store"
    assert check(folder, store) == [("app.py", HTTP)]
    shutil.rmtree(folder / ".venv")
    write_files(folder, environment_files({**LIBRARIES, **PLAIN}, {**VERSIONS, "vendor": "2.0"}))
    assert check(folder, store) == []


def test_a_verdict_without_an_answer_is_not_kept(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(folder, {"app.py": program("vendor.Session().get('x')")})
    store = tmp_path / "store"
    with monkeypatch.context() as patched:
        patched.setattr(inferring, "MAX_FAILURES", 0)
        assert check(folder, store) == []
    assert check(folder, store) == [("app.py", HTTP)]


def test_fixes_know_what_was_answered(folder: Path) -> None:
    write_files(folder, {"app.py": program("vendor.Session().get('x')")})
    task = Task(folder, is_fixing=True, unsafe=True, fixed_rules=frozenset({HTTP}))
    outcome = check_batch(task, [str(folder / "app.py")], 1)
    assert ["to_thread" in change.after for change in outcome.changes] == [True]


def test_a_file_that_waits_tells_a_crash_once_and_keeps_no_verdict(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = program("vendor.Session().get('x')")
    write_files(folder, {"app.py": f"import time\n{waiting}\n\nasync def g():\n    time.sleep(1)\n"})
    store, sleep = tmp_path / "store", "blocking-sleep-in-async"

    def crash(call: Call, view: View) -> Iterator[Finding[Call]]:
        raise ZeroDivisionError(call.node)

    with monkeypatch.context() as patched:
        patched.setitem(CATALOGUE[sleep].checks, Call, crash)
        outcome = check_batch(Task(folder, store=store), [str(folder / "app.py")], 1)
        assert [report.rule for report in outcome.reports if report.rule in (HTTP, sleep)] == [HTTP]
        assert [f"the rule `{sleep}` crashed here" in trouble.message for trouble in outcome.troubles] == [True]
    again = checked(folder, store)
    assert {HTTP, sleep} <= {report.rule for report in again.reports}
