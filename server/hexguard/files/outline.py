"""Lists the packages and modules at the top of a project, so that its shape is known before any file is read."""

import os
from pathlib import Path

from hexguard.files.discover import DEFAULT_EXCLUDES, SUFFIXES

MAX_LEVELS = 5
MAX_FOLDERS = 200
"""So many folders are looked into at most, those near the root first, which takes a few milliseconds."""

_LEFT_OUT = frozenset({*(name.rstrip("/") for name in DEFAULT_EXCLUDES), "docs", "examples", "test", "tests"})


def outline(root: Path) -> dict[str, frozenset[str]]:
    """Give the names of the packages and modules in each of the first folders below `root`, itself included.

    Folders are named by their paths relative to the root, with `/`; one without Python code in reach is no package.
    What cannot be listed counts as empty, and links to folders are not followed.
    """
    names: dict[str, set[str]] = {}
    level = [""]
    for _ in range(MAX_LEVELS):
        folders: list[str] = []
        for path in level[: MAX_FOLDERS - len(names)]:
            names[path], below = _listed(root / path)
            folders += (f"{path}/{name}" if path else name for name in below)
        level = folders
    _enter_packages(names)
    return {path: frozenset(found) for path, found in names.items() if found}


def _listed(folder: Path) -> tuple[set[str], list[str]]:
    """The names of the modules in a folder, and of the folders that could be packages, sorted."""
    modules: set[str] = set()
    folders: list[str] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                stem, dot, suffix = entry.name.partition(".")
                if dot and f".{suffix}" in SUFFIXES:
                    modules.add(stem)
                elif not _is_left_out(entry.name) and entry.is_dir(follow_symlinks=False):
                    folders.append(entry.name)
    except OSError:
        return set(), []
    return modules, sorted(folders)


def _is_left_out(folder: str) -> bool:
    return folder.startswith(".") or folder in _LEFT_OUT


def _enter_packages(names: dict[str, set[str]]) -> None:
    """Add to each folder those inside it that have modules, the deepest first."""
    for path in sorted(names, key=lambda path: -path.count("/")):
        if path and names[path]:
            parent, _, name = path.rpartition("/")
            names[parent].add(name)
