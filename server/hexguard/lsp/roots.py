"""Gives every open document to the root that it belongs to, so that a client may mix folders, lone files and drafts.

Everything here runs in the worker's thread.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

import msgspec

from hexguard.app.root import Root
from hexguard.engine.budget import Slow
from hexguard.engine.check import Crash
from hexguard.engine.report import Report
from hexguard.engine.workspace import Workspace
from hexguard.files.roots import ROOT_MARKS, find_root
from hexguard.lsp import convert
from hexguard.lsp.documents import Step
from hexguard.lsp.folders import Editor, Folder
from hexguard.settings.load import EDITOR
from hexguard.settings.model import Problem
from hexguard.text.document import Document

LOG = logging.getLogger(__name__)

MakeRoot = Callable[[Path, Editor], Root]


class Home(msgspec.Struct, frozen=True):
    """Where an open document lives: a root, and its path there."""

    root: Root
    path: str

    @property
    def workspace(self) -> Workspace:
        """The workspace of the root."""
        return self.root.workspace

    @property
    def document(self) -> Document:
        """The document, as the worker knows it. Raises `KeyError` if the root does not have it."""
        file = self.workspace.file(self.path)
        if file is None:
            raise KeyError(self.path)
        return file.document

    def reports(self) -> tuple[Report, ...]:
        """The reports on the document, in the order of the text."""
        return self.root.reports(self.path)


class Roots:
    """All roots in use, and the home of each open document."""

    def __init__(self, make_root: MakeRoot = Root) -> None:
        self._make_root = make_root
        self._roots: dict[Path, Root] = {}
        self._editors: dict[Path, Editor] = {}
        self._homes: dict[str, Home] = {}
        self._folders: tuple[Folder, ...] = ()
        self._editor: Editor = None
        self._found: dict[Path, Path] = {}
        self._new: list[Root] = []

    def configure(self, folders: Iterable[Folder], editor: Editor) -> None:
        """Work with these folders and settings from now on; `editor` holds outside the folders."""
        self._folders = tuple(sorted(folders, key=lambda folder: len(folder.path.parts), reverse=True))
        self._editor = editor
        for path, root in self._roots.items():
            editor = self._editor_for(path)
            if editor != self._editors[path]:
                self._editors[path] = editor
                root.configure(editor)
                self._new.append(root)
        self.settle()

    def settle(self) -> None:
        """Look again which root each document belongs to, and give up the roots without documents."""
        self._found.clear()
        for uri, home in tuple(self._homes.items()):
            if self._root_path(home.path) != home.root.path:
                document = home.document
                home.root.close(home.path)
                self.open(uri, document)
        used = {home.root.path for home in self._homes.values()}
        for path in self._roots.keys() - used:
            self._roots.pop(path).close_store()

    def open(self, uri: str, document: Document) -> None:
        """Take a document in, or take it in again as a whole."""
        path = convert.to_path(uri) or self._draft_path(uri)
        root = self._root(self._root_path(path))
        root.open(path, document)
        self._homes[uri] = Home(root, path)

    def edit(self, uri: str, steps: Iterable[Step]) -> None:
        """Take in the edits of a document, one after another; unknown ones are passed over."""
        home = self._homes.get(uri)
        if home is None:
            return
        for step in steps:
            try:
                if step.span is None:
                    home.root.open(home.path, step.document)
                else:
                    home.workspace.edit(home.path, step.document, step.span, step.inserted)
            # An edit that the engine trips over must not leave it with another text than the client's.
            except Exception:
                LOG.exception("an edit of %s could not be taken in by itself", uri)
                home.root.open(home.path, step.document)

    def close(self, uri: str) -> None:
        """Forget a document."""
        if home := self._homes.pop(uri, None):
            home.root.close(home.path)

    def home(self, uri: str) -> Home | None:
        """Where an open document lives."""
        return self._homes.get(uri)

    def refresh(self, uri: str) -> None:
        """Read the configuration files of a document's root again, if they changed."""
        if (home := self._homes.get(uri)) and home.root.refresh():
            self._new.append(home.root)

    def file_changed(self, path: str) -> None:
        """A file was created, changed or removed on disk."""
        if Path(path).suffix in {".py", ".pyi"}:
            for root in self._roots.values():
                if Path(path).is_relative_to(root.path):
                    root.file_changed(path)
            return
        self._new.extend(root for root in self._roots.values() if root.refresh())
        if Path(path).name in ROOT_MARKS:
            self.settle()

    def take_stale(self) -> list[str]:
        """The uris of the documents whose reports may have changed since the last call."""
        stale = {id(root): root.workspace.take_stale() for root in self._roots.values()}
        return [uri for uri, home in self._homes.items() if home.path in stale.get(id(home.root), ())]

    def take_crashes(self) -> list[Crash]:
        """The crashes of rules since the last call."""
        crashes: list[Crash] = []
        for root in self._roots.values():
            crashes += root.workspace.crashes
            root.workspace.crashes.clear()
        return crashes

    def take_slow(self) -> list[Slow]:
        """The rules that were switched off since the last call because they took too long."""
        return [slow for root in self._roots.values() for slow in root.workspace.take_slow()]

    def take_unindexed(self) -> list[Root]:
        """The roots whose files have to be indexed: new ones, and those that are configured otherwise."""
        new = [root for root in dict.fromkeys(self._new) if self.is_in_use(root) and self._is_indexed(root.path)]
        self._new.clear()
        return new

    def problems(self) -> Iterator[tuple[Root, Problem]]:
        """What is wrong with the settings of the roots, those of the editor included."""
        for root in self._roots.values():
            for problem in root.problems:
                yield root, problem

    def is_project(self, root: Root) -> bool:
        """Whether a root is more than the folder in which a file happens to lie."""
        return self._is_indexed(root.path)

    def in_use(self) -> tuple[Root, ...]:
        """All roots that have documents."""
        return tuple(self._roots.values())

    def is_in_use(self, root: Root) -> bool:
        """Whether a root still has documents."""
        return self._roots.get(root.path) is root

    def _root(self, path: Path) -> Root:
        if path in self._roots:
            self._roots[path].refresh()
        else:
            self._editors[path] = self._editor_for(path)
            self._roots[path] = self._make_root(path, self._editors[path])
            self._new.append(self._roots[path])
        return self._roots[path]

    def _root_path(self, path: str) -> Path:
        parent = Path(path).parent
        if parent not in self._found:
            found = find_root(Path(path))
            folder = self._folder_of(parent)
            self._found[parent] = folder.path if folder and not found.is_relative_to(folder.path) else found
        return self._found[parent]

    def _folder_of(self, path: Path) -> Folder | None:
        """The innermost folder around a path."""
        return next((folder for folder in self._folders if path.is_relative_to(folder.path)), None)

    def _editor_for(self, path: Path) -> Editor:
        folder = self._folder_of(path)
        return folder.editor if folder and folder.editor is not None else self._editor

    def _is_indexed(self, path: Path) -> bool:
        # A folder that nothing marks, such as one for downloads, may hold anything.
        return self._folder_of(path) is not None or any((path / mark).exists() for mark in ROOT_MARKS)

    def _draft_path(self, uri: str) -> str:
        """A path for a document that is in no file: in the first folder, under a name that no import can reach."""
        base = self._folders[-1].path if self._folders else Path.cwd()
        return str(base / f"{quote(uri, safe='')[:200]}.py")


def is_editor_problem(problem: Problem) -> bool:
    """Whether a problem is in what the editor sent, so that there is no file to show it in."""
    return problem.path == EDITOR
