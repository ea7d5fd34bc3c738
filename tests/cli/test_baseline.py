"""What `hexguard check` says about a baseline, and the exit codes that CI relies on."""

from pathlib import Path

import pytest

from support.command import Content, Run, run_command, write_files

SLEEP = "import time\n\n\nasync def poll() -> None:\n    time.sleep(1)\n"
HANDLER = "try:\n    import fast\nexcept:\n    fast = None\n"
CLEAN = "LIMIT = 1\n"
NAME = "hexguard-baseline.txt"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_files(tmp_path, {"hexguard.toml": "", "a.py": SLEEP + HANDLER, "b.py": SLEEP})
    return tmp_path


def check(run: Run, code: int, *err: str, out: int = 0) -> None:
    """Compare the exit code, all that was told, and the number of findings that were printed, one a line."""
    assert run.err.splitlines() == list(err)
    assert len(run.out.splitlines()) == out, run.out
    assert run.code == code


def test_from_the_first_finding_to_the_last(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def hexguard(*arguments: str) -> Run:
        return run_command(["check", "--format", "concise", *arguments], capsys)

    fixable = "Found 3 findings (3 may be fixed with --fix --unsafe-fixes)"
    check(hexguard(), 1, fixable, out=3)
    check(hexguard("--locked"), 1, fixable, out=3)
    beside = "No findings in 2 files, beside 3 in the baseline"
    check(hexguard("--write-baseline"), 0, beside, f"Wrote 3 entries to {NAME}")
    check(hexguard(), 0, beside)
    check(hexguard("--locked"), 0, beside)
    check(hexguard("--no-baseline"), 1, fixable, out=3)
    check(hexguard("--statistics"), 0, beside)
    write_files(folder, {"c.py": HANDLER})
    check(hexguard(), 1, "Found 1 finding, beside 3 in the baseline (1 may be fixed with --fix --unsafe-fixes)", out=1)
    write_files(folder, {"c.py": CLEAN, "b.py": CLEAN})
    beside = "No findings in 3 files, beside 2 in the baseline"
    excess = f"1 entry of {NAME} matches no finding any more; run hexguard check to remove it"
    check(hexguard("--locked"), 1, beside, excess)
    check(hexguard("--locked", "--exit-zero"), 0, beside, excess)
    check(hexguard("a.py", "--locked"), 0, "No findings in 1 file, beside 2 in the baseline")
    check(hexguard("--diff"), 0, "Would fix 0 findings in 0 files")
    check(hexguard(), 0, beside, f"Removed 1 entry from {NAME}: this finding is gone")
    write_files(folder, {"a.py": CLEAN})
    check(
        hexguard("--locked"),
        1,
        "No findings in 3 files",
        f"2 entries of {NAME} match no finding any more; run hexguard check to remove them",
    )
    check(hexguard(), 0, "No findings in 3 files", f"Removed 2 entries from {NAME}: these findings are gone")
    check(hexguard("--locked"), 0, "No findings in 3 files")
    assert (folder / NAME).read_text("utf-8").count("\n") == 1


def test_what_is_fixed_leaves_the_baseline(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_command(["check", "--write-baseline"], capsys)
    write_files(folder, {"b.py": HANDLER})
    fixing = ["check", "--fix", "--unsafe-fixes", "--format", "concise"]
    check(
        run_command(fixing, capsys),
        0,
        "Fixed 1 finding in 1 file: 1 bare-except",
        "No findings in 2 files, beside 2 in the baseline",
        f"Removed 1 entry from {NAME}: this finding is gone",
    )
    assert (folder / "a.py").read_text("utf-8") == SLEEP + HANDLER
    check(
        run_command([*fixing, "--no-baseline"], capsys),
        0,
        "Fixed 2 findings in 1 file: 1 bare-except, 1 blocking-sleep-in-async",
        "No findings in 2 files",
    )


def test_fixing_and_writing_in_one_go(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fixing = ["check", "--fix", "--unsafe-fixes", "--rule", "async", "--write-baseline"]
    check(
        run_command(fixing, capsys),
        0,
        "Fixed 2 findings in 2 files: 2 blocking-sleep-in-async",
        "No findings in 2 files, beside 1 in the baseline",
        f"Wrote 1 entry to {NAME}",
    )


def test_another_preset_neither_shrinks_nor_complains(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_command(["check", "--write-baseline"], capsys)
    write_files(folder, {"b.py": CLEAN})
    for arguments in (["--preset", "django"], ["--preset", "django", "--locked"]):
        check(run_command(["check", *arguments], capsys), 0, "No findings in 2 files, beside 2 in the baseline")
    assert (folder / NAME).read_text("utf-8").count("\n") == 4


def test_a_line_that_is_no_entry(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_files(folder, {NAME: "# head\n\n=======\n", "a.py": CLEAN, "b.py": CLEAN})
    run = run_command(["check"], capsys)
    assert run.err.startswith(f"error: {NAME}:3:1: this is no entry of a baseline")
    assert run.code == 2


def test_each_project_has_its_own(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    more: dict[str, Content] = {"sub/hexguard.toml": "baseline = 'old.txt'", "sub/c.py": HANDLER}
    write_files(folder, more)
    run = run_command(["check", "--write-baseline"], capsys)
    beside = "No findings in 3 files, beside 4 in the baseline"
    check(run, 0, beside, f"Wrote 3 entries to {NAME}", "Wrote 1 entry to sub/old.txt")
    assert (folder / "sub" / "old.txt").read_text("utf-8").splitlines()[1].startswith("c.py bare-except ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--write-baseline", "--locked"], "not allowed with argument"),
        (["--write-baseline", "--no-baseline"], "not allowed with argument"),
        (["--locked", "--no-baseline"], "not allowed with argument"),
        (["--diff", "--write-baseline"], "--diff changes nothing"),
    ],
)
def test_what_makes_no_sense_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    run = run_command(["check", *arguments], capsys)
    assert run.code == 2
    assert message in run.err
    assert not (folder / NAME).exists()
