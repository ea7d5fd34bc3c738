"""Which files are found: what version control ignores, what is excluded, and what odd file systems hold."""

import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from hexguard.files.discover import discover, is_excluded
from hexguard.settings import Problem


def check(
    root: Path,
    tree: dict[str, str],
    expected: list[str],
    *,
    paths: Iterable[str] = (".",),
    exclude: Iterable[str] = (),
    problems: Iterable[str] = (),
) -> None:
    """Write a tree, discover in it, and compare what is found and told, relative to the root."""
    for name, text in tree.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    told: list[Problem] = []
    found = list(discover([root / path for path in paths], exclude, root=root, on_problem=told.append))
    assert [os.path.relpath(path, root).replace(os.sep, "/") for path in found] == expected
    assert [f"{os.path.relpath(problem.path, root)}: {problem.message}" for problem in told] == list(problems)
    walked = [path for path in root.rglob("*.py") if path.is_file() and not path.is_symlink()]
    if list(paths) == ["."] and not list(problems):
        assert {path for path in walked if not is_excluded(path, exclude, root=root)} == {
            p for p in found if p in walked
        }


def test_python_files_in_order(tmp_path: Path) -> None:
    tree = {"b.py": "", "a/z.pyi": "", "a/b/c.py": "", "a/readme.md": "", "B.py": "", "a.txt": "", "ä😀.py": ""}
    check(tmp_path, tree, ["B.py", "a/b/c.py", "a/z.pyi", "b.py", "ä😀.py"])


def test_what_is_not_the_projects_own_is_left_out(tmp_path: Path) -> None:
    folders = [
        ".venv/lib",
        "venv",
        "node_modules/x",
        "a/__pycache__",
        ".git",
        "build",
        "dist",
        ".tox",
        "x/site-packages",
    ]
    check(tmp_path, {"a/b.py": "", **{f"{folder}/m.py": "" for folder in folders}}, ["a/b.py"])


def test_ignore_files_count_at_every_level(tmp_path: Path) -> None:
    tree = {
        ".gitignore": "generated/\n*_pb2.py\n/top.py\n",
        ".git/info/exclude": "local.py\n",
        "top.py": "",
        "local.py": "",
        "a/top.py": "",
        "a/x_pb2.py": "",
        "a/generated/b.py": "",
        "a/b/.gitignore": "!keep_pb2.py\nhidden.py\n",
        "a/b/keep_pb2.py": "",
        "a/b/hidden.py": "",
        "a/b/c/hidden.py": "",
        "a/hidden.py": "",
    }
    check(tmp_path, tree, ["a/b/keep_pb2.py", "a/hidden.py", "a/top.py"])


def test_excludes_are_stronger_than_ignore_files(tmp_path: Path) -> None:
    tree = {
        ".gitignore": "!migrations/\nlegacy/\n",
        "migrations/a.py": "",
        "legacy/a.py": "",
        "build/a.py": "",
        "a.py": "",
    }
    check(tmp_path, tree, ["a.py", "build/a.py", "legacy/a.py"], exclude=["migrations/", "!legacy/", "!build/"])


def test_a_named_file_is_always_given(tmp_path: Path) -> None:
    tree = {"build/a.py": "", "script": "", "b.py": ""}
    check(tmp_path, tree, ["script", "build/a.py"], paths=["script", "build/a.py"], exclude=["script"])


def test_a_named_folder_is_walked_even_if_it_is_left_out_itself(tmp_path: Path) -> None:
    tree = {
        ".gitignore": "legacy/\n",
        "build/a.py": "",
        "build/venv/b.py": "",
        "legacy/c.py": "",
        "legacy/dist/d.py": "",
    }
    check(tmp_path, tree, ["build/a.py", "legacy/c.py"], paths=["build", "legacy"])


def test_a_folder_outside_of_the_root_has_the_defaults(tmp_path: Path) -> None:
    tree = {"root/a.py": "", "other/.gitignore": "x.py", "other/x.py": "", "other/b.py": "", "other/venv/c.py": ""}
    check(tmp_path, tree, ["other/b.py"], paths=["other"])
    assert list(discover([tmp_path / "other"], root=tmp_path / "root")) == [tmp_path / "other/b.py"]
    assert not is_excluded(tmp_path / "other/venv/c.py", root=tmp_path / "root")


def test_each_file_is_given_once(tmp_path: Path) -> None:
    tree = {"a/b.py": "", "c.py": ""}
    check(tmp_path, tree, ["c.py", "a/b.py"], paths=["c.py", ".", "a", "a/b.py"])


def test_links_do_not_go_in_circles(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "a/again.py").symlink_to(tmp_path / "a/b.py")
    (tmp_path / "a/other.py").symlink_to(tmp_path / "script")
    (tmp_path / "a/self.py").symlink_to(tmp_path / "a/self.py")
    check(tmp_path, {"a/b.py": "", "script": "", "z.py": ""}, ["a/b.py", "z.py", "a/other.py", "a/self.py"])


def test_a_folder_may_be_called_like_a_file(tmp_path: Path) -> None:
    check(tmp_path, {"pkg.py/a.py": ""}, ["pkg.py/a.py"])


def test_deep_folders_are_no_trouble(tmp_path: Path) -> None:
    deep = "/".join(["d"] * 400)
    check(tmp_path, {f"{deep}/a.py": ""}, [f"{deep}/a.py"])


def test_what_is_missing_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    check(tmp_path, {"a.py": ""}, ["a.py"], paths=["gone", "a.py"], problems=["gone: does not exist"])


def test_a_folder_that_cannot_be_listed_is_told_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scandir = os.scandir

    def refuse(path: str | Path) -> object:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    tree = {"closed/a.py": "", "open/b.py": ""}
    check(tmp_path, tree, ["open/b.py"], problems=["closed: cannot be listed: Permission denied"])


def test_a_malformed_pattern_is_told_and_the_others_count(tmp_path: Path) -> None:
    check(
        tmp_path,
        {".gitignore": "a.py\n!\n", "a.py": "", "b.py": "", "c.py": ""},
        ["b.py"],
        exclude=["c.py", "!"],
        problems=[".: `exclude`: `!` is no valid pattern", ".gitignore: `!` is no valid pattern"],
    )
