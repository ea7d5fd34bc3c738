"""A fix belongs to one version of its document, is proven before it is shown, and settles."""

from collections.abc import Iterator

import pytest

from hexguard.engine.fix_all import Wanted
from hexguard.engine.fixing import StaleReportError
from hexguard.engine.selection import select
from hexguard.engine.workspace import Config, Workspace
from hexguard.facts.expressions import Call
from hexguard.rule import Applicability, Edits, Finding, Fix, Rule, Severity, View
from hexguard.rule.catalogue import Catalogue
from hexguard.settings.model import Settings
from hexguard.text.document import Document
from hexguard.text.edit import Edit, apply
from hexguard.text.span import Span
from support.fixture import DEFAULT_PATH
from support.project import MemoryProject, module_of

SLEEPS = "import time\n\nasync def f():\n    time.sleep(1)\n    time.sleep(2)\n"


def rule_of(family: str, fix: Fix | None = None, crash: str = "") -> Rule:
    """A rule that reports every call; `crash` makes it raise when it meets a call of that name."""
    rule = Rule(name=f"{family}-rule", message="`{name}` is called", doc="A rule.", severity=Severity.NIT, examples=())

    def check(call: Call, view: View) -> Iterator[Finding[Call]]:
        if call.method == crash:
            raise RuntimeError("the rule is broken")
        yield rule.at(call, name=call.method)

    def offer(finding: Finding[Call], edits: Edits) -> Fix | None:
        return fix

    rule.check(Call)(check)
    if fix is not None:
        rule.fix(Applicability.SAFE)(offer)
    return rule


def workspace_of(*rules: Rule) -> Workspace:
    catalogue = Catalogue(rules)
    project = MemoryProject({}).composition.project
    selection = select(catalogue, Settings(), lambda requirement: True)
    return Workspace(Config(project, catalogue, lambda path: selection, lambda module: None))


def opened(workspace: Workspace, text: str) -> Workspace:
    workspace.open(DEFAULT_PATH, module_of(DEFAULT_PATH), Document.of(DEFAULT_PATH, text))
    return workspace


def test_a_report_about_another_version_gets_no_edit() -> None:
    project = MemoryProject({DEFAULT_PATH: SLEEPS})
    first, second = project.reports(DEFAULT_PATH)
    project.edit(DEFAULT_PATH, Span(0, 0), "# a line above\n")
    with pytest.raises(StaleReportError, match="changed since"):
        project.workspace.fix(second)
    fresh = project.reports(DEFAULT_PATH)[1]
    assert project.workspace.fix(fresh)
    project.write(DEFAULT_PATH, "x = 1\n")
    with pytest.raises(StaleReportError):
        project.workspace.fix(first)


def test_fix_all_leaves_the_open_document_alone_and_settles() -> None:
    project = MemoryProject({DEFAULT_PATH: SLEEPS})
    fixed = project.workspace.fix_all(DEFAULT_PATH, lambda report: True)
    assert fixed.text == "import asyncio\n\nasync def f():\n    await asyncio.sleep(1)\n    await asyncio.sleep(2)\n"
    assert len(fixed.fixed) == 2
    assert len(project.reports(DEFAULT_PATH)) == 2
    project.write(DEFAULT_PATH, fixed.text)
    assert project.workspace.fix_all(DEFAULT_PATH, lambda report: True).fixed == ()


@pytest.mark.parametrize(
    "edits",
    [
        pytest.param((Edit(Span(0, 3), "x"), Edit(Span(2, 4), "y")), id="overlapping"),
        pytest.param((Edit(Span(0, 1), "(("),), id="does not parse"),
        pytest.param((Edit(Span(0, 99), "x"),), id="outside the document"),
        pytest.param((), id="empty"),
    ],
)
def test_an_unsound_fix_is_not_offered(edits: tuple[Edit, ...]) -> None:
    workspace = opened(workspace_of(rule_of("unsound", Fix("Break it", edits))), "f()\n")
    (report,) = workspace.reports(DEFAULT_PATH)
    assert workspace.fix(report) is None


