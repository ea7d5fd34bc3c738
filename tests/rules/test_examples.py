"""Every example of every rule, strictly: exact places, exact count, fixes that parse and settle."""

import pytest

from hexguard.engine.report import Report
from hexguard.rule.examples import Bad, Example, Good
from hexguard.rule.fix import Applicability, Refusal
from hexguard.rule.rule import PLACEHOLDER, Rule
from hexguard.syntax.parse import parse
from hexguard.text.edit import apply
from hexguard_rules.catalogue import CATALOGUE
from support.fixture import DEFAULT_PATH, Fixture, Mark, parse_fixture
from support.project import MemoryProject

EXAMPLES = [
    pytest.param(rule, example, id=f"{rule.name}-{number}")
    for rule in CATALOGUE
    for number, example in enumerate(rule.examples, start=1)
]


def reports_of(project: MemoryProject, rule: Rule) -> list[Report]:
    return [report for report in project.all_reports() if report.rule == rule.name]


def check(rule: Rule, example: Example) -> None:
    fixture = parse_fixture(example.code)
    assert all(not parse(text).has_error for text in fixture.modules.values()), "the example is not Python"
    project = MemoryProject(fixture.files, only=rule.name)
    reports = reports_of(project, rule)
    assert _shown(reports, fixture) == _expected(fixture), "the findings are not where the marks are"
    for report in reports:
        assert not PLACEHOLDER.search(report.message)
        assert len(report.message) <= 90, report.message
    if isinstance(example, Good):
        assert not fixture.marks, "a `Good` example has no marks"
        assert example.why, "a `Good` example says why"
        return
    assert fixture.marks, "a `Bad` example marks its findings"
    _check_fix(rule, example, project, fixture)


def _shown(reports: list[Report], fixture: Fixture) -> list[tuple[str, str]]:
    """What is underlined, as `path:line` and the underlined text of the first line."""
    return sorted((_line(report.path, report.span.start, fixture), _underlined(report, fixture)) for report in reports)


def _underlined(report: Report, fixture: Fixture) -> str:
    text = fixture.files[report.path][report.span.start : report.span.end]
    return f"{_column(report.path, report.span.start, fixture)} {text.splitlines()[0] if text else ''}"


def _expected(fixture: Fixture) -> list[tuple[str, str]]:
    return sorted(
        (
            _line(mark.path, mark.span.start, fixture),
            f"{_column(mark.path, mark.span.start, fixture)} {_slice(mark, fixture)}",
        )
        for mark in fixture.marks
    )


def _slice(mark: Mark, fixture: Fixture) -> str:
    return fixture.files[mark.path][mark.span.start : mark.span.end]


def _line(path: str, offset: int, fixture: Fixture) -> str:
    return f"{path}:{fixture.files[path].count(chr(10), 0, offset) + 1}"


def _column(path: str, offset: int, fixture: Fixture) -> int:
    return offset - (fixture.files[path].rfind("\n", 0, offset) + 1)


def _check_fix(rule: Rule, example: Bad, project: MemoryProject, fixture: Fixture) -> None:
    fixes = [project.workspace.fix(report, tuple(Applicability)) for report in reports_of(project, rule)]
    if example.fixed is None:
        assert not any(fixes), "a fix that the example does not expect"
        assert example.why or not rule.fixers, "a `Bad` without `fixed` says why"
        assert not rule.fixers or _has_reasons(rule, project), "an editor could not say why there is no fix"
        return
    assert all(fixes), "the fix is missing"
    assert example.fixed != _joined(fixture.modules), "`fixed` is the code itself"
    fix_all = project.workspace.fix_all
    after = {
        path: fix_all(path, lambda report: report.rule == rule.name, tuple(Applicability)).text
        for path in fixture.modules
    }
    assert _joined(after) == _joined(parse_fixture(example.fixed).modules)
    again = MemoryProject({**fixture.files, **after}, only=rule.name)
    assert not [report for report in reports_of(again, rule) if report.applicability], (
        "fixing again would change it again"
    )


def _has_reasons(rule: Rule, project: MemoryProject) -> bool:
    """Whether each finding has a refusal that says why."""
    offers = [project.workspace.offers(report) for report in reports_of(project, rule)]
    return all(any(isinstance(offer.fix, Refusal) and offer.fix.reason for offer in each) for each in offers)


def _joined(modules: dict[str, str]) -> str:
    if list(modules) == [DEFAULT_PATH]:
        return modules[DEFAULT_PATH]
    return "\n".join(f"#- {path}\n{text}" for path, text in sorted(modules.items()))


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_example(rule: Rule, example: Example) -> None:
    check(rule, example)


@pytest.mark.parametrize("rule", CATALOGUE, ids=lambda rule: rule.name)
def test_examples_cover_the_rule(rule: Rule) -> None:
    codes = [example.code for example in rule.examples]
    assert len(set(codes)) == len(codes), "two examples are the same"
    assert 1 <= len(codes) <= 8
    assert any(isinstance(example, Bad) for example in rule.examples)
    assert any(isinstance(example, Good) for example in rule.examples)
    if rule.fixers:
        assert any(isinstance(example, Bad) and example.fixed for example in rule.examples), "no example shows the fix"


def test_the_edits_of_each_fix_are_disjoint() -> None:
    for rule in CATALOGUE:
        for example in rule.examples:
            project = MemoryProject(parse_fixture(example.code).files, only=rule.name)
            for report in reports_of(project, rule):
                for _, fix in project.workspace.fixes(report):
                    assert apply(project.texts[report.path], fix.edits)
