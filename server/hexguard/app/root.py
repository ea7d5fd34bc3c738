"""One project folder at work: its settings, its open documents, and the index of all its other files.

The server and the command line both work through `Root`, so they give the same verdict.
One thread owns a root.
"""

from collections.abc import Generator, Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from hexguard.app.baseline import Baseline, read_baseline
from hexguard.app.compose import Composition, compose
from hexguard.app.inferring import Inferrer
from hexguard.engine.baseline import Fingerprints
from hexguard.engine.budget import Budget
from hexguard.engine.file import File, ModuleName, open_file
from hexguard.engine.fix_all import Fixed, Wanted
from hexguard.engine.report import Report
from hexguard.engine.stages import Trace, untraced
from hexguard.engine.workspace import Config, Workspace
from hexguard.files.discover import discover, is_excluded
from hexguard.files.environment import NO_ENVIRONMENT, Environment, find_environment
from hexguard.files.outline import outline
from hexguard.files.read import Source, read
from hexguard.files.roots import ModuleNames, ProjectTexts, project_texts
from hexguard.files.stamp import stamp_at
from hexguard.files.store import Known, Store, entry
from hexguard.index.libraries import Inferred, Installed, known_packages
from hexguard.index.modules import ModuleSummary
from hexguard.settings.detection import detected_preset, tells_of_preset
from hexguard.settings.model import Problem
from hexguard.text.document import Document
from hexguard_rules.catalogue import CATALOGUE

FILES_PER_STEP = 20
"""So many files are looked at in one step of the index, which takes about a millisecond."""


class Progress(msgspec.Struct, frozen=True):
    """How far the index is: `done` of `total` files; `problem` if the last one could not be read."""

    done: int
    total: int
    problem: Problem | None = None


