"""Fixing from the command line: which findings, what is told, and that no tree is ever left half-written."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from hexguard.app.change import Change
from support.command import Content, Run, run_command, write_files

HANDLER = "try:\n    import fast\nexcept:\n    fast = None\n"
MENDED = HANDLER.replace("except:", "except Exception:")
SLEEP = "import time\n\n\nasync def poll() -> None:\n    time.sleep(1)\n"
FIX = ["check", "--fix", "--unsafe-fixes", "--format", "concise"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run_git(folder: Path, *arguments: str) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    settings = ("-c", "user.name=t", "-c", "user.email=t@t", "-c", "gc.auto=0")
    subprocess.run(["git", *settings, *arguments], cwd=folder, env=clean, check=True, capture_output=True, timeout=60)


def commit(folder: Path, files: Mapping[str, Content]) -> None:
    write_files(folder, files)
    run_git(folder, "init", "-q")
    run_git(folder, "add", "-A")
    run_git(folder, "commit", "-q", "-m", "all")


def check(run: Run, code: int, err: list[str], left: list[str]) -> None:
    """Compare exit code, what was told, and the rules of the findings that are left."""
    assert run.err.splitlines() == err
    assert [line.split()[2] for line in run.out.splitlines()] == left
    assert run.code == code


RULES: dict[str, tuple[list[str], list[str], int]] = {
    "all": ([], [], 3),
    "a rule": (["--rule", "bare-except"], ["blocking-sleep-in-async"], 2),
    "a family": (["--rule", "async"], ["bare-except", "bare-except"], 1),
    "a guideline": (["--rule", "ap-11"], ["blocking-sleep-in-async"], 2),
    "two in one": (["--rule", "async,bare-except"], [], 3),
    "two": (["--rule", "async", "--rule", "bare-except"], [], 3),
    "another one": (["--rule", "fastapi"], ["bare-except", "blocking-sleep-in-async", "bare-except"], 0),
    "one that does not run": (["--rule", "async", "--ignore", "async"], ["bare-except", "bare-except"], 0),
}


@pytest.mark.parametrize(("arguments", "left", "n_fixed"), RULES.values(), ids=RULES)
def test_only_findings_of_some_rules_are_fixed(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], left: list[str], n_fixed: int
) -> None:
    files: dict[str, Content] = {"a.py": HANDLER + SLEEP, "b.py": HANDLER}
    write_files(folder, files)
    shown = run_command([*FIX, "--diff", *arguments], capsys)
    assert shown.code == (1 if n_fixed else 0)
    assert shown.err.startswith(f"Would fix {n_fixed} finding")
    assert {name: (folder / name).read_text() for name in files} == files
    run = run_command([*FIX, *arguments], capsys)
    assert [line.split()[2] for line in run.out.splitlines()] == left
    assert run.code == (1 if left else 0)
    assert run.err.startswith(f"Fixed {n_fixed} finding")
    again = run_command([*FIX, "--diff", *arguments], capsys)
    assert (again.code, again.out) == (0, "")


def test_fixes_are_counted_by_rule(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_files(folder, {"a.py": HANDLER + SLEEP, "b.py": HANDLER, "c.py": HANDLER + "import a.b\n", "d.py": ""})
    run = run_command(FIX, capsys)
    told = "Fixed 4 findings in 3 files: 3 bare-except, 1 blocking-sleep-in-async"
    check(run, 0, [told, "No findings in 4 files"], [])


@pytest.mark.parametrize("arguments", [["--rule", "async"], ["--rule", "async", "--unsafe-fixes"]])
def test_a_rule_to_fix_needs_something_that_fixes(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    run = run_command(["check", *arguments], capsys)
    assert run.code == 2
    assert "--rule says what is fixed, so it needs --fix, --diff or --interactive" in run.err


def test_without_a_cache_the_result_is_the_same(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEXGUARD_CACHE_DIR", str(folder / ".caches"))
    write_files(folder, {"a.py": HANDLER + SLEEP, "b.py": "import a\n"})
    run = run_command([*FIX, "--no-cache"], capsys)
    told = "Fixed 2 findings in 1 file: 1 bare-except, 1 blocking-sleep-in-async"
    check(run, 0, [told, "No findings in 2 files"], [])
    assert not (folder / ".caches").exists()


DIRTY = """\
error: {} to fix with changes that are not committed:
{}
Nothing was fixed; commit them first, or add --allow-dirty
"""


def test_changes_that_are_not_committed_are_not_mixed_with_fixes(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [f"{number} x.py" for number in range(7)]
    commit(folder, {"clean.py": HANDLER, "other.py": "x = 1\n"})
    write_files(folder, {"other.py": "x = 2\n"})
    check(run_command(FIX, capsys), 0, ["Fixed 1 finding in 1 file: 1 bare-except", "No findings in 2 files"], [])
    run_git(folder, "commit", "-q", "-a", "-m", "fixed")
    write_files(folder, {"clean.py": HANDLER, **dict.fromkeys(names[:1], HANDLER)})
    run_git(folder, "commit", "-q", "-a", "-m", "back")
    run = run_command(FIX, capsys)
    assert (run.code, run.out, run.err) == (2, "", DIRTY.format("1 file", "  0 x.py"))
    write_files(folder, dict.fromkeys(names, HANDLER))
    run = run_command(FIX, capsys)
    five = "\n".join([*(f"  {name}" for name in names[:5]), "  and 2 more"])
    assert (run.code, run.out, run.err) == (2, "", DIRTY.format("7 files", five))
    texts = {path.name: path.read_text() for path in folder.glob("*.py")}
    assert texts == {"other.py": "x = 2\n", "clean.py": HANDLER, **dict.fromkeys(names, HANDLER)}
    assert run_command([*FIX, "--diff"], capsys).err.startswith("Would fix 8 findings in 8 files")
    assert run_command([*FIX, "--allow-dirty"], capsys).err.startswith("Fixed 8 findings in 8 files")
    assert {path.read_text() for path in folder.glob("*.py")} == {"x = 2\n", MENDED}


def test_git_that_fails_is_no_permission(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commit(folder, {"a.py": HANDLER})
    (folder / ".git" / "index").write_bytes(b"no index")
    run = run_command(FIX, capsys)
    assert run.code == 2
    assert "git failed in" in run.err
    assert run.err.endswith("Nothing was fixed; --allow-dirty fixes without asking git\n")
    assert (folder / "a.py").read_text() == HANDLER
    assert run_command([*FIX, "--allow-dirty"], capsys).code == 0


def test_no_project_is_fixed_if_another_one_must_not_be(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_files(folder, {"a/hexguard.toml": "", "a/a.py": HANDLER, "b/hexguard.toml": "", "b/b.py": HANDLER})
    run_git(folder / "b", "init", "-q")
    assert run_command(FIX, capsys).code == 2
    assert (folder / "a" / "a.py").read_text() == (folder / "b" / "b.py").read_text() == HANDLER
    assert run_command([*FIX, "--allow-dirty"], capsys).code == 0
    assert (folder / "a" / "a.py").read_text() == (folder / "b" / "b.py").read_text() == MENDED


def test_a_file_that_cannot_be_written_costs_only_itself(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(folder, {"a.py": HANDLER, "b.py": HANDLER, "c.py": HANDLER})

    def refuse(before: object, after: object) -> None:
        if str(after).endswith("b.py"):
            raise OSError(28, "No space left on device")
        os.rename(str(before), str(after))

    monkeypatch.setattr("hexguard.files.read.os.replace", refuse)
    run = run_command(FIX, capsys)
    told = "error: b.py: cannot be written: [Errno 28] No space left on device"
    check(run, 2, [told, "Fixed 2 findings in 2 files: 2 bare-except", "Found 1 finding left"], ["bare-except"])
    assert [(folder / name).read_text() for name in ("a.py", "b.py", "c.py")] == [MENDED, HANDLER, MENDED]
    assert sorted(os.listdir(folder)) == ["a.py", "b.py", "c.py"]


def test_an_interrupt_leaves_each_file_whole(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(folder, {"a.py": HANDLER, "b.py": HANDLER, "c.py": HANDLER})

    def interrupt(handle: int) -> None:
        if len(written) == 1:
            raise KeyboardInterrupt
        written.append(handle)

    written: list[int] = []
    monkeypatch.setattr("hexguard.files.read.os.fsync", interrupt)
    run = run_command(FIX, capsys)
    assert (run.code, run.out, run.err) == (130, "", "Interrupted: 1 of 3 files were fixed\n")
    assert [(folder / name).read_text() for name in ("a.py", "b.py", "c.py")] == [MENDED, HANDLER, HANDLER]
    assert sorted(os.listdir(folder)) == ["a.py", "b.py", "c.py"]


def test_a_file_that_changes_meanwhile_is_left(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(folder, {"a.py": HANDLER, "b.py": HANDLER})
    write = Change.write

    def disturbed(change: Change) -> object:
        if change.path.endswith("a.py"):
            write_files(folder, {"a.py": HANDLER + "x = 1\n"})
        return write(change)

    monkeypatch.setattr(Change, "write", disturbed)
    run = run_command(FIX, capsys)
    assert "error: a.py: has changed since it was read, so it was not fixed" in run.err
    assert run.code == 2
    assert [(folder / name).read_text() for name in ("a.py", "b.py")] == [HANDLER + "x = 1\n", MENDED]
