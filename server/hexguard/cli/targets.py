"""Finds the files that a command line means, and the project that each of them belongs to."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from hexguard.app.printed import Trouble, printed_problem
from hexguard.app.root import Root
from hexguard.files.discover import discover
from hexguard.files.roots import ROOT_MARKS, find_root
from hexguard.settings.model import Problem


class Targets(msgspec.Struct, frozen=True):
    """The absolute paths of the files to check by the root of their project, and what could not be found."""

    files: dict[Path, list[str]]
    troubles: tuple[Trouble, ...]


def find_targets(paths: Iterable[str], *, force_exclude: bool = False) -> Targets:
    """The Python files among and below `paths`.

    A file that is named counts whatever excludes it, unless `force_exclude`; what is excluded below a folder does not.
    """
    projects = _Projects()
    files: dict[Path, list[str]] = {}
    problems: list[Problem] = []
    for path in dict.fromkeys(os.path.abspath(path) for path in paths):
        base = find_root(Path(path))
        is_folder = os.path.isdir(path)
        for found in _below(path, projects.root(base), problems.append):
            owner = projects.owner(found, base)
            must_be_covered = owner != base if is_folder else force_exclude
            if not must_be_covered or projects.root(owner).covers(str(found)):
                files.setdefault(owner, []).append(str(found))
    return Targets(files, tuple(printed_problem(problem, problem.path, "") for problem in problems))


def _below(path: str, root: Root, on_problem: Callable[[Problem], None]) -> Iterable[Path]:
    return discover((Path(path),), root.composition.settings.exclude, root=root.path, on_problem=on_problem)


class _Projects:
    """Which project a file belongs to, remembered for each folder."""

    def __init__(self) -> None:
        self._roots: dict[Path, Root] = {}
        self._owners: dict[Path, Path] = {}

    def root(self, path: Path) -> Root:
        if path not in self._roots:
            self._roots[path] = Root(path)
        return self._roots[path]

    def owner(self, file: Path, base: Path) -> Path:
        """The root for a file: the nearest folder with a mark, else `base`, where the search began."""
        folder = file.parent
        if folder not in self._owners:
            self._owners[folder] = find_root(folder)
        found = self._owners[folder]
        return found if any((found / mark).exists() for mark in ROOT_MARKS) else base
