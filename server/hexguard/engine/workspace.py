"""The façade over everything for one root: documents and summaries go in, reports and fixes come out.

Not thread-safe: one thread owns a workspace. `Workspace` holds the only mutable state of the core.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

import msgspec

from hexguard.engine.check import Checked, Crash, check_block
from hexguard.engine.file import Edited, File, ModuleName, edit_file, open_file
from hexguard.engine.fixing import FIXES_PER_REPORT, Fixed, make_fixes, merged, next_fix
from hexguard.engine.impact import changed_reads
from hexguard.engine.report import RelatedPlace, Report
from hexguard.engine.selection import Selection, Table
from hexguard.engine.sites import site_span
from hexguard.engine.stages import Stage, Trace, untraced
from hexguard.engine.suppress import Known, suppress
from hexguard.facts.model import Fact
from hexguard.index.effects import Effects
from hexguard.index.modules import ModuleSummary
from hexguard.index.reads import Modules, Read, Reader
from hexguard.index.values import Place
from hexguard.rule.catalogue import Catalogue
from hexguard.rule.finding import Finding, Related
from hexguard.rule.fix import BULK, Applicability, Fix
from hexguard.rule.view import Project, View
from hexguard.text.document import Document
from hexguard.text.span import Span


class Config(msgspec.Struct, frozen=True):
    """What a workspace works by: the project, the catalogue, which rules run in which file, and how to look up a file.

    `load` gives a file of the project that is not open, by the name of its module; it may say `None`.
    """

    project: Project
    catalogue: Catalogue
    selection: Callable[[str], Selection]
    load: Callable[[str], tuple[str, Document] | None]


class Workspace:
    """Documents, summaries, and the findings of each block with what they came from."""

    def __init__(self, config: Config, trace: Trace = untraced) -> None:
        self._config = config
        self._trace = trace
        self._files: dict[str, File] = {}
        self._summaries: dict[str, ModuleSummary] = {}
        self._modules = Modules.of(())
        self._effects = Effects(config.project.knowledge)
        self._checked: dict[str, list[Checked | None]] = {}
        # What some block of a file has ever asked: more than what holds, which is quick to look through.
        self._asked: dict[str, set[Read]] = {}
        # The modules that some report of a file has ever pointed to, for when their text moves.
        self._pointed: dict[str, set[str]] = {}
        self._tables: dict[str, tuple[Selection, Table, Known]] = {}
        self._stale: set[str] = set()
        self._peeked: dict[str, File] = {}
        self.crashes: list[Crash] = []

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of the open files."""
        return tuple(self._files)

    def file(self, path: str) -> File | None:
        """An open file with everything derived from it."""
        return self._files.get(path)

    def document_at(self, path: str) -> Document | None:
        """The text that the spans of the related places at `path` are in; `None` if no report has one there."""
        found = self._files.get(path) or next((file for file in self._peeked.values() if file.path == path), None)
        return found.document if found else None

    @property
    def modules(self) -> Modules:
        """All modules of the project as of now."""
        return self._modules

    def place(self, path: str, position: int) -> Place:
        """Where the block at `position` of an open file stands: its module and the class around it."""
        return self._files[path].placed[position].place

    def configure(self, config: Config) -> None:
        """Work by other settings from now on; every finding is made anew."""
        self._config = config
        self._effects = Effects(config.project.knowledge)
        self._tables.clear()
        self._checked = {path: [None] * len(file.blocks) for path, file in self._files.items()}
        self._stale.update(self._files)

    def open(self, path: str, module: ModuleName, document: Document) -> None:
        """Take a document in, or take it in again as a whole."""
        file = open_file(path, module, document, self._trace)
        self._put(file, [None] * len(file.blocks))

    def take(self, files: Iterable[File]) -> None:
        """Take in many files at once, which costs less than opening one after another."""
        taken = {file.path: file for file in files}
        self._files.update(taken)
        self._checked.update((path, [None] * len(file.blocks)) for path, file in taken.items())
        self._stale.update(taken)
        self._update({file.module.name: file.summary for file in taken.values()})

    def edit(self, path: str, document: Document, span: Span, inserted: str) -> None:
        """Replace `span` of the open document at `path` by `inserted`, which gives `document`.

        Raises `KeyError` if the file is not open.
        """
        old = self._files[path]
        edited = edit_file(old, document, span, inserted, self._trace)
        checked = self._checked[path]
        end = edited.first + edited.removed
        checked[edited.first : end] = _kept(checked[edited.first : end], edited, old)
        self._put(edited.file, checked)

    def close(self, path: str) -> None:
        """Forget a document; what its module offers stays known until it is summarized anew or removed."""
        self._files.pop(path, None)
        self._checked.pop(path, None)
        self._asked.pop(path, None)
        self._pointed.pop(path, None)
        self._tables.pop(path, None)
        self._stale.discard(path)

    def summarize(self, summaries: Iterable[ModuleSummary]) -> None:
        """Take in what modules offer whose files are not open."""
        is_open = {file.module.name for file in self._files.values()}
        changed = {summary.name: summary for summary in summaries if summary.name not in is_open}
        if changed:
            self._update(changed)

    def remove(self, module: str) -> None:
        """Forget a module whose file is gone."""
        if module in self._summaries:
            self._update({module: None})

    def take_stale(self) -> frozenset[str]:
        """The open files whose reports may have changed since they were last asked for; asking clears the list."""
        stale = frozenset(self._stale)
        self._stale.clear()
        return stale

    def reports(self, path: str) -> tuple[Report, ...]:
        """The reports on an open file, in the order of the text; only blocks without current findings are checked."""
        file = self._files[path]
        selection, table, known = self._table(path)
        checked = self._checked[path]
        reports: list[Report] = []
        for position, before in enumerate(checked):
            found = before
            if found is None or found.place is not file.placed[position].place:
                found = checked[position] = self._current(file, position, found, table)
            if found.findings:
                reports.extend(self._reports_of(found, file, position, selection))
        return tuple(sorted(suppress(reports, file, known), key=lambda report: (report.span, report.rule)))

    def _current(self, file: File, position: int, found: Checked | None, table: Table) -> Checked:
        """The findings of a block: those at hand if it still stands where it stood, else new ones."""
        place = file.placed[position].place
        if found is not None and found.place == place:
            return msgspec.structs.replace(found, place=place)
        return self._check(file, position, place, table)

    def _reports_of(self, found: Checked, file: File, position: int, selection: Selection) -> Iterator[Report]:
        start, spans = file.starts[position], file.blocks[position].spans
        for finding in found.findings:
            yield self._report(finding, file, position, spans[finding.node].shift(start), selection)

    def fixes(self, report: Report) -> tuple[tuple[Applicability, Fix], ...]:
        """All that is offered for a report on an open file as it is now, the default first.

        Raises `StaleReportError` if the document has changed since the report was made, `KeyError` if it was closed.
        """
        return tuple(make_fixes(report, self._files[report.path], self._config.catalogue))

    def fix(self, report: Report, allowed: Collection[Applicability] = BULK) -> Fix | None:
        """The first fix for a report that may be trusted as far as `allowed` says. Raises as `fixes` does."""
        fixes = make_fixes(report, self._files[report.path], self._config.catalogue)
        return next((fix for applicability, fix in fixes if applicability in allowed), None)

    def fix_all(self, path: str, wanted: Callable[[Report], bool], allowed: Collection[Applicability] = BULK) -> Fixed:
        """What an open file becomes when every wanted report is fixed; the open document itself stays as it is.

        Fixes are applied one after another, each to the result of the one before, until none is left.
        """
        scratch = Workspace(self._config)
        scratch._summaries, scratch._modules = dict(self._summaries), self._modules
        original = self._files[path]
        scratch.open(path, original.module, original.document)
        fixed: list[Report] = []
        limit = FIXES_PER_REPORT * len(scratch.reports(path))

        def fix_of(report: Report) -> Fix | None:
            return scratch.fix(report, allowed)

        while len(fixed) < limit and (found := next_fix(scratch.reports(path), wanted, fix_of)):
            report, fix = found
            document = scratch._files[path].document
            edit = merged(fix.edits, document.text)
            scratch.edit(path, document.edited(edit.span, edit.text, None), edit.span, edit.text)
            fixed.append(report)
        return Fixed(scratch._files[path].document.text, tuple(fixed))

    def _check(self, file: File, position: int, place: Place, table: Table) -> Checked:
        self._trace(Stage.CHECK, f"{file.path}:{position}")
        facts = file.blocks[position].facts
        reader = Reader(self._modules)
        view = View(facts, place, self._config.project, reader, self._effects)
        findings, crashes = check_block(facts, view, table)
        self.crashes.extend(crashes)
        self._asked.setdefault(file.path, set()).update(reader.reads)
        pointed = {related.at.module for finding in findings for related in finding.related}
        if pointed:
            self._pointed.setdefault(file.path, set()).update(pointed)
        return Checked(place, findings, frozenset(reader.reads))

    def _table(self, path: str) -> tuple[Selection, Table, Known]:
        if path not in self._tables:
            selection = self._config.selection(path)
            known = Known(self._config.catalogue.names, {rule.name for rule in selection.rules})
            self._tables[path] = selection, selection.table(), known
        return self._tables[path]

    def _report(self, finding: Finding[Fact], file: File, position: int, span: Span, selection: Selection) -> Report:
        rule = self._config.catalogue[finding.rule]
        related = [found for place in finding.related if (found := self._related(place))]
        return Report(
            rule.name,
            selection.severity(rule),
            rule.text(finding),
            file.path,
            span,
            rule.applicability,
            tuple(related),
            position,
            finding,
        )

    def _related(self, related: Related) -> RelatedPlace | None:
        file = self._module_file(related.at.module)
        span = site_span(related.at, file) if file else None
        return RelatedPlace(file.path, span, related.message) if file and span else None

    def _module_file(self, module: str) -> File | None:
        """The file of a module: the open one, else one that is read for the occasion and kept while it holds."""
        for file in self._files.values():
            if file.module.name == module:
                return file
        if module not in self._peeked:
            loaded = self._config.load(module)
            if loaded is None:
                return None
            summary = self._summaries.get(module)
            name = ModuleName(module, summary.is_package if summary else False)
            self._peeked[module] = open_file(loaded[0], name, loaded[1], untraced)
        return self._peeked[module]

    def _put(self, file: File, checked: list[Checked | None]) -> None:
        self._files[file.path] = file
        self._checked[file.path] = checked
        self._stale.add(file.path)
        self._stale.update(path for path, modules in self._pointed.items() if file.module.name in modules)
        if self._summaries.get(file.module.name) is not file.summary:
            self._update({file.module.name: file.summary})

    def _update(self, changed: Mapping[str, ModuleSummary | None]) -> None:
        """Take in new summaries, and drop the findings that asked for something which is now answered otherwise."""
        before = self._modules
        for name, summary in changed.items():
            self._peeked.pop(name, None)
            if summary is None:
                del self._summaries[name]
            else:
                self._summaries[name] = summary
        self._modules = before.updated(changed)
        reads = changed_reads(before, self._modules, changed)
        if reads:
            self._effects.forget(reads)
            self._drop(reads)

    def _drop(self, reads: frozenset[Read]) -> None:
        for path, checked in self._checked.items():
            if reads.isdisjoint(self._asked.get(path, ())):
                continue
            outdated = [at for at, found in enumerate(checked) if found and not reads.isdisjoint(found.reads)]
            for position in outdated:
                checked[position] = None
            if outdated:
                self._stale.add(path)


def _kept(checked: Sequence[Checked | None], edited: Edited, old: File) -> Iterator[Checked | None]:
    """The findings of the blocks that an edit put in, where they say the same as the blocks that they replace."""
    n_more = edited.added - edited.removed
    for offset in range(edited.added):
        facts = edited.file.blocks[edited.first + offset].facts
        places = (at for at in (offset, offset - n_more) if 0 <= at < edited.removed)
        yield next((checked[at] for at in places if old.blocks[edited.first + at].facts is facts), None)
