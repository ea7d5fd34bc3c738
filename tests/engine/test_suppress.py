"""Which findings a suppression takes back, and what is said about suppressions themselves."""

import pytest

from support.fixture import DEFAULT_PATH
from support.project import MemoryProject

RULE = "blocking-sleep-in-async"
IGNORE = f"# hexguard: ignore[{RULE}] for a reason"


def check(code: str, expected: list[str]) -> None:
    """The reports on a file as `line rule`, the first line being 1."""
    project = MemoryProject({DEFAULT_PATH: "import time\n" + code})
    reports = project.reports(DEFAULT_PATH)
    text = project.texts[DEFAULT_PATH]
    assert [f"{text.count(chr(10), 0, report.span.start) + 1} {report.rule}" for report in reports] == expected


CASES: dict[str, tuple[str, list[str]]] = {
    "none": ("async def f():\n    time.sleep(1)\n", [f"3 {RULE}"]),
    "same line": (f"async def f():\n    time.sleep(1)  {IGNORE}\n", []),
    "line above": (f"async def f():\n    {IGNORE}\n    time.sleep(1)\n", []),
    "another line": (
        f"async def f():\n    {IGNORE}\n    f()\n    time.sleep(1)\n",
        ["3 unused-suppression", f"5 {RULE}"],
    ),
    "whole file": (f"# hexguard: ignore-file[{RULE}] generated\nasync def f():\n    time.sleep(1)\n", []),
    "several lines": (f"async def f():\n    time.sleep(\n        1,\n    )  {IGNORE}\n", []),
    "another rule": (
        "async def f():\n    time.sleep(1)  # hexguard: ignore[bare-except] no\n",
        [f"3 {RULE}", "3 unused-suppression"],
    ),
    "unknown rule": ("x = 1  # hexguard: ignore[no-such-rule] no\n", ["2 unused-suppression"]),
    "idle": (f"x = 1  {IGNORE}\n", ["2 unused-suppression"]),
    "two for one": (f"async def f():\n    {IGNORE}\n    time.sleep(1)  {IGNORE}\n", []),
    "malformed": ("async def f():\n    time.sleep(1)  # hexguard: ignore\n", [f"3 {RULE}", "3 malformed-suppression"]),
    "in a string": (f'async def f():\n    time.sleep("{IGNORE}")\n', [f"3 {RULE}"]),
    "noqa is left to others": ("async def f():\n    time.sleep(1)  # noqa\n", [f"3 {RULE}"]),
}


@pytest.mark.parametrize(("code", "expected"), CASES.values(), ids=CASES.keys())
def test_suppression(code: str, expected: list[str]) -> None:
    check(code, expected)


def test_the_excuse_says_what_is_wrong_with_it() -> None:
    project = MemoryProject({DEFAULT_PATH: "x = 1  # hexguard: ignore[no-such-rule] no\n"})
    (report,) = project.reports(DEFAULT_PATH)
    assert report.message == "`no-such-rule` is no rule of Hexguard, so this suppresses nothing"


def test_a_misspelled_name_is_told_the_right_one() -> None:
    project = MemoryProject({DEFAULT_PATH: "x = 1  # hexguard: ignore[blocking-slep-in-async] no\n"})
    (report,) = project.reports(DEFAULT_PATH)
    assert report.message.endswith("; did you mean `blocking-sleep-in-async`?")


def test_the_place_is_the_name() -> None:
    project = MemoryProject({DEFAULT_PATH: "x = 1  # hexguard: ignore[no-such-rule] no\n"})
    (report,) = project.reports(DEFAULT_PATH)
    assert project.texts[DEFAULT_PATH][report.span.start : report.span.end] == "no-such-rule"
