"""A rule looks only at the calls that it asked for, and one that crashes costs only itself."""

from collections.abc import Iterator

import pytest

from hexguard.app.compose import compose
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
from support.project import ROOT

PATH = "app.py"


def rule(name: str, *, callees: tuple[str, ...] = (), methods: tuple[str, ...] = ()) -> Rule:
    """A rule that reports every call that it is given."""
    made = Rule(name=name, message="found", doc="Finds calls.", severity=Severity.NIT, examples=())

    def find(call: Call, _view: View) -> Iterator[Finding[Call]]:
        yield made.at(call)

    made.check(Call, callees=callees, methods=methods)(find)
    return made


def check(text: str, *rules: Rule) -> tuple[list[str], list[str]]:
    """The rules that report on a text, once for each report, and those that crashed."""
    catalogue = Catalogue(rules)
    selection = Selection(catalogue.rules, {})
    workspace = Workspace(Config(compose(ROOT, {}).project, catalogue, lambda path: selection, lambda module: None))
    workspace.open(PATH, ModuleName("app"), Document.of(PATH, text))
    return [report.rule for report in workspace.reports(PATH)], [crash.rule for crash in workspace.crashes]


SLEEPER = rule("sleeper-rule", callees=("time.sleep",))
GETTER = rule("getter-rule", methods=("get",))
EITHER = rule("either-rule", callees=("time.sleep",), methods=("get",))
EVERY = rule("every-rule")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import time\ntime.sleep(1)\n", {"sleeper-rule", "either-rule", "every-rule"}),
        ("from time import sleep as rest\nrest(1)\n", {"sleeper-rule", "either-rule", "every-rule"}),
        ("def sleep(n): ...\nsleep(1)\n", {"every-rule"}),
        ("anything.get(1)\n", {"getter-rule", "either-rule", "every-rule"}),
        ("from time import sleep as get\nget(1)\n", {"sleeper-rule", "getter-rule", "either-rule", "every-rule"}),
        ("anything[0](1)\n", {"every-rule"}),
    ],
)
def test_calls_are_chosen(text: str, found: set[str]) -> None:
    reports, crashes = check(text, SLEEPER, GETTER, EITHER, EVERY)
    assert sorted(reports) == sorted(found)
    assert not crashes


def test_unknown_callee_costs_the_rules_that_wait_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(view: View, call: Call) -> str:
        raise RuntimeError("no idea")

    monkeypatch.setattr(View, "callee", crash)
    reports, crashes = check("import time\ntime.sleep(1)\nanything.get(1)\n", SLEEPER, GETTER, EVERY)
    assert sorted(reports) == ["every-rule", "every-rule", "getter-rule"]
    assert set(crashes) == {"sleeper-rule"}


def test_nothing_is_asked_about_code_that_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def callee(view: View, call: Call) -> str:
        asked.append(call.method)
        return ""

    monkeypatch.setattr(View, "callee", callee)
    check("first()\nx = second() +\n", SLEEPER)
    assert asked == ["first"]
