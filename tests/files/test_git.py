"""Which files git would lose if they were overwritten, in work trees of every kind."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from hexguard.files import git
from hexguard.files.git import GitError, uncommitted
from support.command import Content, write_files

FILES: dict[str, Content] = {
    "plain.py": "x = 1\n",
    "two words.py": "x = 1\n",
    "größe.py": "x = 1\n",
    "line\nbreak.py": "x = 1\n",
    "[a]*.py": "x = 1\n",
    ":(top)odd.py": "x = 1\n",
    "deep/er/down.py": "x = 1\n",
    ".gitignore": "ignored.py\n",
}
NAMES = [name for name in FILES if name.endswith(".py")]


def run_git(folder: Path, *arguments: str) -> None:
    settings = ("-c", "user.name=t", "-c", "user.email=t@t", "-c", "protocol.file.allow=always", "-c", "gc.auto=0")
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    subprocess.run(["git", *settings, *arguments], cwd=folder, env=clean, check=True, capture_output=True, timeout=60)


def make_tree(folder: Path) -> Path:
    """A work tree in which everything is committed."""
    write_files(folder, FILES)
    run_git(folder, "init", "-q", "-b", "main")
    run_git(folder, "add", "-A")
    run_git(folder, "commit", "-q", "-m", "all")
    return folder


def check(folder: Path, names: list[str], expected: list[str]) -> None:
    """Ask about files below a folder, and compare the names of those that are not committed."""
    found = uncommitted(str(folder / name) for name in names)
    assert sorted(os.path.relpath(path, folder) for path in found) == sorted(expected)


@pytest.mark.parametrize("name", NAMES)
def test_a_change_is_seen_whatever_the_name_is(tmp_path: Path, name: str) -> None:
    tree = make_tree(tmp_path)
    check(tree, NAMES, [])
    write_files(tree, {name: "x = 2\n"})
    check(tree, NAMES, [name])
    check(tree, [other for other in NAMES if other != name], [])
    run_git(tree, "add", "-A")
    check(tree, NAMES, [name])
    run_git(tree, "commit", "-q", "-m", "more")
    check(tree, NAMES, [])


def link(tree: Path) -> None:
    os.symlink("plain.py", tree / "link.py")
    write_files(tree, {"plain.py": "x = 2\n"})


def stage_and_change_back(tree: Path) -> None:
    write_files(tree, {"plain.py": "x = 2\n"})
    run_git(tree, "add", "plain.py")
    write_files(tree, {"plain.py": "x = 1\n"})


CASES: dict[str, tuple[Callable[[Path], object], str, bool]] = {
    "a new file": (lambda tree: write_files(tree, {"new/new.py": ""}), "new/new.py", True),
    "a new file that is ignored": (lambda tree: write_files(tree, {"ignored.py": ""}), "ignored.py", False),
    "another file that is new": (lambda tree: write_files(tree, {"new.py": ""}), "plain.py", False),
    "a file that was renamed": (lambda tree: run_git(tree, "mv", "plain.py", "other.py"), "other.py", True),
    "a link to a changed file": (link, "link.py", True),
    "a file that was staged and changed back": (stage_and_change_back, "plain.py", True),
    "a file with other permissions": (lambda tree: os.chmod(tree / "plain.py", 0o755), "plain.py", True),
    "another stamp": (lambda tree: os.utime(tree / "plain.py", (1, 1)), "plain.py", False),
}


@pytest.mark.parametrize(("change", "name", "expected"), CASES.values(), ids=CASES)
def test_changes(tmp_path: Path, change: Callable[[Path], object], name: str, expected: bool) -> None:
    tree = make_tree(tmp_path)
    change(tree)
    check(tree, [name], [name] if expected else [])


def test_no_work_tree_and_no_commit(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.py": "", "none/.git/HEAD": "", "none/b.py": "", "fresh/c.py": ""})
    run_git(tmp_path / "fresh", "init", "-q")
    check(tmp_path, ["a.py", "none/b.py"], [])
    check(tmp_path, ["a.py", "none/b.py", "fresh/c.py"], ["fresh/c.py"])


def test_submodules_and_further_work_trees_answer_for_themselves(tmp_path: Path) -> None:
    part, whole = make_tree(tmp_path / "part"), make_tree(tmp_path / "whole")
    run_git(whole, "submodule", "add", "-q", str(part), "sub")
    run_git(whole, "commit", "-q", "-m", "sub")
    run_git(whole, "worktree", "add", "-q", str(tmp_path / "beside"))
    names = ["whole/plain.py", "whole/sub/plain.py", "beside/plain.py", "part/plain.py"]
    check(tmp_path, names, [])
    for name in ("whole/sub/plain.py", "beside/plain.py"):
        write_files(tmp_path, {name: "x = 2\n"})
        check(tmp_path, names, [name])
        write_files(tmp_path, {name: "x = 1\n"})


def test_in_a_hook_each_file_belongs_to_its_own_work_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = make_tree(tmp_path / "one")
    make_tree(tmp_path / "other")
    write_files(tmp_path, {"other/plain.py": "x = 2\n"})
    monkeypatch.setenv("GIT_DIR", str(one / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(one))
    monkeypatch.setenv("GIT_INDEX_FILE", str(one / ".git" / "next-index"))
    monkeypatch.setenv("GIT_LITERAL_PATHSPECS", "0")
    check(tmp_path, ["one/plain.py", "other/plain.py", "other/two words.py"], ["other/plain.py"])


def test_many_files_take_several_calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = make_tree(tmp_path)
    many = {f"many/{number}.py": "x = 1\n" for number in range(30)}
    write_files(tree, many)
    monkeypatch.setattr(git, "CHARACTERS_PER_CALL", 50)
    check(tree, [*many, "plain.py"], list(many))


def test_without_git_nothing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(make_tree(tmp_path), {"plain.py": "x = 2\n"})
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    check(tmp_path, ["plain.py"], [])


def test_a_repository_that_is_broken_is_told(tmp_path: Path) -> None:
    (make_tree(tmp_path) / ".git" / "index").write_bytes(b"no index")
    with pytest.raises(GitError, match=r"git failed in .*index file"):
        uncommitted([str(tmp_path / "plain.py")])


def test_git_that_does_not_answer_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_tree(tmp_path)
    monkeypatch.setattr(git, "TIMEOUT_SECONDS", 0.0)
    with pytest.raises(GitError, match="did not answer in 0 seconds"):
        uncommitted([str(tmp_path / "plain.py")])


def test_no_program_of_the_repository_runs(tmp_path: Path) -> None:
    tree = make_tree(tmp_path)
    run_git(tree, "config", "core.fsmonitor", "touch ran; false")
    check(tree, ["plain.py"], [])
    assert not (tree / "ran").exists()
