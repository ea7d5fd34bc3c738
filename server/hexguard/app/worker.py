"""The share of one process in a batch: it reads its files, learns what all the others offer, then fixes and checks.

A worker answers requests one after another, so that it works the same inside the calling process and in one of its own.
"""

import difflib
import re
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from functools import partial
from pathlib import Path
from typing import TypeAlias, TypeVar

import msgspec

from hexguard.app.fingerprint import configuration_fingerprint
from hexguard.app.printed import PrintedReport, Printer, Trouble, printed_problem
from hexguard.app.root import Root
from hexguard.app.verdict import ENCODER, Standing, verdict_of
from hexguard.engine.file import File
from hexguard.engine.report import Report
from hexguard.files.read import Source, read, write
from hexguard.files.store import Entry, Store, entry
from hexguard.rule.fix import Applicability
from hexguard.settings.model import Problem

T = TypeVar("T")

STORED_AT_ONCE = 100
"""So many files are worked out before they go to the store together."""

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


class Fixing(Enum):
    """What is done about fixes: nothing, or they are written, or shown as a difference."""

    OFF = "off"
    WRITE = "write"
    SHOW = "show"


class Task(msgspec.Struct, frozen=True):
    """What to do for the project at `root`.

    `editor` is put over its settings, `extend_select` and `ignore` are added to them.
    `unsafe` asks for UNSAFE fixes as well, as the settings may do themselves.
    Without a `store`, nothing is kept between runs.
    """

    root: Path
    editor: Mapping[str, object] = msgspec.field(default_factory=dict[str, object])
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fixing: Fixing = Fixing.OFF
    unsafe: bool = False
    store: Path | None = None

    def open_root(self, store: Store) -> Root:
        """The root with the settings that hold for this task."""
        root = Root(self.root, store=store)
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
    """Fix the files at `paths`; `modules` are the modules of all files of the project, by path."""

    paths: tuple[str, ...]
    modules: Mapping[str, str]


class Check(msgspec.Struct, frozen=True):
    """Check the files at `paths`; `modules` are the modules of all files of the project, by path."""

    paths: tuple[str, ...]
    modules: Mapping[str, str]


Request: TypeAlias = Gather | Fix | Check


class Change(msgspec.Struct, frozen=True):
    """A file that fixes have changed: how many of them, and the unified difference without its head if it is shown."""

    path: str
    n_fixed: int
    difference: str = ""


class Crashed(msgspec.Struct, frozen=True, order=True):
    """A rule that raised on a file, with the traceback."""

    rule: str
    path: str
    error: str


class Answer(msgspec.Struct, frozen=True):
    """What came of a request; the files at `unread` cannot be read."""

    unread: tuple[str, ...] = ()
    reports: tuple[PrintedReport, ...] = ()
    changes: tuple[Change, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    crashes: tuple[Crashed, ...] = ()


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

    def answer(self, request: Request) -> Answer:
        """Do what is requested. A file that makes trouble costs only itself."""
        match request:
            case Gather():
                answer = self._gather(request)
            case Fix():
                self._learn(request)
                answer = self._fix(request.paths)
            case Check():
                self._learn(request)
                answer = Answer(reports=tuple(self._check(request.paths)))
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

    def _check(self, paths: Sequence[str]) -> Iterator[PrintedReport]:
        printer = Printer()
        standing = Standing.of(self._store.known())
        verdicts: dict[str, bytes] = {}
        for path in paths:
            n_crashes = len(self._crashes)
            reports = self._guarded(path, partial(self._printed_of, path, printer))
            if reports is not None and len(self._crashes) == n_crashes and path in standing.files:
                asked = self._root.workspace.asked(path)
                verdict = verdict_of(path, self._configuration, reports, asked, standing)
                verdicts[path] = ENCODER.encode(verdict)
            yield from reports or ()
        self._store.put_verdicts(verdicts)

    def _printed_of(self, path: str, printer: Printer) -> list[PrintedReport]:
        file = self._root.workspace.file(path)
        if file is None:
            return []
        return [printer.printed(report, file.document, self._offered(report)) for report in self._found(path)]

    def _offered(self, report: Report) -> Applicability | None:
        fixes = self._root.workspace.fixes(report) if report.applicability else ()
        return next((applicability for applicability, _ in fixes), None)

    def _found(self, path: str) -> tuple[Report, ...]:
        workspace = self._root.workspace
        n_before = len(workspace.crashes)
        reports = workspace.reports(path)
        self._crashes += [Crashed(crash.rule, path, crash.error) for crash in workspace.crashes[n_before:]]
        return reports

    def _fix(self, paths: Sequence[str]) -> Answer:
        """Fix each file as all of them stand now, so that the order in which they come does not matter."""
        allowed = {Applicability.SAFE}
        if self._task.unsafe or self._root.composition.settings.unsafe_fixes:
            allowed.add(Applicability.UNSAFE)
        fixed = (self._guarded(path, partial(self._fixed, path, allowed)) for path in paths)
        changes = tuple(change for change in fixed if change)
        if self._task.fixing is Fixing.WRITE:
            self._root.workspace.take(self._stored([change.path for change in changes]))
        return Answer(changes=changes)

    def _fixed(self, path: str, allowed: set[Applicability]) -> Change | None:
        file = self._root.workspace.file(path)
        if file is None or not any(report.applicability in allowed for report in self._found(path)):
            return None
        fixed = self._root.workspace.fix_all(path, lambda report: True, allowed)
        before = file.document.text
        if fixed.text == before:
            return None
        if self._task.fixing is Fixing.SHOW:
            return Change(path, len(fixed.fixed), _difference(before, fixed.text))
        return Change(path, len(fixed.fixed)) if self._write(path, before, fixed.text) else None

    def _write(self, path: str, before: str, after: str) -> bool:
        """Write a fixed file, unless it is no longer the one that was read."""
        source = read(Path(path))
        if isinstance(source, Problem):
            self._troubles.append(printed_problem(source, path, ""))
            return False
        if source.text != before:
            self._troubles.append(Trouble(path, "has changed since it was read, so it was not fixed"))
            return False
        try:
            write(source, after)
        except (OSError, UnicodeEncodeError) as error:
            self._troubles.append(Trouble(path, f"cannot be written: {error}"))
            return False
        return True


def _difference(before: str, after: str) -> str:
    """A unified difference without its head."""
    lines = list(difflib.unified_diff(_LINE.findall(before), _LINE.findall(after)))[2:]
    return "".join(line if line[-1] in "\r\n" else f"{line}\n\\ No newline at end of file\n" for line in lines)
