"""A suppression is written where it works, changes nothing else, and goes again when it is idle or over."""

import ast
from datetime import date

import pytest

from hexguard.engine.excusing import Reach
from hexguard.rule.examples import Bad
from hexguard.rule.rule import Rule
from hexguard.text.edit import apply
from hexguard_rules.catalogue import CATALOGUE
from support.fixture import DEFAULT_PATH, parse_fixture
from support.project import MemoryProject

RULE = "blocking-sleep-in-async"
IGNORE = f"# hexguard: ignore[{RULE}]"
IGNORE_FILE = f"# hexguard: ignore-file[{RULE}]"
LONG = "x" * 100


def excused(code: str, reach: Reach) -> str | None:
    """`code` after its first finding was suppressed, which must be gone and nothing else; `None` if that is refused."""
    project = MemoryProject({DEFAULT_PATH: code})
    reports = project.reports(DEFAULT_PATH)
    edits = project.workspace.excuse(next(report for report in reports if report.rule == RULE), reach)
    if edits is None:
        return None
    after = apply(code, edits)
    assert ast.dump(ast.parse(after)) == ast.dump(ast.parse(code))
    left = [report.rule for report in MemoryProject({DEFAULT_PATH: after}).reports(DEFAULT_PATH)]
    assert len(left) < len(reports)
    assert "unused-suppression" not in left
    return after


HEAD = "import time\nasync def f(x):\n"

LINES: dict[str, tuple[str, str]] = {
    "plain": (f"{HEAD}    time.sleep(1)\n", f"{HEAD}    time.sleep(1)  {IGNORE}\n"),
    "no line end": (f"{HEAD}    time.sleep(1)", f"{HEAD}    time.sleep(1)  {IGNORE}"),
    "after a comment": (f"{HEAD}    time.sleep(1)  # slow\n", f"{HEAD}    time.sleep(1)  # slow  {IGNORE}\n"),
    "trailing blanks": (f"{HEAD}    time.sleep(1)   \n", f"{HEAD}    time.sleep(1)  {IGNORE}   \n"),
    "one more name": (
        f"{HEAD}    time.sleep(x=[])  # hexguard: ignore[bare-except] why\n",
        f"{HEAD}    time.sleep(x=[])  # hexguard: ignore[bare-except, {RULE}] why\n",
    ),
    "one that ends is left alone": (
        f"{HEAD}    time.sleep(1)  # hexguard: ignore[bare-except] until=2999-01-01 why\n",
        f"{HEAD}    {IGNORE}\n    time.sleep(1)  # hexguard: ignore[bare-except] until=2999-01-01 why\n",
    ),
    "the string goes on": (
        f'{HEAD}    time.sleep("""\n    """)\n',
        f'{HEAD}    {IGNORE}\n    time.sleep("""\n    """)\n',
    ),
    "a backslash": (
        f"{HEAD}    x = time.sleep \\\n        (1)\n",
        f"{HEAD}    {IGNORE}\n    x = time.sleep \\\n        (1)\n",
    ),
    "inside parentheses": (
        f"{HEAD}    print(\n        time.sleep(1),\n    )\n",
        f"{HEAD}    print(\n        time.sleep(1),  {IGNORE}\n    )\n",
    ),
    "too long a line": (
        f'{HEAD}    time.sleep("{LONG}")\n',
        f'{HEAD}    {IGNORE}\n    time.sleep("{LONG}")\n',
    ),
    "in one line": (
        "import time\nasync def f(): time.sleep(1)\n",
        f"import time\nasync def f(): time.sleep(1)  {IGNORE}\n",
    ),
    "CRLF": (
        f'{HEAD}    time.sleep("""\n    """)\n'.replace("\n", "\r\n"),
        f'{HEAD}    {IGNORE}\n    time.sleep("""\n    """)\n'.replace("\n", "\r\n"),
    ),
    "in a header": (
        f"{HEAD}    if time.sleep(1):\n        pass\n",
        f"{HEAD}    if time.sleep(1):  {IGNORE}\n        pass\n",
    ),
}

FILES: dict[str, tuple[str, str]] = {
    "at the top": (f"{HEAD}    time.sleep(1)\n", f"{IGNORE_FILE}\n{HEAD}    time.sleep(1)\n"),
    "after the shebang": (
        f"#!/usr/bin/python\n# -*- coding: utf-8 -*-\n{HEAD}    time.sleep(1)\n",
        f"#!/usr/bin/python\n# -*- coding: utf-8 -*-\n{IGNORE_FILE}\n{HEAD}    time.sleep(1)\n",
    ),
    "before the docstring": (
        f'"""Why."""\n{HEAD}    time.sleep(1)\n',
        f'{IGNORE_FILE}\n"""Why."""\n{HEAD}    time.sleep(1)\n',
    ),
    "one more name": (
        f"{HEAD}    time.sleep(1)\n# hexguard: ignore-file[bare-except] why\n",
        f"{HEAD}    time.sleep(1)\n# hexguard: ignore-file[bare-except, {RULE}] why\n",
    ),
}


