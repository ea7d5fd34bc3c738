"""Tells where a project begins, what its modules are called, and what its configuration files say now."""

import os
from collections.abc import Iterable, Mapping
from keyword import iskeyword
from pathlib import Path

import msgspec

from hexguard.files.stamp import Stamp, stamp_of
from hexguard.settings import Problem
from hexguard.settings.dependencies import is_dependency_file
from hexguard.settings.model import DEFAULT_SRC
from hexguard.settings.names import CONFIGURATION_FILES

ROOT_MARKS = ("hexguard.toml", ".hexguard.toml", "pyproject.toml", ".git")


class ProjectTexts(msgspec.Struct, frozen=True):
    """The texts of the configuration and dependency files of a project, by path relative to its root with `/`.

    Two of them have equal `texts` exactly if the project declares the same.
    """

    texts: Mapping[str, str]
    stamps: Mapping[str, Stamp]
    problems: tuple[Problem, ...] = ()


def find_root(path: Path) -> Path:
    """Give the nearest folder at or above `path` that marks a project, else the folder of `path` itself."""
    path = Path(os.path.abspath(path))
    folder = path if path.is_dir() else path.parent
    for candidate in (folder, *folder.parents):
        if any(os.path.exists(candidate / mark) for mark in ROOT_MARKS):
            return candidate
    return folder


class ModuleNames:
    """The names under which the files below a root are imported; what the folders say is remembered until `forget`."""

    def __init__(self, root: Path, src: Iterable[str] = DEFAULT_SRC) -> None:
        """`src` are the source folders, relative to `root`."""
        self._root = root
        self._src = tuple(src)
        self._starts: dict[Path, Path] = {}

    def forget(self) -> None:
        """Look at the folders again."""
        self._starts.clear()

    def name(self, path: Path) -> str | None:
        """Give the dotted name under which a Python file is imported, or None if no import statement could name it.

        The name starts at the outermost package (a folder with `__init__.py`) around the file;
        where there is none, at the deepest of the source folders that hold the file.
        """
        path = Path(os.path.abspath(path))
        folder = path.parent
        if folder not in self._starts:
            self._starts[folder] = _outermost_package(folder, _source_root(path, self._root, self._src))
        names = [*folder.relative_to(self._starts[folder]).parts, path.name.partition(".")[0]]
        if names[-1] == "__init__":
            names.pop()
        if path.suffix not in {".py", ".pyi"} or path.name.count(".") > 1 or not names:
            return None
        return ".".join(names) if all(name.isidentifier() and not iskeyword(name) for name in names) else None


def module_name(path: Path, root: Path, src: Iterable[str] = DEFAULT_SRC) -> str | None:
    """Give the name of one module, see `ModuleNames`."""
    return ModuleNames(root, src).name(path)


def project_texts(root: Path, before: ProjectTexts | None = None) -> ProjectTexts:
    """Read the files at `root` that settings are made of; with `before`, only those whose stamp changed.

    Nothing raises: a file that cannot be read becomes a problem.
    """
    texts: dict[str, str] = {}
    stamps: dict[str, Stamp] = {}
    problems: list[Problem] = []
    for name in _declaring_files(root):
        path = root / name
        try:
            stamp = stamp_of(os.stat(path))
            if before is not None and before.stamps.get(name) == stamp:
                texts[name] = before.texts[name]
            else:
                texts[name] = path.read_bytes().decode("utf-8", "replace")
            stamps[name] = stamp
        except OSError as error:
            problems.append(Problem(name, None, f"cannot be read: {error.strerror or error}"))
    return ProjectTexts(texts, stamps, tuple(problems))


def _source_root(path: Path, root: Path, src: Iterable[str]) -> Path:
    """Give the deepest source folder that holds the file; one that is itself a package is none."""
    root = Path(os.path.abspath(root))
    folders = [Path(os.path.abspath(root / name)) for name in src]
    holding = [folder for folder in folders if path.is_relative_to(folder) and not _is_package(folder)]
    if holding:
        return max(holding, key=lambda folder: len(folder.parts))
    return root if path.is_relative_to(root) else path.parent


def _outermost_package(folder: Path, source_root: Path) -> Path:
    """Give the folder that holds the outermost package around `folder`, `source_root` if there is no package.

    Folders without `__init__.py` may lie inside a package, so they are passed over on the way up.
    """
    top: Path | None = None
    for candidate in (folder, *folder.parents):
        if _is_package(candidate):
            top = candidate
        elif top is not None or candidate == source_root:
            break
    return source_root if top is None else top.parent


def _is_package(folder: Path) -> bool:
    return os.path.isfile(folder / "__init__.py") or os.path.isfile(folder / "__init__.pyi")


def _declaring_files(root: Path) -> list[str]:
    names = {name for name in _names_in(root) if name in CONFIGURATION_FILES or is_dependency_file(name)}
    names.update(
        name
        for name in (f"requirements/{found}" for found in _names_in(root / "requirements"))
        if is_dependency_file(name)
    )
    return sorted(names)


def _names_in(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry in entries if entry.is_file()]
    except OSError:
        return []
