"""The commands beside `check`, and what loading the command line costs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import hexguard
from hexguard_rules.catalogue import CATALOGUE
from support.command import run_command, write_files

# A module that waits for its first use is listed as loaded, so libcst is known by one of its parts.
HEAVY = ("jedi", "libcst._nodes", "lsprotocol", "pygls")


COMMANDS: list[tuple[list[str], int, str, str]] = [
    (["--version"], 0, f"hexguard {hexguard.__version__}\n", ""),
    ([], 2, "", "required: COMMAND"),
    (["chekc"], 2, "", "invalid choice: 'chekc'"),
    (["explain", "blocking-sleep-in-async"], 0, "# blocking-sleep-in-async\n", ""),
    (["explain", "Blocking-Sleep-In-Async"], 0, "# blocking-sleep-in-async\n", ""),
    (["explain", "ap-09"], 0, "# blocking-sleep-in-async\n", ""),
    (["explain", "unused-suppression"], 0, "# unused-suppression\n", ""),
    (["explain", "blocking-slep-in-async"], 2, "", "did you mean `blocking-sleep-in-async`?"),
    (["explain", ""], 2, "", "no rule, family or alias is called ``"),
    (["rules"], 0, "  blocking-sleep-in-async", ""),
    (["server", "--tcp", "0.0.0.0:2087"], 2, "", "0.0.0.0 is open to other machines"),
    (["server", "--tcp", "example.com:2087"], 2, "", "example.com is open to other machines"),
    (["server", "--tcp", "2087"], 2, "", "`2087` is no address"),
    (["server", "--tcp", "localhost:99999"], 2, "", "is no address"),
    (["server", "--tcp", "localhost:1", "--stdio"], 2, "", "not allowed with"),
]


@pytest.mark.parametrize(("arguments", "code", "out", "err"), COMMANDS, ids=[" ".join(case[0]) for case in COMMANDS])
def test_command(arguments: list[str], code: int, out: str, err: str, capsys: pytest.CaptureFixture[str]) -> None:
    run = run_command(arguments, capsys)
    assert run.code == code
    assert out in run.out
    assert err in run.err
    assert bool(run.err) == bool(err)


def test_an_alias_explains_each_of_its_rules(capsys: pytest.CaptureFixture[str]) -> None:
    run = run_command(["explain", "AP-09"], capsys)
    pages = [line[2:] for line in run.out.splitlines() if line.startswith("# ") and line[2:] in CATALOGUE]
    assert pages == [rule.name for rule in CATALOGUE if "AP-09" in rule.aliases]
    assert len(pages) > 1


def test_the_list_says_which_rules_report_nothing_by_themselves(capsys: pytest.CaptureFixture[str]) -> None:
    lines = run_command(["rules"], capsys).out.splitlines()
    for mark, off in (
        ("(preview)", {rule.name for rule in CATALOGUE if rule.preview}),
        ("(on request)", {rule.name for rule in CATALOGUE if rule.on_request}),
        ("(by a switch)", {"module-level-engine"}),
    ):
        assert {line.split()[0] for line in lines if line.endswith(mark)} == off


def test_rules_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    rules = json.loads(run_command(["rules", "--format", "json"], capsys).out)
    assert [rule["name"] for rule in rules] == list(CATALOGUE.names)
    assert list(rules[0]) == ["name", "family", "severity", "aliases", "summary", "fix", "preview", "requires"]


def test_checking_loads_no_protocol_and_no_refactoring_library(tmp_path: Path) -> None:
    """Only a finding whose fix changes imports needs more."""
    write_files(tmp_path, {"a.py": "try:\n    run()\nexcept:\n    pass\n"})
    program = (
        "import sys; from hexguard.cli.main import main; code = main(['check', sys.argv[1]]);"
        f"print(sorted(set({HEAVY}) & set(sys.modules)), code)"
    )
    paths = [str(Path(__file__).parents[2] / folder) for folder in ("server", "rules")]
    program = f"import sys; sys.path[:0] = {paths}; {program}"
    run = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, timeout=60, check=True
    )
    assert run.stdout.splitlines()[-1] == "[] 1"


def test_the_module_runs_as_the_command_does() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "hexguard", "--version"],
        cwd=Path(__file__).parents[2] / "server",
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert run.stdout == f"hexguard {hexguard.__version__}\n"
