"""Writes generated files, or says which of them are not what would be written."""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path


def write(folder: Path, wanted: Mapping[str, str], changed: Iterable[str], kind: str) -> int:
    """Write the files below `folder` that are `changed`, remove those that are not `wanted`, and say so. Gives 0."""
    paths = tuple(changed)
    for path in paths:
        target = folder / path
        if path in wanted:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(wanted[path], "utf-8", newline="\n")
        else:
            target.unlink()
    print(f"{len(wanted)} {kind}, {len(paths)} of them changed")
    return 0


def check(changed: Iterable[str]) -> int:
    """Say which files are `changed`; 1 if there are any."""
    paths = tuple(changed)
    for path in paths:
        print(f"{path} is not up to date; run `make docs`", file=sys.stderr)
    return 1 if paths else 0
