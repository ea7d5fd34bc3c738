"""What a project leaves alone: the server and the command line agree, and only what is surely gone is taken out."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import msgspec
import pytest

from hexguard.app.baseline import BaselineUse, Settled
from hexguard.app.batch import Outcome, check_batch
from hexguard.app.root import Root
from hexguard.app.worker import Task
from hexguard.engine.baseline import HEAD
from hexguard.facts.model import Handler
from hexguard.rule import Finding, View
from hexguard.settings.names import BASELINE
from hexguard.text.document import Document
from hexguard.text.encoding import Encoding
from hexguard.text.span import Span
from hexguard_rules.catalogue import CATALOGUE
from support.command import Content, write_files

SLEEP = "import time\n\n\nasync def poll() -> None:\n    time.sleep(1)\n"
HANDLER = "try:\n    import fast\nexcept:\n    fast = None\n"
CLEAN = "LIMIT = 1\n"
MALFORMED = "x = 1  # hexguard: ignore\n"
FILES: dict[str, Content] = {
    "hexguard.toml": "",
    "a.py": SLEEP + HANDLER,
    "pack/two words.py": SLEEP + MALFORMED,
    "c.py": CLEAN,
}
N_FOUND = 4
UTF32 = Encoding.UTF32
ASYNC = "blocking-sleep-in-async"


class Project:
    """A folder with files and a store, checked as the command line does it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "project"
        self.store = folder / "store"
        self.baseline = self.folder / BASELINE
        write_files(self.folder, FILES)

    def check(self, use: BaselineUse, *names: str, task: Task | None = None) -> Outcome:
        """Check the files with these names, or all, by a task that may say more than the use of the baseline."""
        files = [str(self.folder / name) for name in names] or [str(path) for path in self.folder.rglob("*.py")]
        task = msgspec.structs.replace(task or Task(self.folder), baseline=use, store=self.store)
        return check_batch(task, files, 1)

    def entries(self) -> list[str]:
        """The entries on disk as `path rule`."""
        head, *lines = self.baseline.read_text("utf-8").splitlines(keepends=True)
        assert head == HEAD
        return [line.rpartition(" ")[0] for line in lines]

    def shown(self, root: Root) -> list[tuple[str, int, int, str]]:
        """What the server says about all files, opened as they are on disk."""
        found: list[tuple[str, int, int, str]] = []
        for path in sorted(map(str, self.folder.rglob("*.py"))):
            root.open(path, Document.of(path, Path(path).read_text("utf-8")))
            for report in root.reports(path):
                line, column = Document.of(path, Path(path).read_text("utf-8")).position(report.span.start, UTF32)
                found.append((path, line + 1, column + 1, report.rule))
        return found


@pytest.fixture
def project(tmp_path: Path) -> Project:
    found = Project(tmp_path)
    outcome = found.check(BaselineUse.WRITE)
    assert outcome.reports == ()
    assert outcome.settled == Settled(str(found.baseline), N_FOUND, n_written=N_FOUND)
    assert outcome.troubles == ()
    return found


ALL = [
    "a.py bare-except",
    f"a.py {ASYNC}",
    f"pack/two words.py {ASYNC}",
    "pack/two words.py malformed-suppression",
]


def places(outcome: Outcome) -> list[tuple[str, int, int, str]]:
    return [(report.place.path, report.place.line, report.place.column, report.rule) for report in outcome.reports]


def test_what_was_written_is_left_alone(project: Project) -> None:
    assert project.entries() == ALL
    for use in (BaselineUse.LOOK, BaselineUse.SHRINK, BaselineUse.LOCK):
        outcome = project.check(use)
        assert (outcome.reports, outcome.troubles) == ((), ())
        assert outcome.settled == Settled(str(project.baseline), N_FOUND)
    assert len(project.check(BaselineUse.OFF).reports) == N_FOUND
    assert project.check(BaselineUse.OFF).settled is None
    assert project.entries() == ALL


