"""One project folder at work: its settings, its open documents, and the index of all its other files.

The server and the command line both work through `Root`, so they give the same verdict.
One thread owns a root.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from hexguard.app.compose import Composition, compose
from hexguard.engine.file import File, ModuleName, open_file
from hexguard.engine.report import Report
from hexguard.engine.stages import Trace, untraced
from hexguard.engine.workspace import Config, Workspace
from hexguard.files.discover import discover, is_excluded
from hexguard.files.read import read
from hexguard.files.roots import ProjectTexts, module_name, project_texts
from hexguard.index.modules import ModuleSummary
from hexguard.settings.model import Problem
from hexguard.text.document import Document
from hexguard_rules.catalogue import CATALOGUE

FILES_PER_STEP = 200
"""So many files are found in one step of the index."""


class Progress(msgspec.Struct, frozen=True):
    """How far the index is: `done` of `total` files; `problem` if the last one could not be read."""

    done: int
    total: int
    problem: Problem | None = None


class Root:
    """A project folder; `editor` is what a client or the command line puts over its settings."""

    def __init__(self, path: Path, editor: Mapping[str, object] | None = None, trace: Trace = untraced) -> None:
        self.path = path
        self._editor = editor
        self._texts: ProjectTexts = project_texts(path)
        self.composition: Composition = compose(path, self._texts.texts, editor)
        self._paths: dict[str, str] = {}
        self._covered: dict[str, bool] = {}
        self._shadowed: frozenset[str] = frozenset()
        self.workspace = Workspace(self._config(), trace)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the settings; the paths are relative to the root."""
        return (*self._texts.problems, *self.composition.problems)

    def settings_text(self, name: str) -> str:
        """The text of a configuration file in which a problem was found, as it was read."""
        return self._texts.texts.get(name, "")

    def module_of(self, path: str) -> ModuleName:
        """The module that a file is; one that no import could name gets a name from its path, unlike any other."""
        file = Path(path)
        name = None if path in self._shadowed else module_name(file, self.path, self.composition.settings.src)
        return ModuleName(name or f"<{path}>", is_package=file.stem == "__init__")

    def covers(self, path: str) -> bool:
        """Whether the file is checked at all: neither the settings nor a `.gitignore` leave it out."""
        if path not in self._covered:
            self._covered[path] = not is_excluded(Path(path), self.composition.settings.exclude, root=self.path)
        return self._covered[path]

    def open(self, path: str, document: Document) -> None:
        """Take a document in. `path` is absolute."""
        module = self.module_of(path)
        self._paths[module.name] = path
        self.workspace.open(path, module, document)

    def close(self, path: str) -> None:
        """Forget a document; from now on its file on disk counts."""
        self.workspace.close(path)
        self.file_changed(path)

    def reports(self, path: str) -> tuple[Report, ...]:
        """The reports on an open document, in the order of the text; none if the file is not checked."""
        return self.workspace.reports(path) if self.covers(path) else ()

    def index(self) -> Iterator[Progress]:
        """Summarize every file that is not open, one at a step, so that the caller may do other work in between."""
        files: list[str] = []
        for file in discover((self.path,), self.composition.settings.exclude, root=self.path):
            files.append(str(file))
            if len(files) % FILES_PER_STEP == 0:
                yield Progress(0, len(files))
        for done, path in enumerate(files, start=1):
            problem = None
            if self.workspace.file(path) is None:
                found = self.summary(path)
                if isinstance(found, Problem):
                    problem = found
                else:
                    self.workspace.summarize((found,))
            yield Progress(done, len(files), problem)

    def summary(self, path: str) -> ModuleSummary | Problem:
        """What the module of a file on disk offers."""
        found = self.derive(path)
        return found if isinstance(found, Problem) else found.summary

    def derive(self, path: str) -> File | Problem:
        """A file on disk with everything derived from it, which is not taken in by that."""
        source = read(Path(path))
        if isinstance(source, Problem):
            return source
        module = self.module_of(path)
        self._paths[module.name] = path
        return open_file(path, module, Document.of(path, source.text), untraced)

    def shadow(self, paths: Iterable[str]) -> None:
        """Name files whose module is another file as well: from now on no import leads to them."""
        self._shadowed = frozenset(paths)

    def learn(self, found: Iterable[tuple[str, ModuleSummary]]) -> None:
        """Take in what files offer that another process has read, each with its path."""
        summaries = dict(found)
        self._paths.update((summary.name, path) for path, summary in summaries.items())
        self.workspace.summarize(summaries.values())

    def file_changed(self, path: str) -> None:
        """A file was created, changed or removed on disk; an open document counts more than its file."""
        if self.workspace.file(path) is not None:
            return
        found = self.summary(path) if Path(path).is_file() and self.covers(path) else None
        if isinstance(found, ModuleSummary):
            self.workspace.summarize((found,))
        else:
            self.workspace.remove(self.module_of(path).name)

    def refresh(self) -> bool:
        """Read the configuration files that changed; whether the project now declares something else."""
        # No stamp tells of a `.gitignore`, so what it leaves out is looked up again.
        self._covered.clear()
        texts = project_texts(self.path, self._texts)
        changed = texts.texts != self._texts.texts
        self._texts = texts
        if changed:
            self._compose()
        return changed

    def configure(self, editor: Mapping[str, object] | None) -> None:
        """Put other editor settings over those of the project."""
        self._editor = editor
        self._compose()

    def _compose(self) -> None:
        self._covered.clear()
        self.composition = compose(self.path, self._texts.texts, self._editor)
        self.workspace.configure(self._config())

    def _config(self) -> Config:
        return Config(self.composition.project, CATALOGUE, self.composition.selection_for, self._load)

    def _load(self, module: str) -> tuple[str, Document] | None:
        path = self._paths.get(module)
        source = read(Path(path)) if path else None
        if path is None or source is None or isinstance(source, Problem):
            return None
        return path, Document.of(path, source.text)
