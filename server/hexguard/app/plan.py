"""Decides what a batch has to do: which files must be read, and whose findings still stand."""

from collections.abc import Container, Sequence
from pathlib import Path

import msgspec

from hexguard.app.fingerprint import configuration_fingerprint
from hexguard.app.verdict import DECODER, Standing, Verdict, holds
from hexguard.app.worker import Task
from hexguard.files.discover import discover
from hexguard.files.read import read
from hexguard.files.stamp import stamp_at
from hexguard.files.store import Known, Store, decoded
from hexguard.settings.model import Problem


class Plan:
    """What to do for the files `checked`.

    `gathered` are those of them that have to be read, `others` the further files of the project that have to be.
    `modules` are the modules of all files of the project by path; no import leads to those that are `shadowed`.
    """

    def __init__(self, task: Task, store: Store, checked: Sequence[str]) -> None:
        self.checked = checked
        self.root = task.open_root(store)
        self._store = store
        self._configuration = configuration_fingerprint(self.root.composition)
        others = self._found_others() if checked else []
        self.shadowed = self._found_shadowed((*checked, *others))
        self.root.shadow(self.shadowed)
        self.modules = {path: self.root.module_of(path).name for path in (*checked, *others)}
        changed = self._changed()
        self._verdicts = self._usable_verdicts()
        self.gathered = [path for path in checked if path in changed or path not in self._verdicts]
        self.others = [path for path in others if path in changed]

    def standing(self, unread: Container[str]) -> dict[str, Verdict]:
        """The verdicts of an earlier run that checking again would give again, now that all that changed is read."""
        if not self._verdicts:
            return {}
        now = Standing.of(self._store.known())
        return {
            path: verdict
            for path, verdict in self._verdicts.items()
            if path not in unread and holds(verdict, path, self._configuration, now)
        }

    def _found_others(self) -> list[str]:
        """The files of the project that are not checked now."""
        named = set(self.checked)
        exclude = self.root.composition.settings.exclude
        found = discover((self.root.path,), exclude, root=self.root.path)
        return [path for file in found if (path := str(file)) not in named]

    def _found_shadowed(self, paths: Sequence[str]) -> frozenset[str]:
        """Of two files for one module, the first one is it, those to be checked before the others."""
        owners: dict[str, str] = {}
        return frozenset(path for path in paths if owners.setdefault(self.root.module_of(path).name, path) != path)

    def _changed(self) -> set[str]:
        """The files of which the store knows nothing that still holds; it forgets those that are gone."""
        known = self._store.known()
        self._store.forget(known.keys() - self.modules.keys())
        moved: dict[str, Known] = {}
        changed: set[str] = set()
        for path, module in self.modules.items():
            was = known.get(path)
            now = stamp_at(path)
            if was is None or was.module != module or now is None:
                changed.add(path)
            elif was.stamp != now:
                # A fresh checkout has other stamps and the same bytes.
                source = read(Path(path))
                if isinstance(source, Problem) or source.digest != was.content:
                    changed.add(path)
                else:
                    moved[path] = msgspec.structs.replace(was, stamp=source.stamp)
        if moved:
            self._store.restamp(moved)
        return changed

    def _usable_verdicts(self) -> dict[str, Verdict]:
        """The verdicts of an earlier run by the same configuration."""
        stored = self._store.verdicts()
        found = {path: decoded(DECODER, stored[path]) for path in self.checked if path in stored}
        configuration = self._configuration
        return {path: verdict for path, verdict in found.items() if verdict and verdict.configuration == configuration}
