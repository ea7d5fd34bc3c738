"""The façade over everything for one root: documents and summaries go in, reports and fixes come out.

Not thread-safe: one thread owns a workspace. `Workspace` holds the only mutable state of the core.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Set
from itertools import chain

from hexguard.engine.attic import Attic
from hexguard.engine.budget import Budget, Slow
from hexguard.engine.check import Checked, Crash, check_block
from hexguard.engine.config import Config as Config
from hexguard.engine.excusing import Reach, excuse
from hexguard.engine.file import Edited, File, Lowering, ModuleName, edit_file, open_file
from hexguard.engine.fix_all import Fixed, Wanted, fix_all
from hexguard.engine.fixing import Offer, make_offers, merged
from hexguard.engine.impact import changed_reads, reads_about
from hexguard.engine.ledger import Ledger
from hexguard.engine.report import RelatedPlace, Report
from hexguard.engine.selection import Selection, Table, table_of
from hexguard.engine.sites import Sites, same_sites
from hexguard.engine.stages import Stage, Trace, untraced
from hexguard.engine.suppress import Known, suppress
from hexguard.engine.telling import Telling
from hexguard.facts.model import Fact
from hexguard.index.breaches import Breaches
from hexguard.index.effects import Effects
from hexguard.index.libraries import Inferred, Libraries
from hexguard.index.modules import ModuleSummary
from hexguard.index.reads import Modules, Read, Reader
from hexguard.index.values import Place
from hexguard.rule.finding import Finding, Related
from hexguard.rule.fix import BULK, Applicability, Fix
from hexguard.rule.source import Source
from hexguard.rule.view import View
from hexguard.text.document import Document
from hexguard.text.edit import Edit
from hexguard.text.span import Span


class Workspace:
    """Documents, summaries, and the findings of each block with what they came from."""

    def __init__(self, config: Config, trace: Trace = untraced, budget: Budget | None = None) -> None:
        self._config = config
        self._trace = trace
        self._budget = budget
        self._files: dict[str, File] = {}
        self._modules = Modules(config.shelf)
        self._libraries = Libraries(config.project.knowledge, config.installed)
        self._effects, self._breaches = self._answers()
        self._ledgers: dict[str, Ledger] = {}
        # What some block of a file has ever asked: more than what holds, which is quick to look through.
        self._asked: dict[str, set[Read]] = {}
        # The modules that some report of a file has ever pointed to, for when their text moves.
        self._pointed: dict[str, set[str]] = {}
        self._tables: dict[str, tuple[Selection, Table, Known]] = {}
        self._stale: set[str] = set()
        self._peeked: dict[str, File] = {}
        self._sites: dict[str, tuple[File, Sites]] = {}
        self._attics: dict[str, Attic] = {}
        self._tellings: dict[str, Telling] = {}
        self._source: tuple[File, Source] | None = None
        self.crashes: list[Crash] = []

    def take_slow(self) -> tuple[Slow, ...]:
        """The rules that were switched off since the last call because they took too long."""
        if self._budget is None:
            return ()
        slow = tuple(self._budget.slow)
        self._budget.slow.clear()
        return slow

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

    def asked(self, path: str) -> Set[Read]:
        """Everything that the reports on an open file may depend on, beside the file itself.

        What lies behind the calls of a function is told; what lies behind an import chain is not, for that may be all.
        """
        asked = self._asked.get(path, frozenset[Read]())
        behind = (self._effects.memo.behind(read) for read in asked if read[0] == "edges")
        return frozenset(asked).union(*behind)

    def place(self, path: str, position: int) -> Place:
        """Where the block at `position` of an open file stands: its module and the class around it."""
        return self._files[path].placed[position].place

    def configure(self, config: Config) -> None:
        """Work by other settings from now on; every finding is made anew."""
        self._config = config
        if config.installed.stamp != self._libraries.stamp:
            self._libraries = Libraries(config.project.knowledge, config.installed)
        self._effects, self._breaches = self._answers()
        self._tables.clear()
        self._attics.clear()
        self._ledgers = {path: Ledger(len(file.blocks)) for path, file in self._files.items()}
        self._stale.update(self._files)

    def open(self, path: str, module: ModuleName, document: Document) -> None:
        """Take a document in, or take it in again as a whole."""
        if self._budget:
            self._budget.forget(path)
            self._tables.pop(path, None)
        self._trace(Stage.DOCUMENT, path)
        file = open_file(path, module, document, self._trace)
        self._ledgers[path] = Ledger(len(file.blocks))
        self._attics.pop(path, None)
        self._put(file)

    def take(self, files: Iterable[File]) -> None:
        """Take in many files at once, which costs less than opening one after another."""
        taken = {file.path: file for file in files}
        self._files.update(taken)
        self._ledgers.update((path, Ledger(len(file.blocks))) for path, file in taken.items())
        self._stale.update(taken)
        self._update([file.summary for file in taken.values()])

    def edit(self, path: str, document: Document, span: Span, inserted: str) -> None:
        """Replace `span` of the open document at `path` by `inserted`, which gives `document`.

        Raises `KeyError` if the file is not open.
        """
        old = self._files[path]
        self._trace(Stage.DOCUMENT, path)
        attic, ledger = self._attics.setdefault(path, Attic()), self._ledgers[path]
        edited = edit_file(old, document, span, inserted, Lowering(self._trace, attic.take))
        gone = [(old.blocks[position], ledger[position]) for position in edited.gone]
        ledger.replace(edited.first, edited.removed, self._kept(edited, old))
        if edited.moved:
            self._settle(edited.file)
        known, sites = self._sites.get(path, (None, None))
        if known is old and sites and same_sites(old, edited):
            self._sites[path] = edited.file, sites
        self._put(edited.file, edited.touched if self._modules.get(old.module.name) is old.summary else None)
        attic.give_back(edited, ledger)
        attic.put(gone, old.summary)

    def close(self, path: str) -> None:
        """Forget a document; what its module offers stays known until it is summarized anew or removed."""
        self._files.pop(path, None)
        self._ledgers.pop(path, None)
        self._attics.pop(path, None)
        self._tellings.pop(path, None)
        self._sites.pop(path, None)
        self._asked.pop(path, None)
        self._pointed.pop(path, None)
        self._tables.pop(path, None)
        self._stale.discard(path)

    def summarize(self, summaries: Iterable[ModuleSummary]) -> None:
        """Take in what modules offer whose files are not open."""
        is_open = {file.module.name for file in self._files.values()}
        changed = [summary for summary in summaries if summary.name not in is_open]
        if changed:
            self._update(changed)

    def shelve(self, modules: Iterable[str]) -> None:
        """Take in modules whose summaries the shelf has, and whose files are not open."""
        is_open = {file.module.name for file in self._files.values()}
        names = frozenset(name for name in modules if name not in is_open)
        self._unpeek(names)
        packages = self._modules.shelve(names)
        behind = (memo.reads() for memo in (self._effects.memo, *self._breaches.memos))
        self._forget(reads_about(names, packages, chain(*behind, *self._asked.values())))

    def remove(self, module: str) -> None:
        """Forget a module whose file is gone."""
        if module in self._modules:
            before = {module: self._modules.get(module)}
            self._unpeek((module,))
            self._forget(changed_reads(before, {module: None}, self._modules.remove(module)))

    def take_questions(self) -> tuple[str, ...]:
        """The names of libraries about which reports asked and nobody knows, each of which is given once."""
        return self._libraries.take_open()

    def infer(self, said: Mapping[str, Inferred]) -> None:
        """Take in what libraries say about their names; only blocks that asked and now know otherwise are due again."""
        self._forget(frozenset(("library", name, "") for name in self._libraries.put(said)))

    def unanswered(self, path: str) -> frozenset[str]:
        """The names of libraries about which the reports on an open file asked and that nobody knows yet."""
        asked = (name for kind, name, _ in self.asked(path) if kind == "library") if self._libraries.packages else ()
        return frozenset(name for name in asked if not self._libraries.is_answered(name))

    def take_stale(self) -> frozenset[str]:
        """The open files whose reports may have changed since they were last asked for; asking clears the list."""
        stale = frozenset(self._stale)
        self._stale.clear()
        return stale

    def reports(self, path: str) -> tuple[Report, ...]:
        """The reports on an open file that are to be told, in the order of the text."""
        reports, standing = self.all_reports(path), self._config.standing
        return standing(self._files[path], reports) if standing and reports else reports

    def all_reports(self, path: str) -> tuple[Report, ...]:
        """All reports on an open file, told or not; only blocks without current findings are checked."""
        file = self._files[path]
        ledger = self._ledgers[path]
        for position in ledger.due():
            ledger[position] = self._check(file, position, self._table(path)[1])
        selection, _, known = self._table(path)
        telling = self._tellings.setdefault(path, Telling())

        def make(checked: Checked, position: int) -> Iterator[Report]:
            return self._reports_of(checked, file, position)

        reports = telling.reports(ledger, file, selection, make)
        return tuple(sorted(suppress(reports, file, known, self._config.today()), key=_place))

    def on_request(self, path: str, span: Span) -> tuple[Report, ...]:
        """What rules that are on request find at a span of an open file; each offers its rewrite, nobody is told."""
        file, (selection, _, _) = self._files[path], self._table(path)
        table = table_of(selection.on_request)
        first = max(file.starts.find(span.start) - 1, 0)
        found: list[Report] = []
        for position in range(first, max(file.starts.find(span.end), first + 1) if table.rules else first):
            start, lowered = file.starts[position], file.blocks[position]
            result = check_block(lowered.facts, self._view(file, position, self._reader()), table)
            self.crashes.extend(result.crashes)
            for finding, text in zip(result.findings, result.texts, strict=True):
                place = lowered.spans[finding.node].shift(start)
                if place.start <= span.end and span.start <= place.end:
                    found.append(self._report(finding, text, position, path, place, selection))
        return tuple(found)

    def _reports_of(self, checked: Checked, file: File, position: int) -> Iterator[Report]:
        spans, start = file.blocks[position].spans, file.starts[position]
        selection, _, known = self._table(file.path)
        for finding, text in zip(checked.findings, checked.texts, strict=True):
            if finding.rule in known.enabled:
                span = spans[finding.node].shift(start)
                yield self._report(finding, text, position, file.path, span, selection)

    def offers(self, report: Report) -> tuple[Offer, ...]:
        """All that there is to offer for a report on an open file as it is now, the default first.

        Raises `StaleReportError` if the document has changed since the report was made, `KeyError` if it was closed.
        """
        return tuple(self._make_offers(report))

    def fixes(self, report: Report) -> tuple[tuple[Applicability, Fix], ...]:
        """The fixes among what is offered. Raises as `offers` does."""
        return tuple((offer.applicability, offer.fix) for offer in self.offers(report) if isinstance(offer.fix, Fix))

    def fix(self, report: Report, allowed: Collection[Applicability] = BULK) -> Fix | None:
        """The first fix for a report that may be trusted as far as `allowed` says. Raises as `offers` does."""
        offered = (offer.fix for offer in self._make_offers(report) if offer.applicability in allowed)
        return next((fix for fix in offered if isinstance(fix, Fix)), None)

    def _make_offers(self, report: Report) -> Iterator[Offer]:
        file, source, config = self._files[report.path], self._source_of(report.path), self._config
        return make_offers(report, file, source, config.catalogue, config.project.switches)

    def _source_of(self, path: str) -> Source:
        file = self._files[path]
        # A document is asked for many fixes before it changes.
        if self._source is None or self._source[0] is not file:
            self._source = file, file.source()
        return self._source[1]

    def fix_all(self, path: str, wanted: Callable[[Report], bool], allowed: Collection[Applicability] = BULK) -> Fixed:
        """What an open file becomes when every wanted report is fixed; the open document itself stays as it is."""
        return self.fix_file(self._files[path], Wanted(wanted, allowed))

    def fix_file(self, file: File, wanted: Wanted) -> Fixed:
        """What a file becomes, open or not, when all that is wanted is fixed; nothing changes by that."""
        return fix_all(self.scratch(file), file.path, wanted)

    def scratch(self, file: File) -> "Workspace":
        """A workspace with this file alone, open or not, and all modules; what is edited there changes nothing here."""
        scratch = Workspace(self._config)
        scratch._modules, scratch._libraries = self._modules.copy(), self._libraries
        scratch.take((file,))
        # What is known about the blocks of an open file need not be found out again.
        if self._files.get(file.path) is file:
            scratch._ledgers[file.path] = self._ledgers[file.path].copy()
            scratch._asked[file.path] = set(self._asked.get(file.path, ()))
        return scratch

    def apply(self, path: str, edits: tuple[Edit, ...]) -> Edit:
        """Make disjoint edits in an open document, and give the one edit that does the same."""
        document = self._files[path].document
        edit = merged(edits, document.text)
        self.edit(path, document.edited(edit.span, edit.text, None), edit.span, edit.text)
        return edit

    def excuse(self, report: Report, reach: Reach) -> tuple[Edit, ...] | None:
        """Edits that suppress a report on an open file, tried out; `None` if no comment can do that."""
        file = self._files[report.path]
        return excuse(report, file, reach, lambda: self.scratch(file))

    def _kept(self, edited: Edited, old: File) -> list[Checked | None]:
        """The findings of the blocks that an edit put in, where they say the same as the blocks that they replace."""
        ledger = self._ledgers[old.path]
        n_more = edited.added - edited.removed
        kept: list[Checked | None] = []
        for offset in range(edited.added):
            facts = edited.file.blocks[edited.first + offset].facts
            place = edited.file.placed[edited.first + offset].place
            before = (edited.first + at for at in (offset, offset - n_more) if 0 <= at < edited.removed)
            found = (ledger[at] for at in before if old.blocks[at].facts is facts)
            kept.append(next((checked for checked in found if checked and checked.place == place), None))
        return kept

    def _settle(self, file: File) -> None:
        """Have those blocks checked again that now belong to another class."""
        ledger = self._ledgers[file.path]
        for position, checked in ledger.all():
            if checked.place != file.placed[position].place:
                ledger[position] = None

    def _check(self, file: File, position: int, table: Table) -> Checked:
        self._trace(Stage.CHECK, f"{file.path}:{position}")
        facts, place = file.blocks[position].facts, file.placed[position].place
        reader, clock = self._reader(), self._budget.clock if self._budget else None
        result = check_block(facts, self._view(file, position, reader), table, clock)
        self.crashes.extend(result.crashes)
        if self._budget and self._budget.charge(file.path, result.seconds):
            self._tables.pop(file.path, None)
        self._asked.setdefault(file.path, set()).update(reader.reads)
        pointed = {related.at.module for finding in result.findings for related in finding.related}
        if pointed:
            self._pointed.setdefault(file.path, set()).update(pointed)
        return Checked(place, result.findings, result.texts, frozenset(reader.reads))

    def _reader(self) -> Reader:
        return Reader(self._modules, self._libraries)

    def _view(self, file: File, position: int, reader: Reader) -> View:
        facts, place = file.blocks[position].facts, file.placed[position].place
        return View(facts, place, self._config.project, reader, self._effects, self._breaches)

    def _answers(self) -> tuple[Effects, Breaches]:
        project = self._config.project
        return Effects(project.knowledge, self._effects_told), Breaches(project.contracts, project.layers)

    def _effects_told(self, function: str) -> None:
        self._trace(Stage.EFFECTS, function)

    def _table(self, path: str) -> tuple[Selection, Table, Known]:
        if path not in self._tables:
            selection = self._config.selection(path)
            if self._budget and (off := self._budget.off(path)):
                selection = selection.without(off)
            known = Known(self._config.catalogue.names, {rule.name for rule in selection.rules})
            self._tables[path] = selection, selection.table, known
        return self._tables[path]

    def _report(
        self, finding: Finding[Fact], text: str, position: int, path: str, span: Span, selection: Selection
    ) -> Report:
        rule = self._config.catalogue[finding.rule]
        related: tuple[RelatedPlace, ...] = ()
        if finding.related:
            related = tuple(found for place in finding.related if (found := self._related(place)))
        severity = selection.severity(rule)
        return Report(rule.name, severity, text, path, span, rule.applicability, related, position, finding)

    def _related(self, related: Related) -> RelatedPlace | None:
        file = self._module_file(related.at.module)
        if file is None:
            return None
        known, sites = self._sites.get(file.path, (None, None))
        if known is not file or sites is None:
            sites = Sites(file)
            self._sites[file.path] = file, sites
        span = sites.span(related.at, file)
        return RelatedPlace(file.path, span, related.message) if span else None

    def _module_file(self, module: str) -> File | None:
        """The file of a module: the open one, else one that is read for the occasion and kept while it holds."""
        for file in self._files.values():
            if file.module.name == module:
                return file
        if module not in self._peeked:
            loaded = self._config.load(module)
            if loaded is None:
                return None
            summary = self._modules.get(module)
            name = ModuleName(module, summary.is_package if summary else False)
            self._peeked[module] = open_file(loaded[0], name, loaded[1], untraced)
        return self._peeked[module]

    def _put(self, file: File, touched: frozenset[str] | None = None) -> None:
        self._files[file.path] = file
        self._stale.add(file.path)
        self._stale.update(path for path, modules in self._pointed.items() if file.module.name in modules)
        if self._modules.get(file.module.name) is not file.summary:
            self._update((file.summary,), touched)

    def _update(self, summaries: Iterable[ModuleSummary], touched: frozenset[str] | None = None) -> None:
        """Take in new summaries, and drop the findings that asked for something which is now answered otherwise.

        Only the names in `touched` can mean something else, if that is known.
        """
        after = {summary.name: summary for summary in summaries}
        before = {name: self._modules.get(name) for name in after}
        self._unpeek(after)
        self._forget(changed_reads(before, after, self._modules.put(after.values()), touched))

    def _unpeek(self, modules: Iterable[str]) -> None:
        """Take it that the files of these modules, which are not open, have another text now."""
        for module in modules:
            if file := self._peeked.pop(module, None):
                self._sites.pop(file.path, None)
                self._stale.update(path for path, pointed in self._pointed.items() if module in pointed)

    def _forget(self, changed: frozenset[Read]) -> None:
        if not changed:
            return
        # Chains are made from links, so links come first.
        for memo in (self._effects.memo, *self._breaches.memos):
            changed |= memo.forget(changed)
        for path, attic in self._attics.items():
            attic.note(changed, self._files[path].module.name)
        for path, ledger in self._ledgers.items():
            if not changed.isdisjoint(self._asked.get(path, ())) and ledger.drop(changed):
                self._stale.add(path)


def _place(report: Report) -> tuple[int, int, str]:
    return report.span.start, report.span.end, report.rule
