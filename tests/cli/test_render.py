"""How findings look: frames, lines and JSON, as snapshots."""

import json
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from hexguard.app.printed import PrintedPlace, PrintedReport
from hexguard.cli.render import Style, full, plain
from hexguard.rule.fix import Applicability
from hexguard.settings.model import Severity
from support.command import run_command, write_files

FILES = {
    "app/__init__.py": "",
    "app/rates.py": "import time\n\n\ndef load(country: str) -> int:\n    return fetch(country)\n\n\n"
    "def fetch(country: str) -> int:\n    time.sleep(1)\n    return len(country)\n",
    "app/main.py": "import time\n\nfrom app.rates import load\n\n\nasync def quote(country: str) -> int:\n"
    '    size = len("東京"); time.sleep(size)\n    return load(country)\n',
    "app/tabs.py": "import time\n\n\nasync def poll() -> None:\n\tif True:\n\t\ttime.sleep(1)\n",
}


@pytest.mark.parametrize("form", ["full", "concise", "json"])
def test_findings(
    form: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    snapshot: SnapshotAssertion,
) -> None:
    monkeypatch.chdir(tmp_path)
    write_files(tmp_path, FILES)
    run = run_command(["check", "--format", form, "--select", "async"], capsys)
    assert run.out == snapshot
    assert run.code == 1


def test_json_of_nothing_is_an_empty_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert json.loads(run_command(["check", "--format", "json"], capsys).out) == []


def check(excerpt: str, lead: int, length: int, expected: str) -> None:
    """Draw a report on `length` characters of a line and compare the line of code and the marks below it."""
    place = PrintedPlace("/a.py", 7, lead + 1, 7, lead + 1 + length, excerpt, lead)
    report = PrintedReport("some-rule", Severity.NIT, "`x` is odd", place, Applicability.SAFE)
    lines = full([report], Style()).splitlines()
    assert lines[3:5] == expected.splitlines()


@pytest.mark.parametrize(
    ("excerpt", "lead", "length", "expected"),
    [
        ("a = bc", 4, 2, "7 | a = bc\n  |     ^^"),
        ("東京 = bc", 5, 2, "7 | 東京 = bc\n  |        ^^"),
        ("a = '東京'", 4, 4, "7 | a = '東京'\n  |     ^^^^^^"),
        ("e\u0301 = b", 5, 1, "7 | e\u0301 = b\n  |     ^"),
        ("\tb", 1, 1, "7 |     b\n  |     ^"),
        ("a\tb", 0, 3, "7 | a    b\n  | ^^^^^^"),
        ("a = b", 5, 0, "7 | a = b\n  |      ^"),
        ("\x1b[2J = b", 7, 1, "7 | \N{REPLACEMENT CHARACTER}[2J = b\n  |        ^"),
    ],
)
def test_marks_stand_below_what_they_mean(excerpt: str, lead: int, length: int, expected: str) -> None:
    check(excerpt, lead, length, expected)


def test_colors_change_nothing_but_colors() -> None:
    place = PrintedPlace("/a.py", 7, 1, 9, 2, "call(", 0)
    report = PrintedReport("some-rule", Severity.BLOCKING, "`x` is odd", place, None)
    colored = full([report], Style(is_colored=True))
    assert "\x1b[" in colored
    assert "^^^^^ to line 9" in full([report], Style())
    for code in ("\x1b[0m", "\x1b[1m", "\x1b[1;31m", "\x1b[34m"):
        colored = colored.replace(code, "")
    assert colored == full([report], Style())


def test_characters_that_a_terminal_obeys_are_not_printed() -> None:
    stand_in = "\N{REPLACEMENT CHARACTER}"
    assert plain("a\x1b[31mb\u202ec\u2028d\ue000") == f"a{stand_in}[31mb{stand_in}c{stand_in}d\ue000"
