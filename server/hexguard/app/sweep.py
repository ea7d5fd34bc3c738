"""Fixes a whole project without touching it: one file at a step, so that whoever types meanwhile does not wait."""

from collections.abc import Iterator

import msgspec

from hexguard.app.root import FILES_PER_STEP, Progress, Root
from hexguard.engine.fix_all import Fixed, Wanted
from hexguard.files.discover import discover
from hexguard.settings.model import Problem
from hexguard.text.document import Document


class Swept(msgspec.Struct, frozen=True):
    """What becomes of a file; `document` is the text that it is made from, the open one if it is open."""

    path: str
    document: Document
    fixed: Fixed


def sweep(root: Root, wanted: Wanted) -> Iterator[tuple[Progress, Swept | None]]:
    """What fixing all that is wanted makes of each file of a project; `None` for a file that stays as it is.

    First the files are found, a few at a step, then each is fixed.
    """
    # A document may be in no file yet.
    paths = dict.fromkeys(root.workspace.paths)
    for file in discover((root.path,), root.composition.settings.exclude, root=root.path):
        paths[str(file)] = None
        if len(paths) % FILES_PER_STEP == 0:
            yield Progress(0, len(paths)), None
    for done, path in enumerate(paths, start=1):
        yield Progress(done, len(paths)), swept(root, path, wanted)


def swept(root: Root, path: str, wanted: Wanted) -> Swept | None:
    """What fixing all that is wanted makes of one file; `None` if it stays as it is or cannot be read."""
    file = root.workspace.file(path)
    if file is None:
        found = root.read(path)
        if isinstance(found, Problem):
            return None
        file = found[1]
    fixed = root.fix(file, wanted)
    return Swept(path, file.document, fixed) if fixed.text != file.document.text else None