@pytest.mark.parametrize(("code", "expected"), LINES.values(), ids=LINES.keys())
def test_a_finding_is_suppressed_beside_it(code: str, expected: str) -> None:
    # The other names in these comments are idle, which is not what this is about.
    assert excused_anyway(code, Reach.LINE) == expected


@pytest.mark.parametrize(("code", "expected"), FILES.values(), ids=FILES.keys())
def test_a_finding_is_suppressed_for_its_file(code: str, expected: str) -> None:
    assert excused_anyway(code, Reach.FILE) == expected


def excused_anyway(code: str, reach: Reach) -> str | None:
    if "bare-except" not in code:
        return excused(code, reach)
    project = MemoryProject({DEFAULT_PATH: code}, only=RULE)
    [report] = [report for report in project.reports(DEFAULT_PATH) if report.rule == RULE]
    edits = project.workspace.excuse(report, reach)
    return apply(code, edits) if edits else None


@pytest.mark.parametrize("reach", Reach)
@pytest.mark.parametrize("rule", CATALOGUE, ids=lambda rule: rule.name)
def test_every_finding_of_every_example_can_be_suppressed(rule: Rule, reach: Reach) -> None:
    for example in rule.examples:
        if not isinstance(example, Bad):
            continue
        project = MemoryProject(parse_fixture(example.code).files, only=rule.name)
        for report in project.all_reports():
            edits = project.workspace.excuse(report, reach)
            assert edits, example.code
            after = apply(project.texts[report.path], edits)
            assert ast.dump(ast.parse(after)) == ast.dump(ast.parse(project.texts[report.path]))


IDLE: dict[str, tuple[str, str]] = {
    "alone in its line": (f"x = 1\n    {IGNORE} why\ny = 2\n", "x = 1\ny = 2\n"),
    "behind code": (f"x = 1  {IGNORE} why\n", "x = 1\n"),
    "behind another comment": (f"x = 1  # noqa  {IGNORE} why\n", "x = 1  # noqa\n"),
    "the first of two": (f"x = 1  # hexguard: ignore[no-such, {RULE}]\n", "x = 1\n"),
    "for the file": (f"{IGNORE_FILE} why\nx = 1\n", "x = 1\n"),
    "CRLF": (f"x = 1\r\n{IGNORE}\r\ny = 2\r\n", "x = 1\r\ny = 2\r\n"),
    "over": (f"x = 1  {IGNORE} until=2020-01-01 why\n", "x = 1\n"),
    "at the end of the text": (f"x = 1\n{IGNORE}", "x = 1\n"),
}


@pytest.mark.parametrize(("code", "expected"), IDLE.values(), ids=IDLE.keys())
def test_what_suppresses_nothing_is_removed_by_a_safe_fix(code: str, expected: str) -> None:
    project = MemoryProject({DEFAULT_PATH: code})
    fixed = project.workspace.fix_all(DEFAULT_PATH, lambda report: True)
    assert fixed.text == expected
    assert fixed.left == ()


def test_a_name_that_is_needed_stays() -> None:
    code = f"{HEAD}    time.sleep(1)  # hexguard: ignore[bare-except, {RULE}, no-such-rule] why\n"
    project = MemoryProject({DEFAULT_PATH: code})
    fixed = project.workspace.fix_all(DEFAULT_PATH, lambda report: True)
    assert fixed.text == f"{HEAD}    time.sleep(1)  {IGNORE} why\n"


@pytest.mark.parametrize(
    ("until", "rules"),
    [
        ("2027-03-01", []),
        ("2027-02-01", []),
        ("2027-01-31", ["blocking-sleep-in-async", "expired-suppression"]),
        ("2027-02-30", ["blocking-sleep-in-async", "malformed-suppression"]),
        ("20270301", ["blocking-sleep-in-async", "malformed-suppression"]),
        ("", ["blocking-sleep-in-async", "malformed-suppression"]),
    ],
)
def test_a_suppression_counts_until_its_last_day(until: str, rules: list[str]) -> None:
    code = f"{HEAD}    time.sleep(1)  {IGNORE} until={until} until then\n"
    project = MemoryProject({DEFAULT_PATH: code}, today=date(2027, 2, 1))
    assert [report.rule for report in project.reports(DEFAULT_PATH)] == rules
