"""Keeps the settings files that the client has open, as the client sees them.

Everything here runs in the worker's thread.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from hexguard.app.compose import SELECTORS
from hexguard.lsp import convert
from hexguard.settings.load import load
from hexguard.settings.model import Problem
from hexguard.settings.names import IMPORT_LINTER_FILES, OWN_FILES, PYPROJECT
from hexguard.text.document import Document

_OURS = re.compile(
    r"""^[ \t]*\[*[ \t]*tool[ \t]*(?:[\]=]|\.[ \t]*["']?(?:hexguard|importlinter)\b)""",
    re.MULTILINE,
)
"""What a `pyproject.toml` has that says anything to us, also while it is no valid TOML."""


class SettingsDocuments:
    """The open settings documents by path, and which of them have news."""

    def __init__(self) -> None:
        self._documents: dict[str, Document] = {}
        self._edited: dict[str, None] = {}
        self._closed: list[str] = []

    def open(self, document: Document) -> None:
        """Take a document in, or what an edit made of it; one of a scheme without paths is passed over."""
        if path := convert.to_path(document.uri):
            self._documents[path] = document
            self._edited[path] = None

    def close(self, uri: str) -> None:
        """Forget a document; from now on its file on disk counts."""
        path = convert.to_path(uri)
        if path and self._documents.pop(path, None):
            self._edited.pop(path, None)
            self._closed.append(uri)

    def get(self, path: str) -> Document | None:
        """The document at an absolute path, if it is open."""
        return self._documents.get(path)

    def file_changed(self, path: str) -> None:
        """A file changed on disk; what is said about the documents beside it may depend on it."""
        if Path(path).name in {*OWN_FILES, *IMPORT_LINTER_FILES}:
            beside = Path(path).parent
            self._edited.update((other, None) for other in self._documents if Path(other).parent == beside)

    def take_edited(self) -> tuple[Document, tuple[Problem, ...]] | None:
        """A document that was opened or edited since the last call, with what is wrong in it; `None` if there is none.

        The settings themselves change only when the document is saved.
        """
        if not self._edited:
            return None
        path = next(iter(self._edited))
        del self._edited[path]
        return self._documents[path], _problems(Path(path), self._documents[path].text)

    def take_closed(self) -> tuple[str, ...]:
        """The uris of the documents that were closed since the last call."""
        closed = tuple(self._closed)
        self._closed.clear()
        return closed


def _problems(path: Path, text: str) -> tuple[Problem, ...]:
    """What is wrong in a settings file if it says `text`; one that says nothing to us is left in peace."""
    if path.name == PYPROJECT and not _OURS.search(text):
        return ()
    found = load({**dict(_beside(path)), path.name: text}, SELECTORS).problems
    return tuple(problem for problem in found if problem.path == path.name)


def _beside(path: Path) -> Iterator[tuple[str, str]]:
    """The files at the same root that decide whether this one counts.

    Of our own it matters only that they are there.
    """
    for name in OWN_FILES:
        if name != path.name and (path.parent / name).is_file():
            yield name, ""
    for name in IMPORT_LINTER_FILES if path.name == PYPROJECT else ():
        try:
            yield name, (path.parent / name).read_bytes().decode("utf-8", "replace")
        except OSError:
            continue
