"""Matches paths with the patterns of the settings, which are written as in `.gitignore`."""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from pathspec import GitIgnoreSpec


def matches(path: Path, patterns: Iterable[str], *, root: Path) -> bool:
    """Whether one of `patterns`, relative to `root`, covers `path`; a path outside the root is covered by none."""
    if not path.is_relative_to(root):
        return False
    return _spec(tuple(patterns)).match_file(path.relative_to(root).as_posix())


@lru_cache(maxsize=256)
def _spec(patterns: tuple[str, ...]) -> GitIgnoreSpec:
    return GitIgnoreSpec.from_lines(patterns)
