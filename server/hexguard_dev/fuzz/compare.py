"""Makes the same project from scratch and says what differs from the one that was kept incrementally."""

import random
from collections.abc import Iterable, Iterator

from hexguard.app.root import Root
from hexguard.engine.file import File, ModuleName, open_file
from hexguard.engine.report import Report
from hexguard.engine.stages import untraced
from hexguard.files.read import Source
from hexguard.text.document import Document
from hexguard_dev.fuzz.live import PYTHON, Live

MAX_SHOWN = 600
"""So many characters of a value are told; the rest can be had by replaying the case."""


def derived(file: File) -> dict[str, object]:
    """Everything that is kept of a file from edit to edit, by name."""
    blocks = file.blocks
    return {
        "text": file.document.text,
        "lines": list(file.document.lines.starts()),
        "module": file.module,
        "blocks": [lowered.block for lowered in blocks],
        "texts": tuple(file.texts),
        "starts": list(file.starts),
        "facts": [lowered.facts for lowered in blocks],
        "spans": [[lowered.spans[node] for node in range(len(lowered.spans))] for lowered in blocks],
        "summaries": [lowered.summary for lowered in blocks],
        "errors": [lowered.has_error for lowered in blocks],
        "suppressions": [lowered.suppressions for lowered in blocks],
        "placed": tuple(file.placed),
        "commented": list(file.commented),
        "summary": file.summary,
    }


class Remembered(Root):
    """A new root that takes the files that it derives from memory, where they have the same text and module."""

    def __init__(self, live: Live, files: "Files") -> None:
        super().__init__(live.folder, live.editor or None)
        self._files = files
        self.learn(live.root.environment.stamp, live.said)

    def derived(self, path: str, source: Source) -> File:
        """The file on disk with everything derived from it."""
        module = self.module_of(path)
        if (known := self._files.find(path, module, source.text)) is None:
            return self._files.keep(super().derived(path, source))
        self._paths[module.name] = path
        return known

    def covers(self, path: str) -> bool:
        """Whether the file is checked at all, which `exclude` alone decides, since there is no `.gitignore`."""
        asked = path, self.composition.settings.exclude
        if asked not in self._files.covered:
            self._files.covered[asked] = super().covers(path)
        return self._files.covered[asked]

    def take(self, path: str, text: str) -> None:
        """Take a document in."""
        module = self.module_of(path)
        known = self._files.find(path, module, text)
        self.workspace.take((known or self._files.keep(open_file(path, module, Document.of(path, text), untraced)),))


class Files:
    """Files as they were derived from scratch, the last one for each path, and which paths are checked."""

    def __init__(self) -> None:
        self.covered: dict[tuple[str, tuple[str, ...]], bool] = {}
        self._files: dict[str, File] = {}

    def find(self, path: str, module: ModuleName, text: str) -> File | None:
        """The file with this path, module and text."""
        known = self._files.get(path)
        return known if known and known.module == module and known.document.text == text else None

    def keep(self, file: File) -> File:
        """Remember a file; gives it back."""
        self._files[file.path] = file
        return file


class Comparison:
    """Compares a live project with from scratch, step by step.

    What is derived from a file alone is made from scratch once for each of its texts.
    Every `whole_each` steps nothing at all is kept: a new root reads the folder.
    """

    def __init__(self, chance: random.Random, whole_each: int = 1) -> None:
        self._chance = chance
        self._whole_each = whole_each
        self._n_steps = 0
        self._files = Files()
        self._compared: dict[str, File] = {}

    def differences(self, live: Live) -> list[str]:
        """What is not as it would be from scratch: one line each."""
        self._n_steps += 1
        is_whole = self._n_steps % self._whole_each == 0
        fresh = self._whole(live) if is_whole else self._assembled(live)
        found = [crash.error for root in (live.root, fresh) for crash in root.workspace.crashes]
        found += self._derived_differences(live, fresh)
        for path in live.opened:
            found += _reports_differences(path, live.shown.get(path, ()), fresh.reports(live.name(path)))
        if is_whole:
            found += _index_differences(live.root, fresh)
        return found

    def _whole(self, live: Live) -> Root:
        """A new root that reads everything; which documents were open before the index does not matter."""
        fresh = Root(live.folder, live.editor or None)
        fresh.learn(live.root.environment.stamp, live.said)
        paths = self._shuffled(live.opened)
        n_early = self._chance.randrange(len(paths) + 1)
        for path in paths[:n_early]:
            fresh.open(live.name(path), Document.of(live.name(path), live.opened[path]))
        for _ in fresh.index():
            pass
        for path in paths[n_early:]:
            fresh.open(live.name(path), Document.of(live.name(path), live.opened[path]))
        return fresh

    def _assembled(self, live: Live) -> Root:
        """A new root that is given the files derived from scratch for another step, where their text is the same."""
        fresh = Remembered(live, self._files)
        for path in self._shuffled(live.opened):
            fresh.take(live.name(path), live.opened[path])
        for path in live.disk:
            if path.endswith(PYTHON) and path not in live.opened and fresh.covers(live.name(path)):
                fresh.take_in(live.name(path))
        return fresh

    def _derived_differences(self, live: Live, fresh: Root) -> Iterator[str]:
        """What differs in the files that changed since they were compared last."""
        for path in live.opened:
            mine, other = (root.workspace.file(live.name(path)) for root in (live.root, fresh))
            if mine is None or other is None or mine.document.text != live.opened[path]:
                yield f"{path}: the text is {_told(mine.document.text if mine else None)}"
            elif self._compared.get(path) is not mine:
                self._compared[path] = mine
                expected = derived(other)
                for part, value in derived(mine).items():
                    if value != expected[part]:
                        yield f"{path}: {part}: {_told(value)}, from scratch {_told(expected[part])}"

    def _shuffled(self, paths: Iterable[str]) -> list[str]:
        shuffled = list(paths)
        self._chance.shuffle(shuffled)
        return shuffled


def _reports_differences(path: str, mine: tuple[Report, ...], other: tuple[Report, ...]) -> Iterator[str]:
    if mine == other:
        return
    yield from (f"{path}: only incrementally: {_told(report)}" for report in mine if report not in other)
    yield from (f"{path}: only from scratch: {_told(report)}" for report in other if report not in mine)
    if sorted(map(repr, mine)) == sorted(map(repr, other)):
        yield f"{path}: the same reports in another order: {_told([report.rule for report in mine])}"


def _index_differences(mine: Root, other: Root) -> Iterator[str]:
    known, expected = mine.workspace.modules, other.workspace.modules
    yield from (f"module {name}: known only incrementally" for name in sorted({*known} - {*expected}))
    yield from (f"module {name}: known only from scratch" for name in sorted({*expected} - {*known}))
    for name in sorted({*known} & {*expected}):
        if known.get(name) != expected.get(name):
            yield f"module {name}: {_told(known.get(name))}, from scratch {_told(expected.get(name))}"


def _told(value: object) -> str:
    text = repr(value)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}..."
