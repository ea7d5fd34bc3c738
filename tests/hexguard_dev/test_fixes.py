"""Fixes that break a promise are told, those that keep it are counted, and no file of a project is written."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from hexguard.app.root import Root
from hexguard.engine.selection import select
from hexguard.engine.workspace import Config, Workspace
from hexguard.facts.expressions import Call
from hexguard.rule import Applicability, Edits, Finding, Fix, Refusal, Rule, Severity, View
from hexguard.rule.catalogue import Catalogue
from hexguard.settings.model import Settings
from hexguard.text.document import Document
from hexguard_dev.__main__ import main
from hexguard_dev.fixes.alone import NO_FIX, ON_REQUEST, SILENT, try_each, why_left
from hexguard_dev.fixes.project import try_project
from hexguard_dev.fixes.tally import ALSO_UNSAFE, SAFE_ONLY, Alone, Project, Together
from hexguard_dev.fixes.texts import harm, known
from hexguard_dev.fixes.together import fix_together, look_at_all
from support.project import MemoryProject, module_of

PATH = "app/main.py"
FILES = {
    "app/__init__.py": "",
    "app/orders.py": (
        "from typing import Optional\n\n\ndef total(price: Optional[int], sizes=[]) -> Optional[int]:  # cents\n"
        "    return price or sizes\n"
    ),
    "app/jobs.py": (
        "import time\n\n\nasync def wait() -> None:\n    time.sleep(1)\n    await later()\n\n\n"
        "async def later() -> None:\n    [time.sleep(1) for _ in range(2)]\n    await wait()\n"
    ),
    "app/broken.py": "def f(:\n",
    "pyproject.toml": '[project]\nname = "shop"\nrequires-python = ">=3.11"\n',
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return tmp_path


def workspace_of(applicability: Applicability, fix: str | Refusal | None, code: str) -> Workspace:
    """A workspace with one rule, which reports calls of `old` and would put `fix` in the place of the call."""
    rule = Rule(name="old-call", message="`{name}` is old", doc="A rule.", severity=Severity.NIT, examples=())

    def check(call: Call, view: View) -> Iterator[Finding[Call]]:
        if call.method in ("old", "older"):
            yield rule.at(call, name=call.method)

    def offer(finding: Finding[Call], edits: Edits) -> Fix | Refusal | None:
        return Fix("Renew it", (edits.replace(finding.fact.node, fix),)) if isinstance(fix, str) else fix

    rule.check(Call)(check)
    rule.fix(applicability)(offer)
    catalogue = Catalogue((rule,))
    selection = select(catalogue, Settings(), lambda requirement: True)
    project = MemoryProject({}).composition.project
    workspace = Workspace(Config(project, catalogue, lambda path: selection, lambda module: None))
    workspace.open(PATH, module_of(PATH), Document.of(PATH, code))
    return workspace


def check(fix: str, code: str) -> list[str]:
    """What is said against a fix that puts some text in the place of `old(...)`."""
    workspace = workspace_of(Applicability.SAFE, fix, code)
    trials = list(try_each(workspace, PATH, known(code)))
    file = workspace.file(PATH)
    assert file
    assert file.document.text == code
    return [trouble for trial in trials for trouble in trial.troubles]


BROKEN: dict[str, tuple[str, str, list[str]]] = {
    "nothing": ("old()", "old()\n", ["changes nothing", "the finding is still there"]),
    "finding": ("old( )", "old()\n", ["the finding is still there"]),
    "new finding": ("older()", "old()\n", ["brings a finding of `old-call`: `older` is old"]),
    "comment": ("new()", "old(  # why\n)\n", ["loses the comment `# why`"]),
    "syntax": ("return", "old()\n", ["does not compile any more"]),
    "line end": ("new(\r\n)", "old()\n", ["brings the line end '\\r\\n'"]),
    "white space": ("new( \n)", "old()\n", ["leaves white space at the end of the line 'new( '"]),
    "none": ("new()", "old()  # why\n", []),
}


@pytest.mark.parametrize(("fix", "code", "troubles"), BROKEN.values(), ids=BROKEN)
def test_each_promise(fix: str, code: str, troubles: list[str]) -> None:
    assert check(fix, code) == troubles


def test_the_last_line_end_counts() -> None:
    assert list(harm(known("x = 1\n"), "x = 1")) == ["loses the last line end"]
    assert list(harm(known("x = (\n"), "x = (")) == ["loses the last line end"]


@pytest.mark.parametrize(
    ("applicability", "fix", "why"),
    [
        pytest.param(Applicability.SAFE, None, SILENT, id="silent"),
        pytest.param(Applicability.SAFE, Refusal("Renew it", "it is too late"), "it is too late", id="refused"),
        pytest.param(Applicability.SAFE, "(", "the result would not be valid Python", id="unsound"),
        pytest.param(Applicability.REFACTOR, "new()", ON_REQUEST, id="refactoring"),
    ],
)
def test_why_a_finding_is_left(applicability: Applicability, fix: str | Refusal | None, why: str) -> None:
    workspace = workspace_of(applicability, fix, "old()\n")
    (report,) = workspace.reports(PATH)
    assert why_left(workspace, report) == why


def test_a_rule_without_a_fix_says_so() -> None:
    project = MemoryProject({PATH: "x = 1  # hexguard: ignore\n"})
    (report,) = project.reports(PATH)
    assert why_left(project.workspace, report) == NO_FIX


def test_a_project(folder: Path) -> None:
    tally = try_project(Project("shop", "1", folder))
    assert (tally.n_files, tally.n_lines, tally.failures, tally.n_again) == (4, 17, (), 0)
    assert tally.findings == {
        "optional-union-syntax": 2,
        "mutable-default-argument": 1,
        "blocking-sleep-in-async": 2,
    }
    assert tally.alone["blocking-sleep-in-async", "unsafe"] == Alone(findings=2, offered=1, kept=1)
    assert tally.together[SAFE_ONLY, "optional-union-syntax"] == Together(fixed=2)
    assert tally.together[SAFE_ONLY, "mutable-default-argument"] == Together(left=1)
    assert tally.together[ALSO_UNSAFE, "blocking-sleep-in-async"] == Together(fixed=1, left=1)
    assert [(rule, count) for (rule, _), count in tally.left.items()] == [("blocking-sleep-in-async", 1)]
    assert {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*.*")} == FILES


def test_what_is_new_in_a_fixed_project_is_told(folder: Path) -> None:
    root = Root(folder)
    path = str(folder / "app" / "jobs.py")
    root.open(path, Document.of(path, FILES["app/jobs.py"]))
    fixed = fix_together(root, path, known(FILES["app/jobs.py"]), ALSO_UNSAFE)
    assert "await asyncio.sleep(1)" in fixed.text
    assert not fixed.troubles
    worse = fixed.text + "\n\nasync def again() -> None:\n    time.sleep(1)\n"
    n_again, troubles = look_at_all(root, {path: worse}, {path: Counter[tuple[str, str]]()}, ALSO_UNSAFE, 3)
    assert n_again == 1
    assert {trouble.report.rule for trouble in troubles} == {"blocking-sleep-in-async"}


def test_the_command(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(["fixes", f"acme/shop@1.2={folder}", str(folder / "app"), "--output", str(tmp_path), "--jobs", "1"]) == 0
    )
    page = (tmp_path / "fixes.md").read_text()
    assert "| acme/shop | 1.2 | 4 | 17 | 5 | 4 | 4 | 2 | 4 | 0 |\n| app | - | 4 |" in page
    assert "| all | - | 8 | 34 |" in page
    assert page.endswith("## Broken promises\n\nNone.\n")
    assert str(folder) not in page
    assert "broken promises: 0" in capsys.readouterr().out


def test_a_project_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fixes", "shop=nowhere"]) == 2
    assert "nowhere: is no folder" in capsys.readouterr().err
