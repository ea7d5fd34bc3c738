"""A rule that is slow again and again is switched off in that file, and nowhere else."""

from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest

from hexguard.app.compose import compose
from hexguard.engine.budget import CHANCES, SLOW_SECONDS, Budget, Slow
from hexguard.engine.file import ModuleName
from hexguard.engine.selection import Selection
from hexguard.engine.workspace import Config, Workspace
from hexguard.facts.expressions import Call
from hexguard.rule.catalogue import Catalogue
from hexguard.rule.finding import Finding
from hexguard.rule.rule import Rule
from hexguard.rule.view import View
from hexguard.settings.model import Severity
from hexguard.text.document import Document
from hexguard.text.span import Span
from support.project import ROOT

SLOW, QUICK = "slow-rule", "quick-rule"
TAKEN = 1.0
CALL = "call()\n"


class Clock:
    """Time that passes only where a rule says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def rule_that_takes(name: str, seconds: float, clock: Clock) -> Rule:
    rule = Rule(name=name, message="found", doc="Finds calls.", severity=Severity.NIT, examples=())

    def find(call: Call, view: View) -> Iterator[Finding[Call]]:
        clock.now += seconds
        yield rule.at(call)

    rule.check(Call)(find)
    return rule


class Project:
    """A workspace with a slow rule and a quick one."""

    def __init__(self, has_budget: bool = True) -> None:
        clock = Clock()
        catalogue = Catalogue((rule_that_takes(SLOW, TAKEN, clock), rule_that_takes(QUICK, 0.0, clock)))
        selection = Selection(catalogue.rules, {})
        config = Config(compose(ROOT, {}).project, catalogue, lambda path: selection, lambda module: None)
        self.workspace = Workspace(config, budget=Budget(clock) if has_budget else None)

    def open(self, path: str, n_calls: int) -> None:
        self.workspace.open(path, ModuleName(PurePosixPath(path).stem), Document.of(path, CALL * n_calls))

    def append(self, path: str) -> None:
        """Type one more call at the end."""
        file = self.workspace.file(path)
        assert file
        end = Span(len(file.document.text), len(file.document.text))
        self.workspace.edit(path, file.document.edited(end, CALL, None), end, CALL)

    def check(self, path: str) -> tuple[int, int]:
        """How often the slow rule and the quick one report."""
        found = [report.rule for report in self.workspace.reports(path)]
        assert not self.workspace.crashes
        return found.count(SLOW), found.count(QUICK)


@pytest.mark.parametrize(
    ("n_calls", "expected"),
    [(CHANCES - 1, (CHANCES - 1, CHANCES - 1)), (CHANCES, (0, CHANCES)), (CHANCES + 4, (0, CHANCES + 4))],
)
def test_a_slow_rule_goes_off_with_its_findings(n_calls: int, expected: tuple[int, int]) -> None:
    project = Project()
    project.open("a.py", n_calls)
    assert project.check("a.py") == expected
    told = () if expected[0] else (Slow(SLOW, "a.py", TAKEN),)
    assert project.workspace.take_slow() == told


def test_chances_are_counted_over_edits_and_it_is_told_once() -> None:
    project = Project()
    project.open("a.py", 1)
    found = [project.check("a.py")]
    told = 0
    for _ in range(CHANCES + 1):
        project.append("a.py")
        found.append(project.check("a.py"))
        told += len(project.workspace.take_slow())
    assert found == [(1, 1), (2, 2), (0, 3), (0, 4), (0, 5)]
    assert told == 1


def test_another_file_keeps_the_rule() -> None:
    project = Project()
    project.open("a.py", CHANCES)
    project.open("b.py", CHANCES - 1)
    assert [project.check(path) for path in ("a.py", "b.py", "a.py")] == [(0, 3), (2, 2), (0, 3)]


@pytest.mark.parametrize("has_closed", [True, False])
def test_opening_again_gives_new_chances(has_closed: bool) -> None:
    project = Project()
    project.open("a.py", CHANCES)
    assert project.check("a.py") == (0, CHANCES)
    if has_closed:
        project.workspace.close("a.py")
    project.open("a.py", CHANCES - 1)
    assert project.check("a.py") == (CHANCES - 1, CHANCES - 1)
    project.append("a.py")
    assert project.check("a.py") == (0, CHANCES)


def test_without_a_budget_nothing_is_switched_off() -> None:
    project = Project(has_budget=False)
    project.open("a.py", 3 * CHANCES)
    assert project.check("a.py") == (3 * CHANCES, 3 * CHANCES)
    assert project.workspace.take_slow() == ()


def test_what_is_not_over_the_limit_is_not_slow() -> None:
    heard: list[dict[str, float]] = []
    budget = Budget(Clock(), heard.append)
    spent = [{"a": SLOW_SECONDS, "b": TAKEN}] * (CHANCES + 1)
    assert [budget.charge("x.py", seconds) for seconds in spent] == [*[False] * (CHANCES - 1), True, False]
    assert budget.slow == [Slow("b", "x.py", TAKEN)]
    assert budget.off("x.py") == {"b"}
    assert budget.off("y.py") == frozenset()
    assert heard == spent
