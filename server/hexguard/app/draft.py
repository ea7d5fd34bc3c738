"""One file that is fixed one finding at a time, each on the text that the fixes before have made."""

import traceback
from collections import Counter
from collections.abc import Callable, Iterable

import msgspec

from hexguard.app.baseline import Key
from hexguard.app.change import Change
from hexguard.app.fingerprint import code_fingerprint
from hexguard.app.plan import Plan
from hexguard.app.printed import PrintedReport, Printer, Trouble
from hexguard.app.root import Root
from hexguard.app.worker import Task
from hexguard.engine.baseline import Fingerprints
from hexguard.engine.file import File
from hexguard.engine.fix_all import FIXES_PER_REPORT
from hexguard.engine.report import Report
from hexguard.files.read import Source
from hexguard.files.store import Store
from hexguard.rule.fix import Applicability, Fix
from hexguard.text.document import Document
from hexguard.text.edit import apply


def open_project(task: Task, files: Iterable[str]) -> Root:
    """The project of a task with all that its files offer; `files` are those that the task is about.

    What a batch has left in the store is not worked out again. Whoever calls closes the store of the root.
    """
    plan = Plan(task, Store(task.store, code_fingerprint()), sorted(set(files)))
    root = plan.root
    stored = {path: module for path, module in plan.modules.items() if root.current(path)}
    root.shelve(stored)
    for path in plan.modules.keys() - stored.keys():
        # One that cannot be read was told by the batch.
        root.take_in(path)
    return root


class Proposal(msgspec.Struct, frozen=True):
    """A finding in a draft with the fixes that there are for it, the default first.

    It is the `nth` one, counted from 1, of those with its key, which look alike.
    """

    printed: PrintedReport
    key: Key
    nth: int
    fixes: tuple[tuple[Applicability, Fix], ...]


class Draft:
    """A file of an open project with the text so far; only `change` leads to the disk."""

    def __init__(self, root: Root, source: Source) -> None:
        self.path = str(source.path)
        self.troubles: list[Trouble] = []
        self._root = root
        self._before = source.text
        root.open(self.path, Document.of(self.path, source.text))
        self.limit = FIXES_PER_REPORT * len(root.workspace.reports(self.path))
        """After so many fixes, two rules undo each other."""

    @property
    def text(self) -> str:
        """The text so far."""
        return self._file.document.text

    @property
    def _file(self) -> File:
        file = self._root.workspace.file(self.path)
        assert file is not None, "it was opened"
        return file

    def next(self, passed: Counter[Key], wanted: Callable[[str], bool]) -> Proposal | None:
        """The first finding with a fix whose rule is wanted, but for the first ones of each key that were `passed`."""
        seen: Counter[Key] = Counter()
        file, fingerprints = self._file, Fingerprints(self._file)
        for report in self._root.workspace.reports(self.path):
            key = report.rule, fingerprints.of(report)
            seen[key] += 1
            if seen[key] > passed[key] and wanted(report.rule) and (fixes := self._fixes(report)):
                # What other files say may be another text by now.
                printed = Printer().printed(report, file.document, fixes[0][0])
                return Proposal(printed, key, seen[key], fixes)
        return None

    def apply(self, fix: Fix) -> None:
        """Make a fix in the text so far."""
        self._root.workspace.apply(self.path, fix.edits)

    def after(self, fix: Fix) -> str:
        """What the text would become by a fix."""
        return apply(self.text, fix.edits)

    def change(self, rules: Iterable[str]) -> Change | None:
        """What has become of the file by fixes of these rules; `None` if it is as it was."""
        return Change(self.path, self._before, self.text, tuple(rules)) if self.text != self._before else None

    def close(self) -> None:
        """Give the draft up; from now on the file on disk counts."""
        self._root.close(self.path)

    def _fixes(self, report: Report) -> tuple[tuple[Applicability, Fix], ...]:
        try:
            return self._root.workspace.fixes(report)
        # A fix that crashes must not take the others with it.
        except Exception:  # noqa: BLE001
            message = f"a fix of `{report.rule}` crashed; please report this\n{traceback.format_exc()}"
            self.troubles.append(Trouble(self.path, message))
            return ()
