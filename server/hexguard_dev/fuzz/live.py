"""Keeps a project as the server does, incrementally, so that there is something to compare with from scratch."""

import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from hexguard.app.root import Root
from hexguard.engine.report import Report
from hexguard.engine.stages import Trace, untraced
from hexguard.files.store import Store
from hexguard.index.libraries import Inferred
from hexguard.text.document import Document
from hexguard.text.span import Span
from hexguard_dev.fuzz.steps import (
    Case,
    Change,
    Close,
    Configure,
    Delete,
    Edit,
    Learn,
    Open,
    Rename,
    Replace,
    Step,
    Write,
)

PYTHON = (".py", ".pyi")


@contextmanager
def playground(case: Case, trace: Trace = untraced) -> Generator["Live", None, None]:
    """The project of a case in a temporary folder, as long as it is needed."""
    with tempfile.TemporaryDirectory() as folder:
        live = Live(Path(folder).resolve(), case, trace)
        try:
            yield live
        finally:
            live.root.close_store()


class Live:
    """A project in a folder of its own under changes.

    `disk` and `opened` are the texts of its files and of its open documents, kept apart from the engine.
    `shown` are the reports of each open document as a client has them: asked for when they may be others.
    `said` is what its libraries have said so far.
    `history` takes back every edit that was made, the last one last.
    """

    def __init__(self, folder: Path, case: Case, trace: Trace = untraced) -> None:
        """Write the files of a case into an empty folder, and open its documents, some before the index and some after.

        The steps of the case are left to the caller.
        """
        self.folder = folder
        self.disk: dict[str, str] = {}
        self.opened: dict[str, str] = {}
        self.editor: Mapping[str, object] = {}
        self.said: dict[str, Inferred] = {}
        self.history: list[Edit] = []
        self.shown: dict[str, tuple[Report, ...]] = {}
        for path, text in case.files.items():
            self._save(path, text)
        self.root = Root(folder, trace=trace, store=Store(None, "") if case.stored else None)
        opened = list(case.opened.items())
        for path, text in opened[::2]:
            self._open(path, text)
        self._index()
        for path, text in opened[1::2]:
            self._open(path, text)
        self._show()

    def name(self, path: str) -> str:
        """The absolute path of a file."""
        return str(self.folder / path)

    def apply(self, step: Step) -> None:
        """Make the changes of a step, and only then ask for the reports that may be others now."""
        for change in step.changes:
            self._apply(change)
        self._show()

    def _apply(self, change: Change) -> None:
        match change:
            case Edit():
                self._edit(change)
            case Replace(path, text):
                if path in self.opened:
                    self._open(path, text)
            case Open(path):
                if path not in self.opened:
                    self._open(path, self.disk.get(path, ""))
            case Close(path):
                self._close(path)
            case Configure(editor):
                self.editor = editor
                self.root.configure(editor)
                self.root.learn(self.root.environment.stamp, self.said)
                self._index()
            case Learn(said):
                self.said.update(said)
                self.root.learn(self.root.environment.stamp, said)
            case _:
                self._change_disk(change)

    def _change_disk(self, change: Write | Delete | Rename) -> None:
        match change:
            case Write(path, text):
                self._save(path, text)
                self._tell(path)
            case Delete(path):
                if self._remove(path) is not None:
                    self._tell(path)
            case Rename(path, to):
                if (moved := self._remove(path)) is not None:
                    self._save(to, moved)
                    self._tell(path)
                    self._tell(to)

    def _edit(self, change: Edit) -> None:
        before = self.opened.get(change.path)
        file = self.root.workspace.file(self.name(change.path))
        if before is None or file is None:
            return
        start = min(change.start, len(before))
        end = min(max(change.end, start), len(before))
        self.opened[change.path] = before[:start] + change.text + before[end:]
        self.history.append(Edit(change.path, start, start + len(change.text), before[start:end]))
        document = file.document.edited(Span(start, end), change.text, None)
        self.root.workspace.edit(file.path, document, Span(start, end), change.text)

    def _open(self, path: str, text: str) -> None:
        self.opened[path] = text
        self.root.open(self.name(path), Document.of(self.name(path), text))

    def _close(self, path: str) -> None:
        if self.opened.pop(path, None) is not None:
            self.shown.pop(path, None)
            self.root.close(self.name(path))

    def _save(self, path: str, text: str) -> None:
        """Write through another file, so that even at the same instant the file is seen to be another one."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f"{target.name}.draft")
        draft.write_bytes(text.encode())
        draft.replace(target)
        self.disk[path] = text

    def _remove(self, path: str) -> str | None:
        if path in self.disk:
            (self.folder / path).unlink()
        return self.disk.pop(path, None)

    def _tell(self, path: str) -> None:
        if path.endswith(PYTHON):
            self.root.file_changed(self.name(path))
        elif self.root.refresh():
            self._index()

    def _index(self) -> None:
        for _ in self.root.index():
            pass

    def _show(self) -> None:
        stale = self.root.workspace.take_stale()
        for path in self.opened:
            if (name := self.name(path)) in stale:
                self.shown[path] = self.root.reports(name)