class Root:
    """A project folder; `editor` is what a client or the command line puts over its settings.

    With a `store`, files that it knows need not be read; with a `budget`, rules that are slow again and again go off.
    """

    def __init__(
        self,
        path: Path,
        editor: Mapping[str, object] | None = None,
        trace: Trace = untraced,
        store: Store | None = None,
        budget: Budget | None = None,
    ) -> None:
        self.path = path
        self.store = store
        self.editor = editor
        self._texts: ProjectTexts = project_texts(path)
        self._environment = NO_ENVIRONMENT
        self.composition: Composition = self._composed()
        self._baseline: Baseline | None = read_baseline(path, self.composition.settings.baseline)
        self._names = ModuleNames(path, self.composition.settings.src)
        self._fingerprints: dict[str, Fingerprints] = {}
        self._paths: dict[str, str] = {}
        self._covered: dict[str, bool] = {}
        self._shadowed: frozenset[str] = frozenset()
        self.workspace = Workspace(self._config(), trace, budget)
        self.recall()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the settings; the paths are relative to the root."""
        about_baseline = self._baseline.problems if self._baseline else ()
        return (*self._texts.problems, *self.composition.problems, *about_baseline)

    @property
    def baseline(self) -> Baseline | None:
        """The findings that are left alone, as they were read; `None` if it was ignored."""
        return self._baseline

    def ignore_baseline(self) -> None:
        """Leave no finding alone."""
        self._baseline = None

    @property
    def texts(self) -> Mapping[str, str]:
        """The configuration and dependency files by their names, as they were read."""
        return self._texts.texts

    def settings_text(self, name: str) -> str:
        """The text of a configuration file or a baseline in which a problem was found, as it was read."""
        if self._baseline and name == self._baseline.name:
            return self._baseline.text
        return self._texts.texts.get(name, "")

    def module_of(self, path: str) -> ModuleName:
        """The module that a file is; one that no import could name gets a name from its path, unlike any other."""
        file = Path(path)
        name = None if path in self._shadowed else self._names.name(file)
        return ModuleName(name or f"<{path}>", is_package=file.stem == "__init__")

    def covers(self, path: str) -> bool:
        """Whether the file is checked at all: neither the settings nor a `.gitignore` leave it out."""
        if path not in self._covered:
            self._covered[path] = not is_excluded(Path(path), self.composition.settings.exclude, root=self.path)
        return self._covered[path]

    def is_open(self, path: str) -> bool:
        """Whether the client has a document at `path`, which counts more than the file."""
        return self.workspace.file(path) is not None

    def open(self, path: str, document: Document) -> None:
        """Take a document in. `path` is absolute."""
        self._names.forget()
        module = self.module_of(path)
        self._paths[module.name] = path
        self.workspace.open(path, module, document)

    def close(self, path: str) -> None:
        """Forget a document; from now on its file on disk counts."""
        self.workspace.close(path)
        self._fingerprints.pop(path, None)
        self.file_changed(path)

    def reports(self, path: str) -> tuple[Report, ...]:
        """The reports on an open document that stand, in the order of the text; none if the file is not checked."""
        return self.workspace.reports(path) if self.covers(path) else ()

    def fix(self, file: File, wanted: Wanted) -> Fixed:
        """What a file becomes, open or not, when all that is wanted is fixed; nothing changes by that."""
        if not self.covers(file.path):
            return Fixed(file.document.text, ())
        return self.workspace.fix_file(file, wanted)

    def index(self) -> Iterator[Progress]:
        """Summarize every file that is not open, a few at a step, so that the caller may do other work in between."""
        changed = yield from self.survey()
        for done, path in enumerate(changed, start=1):
            yield Progress(done, len(changed), self.take_in(path))

    def survey(self) -> Generator[Progress, None, tuple[str, ...]]:
        """Find all files, take in those that the store knows as they are, and give the others; a few at a step."""
        self._names.forget()
        files: list[str] = []
        for file in discover((self.path,), self.composition.settings.exclude, root=self.path):
            files.append(str(file))
            if len(files) % FILES_PER_STEP == 0:
                yield Progress(0, len(files))
        changed: list[str] = []
        for start in range(0, len(files), FILES_PER_STEP):
            part = files[start : start + FILES_PER_STEP]
            modules = {path: known.module for path in part if (known := self.current(path))}
            self.shelve(modules)
            changed += (path for path in part if path not in modules and not self.is_open(path))
            yield Progress(start + len(part), len(files))
        self._forget_others(files)
        return tuple(changed)

    def _forget_others(self, files: Iterable[str]) -> None:
        """Forget the modules whose files are neither open nor among `files`."""
        known = set(files)
        for module, path in list(self._paths.items()):
            if path not in known and not self.is_open(path):
                del self._paths[module]
                self.workspace.remove(module)

    def current(self, path: str) -> Known | None:
        """What the store knows of a file, if that still holds and the file is not open."""
        known = self.store.known_of(path) if self.store and not self.is_open(path) else None
        if known is None or known.module != self.module_of(path).name:
            return None
        return known if known.stamp == stamp_at(path) else None

    def shelve(self, modules: Mapping[str, str]) -> None:
        """Take in files that the store knows: the names of their modules by path."""
        self._paths.update((module, path) for path, module in modules.items())
        self.workspace.shelve(modules.values())

    def take_in(self, path: str) -> Problem | None:
        """Read a file that is not open, and take in what its module offers; gives what keeps it from being read."""
        if self.is_open(path):
            return None
        found = self.read(path)
        if isinstance(found, Problem):
            return found
        source, file = found
        if self.store:
            self.store.put((entry(source, file.summary),))
        self.workspace.summarize((file.summary,))
        return None

    def read(self, path: str) -> tuple[Source, File] | Problem:
        """A file on disk with everything derived from it, which is not taken in by that."""
        source = read(Path(path))
        return source if isinstance(source, Problem) else (source, self.derived(path, source))

    def derived(self, path: str, source: Source) -> File:
        """A file as it was read, with everything derived from it."""
        module = self.module_of(path)
        self._paths[module.name] = path
        return open_file(path, module, Document.of(path, source.text), untraced)

    def shadow(self, paths: Iterable[str]) -> None:
        """Name files whose module is another file as well: from now on no import leads to them."""
        self._shadowed = frozenset(paths)

    def file_changed(self, path: str) -> None:
        """A file was created, changed or removed on disk; an open document counts more than its file."""
        self._names.forget()
        if tells_of_preset(path.removeprefix(str(self.path))):
            self._recognize_again()
        if Path(path).stem == "__init__":
            self._follow_names()
        if self.is_open(path):
            return
        module = self.module_of(path).name
        is_gone = not Path(path).is_file() or not self.covers(path) or self.take_in(path)
        # Another file may be this module by now.
        if is_gone and self._paths.get(module, path) == path:
            self.workspace.remove(module)

    def _recognize_again(self) -> None:
        """Follow a preset that the project looks like by now, or no longer, unless one is declared."""
        if self.composition.settings.preset is not None:
            return
        if detected_preset(self.composition.project.packages, outline(self.path)) != self.composition.detected:
            self._compose()

    @property
    def environment(self) -> Environment:
        """What is installed for the project."""
        return self._environment

    def inferrer(self, *, in_background: bool = False) -> Inferrer:
        """What asks the libraries of the project, to be closed in the end."""
        return Inferrer(self._environment.folders, self._known_packages(), in_background=in_background)

    def _known_packages(self) -> frozenset[str]:
        return known_packages(self.composition.project.knowledge) & self._environment.packages

    def _installed(self) -> Installed:
        # Where nothing that the tables know is installed, no other library can lead to it.
        packages = self._environment.packages if self._known_packages() else frozenset[str]()
        return Installed(packages, self._environment.stamp)

    def recall(self) -> None:
        """Take in what the store knows about the libraries of the project."""
        if self.store and self._environment.stamp:
            self.workspace.infer(self.store.inferred(self._environment.stamp))

    def learn(self, environment: str, said: Mapping[str, Inferred]) -> None:
        """Take in what the libraries of the environment with this stamp say, unless the project has another one now."""
        if said and environment == self._environment.stamp:
            if self.store:
                self.store.put_inferred(environment, said)
            self.workspace.infer(said)

    def close_store(self) -> None:
        """Let go of the store, at the end of this root."""
        if self.store:
            self.store.close()
            self.store = None

    def refresh(self) -> bool:
        """Read configuration files and the baseline, if they changed; whether the project declares something else."""
        # No stamp tells of a `.gitignore`, so what it leaves out is looked up again.
        self._covered.clear()
        texts = project_texts(self.path, self._texts)
        was_installed = self._environment.stamp
        self._environment = self._look(self.composition.settings.environment)
        changed = texts.texts != self._texts.texts or self._environment.stamp != was_installed
        self._texts = texts
        if changed:
            self._compose()
        elif self._reread_baseline():
            self.workspace.configure(self._config())
        return changed

    def configure(self, editor: Mapping[str, object] | None) -> None:
        """Put other editor settings over those of the project."""
        self.editor = editor
        self._compose()

    def _compose(self) -> None:
        self._covered.clear()
        self.composition = self._composed()
        self._reread_baseline()
        self._names = ModuleNames(self.path, self.composition.settings.src)
        self.workspace.configure(self._config())
        self.recall()
        self._follow_names()

    def _composed(self) -> Composition:
        composition = compose(self.path, self._texts.texts, self.editor, outline(self.path), self._look)
        self._environment = composition.environment
        return composition

    def _look(self, declared: str) -> Environment:
        return find_environment(self.path, declared, self._environment)

    def _reread_baseline(self) -> bool:
        """Read the baseline if its file changed; whether it has other entries now."""
        before = self._baseline
        if before is None:
            return False
        self._baseline = read_baseline(self.path, self.composition.settings.baseline, before)
        return self._baseline.entries != before.entries

    def _follow_names(self) -> None:
        """Take in under their new names the modules that are called otherwise now."""
        renamed = [(module, path) for module, path in self._paths.items() if self.module_of(path).name != module]
        for module, _ in renamed:
            del self._paths[module]
            self.workspace.remove(module)
        for _, path in renamed:
            if file := self.workspace.file(path):
                self.open(path, file.document)
            elif Path(path).is_file() and self.covers(path):
                self.take_in(path)

    def _config(self) -> Config:
        return Config(
            self.composition.project,
            CATALOGUE,
            self.composition.selection_for,
            self._load,
            self._shelved,
            installed=self._installed(),
            standing=self._standing,
        )

    def _standing(self, file: File, reports: tuple[Report, ...]) -> tuple[Report, ...]:
        if self._baseline is None or file.path not in self._baseline.known:
            return reports
        fingerprints = Fingerprints(file, self._fingerprints.get(file.path))
        if self.is_open(file.path):
            self._fingerprints[file.path] = fingerprints
        return self._baseline.standing(file.path, reports, fingerprints)

    def _load(self, module: str) -> tuple[str, Document] | None:
        path = self._paths.get(module)
        source = read(Path(path)) if path else None
        if path is None or source is None or isinstance(source, Problem):
            return None
        return path, Document.of(path, source.text)

    def _shelved(self, module: str) -> ModuleSummary | None:
        """The summary of a module that the store knows; where the store fails, the file is read."""
        path = self._paths.get(module)
        if path is None:
            return None
        summary = self.store.summary(path) if self.store else None
        if summary is not None and summary.name == module:
            return summary
        found = self.read(path)
        return None if isinstance(found, Problem) else found[1].summary
