"""Asks installed libraries about their names in a process of its own, which nobody who types has to wait for.

jedi answers there (`hexguard.index.inference`). It may take long, or fail on a library; then that process is ended.
"""

import contextlib
import multiprocessing
import os
import signal
import sys
import tempfile
import warnings
from collections.abc import Generator, Iterable, Iterator, Sequence
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import FrameType

import msgspec

from hexguard.files.environment import imported_packages
from hexguard.files.read import read
from hexguard.index.inference import Inference
from hexguard.index.libraries import NOTHING, Inferred
from hexguard.settings.model import Problem

START_SECONDS = 60.0
"""So long the process may take to begin."""

QUESTION_SECONDS = 10.0
"""So much of a processor one question may take. Few take a second: those that load a large library for the first time.

What takes longer is answered by nothing, whatever else the machine has to do.
"""

PATIENCE_SECONDS = 120.0
"""So long the answer may be on its way, where nothing measures the processor or something hangs."""

MAX_FAILURES = 3
"""After so many questions without an answer, no more are asked."""

LARGE_FILE = 1024 * 1024
"""A file of a library with more bytes than this is not looked into."""

NICE = 10
"""How far the process steps back behind those that a person waits for."""


class Inferrer:
    """One process that is asked about the libraries in `folders`; it begins with the first question.

    `known` are the packages whose objects are worth finding: a library that reaches none of them is not looked into.
    One `in_background` steps back behind all other processes.
    """

    def __init__(self, folders: Sequence[str], known: frozenset[str], *, in_background: bool = False) -> None:
        self._work = _Work(tuple(folders), known, NICE if in_background else 0, QUESTION_SECONDS)
        self._running: _Running | None = None
        self._n_failures = 0

    def answers(self, names: Iterable[str]) -> Iterator[tuple[str, Inferred]]:
        """What there is to say about each name, in order; one that brings no answer is left out.

        Waits for each answer, but for none longer than `PATIENCE_SECONDS`.
        """
        for name in names:
            if self._n_failures < MAX_FAILURES and (said := self._answer(name)):
                yield name, said

    def close(self) -> None:
        """End the process."""
        if self._running:
            self._running.end()
            self._running = None

    def _answer(self, name: str) -> Inferred | None:
        with contextlib.suppress(EOFError, OSError):
            if self._running is None:
                self._running = _started(self._work)
            self._running.connection.send(name)
            if self._running.connection.poll(PATIENCE_SECONDS):
                said: object = self._running.connection.recv()
                return said if isinstance(said, Inferred) else None
        self._n_failures += 1
        self.close()
        return None


class _Work(msgspec.Struct, frozen=True):
    """What a process is told at its start, see `Inferrer`."""

    folders: tuple[str, ...]
    known: frozenset[str]
    nice: int
    seconds: float


class _Running(msgspec.Struct, frozen=True):
    """A process that answers through `connection`, with a folder for what it wants to keep."""

    process: BaseProcess
    connection: Connection
    folder: tempfile.TemporaryDirectory[str]

    def end(self) -> None:
        self.connection.close()
        self.process.terminate()
        self.process.join()
        self.folder.cleanup()


def _started(work: _Work) -> _Running:
    """A process that is ready. Raises `OSError` or `EOFError` if there can be none."""
    # A fork would copy the threads' locks of whoever calls us; a fresh interpreter has none.
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    folder = tempfile.TemporaryDirectory(prefix="hexguard-", ignore_cleanup_errors=True)
    process: BaseProcess = context.Process(target=_serve, args=(theirs, work, folder.name), daemon=True)
    process.start()
    theirs.close()
    running = _Running(process, ours, folder)
    try:
        if not ours.poll(START_SECONDS):
            raise EOFError
        ours.recv()
    except (EOFError, OSError):
        running.end()
        raise
    return running


def _serve(connection: Connection, work: _Work, cache: str) -> None:
    """The life of the process: answer until nobody asks any more."""
    # What jedi thinks of a library is nothing for those who wait.
    warnings.simplefilter("ignore")
    if hasattr(os, "nice"):
        os.nice(work.nice)
    with connection, contextlib.suppress(EOFError, OSError, KeyboardInterrupt):
        inference, reach = Inference(work.folders, cache, _text), _Reach(work.folders, work.known)
        connection.send(True)
        while True:
            name = str(connection.recv())
            said = NOTHING
            with contextlib.suppress(_TookTooLong), _limited(work.seconds):
                if reach.is_enough(name.partition(".")[0]):
                    said = inference.ask(name)
            connection.send(said)


class _TookTooLong(Exception):
    """A question took more of the processor than it may."""


@contextlib.contextmanager
def _limited(seconds: float) -> Generator[None]:
    """Raise `_TookTooLong` in the block after so many seconds of the processor, where these can be measured."""
    if sys.platform == "win32":
        yield
        return

    def end(number: int, frame: FrameType | None) -> None:
        raise _TookTooLong

    signal.signal(signal.SIGPROF, end)
    # Again and again, for what is raised may be caught where nobody thought of it.
    signal.setitimer(signal.ITIMER_PROF, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


class _Reach:
    """Which packages import one of the `known` ones, by themselves or through others that are installed."""

    def __init__(self, folders: Sequence[str], known: frozenset[str]) -> None:
        self._folders = folders
        self._known = known
        self._imported: dict[str, frozenset[str]] = {}

    def is_enough(self, package: str) -> bool:
        pending, seen = [package], set[str]()
        while pending:
            current = pending.pop()
            if current in seen or current in sys.stdlib_module_names:
                continue
            seen.add(current)
            if current not in self._imported:
                self._imported[current] = imported_packages(self._folders, current)
            if not self._known.isdisjoint(self._imported[current]):
                return True
            pending += self._imported[current]
        return False


def _text(path: Path) -> str | None:
    """The text of a file of a library."""
    source = read(path) if os.path.getsize(path) <= LARGE_FILE else None
    return None if source is None or isinstance(source, Problem) else source.text
