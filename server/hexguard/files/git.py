"""Asks git which files have changes that are not committed, because whoever overwrites those loses them."""

import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

TIMEOUT_SECONDS = 60.0
CHARACTERS_PER_CALL = 20_000
"""So long may the paths of one call be: a command line has an end."""

_KEPT = ("GIT_CONFIG", "GIT_EXEC_PATH", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM")
_OUTSIDE = (b"not a git repository", b"must be run in a work tree")
# What a repository configures must not run a program; a path is a path, whatever characters it holds.
_GIT = ("git", "--literal-pathspecs", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false")
_STATUS = ("status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames", "--")


class GitError(Exception):
    """Git is there and does not answer; the message says what it said."""


def uncommitted(paths: Iterable[str]) -> tuple[str, ...]:
    """Those of the existing files at `paths` (absolute) that are modified, staged or untracked in their work tree.

    A file in no work tree is not among them, and without git none is. Raises `GitError`.
    """
    trees: dict[str, list[tuple[str, str]]] = {}
    tops: dict[str, str | None] = {}
    for path in paths:
        # A link is written through, so what it leads to counts.
        real = os.path.realpath(path)
        if top := _top(os.path.dirname(real), tops):
            trees.setdefault(top, []).append((path, real))
    return tuple(path for top, files in trees.items() for path in _changed(top, files))


def _changed(top: str, files: Sequence[tuple[str, str]]) -> Iterator[str]:
    """The paths of those files of one work tree that have changes; each comes with the real path."""
    changed: set[str] = set()
    for part in _parts([os.path.relpath(real, top) for _, real in files]):
        answer = _ask(top, (*_STATUS, *part)) or b""
        # Each entry is two letters, a space and a path below the top.
        changed.update(os.path.join(top, os.fsdecode(entry[3:])) for entry in answer.split(b"\0") if entry)
    return (path for path, real in files if real in changed)


def _parts(paths: Iterable[str]) -> Iterator[list[str]]:
    part: list[str] = []
    length = 0
    for path in paths:
        if part and length + len(path) > CHARACTERS_PER_CALL:
            yield part
            part, length = [], 0
        part.append(path)
        length += len(path)
    if part:
        yield part


def _top(folder: str, tops: dict[str, str | None]) -> str | None:
    """The top of the work tree around a real folder; git is asked once for each place that may be one."""
    marked = _marked(folder)
    if marked is None:
        return None
    if marked not in tops:
        answer = _ask(marked, ("rev-parse", "--show-toplevel"))
        tops[marked] = os.path.realpath(os.fsdecode(answer.removesuffix(b"\n"))) if answer else None
    return tops[marked]


def _marked(folder: str) -> str | None:
    """The nearest folder, upwards, that holds what git puts at the top of a work tree or of a submodule."""
    above = (folder, *map(str, Path(folder).parents))
    return next((candidate for candidate in above if os.path.lexists(os.path.join(candidate, ".git"))), None)


def _ask(folder: str, arguments: Sequence[str]) -> bytes | None:
    """What git answers; `None` if there is no git, or no work tree."""
    try:
        run = subprocess.run(
            [*_GIT, *arguments],
            cwd=folder,
            env=_environment(os.environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except (FileNotFoundError, PermissionError):
        return None
    except subprocess.TimeoutExpired:
        raise GitError(f"git did not answer in {TIMEOUT_SECONDS:.0f} seconds in {folder}") from None
    if run.returncode == 0:
        return run.stdout
    if any(sign in run.stderr for sign in _OUTSIDE):
        return None
    raise GitError(f"git failed in {folder}: {run.stderr.decode('utf-8', 'replace').strip()}")


def _environment(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment in which git finds the work tree by itself: a hook is told of its own one."""
    kept = {name: value for name, value in environment.items() if not name.startswith("GIT_") or name.startswith(_KEPT)}
    return {**kept, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
