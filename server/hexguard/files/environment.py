"""Finds the environment that a project is run in, and says what is installed there. No program of it is ever run."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path

import msgspec

from hexguard.files.stamp import digest

NAMES = (".venv", "venv", "env")
"""The folders below the root of a project in which its environment may be, the likeliest first."""

MAX_FILES = 3000
MAX_BYTES = 1024 * 1024
"""So many files of a package are searched, and so much of each."""

MARK = "pyvenv.cfg"
_IMPORT = re.compile(rb"^[ \t]*(?:import|from)[ \t]+([A-Za-z_][A-Za-z0-9_]*)", re.MULTILINE)
_DIST_INFO = ".dist-info"


class Environment(msgspec.Struct, frozen=True):
    """What is installed for a project; all is empty if it has no environment.

    `path` is its folder, `folders` are those with the packages.
    `versions` are those of the distributions, by name as it is spelled there; `packages` are the importable names.
    `stamp` changes when something is installed or removed, and not when the environment is made again elsewhere.
    `changed_ns` tells that without looking.
    """

    path: Path | None = None
    folders: tuple[str, ...] = ()
    versions: Mapping[str, str] = {}
    packages: frozenset[str] = frozenset()
    stamp: str = ""
    changed_ns: tuple[int, ...] = ()


NO_ENVIRONMENT = Environment()


def find_environment(root: Path, declared: str = "", before: Environment = NO_ENVIRONMENT) -> Environment:
    """The environment of the project at `root`: the one at the path `declared`, else one below the root.

    `before` is given again if it is still as it was. Nothing raises: what cannot be read is not there.
    """
    paths = (root / declared,) if declared else tuple(root / name for name in NAMES)
    path = next((path for path in paths if os.path.isfile(path / MARK)), None)
    if path is None:
        return NO_ENVIRONMENT
    folders = tuple(_folders(path))
    changed_ns = tuple(_changed_ns(folder) for folder in folders)
    if before.path == path and before.folders == folders and before.changed_ns == changed_ns:
        return before
    names = sorted({name for folder in folders for name in _names_in(Path(folder))})
    versions = dict(_versions(names))
    packages = frozenset(_packages(names))
    stamp = digest("\n".join((*sorted(packages), *(f"{name}-{versions[name]}" for name in versions))).encode()).hex()
    return Environment(path, folders, versions, packages, stamp, changed_ns)


def imported_packages(folders: Iterable[str], package: str) -> frozenset[str]:
    """The top-level packages that the code of an installed package seems to import, wherever a statement stands.

    `folders` are those with the packages. Of a very large package, the first files count.
    """
    found: set[bytes] = set()
    for path in islice(_files(folders, package), MAX_FILES):
        try:
            with open(path, "rb") as file:
                found.update(_IMPORT.findall(file.read(MAX_BYTES)))
        except OSError:
            continue
    return frozenset(name.decode("ascii", "replace") for name in found)


def _files(folders: Iterable[str], package: str) -> Iterator[str]:
    for folder in folders:
        for suffix in (".py", ".pyi"):
            yield os.path.join(folder, package + suffix)
        for parent, _, names in os.walk(os.path.join(folder, package)):
            yield from (os.path.join(parent, name) for name in names if name.endswith((".py", ".pyi")))


def _folders(path: Path) -> Iterator[str]:
    """The folders with packages, on POSIX and on Windows."""
    pythons = (f"lib/{name}" for name in _names_in(path / "lib") if name.startswith("python"))
    for inner in (*sorted(pythons), "Lib"):
        folder = path / inner / "site-packages"
        if folder.is_dir():
            yield str(folder)
            return


def _versions(names: list[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        if name.endswith(_DIST_INFO):
            distribution, _, version = name.removesuffix(_DIST_INFO).rpartition("-")
            if distribution:
                yield distribution, version


def _packages(names: list[str]) -> Iterator[str]:
    for name in names:
        package = name.removesuffix(".pyi").removesuffix(".py")
        # Anything may lie in a folder of packages; only what an import could name is one.
        if package.isidentifier() and not package.startswith("__"):
            yield package


def _names_in(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _changed_ns(folder: str) -> int:
    try:
        return os.stat(folder).st_mtime_ns
    except OSError:
        return 0
