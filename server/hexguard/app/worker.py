"""The share of one process in a batch: it reads its files, learns what all the others offer, then checks and fixes.

A worker answers requests one after another, so that it works the same inside the calling process and in one of its own.
"""

import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TypeAlias, TypeVar

import msgspec

from hexguard.app.baseline import BaselineUse
from hexguard.app.change import Change
from hexguard.app.fingerprint import configuration_fingerprint
from hexguard.app.printed import PrintedReport, Printer, Trouble, printed_problem
from hexguard.app.root import Root
from hexguard.app.verdict import ENCODER, Standing, verdict_of
from hexguard.engine.baseline import Fingerprints
from hexguard.engine.file import File
from hexguard.engine.fix_all import Wanted
from hexguard.engine.report import Report
from hexguard.engine.suppress import excuses_of
from hexguard.files.read import Source
from hexguard.files.store import Entry, Store, entry
from hexguard.index.libraries import Inferred
from hexguard.rule.fix import Applicability
from hexguard.settings.model import Problem

T = TypeVar("T")

STORED_AT_ONCE = 100
"""So many files are worked out before they go to the store together."""


class Task(msgspec.Struct, frozen=True):
    """What to do for the project at `root`.

    `editor` is put over its settings, `extend_select` and `ignore` are added to them.
    With `is_fixing`, what fixes would change is worked out as well, only those of `fixed_rules` if these are given.
    `unsafe` asks for UNSAFE fixes as well, as the settings may do themselves.
    Without a `store`, nothing is kept between runs.
    """

    root: Path
    editor: Mapping[str, object] = msgspec.field(default_factory=dict[str, object])
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    is_fixing: bool = False
    fixed_rules: frozenset[str] | None = None
    unsafe: bool = False
    baseline: BaselineUse = BaselineUse.LOOK
    store: Path | None = None

    @property
    def is_narrowed(self) -> bool:
        """Whether rules that the settings switch on may be off."""
        return bool(self.ignore) or not self.editor.keys().isdisjoint({"select", "ignore", "preset"})

    def open_root(self, store: Store) -> Root:
        """The root with the settings that hold for this task."""
        root = Root(self.root, store=store)
        if self.baseline is BaselineUse.OFF:
            root.ignore_baseline()
        settings = root.composition.settings
        added: dict[str, object] = {}
        if self.extend_select:
            added["extend_select"] = [*settings.extend_select, *self.extend_select]
        if self.ignore:
            added["ignore"] = [*settings.ignore, *self.ignore]
        if self.editor or added:
            root.configure({**self.editor, **added})
        return root


class Gather(msgspec.Struct, frozen=True):
    """Read files for what they offer, and keep those at hand that are `checked` later.

    No import leads to what is `shadowed`.
    """

    checked: tuple[str, ...]
    others: tuple[str, ...]
    shadowed: frozenset[str]


class Fix(msgspec.Struct, frozen=True):
    """Say what fixes make of the files at `paths`; `modules` are the modules of all files of the project, by path."""

    paths: tuple[str, ...]
    modules: Mapping[str, str]


class Check(msgspec.Struct, frozen=True):
    """Check the files at `paths`; `modules` are the modules of all files of the project, by path."""

    paths: tuple[str, ...]
    modules: Mapping[str, str]


class Settle(msgspec.Struct, frozen=True):
    """Take in what libraries `said`, and report on the files that were held back; all of them if this `is_last`."""

    said: Mapping[str, Inferred]
    is_last: bool


Request: TypeAlias = Gather | Fix | Check | Settle


class Crashed(msgspec.Struct, frozen=True, order=True):
    """A rule that raised on a file, with the traceback."""

    rule: str
    path: str
    error: str