def test_without_a_file_there_is_none(tmp_path: Path) -> None:
    project = Project(tmp_path)
    for use in (BaselineUse.LOOK, BaselineUse.SHRINK, BaselineUse.LOCK, BaselineUse.OFF):
        outcome = project.check(use)
        assert (len(outcome.reports), outcome.settled) == (N_FOUND, None)
    assert not project.baseline.exists()


def test_the_settings_name_another_file(tmp_path: Path) -> None:
    project = Project(tmp_path)
    write_files(project.folder, {"hexguard.toml": "baseline = 'ci/old findings.txt'\n"})
    settled = project.check(BaselineUse.WRITE).settled
    assert settled == Settled(str(project.folder / "ci" / "old findings.txt"), N_FOUND, n_written=N_FOUND)
    assert project.check(BaselineUse.LOOK).reports == ()
    assert not project.baseline.exists()


@pytest.mark.parametrize("value", ["''", "' '", "3", "['a.txt']", '"a\\u0000b"'])
def test_a_name_that_is_none_is_told(tmp_path: Path, value: str) -> None:
    project = Project(tmp_path)
    write_files(project.folder, {"hexguard.toml": f"baseline = {value}\n"})
    outcome = project.check(BaselineUse.WRITE)
    assert [trouble.message.startswith("`baseline` must be ") for trouble in outcome.troubles] == [True]
    assert project.baseline.exists(), "what holds without the setting"


Change: TypeAlias = Callable[[Path], object]


def put(name: str, content: Content) -> Change:
    return lambda folder: write_files(folder, {name: content})


def remove(folder: Path) -> None:
    (folder / "a.py").unlink()


EDITS: dict[str, tuple[Change, int, list[str]]] = {
    "nothing": (lambda folder: None, 0, ALL),
    "moved lines": (put("a.py", "# why\n\n" + HANDLER + "\n\n" + SLEEP), 0, ALL),
    "a finding more": (put("a.py", SLEEP + "    time.sleep(1)\n" + HANDLER), 1, ALL),
    "a finding in another file": (put("c.py", HANDLER), 1, ALL),
    "a finding less": (put("a.py", SLEEP), 0, ALL[1:]),
    "no finding any more": (put("a.py", CLEAN), 0, ALL[2:]),
    "another finding instead": (put("a.py", SLEEP.replace("poll", "wait") + HANDLER), 1, [ALL[0], *ALL[2:]]),
    "a file that is gone": (remove, 0, ALL[2:]),
    "a file with a syntax error": (put("a.py", "def broken(:\n"), 0, ALL),
    "a file that cannot be read": (put("a.py", b"\xff"), 0, ALL),
    "a rule that is off": (put("hexguard.toml", "ignore = ['bare-except']"), 0, ALL),
    "a rule that is off for a file": (put("hexguard.toml", "[per-file-ignores]\n'a.py' = ['all']"), 0, ALL),
    "a rule that is on again": (put("hexguard.toml", "ignore = []"), 0, ALL),
    "a suppression": (
        put("a.py", SLEEP + HANDLER.replace("except:", "except:  # hexguard: ignore[bare-except] x")),
        0,
        ALL[1:],
    ),
}


@pytest.mark.parametrize(("edit", "n_left", "entries"), EDITS.values(), ids=EDITS)
def test_it_shrinks_by_itself(project: Project, edit: Change, n_left: int, entries: list[str]) -> None:
    edit(project.folder)
    n_gone = len(ALL) - len(entries)
    written = project.baseline.read_bytes()
    locked = project.check(BaselineUse.LOCK)
    assert locked.settled
    assert (len(locked.reports), locked.settled.n_in_excess) == (n_left, n_gone)
    looking = project.check(BaselineUse.LOOK)
    assert looking.settled
    assert looking.settled == msgspec.structs.replace(locked.settled, n_in_excess=0)
    assert project.baseline.read_bytes() == written
    shrunk = project.check(BaselineUse.SHRINK)
    assert shrunk.settled == msgspec.structs.replace(looking.settled, n_removed=n_gone)
    assert shrunk.reports == looking.reports == locked.reports
    assert project.entries() == entries
    again = project.check(BaselineUse.SHRINK)
    assert again.settled == looking.settled
    assert again.reports == looking.reports


