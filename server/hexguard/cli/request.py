"""What a command line asks of `hexguard check`, as values with types, and what that means for each project."""

from pathlib import Path

import msgspec

from hexguard.app.baseline import BaselineUse
from hexguard.app.worker import Task
from hexguard.cli.selectors import rules_of
from hexguard.files.store import store_path


class CheckRequest(msgspec.Struct, frozen=True):
    """The arguments of the command."""

    paths: tuple[str, ...]
    format: str
    statistics: bool
    exit_zero: bool
    no_progress: bool
    jobs: int | None
    force_exclude: bool
    select: tuple[str, ...] | None
    extend_select: tuple[str, ...]
    ignore: tuple[str, ...]
    preset: str | None
    preview: bool
    fix: bool
    unsafe_fixes: bool
    diff: bool
    interactive: bool
    rule: tuple[str, ...] | None
    allow_dirty: bool
    write_baseline: bool
    locked: bool
    no_baseline: bool
    no_cache: bool

    @property
    def is_writing(self) -> bool:
        """Whether files may be fixed; a difference that is only shown wins over that."""
        return (self.fix or self.interactive) and not self.diff

    @property
    def fixed_rules(self) -> frozenset[str] | None:
        """The names of the rules whose findings may be fixed; `None` for all."""
        return None if self.rule is None else rules_of(self.rule)

    @property
    def baseline(self) -> BaselineUse:
        """What is done about the baseline in the end."""
        if self.no_baseline:
            return BaselineUse.OFF
        if self.write_baseline:
            return BaselineUse.WRITE
        # Another preset sees other findings, and says nothing about those that it does not see.
        if self.preset is not None:
            return BaselineUse.LOOK
        if self.locked:
            return BaselineUse.LOCK
        return BaselineUse.LOOK if self.diff else BaselineUse.SHRINK

    def task(self, root: Path, stores: Path | None) -> Task:
        """What to do for one project; `stores` is a folder for what is worked out, instead of the user's."""
        editor: dict[str, object] = {}
        if self.select is not None:
            editor["select"] = list(self.select)
        if self.preset is not None:
            editor["preset"] = self.preset
        if self.preview:
            editor["preview"] = True
        store: Path | None = store_path(root)
        if store and self.no_cache:
            store = stores / store.name if stores else None
        return Task(
            root,
            editor,
            self.extend_select,
            self.ignore,
            is_fixing=self.diff,
            fixed_rules=self.fixed_rules,
            unsafe=self.unsafe_fixes,
            baseline=self.baseline,
            store=store,
        )