class Answer(msgspec.Struct, frozen=True):
    """What came of a request; the files at `unread` cannot be read.

    Files that asked `questions` about libraries are held back until these are answered.
    """

    unread: tuple[str, ...] = ()
    reports: tuple[PrintedReport, ...] = ()
    changes: tuple[Change, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    crashes: tuple[Crashed, ...] = ()
    questions: tuple[str, ...] = ()


class Worker:
    """Works on one share of the files; `tick` is called after each file."""

    def __init__(self, task: Task, root: Root, store: Store, tick: Callable[[], None]) -> None:
        self._task = task
        self._root = root
        self._store = store
        self._tick = tick
        self._configuration = configuration_fingerprint(self._root.composition)
        self._troubles: list[Trouble] = []
        self._crashes: list[Crashed] = []
        # What a rule does not say of these is not known.
        self._crashed: set[str] = set()
        self._learned: Mapping[str, str] = {}
        # The files that are held back, and the names that they wait for.
        self._held: list[str] = []
        self._pending: set[str] = set()

    def answer(self, request: Request) -> Answer:
        """Do what is requested. A file that makes trouble costs only itself."""
        match request:
            case Gather():
                answer = self._gather(request)
            case Fix():
                self._learn(request)
                answer = Answer(changes=tuple(self._fix(request.paths)))
            case Check():
                self._learn(request)
                reports = tuple(self._check(request.paths))
                answer = Answer(reports=reports, questions=tuple(self._pending))
            case Settle():
                answer = self._settle(request)
        troubles, self._troubles = self._troubles, []
        crashes, self._crashes = self._crashes, []
        return msgspec.structs.replace(answer, troubles=tuple(troubles), crashes=tuple(crashes))

    def _gather(self, request: Gather) -> Answer:
        self._root.shadow(request.shadowed)
        self._root.workspace.take(self._stored(request.checked))
        # Of these, only what others can observe is kept, and nobody asked whether they can be read.
        for _ in self._stored(request.others, is_error=False):
            pass
        return Answer(unread=tuple(trouble.path for trouble in self._troubles))

    def _stored(self, paths: Sequence[str], *, is_error: bool = True) -> Iterator[File]:
        """The files at `paths`, with what they offer put into the store."""
        for start in range(0, len(paths), STORED_AT_ONCE):
            entries: list[Entry] = []
            for path in paths[start : start + STORED_AT_ONCE]:
                if found := self._derived(path, is_error=is_error):
                    source, file = found
                    entries.append(entry(source, file.summary))
                    yield file
            self._store.put(entries)

    def _learn(self, request: Fix | Check) -> None:
        """Take in what all files offer that are not at hand, and read those that are needed and are not."""
        workspace = self._root.workspace
        if self._learned != request.modules:
            self._learned = request.modules
            self._root.shelve(request.modules)
        missing = [path for path in request.paths if workspace.file(path) is None]
        workspace.take(found[1] for path in missing if (found := self._derived(path)))

    def _derived(self, path: str, *, is_error: bool = True) -> tuple[Source, File] | None:
        found = self._guarded(path, lambda: self._root.read(path))
        if isinstance(found, Problem):
            trouble = printed_problem(found, path, "")
            self._troubles.append(msgspec.structs.replace(trouble, is_error=is_error))
            return None
        return found

    def _guarded(self, path: str, work: Callable[[], T]) -> T | None:
        """Do a part of the work that belongs to one file; if that fails, it is told."""
        try:
            return work()
        # One odd file among thousands must not cost the others, whatever it raises.
        except Exception:  # noqa: BLE001
            self._troubles.append(Trouble(path, f"made Hexguard fail; please report this\n{traceback.format_exc()}"))
            return None
        finally:
            self._tick()

    def _settle(self, request: Settle) -> Answer:
        held, self._held, self._pending = self._held, [], set()
        self._root.workspace.infer(request.said)
        reports = tuple(self._check(held, is_last=request.is_last))
        return Answer(reports=reports, questions=tuple(self._pending))

    def _check(self, paths: Sequence[str], *, is_last: bool = False) -> Iterator[PrintedReport]:
        printer = Printer()
        standing = Standing.of(self._store.known())
        verdicts: dict[str, bytes] = {}
        for path in paths:
            n_crashes = len(self._crashes)
            reports = self._guarded(path, partial(self._printed_of, path, printer))
            if len(self._crashes) > n_crashes:
                self._crashed.add(path)
            unanswered = self._root.workspace.unanswered(path)
            self._pending.update(self._root.workspace.take_questions())
            if not is_last and not unanswered.isdisjoint(self._pending):
                self._held.append(path)
                continue
            is_whole = path in standing.files and path not in self._crashed and not unanswered
            if reports is not None and is_whole and not self._depends_on_today(path):
                asked = self._root.workspace.asked(path)
                verdict = verdict_of(path, self._configuration, reports, asked, standing)
                verdicts[path] = ENCODER.encode(verdict)
            yield from reports or ()
        self._store.put_verdicts(verdicts)

    def _depends_on_today(self, path: str) -> bool:
        file = self._root.workspace.file(path)
        return file is not None and any(excuse.suppression.until for excuse in excuses_of(file))

    def _printed_of(self, path: str, printer: Printer) -> list[PrintedReport]:
        file = self._root.workspace.file(path)
        if file is None:
            return []
        fingerprints = Fingerprints(file)
        return [
            printer.printed(report, file.document, self._offered(report), fingerprints.of(report))
            for report in self._found(path)
        ]

    def _offered(self, report: Report) -> Applicability | None:
        fixes = self._root.workspace.fixes(report) if report.applicability else ()
        return next((applicability for applicability, _ in fixes), None)

    def _found(self, path: str) -> tuple[Report, ...]:
        workspace = self._root.workspace
        n_before = len(workspace.crashes)
        # The baseline may change before anything else does, so a stored verdict knows nothing of it.
        reports = workspace.all_reports(path)
        self._crashes += [Crashed(crash.rule, path, crash.error) for crash in workspace.crashes[n_before:]]
        return reports

    def _fix(self, paths: Sequence[str]) -> Iterator[Change]:
        """Fix each file as all of them stand now, so that the order in which they come does not matter."""
        allowed = {Applicability.SAFE}
        if self._task.unsafe or self._root.composition.settings.unsafe_fixes:
            allowed.add(Applicability.UNSAFE)
        rules = self._task.fixed_rules
        wanted = Wanted(lambda report: rules is None or report.rule in rules, allowed)
        for path in paths:
            if change := self._guarded(path, partial(self._fixed, path, wanted)):
                yield change

    def _fixed(self, path: str, wanted: Wanted) -> Change | None:
        file = self._root.workspace.file(path)
        if file is None:
            return None
        fixed = self._root.workspace.fix_file(file, wanted)
        before = file.document.text
        rules = tuple(report.rule for report in fixed.fixed)
        return Change(path, before, fixed.text, rules) if fixed.text != before else None
