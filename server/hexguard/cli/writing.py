"""Writes what fixes make of files, and refuses before the first one if that would overwrite unsaved work."""

import sys
from collections.abc import Iterable, Sequence

from hexguard.app.change import Change
from hexguard.app.printed import Trouble
from hexguard.cli.render import plain, shown_path
from hexguard.cli.summary import counted
from hexguard.files.git import GitError, uncommitted

NAMED = 5
"""So many files are named in a refusal."""


class RefusedError(Exception):
    """Nothing was written; the message says why, and what to do."""


def require_committed(paths: Iterable[str]) -> None:
    """Raise `RefusedError` if a file has changes that git does not have: nobody could tell them from the fixes."""
    try:
        changed = uncommitted(paths)
    except GitError as error:
        raise RefusedError(f"{error}\nNothing was fixed; --allow-dirty fixes without asking git") from None
    if not changed:
        return
    lines = [f"{counted(len(changed), 'file')} to fix with changes that are not committed:"]
    lines += [f"  {plain(shown_path(path))}" for path in sorted(changed)[:NAMED]]
    lines += [f"  and {len(changed) - NAMED} more"] if len(changed) > NAMED else []
    raise RefusedError("\n".join([*lines, "Nothing was fixed; commit them first, or add --allow-dirty"]))


def write_all(changes: Sequence[Change]) -> tuple[list[Change], list[Trouble]]:
    """Write the changes, one file after another, each in one step; gives those that were written, and what failed."""
    written: list[Change] = []
    troubles: list[Trouble] = []
    try:
        for change in changes:
            trouble = change.write()
            if trouble:
                troubles.append(trouble)
            else:
                written.append(change)
    except KeyboardInterrupt:
        print(f"Interrupted: {len(written)} of {counted(len(changes), 'file')} were fixed", file=sys.stderr)
        raise
    return written, troubles
