"""The share of one process in a batch: it reads its files, learns what all the others offer, then fixes and checks.

A worker answers requests one after another, so that it works the same inside the calling process and in one of its own.
"""

import difflib
import re
import traceback
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from functools import partial
from pathlib import Path
from typing import TypeAlias, TypeVar

import msgspec

from hexguard.app.printed import PrintedReport, Printer, Trouble, printed_problem
from hexguard.app.root import Root
from hexguard.engine.file import File
from hexguard.engine.report import Report
from hexguard.files.read import read, write
from hexguard.index.modules import ModuleSummary
from hexguard.rule.fix import Applicability
from hexguard.settings.model import Problem

T = TypeVar("T")

Summaries: TypeAlias = tuple[tuple[str, ModuleSummary], ...]
"""What files offer, each with its path."""

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
    """

    root: Path
    editor: Mapping[str, object] = msgspec.field(default_factory=dict[str, object])
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fixing: Fixing = Fixing.OFF
    unsafe: bool = False

    def open_root(self) -> Root:
        """The root with the settings that hold for this task."""
        root = Root(self.root)
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
    """Read `checked` to check them later, and `others` for what they offer. No import leads to what is `shadowed`."""

    checked: tuple[str, ...]
    others: tuple[str, ...]
    shadowed: frozenset[str]


class Fix(msgspec.Struct, frozen=True):
    """Learn the summaries and fix the files that were gathered to be checked."""

    summaries: Summaries


class Check(msgspec.Struct, frozen=True):
    """Learn the summaries and check the files that were gathered to be checked."""

    summaries: Summaries


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
    """What came of a request; `summaries` are those of the files that were read or changed by it."""

    summaries: Summaries = ()
    reports: tuple[PrintedReport, ...] = ()
    changes: tuple[Change, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    crashes: tuple[Crashed, ...] = ()


class Worker:
    """Works on one share of the files; `tick` is called after each file."""

    def __init__(self, task: Task, tick: Callable[[], None]) -> None:
        self._task = task
        self._tick = tick
        self._root = task.open_root()
        self._checked: tuple[str, ...] = ()
        self._troubles: list[Trouble] = []
        self._crashes: list[Crashed] = []

    def answer(self, request: Request) -> Answer:
        """Do what is requested. A file that makes trouble costs only itself."""
        match request:
            case Gather():
                answer = self._gather(request)
            case Fix():
                self._root.learn(request.summaries)
                answer = self._fix()
            case Check():
                self._root.learn(request.summaries)
                answer = Answer(reports=tuple(self._printed()))
        troubles, self._troubles = self._troubles, []
        crashes, self._crashes = self._crashes, []
        return msgspec.structs.replace(answer, troubles=tuple(troubles), crashes=tuple(crashes))

    def _gather(self, request: Gather) -> Answer:
        self._root.shadow(request.shadowed)
        files = [file for path in request.checked if (file := self._derived(path))]
        self._root.workspace.take(files)
        self._checked = tuple(file.path for file in files)
        offered = [(file.path, file.summary) for file in files]
        # Only what others can observe of these files is kept, and nobody asked whether they can be read.
        offered += [(path, file.summary) for path in request.others if (file := self._derived(path, is_error=False))]
        return Answer(summaries=tuple(offered))

    def _derived(self, path: str, *, is_error: bool = True) -> File | None:
        found = self._guarded(path, lambda: self._root.derive(path))
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

    def _printed(self) -> Iterator[PrintedReport]:
        printer = Printer()
        for path in self._checked:
            yield from self._guarded(path, partial(self._printed_of, path, printer)) or ()

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

    def _fix(self) -> Answer:
        """Fix each file as all of them stand now, so that the order in which they come does not matter."""
        allowed = {Applicability.SAFE}
        if self._task.unsafe or self._root.composition.settings.unsafe_fixes:
            allowed.add(Applicability.UNSAFE)
        fixed = (self._guarded(path, partial(self._fixed, path, allowed)) for path in self._checked)
        changes = [change for change in fixed if change]
        if self._task.fixing is Fixing.SHOW:
            return Answer(changes=tuple(changes))
        again = [file for change in changes if (file := self._derived(change.path))]
        self._root.workspace.take(again)
        return Answer(tuple((file.path, file.summary) for file in again), changes=tuple(changes))

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
