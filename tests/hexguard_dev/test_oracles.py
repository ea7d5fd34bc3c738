"""What other linters' suites expect is counted as found, missed or too much, and each difference has a reason."""

import json
import re
from pathlib import Path

import pytest

from hexguard_dev.__main__ import main
from hexguard_dev.oracles.explained import REASONS, Reason
from hexguard_dev.oracles.peers import RULES
from hexguard_rules.catalogue import CATALOGUE

PAGE = Path(__file__).parents[2] / "docs" / "recall.md"

SLEEPS = "import time\n\nasync def f():\n    time.sleep(1)\n\ndef g():\n    time.sleep(1)\n"


def fact(line: int, expect: str, code: str = "ASYNC251", suite: str = "ruff", **more: object) -> dict[str, object]:
    return {"suite": suite, "file": "a.py", "line": line, "peer_code": code, "expect": expect, **more}


def check(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], *facts: dict[str, object], code: int = 0, flag: str = "--list"
) -> list[str]:
    """The lines about codes, reasons and places, without the head of the table and empty lines."""
    if not (tmp_path / "a.py").exists():
        (tmp_path / "a.py").write_text(SLEEPS)
    (tmp_path / "facts.jsonl").write_text("".join(json.dumps(one) + "\n" for one in facts))
    assert main(["oracles", str(tmp_path / "facts.jsonl"), str(tmp_path), *flag.split()]) == code
    return [line for line in capsys.readouterr().out.splitlines() if line][2:]


ROW = "| ruff | ASYNC251 | `blocking-sleep-in-async` |"


def test_hits_and_clean_places_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    facts = [fact(4, "hit"), fact(6, "ok", unit="block", end_line=7), fact(9, "hit", code="E999")]
    assert check(tmp_path, capsys, *facts) == [f"{ROW} 1 | 1 | 0 | 1 | 0 |"]


def test_what_differs_is_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    facts = [fact(7, "hit"), fact(3, "ok", unit="block", end_line=4)]
    places = ["ruff ASYNC251 missed: a.py:7", "ruff ASYNC251 extra: a.py:4"]
    row, *listed = check(tmp_path, capsys, *facts, code=1)
    assert row == f"{ROW} 1 | 0 | 1 | 1 | 1 |"
    assert listed == [*places, "Not explained:", *places]


def test_what_differs_for_a_known_reason_is_told_with_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.py").write_text("import subprocess\n\nasync def f():\n    subprocess.Popen()\n    input()\n")
    facts = [fact(line, "hit", "ASYNC220") for line in (4, 5)]
    row, reason, *left = check(tmp_path, capsys, *facts, code=1, flag="")
    assert row.endswith("| 2 | 0 | 2 | 0 | 0 |")
    assert reason.startswith("- ruff ASYNC220, ASYNC221, 1 missed: `Popen()` ")
    assert left == ["Not explained:", "ruff ASYNC220 missed: a.py:5"]


HISTORY = {"suite": "history", "code": "mutable-default"}
SHARED = "def f(a=[]):\n    a.append(1)\n"


def test_changes_of_maintainers_are_counted_by_repository(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.py").write_text(SHARED)
    facts = [fact(1, "hit", **HISTORY, repo=f"x+{repo}") for repo in ("y", "y", "z")]
    row, *_ = check(tmp_path, capsys, *facts, fact(2, "hit", **HISTORY, repo="x+z"), code=1, flag="")
    assert row.endswith("| `mutable-default-argument` | 2 | 75% | 0 | 0 | y 2 of 2, z 1 of 2 |")


def test_the_other_files_of_a_project_are_known(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "base.py").write_text("from pydantic import BaseModel\n\nclass Base(BaseModel): ...\n")
    (tmp_path / "old" / "a.py").write_text("from base import Base\n\nclass A(Base):\n    class Config: ...\n")
    found = {"file": "old/a.py", "repo": "x+y"}
    facts = [fact(4, "hit", "pyd-config", "history", project=project) | found for project in ("old", "")]
    assert check(tmp_path, capsys, facts[0], flag="")[0].endswith("| y 1 of 1 |")
    assert check(tmp_path, capsys, facts[1], code=1, flag="")[0].endswith("| y 0 of 1 |")


def test_tables_are_put_into_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Recall\n<!-- suites: begin -->\nold\n<!-- suites: end -->\nby hand\n")
    [row] = check(tmp_path, capsys, fact(4, "hit"), flag=f"--page {page}")
    lines = page.read_text().splitlines()
    assert (lines[1], lines[-2:]) == ("<!-- suites: begin -->", ["<!-- suites: end -->", "by hand"])
    assert row in lines
    assert "old" not in lines
    check(tmp_path, capsys, fact(4, "hit", **HISTORY), code=2, flag=f"--page {page}")
    check(tmp_path, capsys, fact(4, "hit"), code=2, flag=f"--page {tmp_path / 'none.md'}")
    assert page.read_text().splitlines() == lines


def test_every_code_leads_to_rules_that_exist() -> None:
    assert {rule for rules in RULES.values() for rule in rules} <= set(CATALOGUE.names)


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: f"{reason.suite}-{reason.codes[0]}-{reason.what}")
def test_every_reason_is_about_codes_that_are_compared_and_stands_on_the_page(reason: Reason) -> None:
    assert {(reason.suite, code) for code in reason.codes} <= set(RULES)
    assert reason.what in ("missed", "extra")
    re.compile(reason.where)
    assert reason.why.endswith(".")
    assert reason.why in PAGE.read_text("utf-8")


def test_a_whole_snippet_counts_as_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    [row] = check(tmp_path, capsys, fact(1, "hit", "UseAsyncSleepInAsyncDef", "fixit", unit="snippet"))
    assert row.endswith("| 1 | 1 | 0 | 0 | 0 |")


def test_what_another_code_expects_of_the_same_rule_is_no_extra(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "b.py").write_text("from typing import Optional, Union\n\ndef f(x: Union[int, str]): ...\n")
    union = fact(3, "ok", "UP045", unit="block", end_line=3) | {"file": "b.py"}
    rows = check(tmp_path, capsys, union, fact(3, "hit", "UP007") | {"file": "b.py"})
    assert [row.rpartition("` |")[2] for row in rows] == [" 1 | 1 | 0 | 0 | 0 |", " 0 | 0 | 0 | 1 | 0 |"]


def test_facts_that_cannot_be_read_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["oracles", str(tmp_path / "none.jsonl"), str(tmp_path)]) == 2
    assert "cannot be read" in capsys.readouterr().err
