"""Checks the files that facts are about, whatever their projects declare."""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from hexguard.app.compose import compose
from hexguard.engine.file import ModuleName, open_file
from hexguard.engine.report import Report
from hexguard.engine.selection import select
from hexguard.engine.stages import untraced
from hexguard.engine.workspace import Config, Workspace
from hexguard.files.discover import discover
from hexguard.files.read import read
from hexguard.files.roots import ModuleNames, project_texts
from hexguard.index.modules import ModuleSummary
from hexguard.settings.model import Problem, Settings
from hexguard.text.document import Document
from hexguard_dev.oracles.facts import Fact
from hexguard_rules.catalogue import CATALOGUE


class Lines(msgspec.Struct, frozen=True):
    """A report by its rule and its lines, counted from 1."""

    rule: str
    first: int
    last: int


class Checked(msgspec.Struct, frozen=True):
    """A file with its reports; both are empty if it cannot be read."""

    text: str
    reports: tuple[Lines, ...]


def check_all(facts: Iterable[Fact], folders: Sequence[Path]) -> dict[str, Checked]:
    """The files of some facts, each looked for in `folders`, with what all rules report."""
    files: dict[str, dict[str, None]] = {}
    for fact in facts:
        files.setdefault(fact.project, {})[fact.file] = None
    checked: dict[str, Checked] = {}
    for project, those in files.items():
        root = next((folder / project for folder in folders if (folder / project).is_dir()), None) if project else None
        together = _Project(root) if root else None
        for file in those:
            path = next((folder / file for folder in folders if (folder / file).is_file()), None)
            checked[file] = _checked(path, together) if path else _unread(file)
    return checked


def _checked(path: Path, together: "_Project | None") -> Checked:
    source = read(path)
    if isinstance(source, Problem):
        return _unread(str(path))
    document = Document.of(str(path), source.text)
    workspace = together.workspace if together else _workspace(path.parent, {})
    workspace.open(str(path), together.module_of(path) if together else ModuleName(path.stem), document)
    reports = tuple(_lines(report, document) for report in workspace.all_reports(str(path)))
    workspace.close(str(path))
    return Checked(source.text, reports)


def _unread(file: str) -> Checked:
    print(f"warning: {file} cannot be read, so all that is expected of it is missed", file=sys.stderr)
    return Checked("", ())


class _Project:
    """A project of which all files are known, and none is open."""

    def __init__(self, root: Path) -> None:
        texts = project_texts(root).texts
        self.workspace = _workspace(root, texts)
        self._names = ModuleNames(root, compose(root, texts).settings.src)
        self.workspace.summarize(self._summaries(root))

    def module_of(self, path: Path) -> ModuleName:
        return ModuleName(self._names.name(path) or f"<{path}>", is_package=path.stem == "__init__")

    def _summaries(self, root: Path) -> Iterator[ModuleSummary]:
        for path in discover((root,), root=root):
            source = read(path)
            if not isinstance(source, Problem):
                yield open_file(str(path), self.module_of(path), Document.of(str(path), source.text), untraced).summary


def _workspace(root: Path, texts: Mapping[str, str]) -> Workspace:
    """A workspace in which all rules run, whatever they require."""
    project = compose(root, texts, {"preview": True}).project
    selection = select(CATALOGUE, Settings(select=("all", *CATALOGUE.names)), lambda requirement: True)
    return Workspace(Config(project, CATALOGUE, lambda _: selection, lambda _: None))


def _lines(report: Report, document: Document) -> Lines:
    first = document.lines.line_of(report.span.start)
    last = document.lines.line_of(max(report.span.end - 1, report.span.start))
    return Lines(report.rule, first + 1, last + 1)