def test_what_has_no_fix_is_tried_again_after_the_others() -> None:
    """A fix of the second call makes room for that of the first."""

    def offer(finding: Finding[Call], edits: Edits) -> Fix | None:
        whole = edits.slice(Span(0, edits.span(finding.node).end))
        if finding["name"] == "f" and "g" in edits.slice(Span(0, 10)):
            return None
        assert whole
        return Fix("Remove it", (edits.replace(finding.node, "0"),))

    rule = rule_of("patient")
    rule.fix(Applicability.SAFE)(offer)
    fixed = opened(workspace_of(rule), "f()\ng()\n").fix_all(DEFAULT_PATH, lambda report: True)
    assert (fixed.text, [report.message for report in fixed.fixed], fixed.left) == (
        "0\n0\n",
        ["`g` is called", "`f` is called"],
        (),
    )


def test_what_is_left_is_told() -> None:
    project = MemoryProject({DEFAULT_PATH: SLEEPS + "f = lambda: [time.sleep(3) for _ in range(3)]\n"})
    fixed = project.workspace.fix_all(DEFAULT_PATH, lambda report: True, {Applicability.SAFE})
    assert (len(fixed.fixed), len(fixed.left)) == (0, 2)


def test_only_what_begins_in_a_span_is_fixed_while_the_text_moves() -> None:
    project = MemoryProject({DEFAULT_PATH: SLEEPS + "    time.sleep(3)\n"})
    file = project.workspace.file(DEFAULT_PATH)
    assert file
    at = SLEEPS.index("    time.sleep(1)")
    within = Span(at, at + len("    time.sleep(1)\n    time.sleep(2)\n"))
    fixed = project.workspace.fix_file(file, Wanted(within=within))
    assert fixed.text.count("asyncio.sleep") == 2
    assert fixed.text.endswith("    time.sleep(3)\n")


def test_a_rewrite_on_request_is_no_report() -> None:
    code = "import asyncio\n\nasync def f():\n    await asyncio.gather(g(), h())\n"
    files = {DEFAULT_PATH: code, "pyproject.toml": '[project]\nname = "shop"\nrequires-python = ">=3.11"\n'}
    project = MemoryProject(files)
    at = code.index("gather")
    assert project.reports(DEFAULT_PATH) == ()
    [found] = project.workspace.on_request(DEFAULT_PATH, Span(at, at))
    assert "asyncio.TaskGroup()" in apply(code, project.workspace.fixes(found)[0][1].edits)
    assert project.workspace.on_request(DEFAULT_PATH, Span(0, 0)) == ()
    files["pyproject.toml"] += '[tool.hexguard]\nextend-select = ["gather-to-taskgroup"]\n'
    assert [report.rule for report in MemoryProject(files).reports(DEFAULT_PATH)] == ["gather-to-taskgroup"]
    files["pyproject.toml"] = '[project]\nname = "shop"\nrequires-python = ">=3.10"\n'
    assert MemoryProject(files).workspace.on_request(DEFAULT_PATH, Span(at, at)) == ()


def test_rules_that_undo_each_other_come_to_an_end() -> None:
    endless = Fix("Call again", (Edit(Span(0, 0), "g();"),))
    workspace = opened(workspace_of(rule_of("endless", endless)), "f()\n")
    fixed = workspace.fix_all(DEFAULT_PATH, lambda report: True)
    assert len(fixed.fixed) > 1


def test_a_crash_costs_that_rule_and_nothing_else() -> None:
    workspace = opened(workspace_of(rule_of("broken", crash="g"), rule_of("sound")), "f()\ng()\nf()\n")
    assert [report.rule for report in workspace.reports(DEFAULT_PATH)] == [
        "broken-rule",
        "sound-rule",
        "sound-rule",
        "broken-rule",
        "sound-rule",
    ]
    (crash,) = workspace.crashes
    assert crash.rule == "broken-rule"
    assert "the rule is broken" in crash.error
