"""Indexes one root beside everything else: a few small files between two keystrokes, many in a process of its own."""

import logging
import os
from collections.abc import Callable, Generator, Iterator

from hexguard.app.apart import Apart, Done
from hexguard.app.fingerprint import code_fingerprint
from hexguard.app.root import Progress, Root
from hexguard.files.store import Store, store_path
from hexguard.lsp.worker import Later

LOG = logging.getLogger(__name__)

FEW_FILES = 64
SMALL_FILE = 32 * 1024
"""So many files of so many bytes are read sooner than another process has started, and none of them holds up typing."""


class Indexing:
    """The index of one root, which lives in the worker's thread; `later` leads back to it.

    `told` hears how far the index is, and `None` at its end.
    """

    def __init__(self, root: Root, later: Later, told: Callable[[Progress | None], None]) -> None:
        self.root = root
        self.is_over = False
        self._later = later
        self._told = told
        self._steps = self._all_steps()
        self._apart: Apart | None = None
        self._n_done = self._n_apart = 0

    def step(self) -> bool:
        """Do a little; whether there is more to do in this thread."""
        progress = next(self._steps, None)
        if progress is not None:
            self._told(progress)
        elif self._apart is None:
            self._end()
        return progress is not None

    def cancel(self) -> None:
        """Give up."""
        self._steps.close()
        if self._apart:
            self._apart.cancel()
        self._end()

    def _all_steps(self) -> Generator[Progress]:
        if self.root.store is None:
            self.root.store = Store(store_path(self.root.path), code_fingerprint())
            self.root.recall()
        changed = yield from self.root.survey()
        if self.root.store.path is None or (len(changed) <= FEW_FILES and all(map(_is_small, changed))):
            yield from self._read_here(changed)
        else:
            self._n_apart = len(changed)
            self._apart = Apart(self.root, changed, self._hear)

    def _read_here(self, paths: tuple[str, ...]) -> Iterator[Progress]:
        for done, path in enumerate(paths, start=1):
            try:
                self.root.take_in(path)
            # One odd file must not cost the others, whatever it raises.
            except Exception:
                LOG.exception("%s made Hexguard fail; please report this", path)
            yield Progress(done, len(paths))

    def _hear(self, done: Done | None) -> None:
        """Runs in the thread that listens to the process."""
        self._later(lambda: self._take(done))

    def _take(self, done: Done | None) -> None:
        if self.is_over:
            return
        if done is None:
            self._end()
            return
        self.root.shelve(done.modules)
        self._n_done += len(done.modules) + done.n_unread
        self._told(Progress(self._n_done, self._n_apart))

    def _end(self) -> None:
        if not self.is_over:
            self.is_over = True
            self._told(None)


def _is_small(path: str) -> bool:
    try:
        return os.path.getsize(path) <= SMALL_FILE
    except OSError:
        return True
