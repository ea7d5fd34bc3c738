"""What other linters' suites expect is counted as found, missed or too much, and nothing else."""

import json
from pathlib import Path

import pytest

from hexguard_dev.__main__ import main

SLEEPS = "import time\n\nasync def f():\n    time.sleep(1)\n\ndef g():\n    time.sleep(1)\n"


def fact(line: int, expect: str, code: str = "ASYNC251", suite: str = "ruff", **more: object) -> dict[str, object]:
    return {"suite": suite, "file": "a.py", "line": line, "peer_code": code, "expect": expect, **more}


def check(tmp_path: Path, capsys: pytest.CaptureFixture[str], *facts: dict[str, object]) -> list[str]:
    """The lines about codes and places, without the head of the table."""
    (tmp_path / "a.py").write_text(SLEEPS)
    (tmp_path / "facts.jsonl").write_text("".join(json.dumps(one) + "\n" for one in facts))
    assert main(["oracles", str(tmp_path / "facts.jsonl"), str(tmp_path), "--list"]) == 0
    return capsys.readouterr().out.splitlines()[2:]


ROW = "| ruff | ASYNC251 | `blocking-sleep-in-async` |"


def test_hits_and_clean_places_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    facts = [fact(4, "hit"), fact(6, "ok", unit="block", end_line=7), fact(9, "hit", code="E999")]
    assert check(tmp_path, capsys, *facts) == [f"{ROW} 1 | 1 | 0 | 1 | 0 |"]


def test_what_differs_is_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    facts = [fact(7, "hit"), fact(3, "ok", unit="block", end_line=4)]
    assert check(tmp_path, capsys, *facts) == [
        f"{ROW} 1 | 0 | 1 | 1 | 1 |",
        "ruff ASYNC251 missed: a.py:7",
        "ruff ASYNC251 extra: a.py:4",
    ]


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