@pytest.mark.parametrize(("edit", "n_left", "entries"), EDITS.values(), ids=EDITS)
def test_the_server_says_the_same(project: Project, edit: Change, n_left: int, entries: list[str]) -> None:
    edit(project.folder)
    if (project.folder / "a.py").exists() and (project.folder / "a.py").read_bytes() == b"\xff":
        (project.folder / "a.py").unlink()
    outcome = project.check(BaselineUse.LOOK)
    assert project.shown(Root(project.folder)) == places(outcome)
    assert len(outcome.reports) == n_left


NARROWED = {
    "ignored": Task(Path(), ignore=("bare-except",)),
    "another one selected": Task(Path(), editor={"select": ["async"]}),
}


@pytest.mark.parametrize("task", NARROWED.values(), ids=NARROWED)
def test_rules_that_do_not_run_keep_their_entries(project: Project, task: Task) -> None:
    write_files(project.folder, {"a.py": CLEAN, "pack/two words.py": CLEAN})
    outcome = project.check(BaselineUse.SHRINK, task=msgspec.structs.replace(task, root=project.folder))
    assert outcome.settled == Settled(str(project.baseline), n_removed=2)
    assert project.entries() == [ALL[0], ALL[3]]


def test_files_that_are_not_checked_keep_their_entries(project: Project) -> None:
    write_files(project.folder, {"a.py": CLEAN, "pack/two words.py": CLEAN})
    assert project.check(BaselineUse.SHRINK, "pack/two words.py").settled == Settled(str(project.baseline), n_removed=2)
    assert project.entries() == ALL[:2]


def test_writing_keeps_what_it_cannot_know(project: Project) -> None:
    write_files(project.folder, {"a.py": SLEEP, "pack/two words.py": CLEAN, "c.py": HANDLER})
    project.check(BaselineUse.WRITE, "c.py", task=Task(project.folder, editor={"select": ["async"]}))
    assert project.entries() == ALL
    project.check(BaselineUse.WRITE, "c.py", "a.py")
    assert project.entries() == [*ALL[1:2], "c.py bare-except", *ALL[2:]]
    (project.folder / "pack" / "two words.py").unlink()
    assert project.check(BaselineUse.WRITE, "c.py").settled == Settled(str(project.baseline), 1, n_written=2)
    assert project.entries() == [ALL[1], "c.py bare-except"]


