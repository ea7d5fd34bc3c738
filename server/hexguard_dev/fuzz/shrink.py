"""Makes a failing case small enough to be understood: fewer steps, fewer files, shorter texts, the same failure."""

from collections.abc import Callable, Sequence
from typing import TypeAlias, TypeVar

import msgspec

from hexguard_dev.fuzz.live import playground
from hexguard_dev.fuzz.steps import Case, Change, Edit, Replace, Step, Write

T = TypeVar("T")

MAX_TRIES = 2000

Fails: TypeAlias = Callable[[Case], bool]


def shrink(case: Case, fails: Fails, max_tries: int = MAX_TRIES) -> Case:
    """The smallest case found that still fails, with at most `max_tries` tries; `case` itself must fail."""
    shrinker = _Shrinker(case, fails, max_tries)
    before = None
    while before != shrinker.case and shrinker.tries_left > 0:
        before = shrinker.case
        shrinker.once()
    return shrinker.case


class _Shrinker:
    """The smallest failing case so far. Every part offers smaller cases, and what still fails is kept."""

    def __init__(self, case: Case, fails: Fails, max_tries: int) -> None:
        self.case = case
        self.tries_left = max_tries
        self._fails = fails

    def once(self) -> None:
        """Try to make every part smaller once."""
        self._begin_later()
        self._try(_with(self.case, stored=False))
        # Files first: whatever is left out makes all further tries quicker.
        self._fewer_texts("files")
        self._fewer_texts("opened")
        self._fewer(self.case.steps, lambda steps: _with(self.case, steps=steps))
        for number in range(len(self.case.steps)):
            self._fewer_changes(number)
        for path in sorted({*self.case.files, *self.case.opened}):
            self._shorter_file(path)
        for number, step in enumerate(self.case.steps):
            for place, change in enumerate(step.changes):
                if isinstance(change, Edit | Write | Replace):
                    self._shorter_change(number, place, change)

    def _try(self, case: Case) -> bool:
        """Keep a case if it fails as well."""
        if self.tries_left <= 0 or case == self.case:
            return False
        self.tries_left -= 1
        if not self._fails(case):
            return False
        self.case = case
        return True

    def _fewer(self, items: Sequence[T], with_items: Callable[[tuple[T, ...]], Case]) -> tuple[T, ...]:
        """Leave items out, many at once first and then fewer and fewer; gives those that are needed."""
        kept = tuple(items)
        size = len(kept)
        while size:
            at = 0
            while at < len(kept):
                fewer = (*kept[:at], *kept[at + size :])
                if self._try(with_items(fewer)):
                    kept = fewer
                else:
                    at += size
            size //= 2
        return kept

    def _fewer_changes(self, number: int) -> None:
        self._fewer(self.case.steps[number].changes, lambda changes: _with_changes(self.case, number, changes))

    def _fewer_texts(self, field: str) -> None:
        texts: dict[str, str] = getattr(self.case, field)
        self._fewer(tuple(texts.items()), lambda items: _with(self.case, **{field: dict(items)}))

    def _begin_later(self) -> None:
        """Begin with what some of the steps lead to, if they matter only by that: all but the last, two, four..."""
        n_kept = 1
        while n_kept < len(self.case.steps):
            if self._try(_begun(self.case, len(self.case.steps) - n_kept)):
                return
            n_kept *= 2

    def _shorter_file(self, path: str) -> None:
        """Leave lines out of the texts that a file has on disk and as a document, and then characters."""
        for cut in (_lines, tuple[str, ...]):
            text = self.case.opened.get(path, self.case.files.get(path, ""))
            size = len(parts := cut(text))
            while size and self.tries_left > 0:
                at = 0
                while at < len(parts):
                    start, end = (sum(map(len, parts[:index])) for index in (at, at + size))
                    if self._try(_without(self.case, path, start, end)):
                        parts = (*parts[:at], *parts[at + size :])
                    else:
                        at += size
                size //= 2

    def _shorter_change(self, number: int, place: int, change: Edit | Write | Replace) -> None:
        def with_parts(parts: tuple[str, ...]) -> Case:
            changes = list(self.case.steps[number].changes)
            changes[place] = msgspec.structs.replace(change, text="".join(parts))
            return _with_changes(self.case, number, tuple(changes))

        lines = self._fewer(_lines(change.text), with_parts)
        self._fewer(tuple("".join(lines)), with_parts)


def _lines(text: str) -> tuple[str, ...]:
    return tuple(text.splitlines(keepends=True))


def _with(case: Case, **fields: object) -> Case:
    return msgspec.structs.replace(case, **fields)


def _with_changes(case: Case, number: int, changes: tuple[Change, ...]) -> Case:
    step = Step(case.steps[number].kind, changes)
    return _with(case, steps=(*case.steps[:number], step, *case.steps[number + 1 :]))


def _begun(case: Case, n_steps: int) -> Case:
    """The case that begins after the first steps, without what they leave in memory."""
    with playground(case) as live:
        try:
            for step in case.steps[:n_steps]:
                live.apply(step)
        # What a step raises may be what is looked for; a case that begins before it is the one to keep then.
        except Exception:  # noqa: BLE001
            return case
        return _with(case, files=live.disk, opened=live.opened, steps=case.steps[n_steps:])


def _without(case: Case, path: str, start: int, end: int) -> Case:
    """The case without a range of a file's text, with the offsets of its edits moved as if it had never been there."""

    def moved(offset: int) -> int:
        return offset if offset <= start else max(offset - (end - start), start)

    def adapted(change: Change) -> Change:
        if isinstance(change, Edit) and change.path == path:
            return Edit(path, moved(change.start), moved(change.end), change.text)
        return change

    files, opened = (
        {name: text[:start] + text[end:] if name == path else text for name, text in texts.items()}
        for texts in (case.files, case.opened)
    )
    steps = tuple(Step(step.kind, tuple(map(adapted, step.changes))) for step in case.steps)
    return _with(case, files=files, opened=opened, steps=steps)