def test_a_rule_that_crashes_keeps_its_entries(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(handler: Handler, view: View) -> Iterator[Finding[Handler]]:
        raise ZeroDivisionError(handler.node)

    project.store.unlink()
    monkeypatch.setitem(CATALOGUE["bare-except"].checks, Handler, crash)
    write_files(project.folder, {"a.py": HANDLER})
    outcome = project.check(BaselineUse.SHRINK)
    assert [trouble.path for trouble in outcome.troubles] == [str(project.folder / "a.py")]
    assert project.entries() == [ALL[0], *ALL[2:]]


def test_a_stored_verdict_does_not_depend_on_it(project: Project) -> None:
    assert project.check(BaselineUse.LOOK).reports == ()
    lines = project.baseline.read_text("utf-8").splitlines(keepends=True)
    project.baseline.write_text("".join(lines[:-1]), "utf-8")
    assert [report.rule for report in project.check(BaselineUse.LOOK).reports] == ["malformed-suppression"]
    project.baseline.unlink()
    assert len(project.check(BaselineUse.LOOK).reports) == N_FOUND


def test_a_line_that_is_no_entry_is_told_and_not_lost(project: Project) -> None:
    text = project.baseline.read_text("utf-8") + "<<<<<<< ours\n"
    project.baseline.write_text(text, "utf-8")
    write_files(project.folder, {"a.py": CLEAN})
    outcome = project.check(BaselineUse.SHRINK)
    (trouble,) = outcome.troubles
    assert (trouble.path, trouble.line, trouble.column, trouble.is_error) == (str(project.baseline), 6, 1, True)
    assert "no entry of a baseline" in trouble.message
    assert (outcome.reports, project.baseline.read_text("utf-8")) == ((), text)
    assert [trouble.is_error for trouble in project.check(BaselineUse.WRITE).troubles] == [False]
    assert project.entries() == ALL[2:]


def test_a_baseline_that_cannot_be_read_or_written_is_told(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.baseline.mkdir()
    messages = {
        use: [one.message for one in project.check(use).troubles] for use in (BaselineUse.LOOK, BaselineUse.WRITE)
    }
    assert messages[BaselineUse.LOOK] == ["cannot be read: it is a folder"]
    assert any(message.startswith("cannot be written") for message in messages[BaselineUse.WRITE])
    assert len(project.check(BaselineUse.WRITE).reports) == N_FOUND


def test_a_baseline_that_cannot_shrink_is_only_worth_telling(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(project.folder, {"a.py": CLEAN})

    def refuse(path: Path, text: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("hexguard.app.baseline.write_plain", refuse)
    outcome = project.check(BaselineUse.SHRINK)
    assert [(one.path, one.is_error) for one in outcome.troubles] == [(str(project.baseline), False)]
    assert outcome.settled == Settled(str(project.baseline), 2)


def test_fixes_leave_it_alone(tmp_path: Path) -> None:
    project = Project(tmp_path)
    old = "from typing import Optional\n\nname: Optional[str] = None\n"
    new = "\n\ndef load(size: Optional[int]) -> None:\n    print(size)\n"
    write_files(project.folder, {"c.py": old, "pyproject.toml": "[project]\nname = 'x'\nrequires-python = '>=3.11'\n"})
    project.check(BaselineUse.WRITE)
    write_files(project.folder, {"c.py": old + new})
    fixing = Task(project.folder, is_fixing=True)
    (change,) = project.check(BaselineUse.LOOK, task=fixing).changes
    assert change.after == old + new.replace("Optional[int]", "int | None")
    (change,) = project.check(BaselineUse.OFF, task=fixing).changes
    assert "Optional" not in change.after


def test_a_document_stays_quiet_while_it_is_edited(project: Project) -> None:
    root = Root(project.folder)
    path = str(project.folder / "a.py")
    text = SLEEP + HANDLER
    root.open(path, Document.of(path, text))

    def edited(span: Span, inserted: str) -> list[str]:
        file = root.workspace.file(path)
        assert file
        root.workspace.edit(path, file.document.edited(span, inserted, None), span, inserted)
        return [report.rule for report in root.reports(path)]

    assert root.reports(path) == ()
    assert edited(Span(0, 0), "# why\n") == []
    at = text.index("(1)") + 6
    assert edited(Span(at, at + 3), "(\n    2)") == []
    at = text.index("poll")
    assert edited(Span(at + 6, at + 6), "x") == [ASYNC]
    assert edited(Span(at + 6, at + 7), "") == []


def test_the_server_reads_it_again_when_it_changes(project: Project) -> None:
    root = Root(project.folder)
    path = str(project.folder / "a.py")
    root.open(path, Document.of(path, SLEEP + HANDLER))
    root.workspace.take_stale()
    steps: list[tuple[Change, list[str]]] = [
        (lambda folder: project.baseline.unlink(), [ASYNC, "bare-except"]),
        (lambda folder: project.check(BaselineUse.WRITE), []),
        (put("hexguard.toml", "baseline = 'other.txt'"), [ASYNC, "bare-except"]),
        (put("hexguard.toml", ""), []),
        (put(BASELINE, "bad\n"), [ASYNC, "bare-except"]),
    ]
    for change, expected in steps:
        assert not root.refresh()
        assert root.workspace.take_stale() == frozenset()
        change(project.folder)
        root.refresh()
        assert root.workspace.take_stale() == {path}
        assert [report.rule for report in root.reports(path)] == expected
    (problem,) = root.problems
    assert (problem.path, problem.span, root.settings_text(problem.path)) == (BASELINE, Span(0, 3), "bad\n")
