"""Reads the files of a project in a process of its own, so that a first index costs the typing nothing.

That process writes what the files offer into the store; through a pipe it only says which files it has done.
"""

import contextlib
import logging
import multiprocessing
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TypeAlias

import msgspec

from hexguard.app.fingerprint import code_fingerprint
from hexguard.app.root import Root
from hexguard.files.store import Entry, Store, entry
from hexguard.settings.model import Problem

LOG = logging.getLogger(__name__)

FILES_AT_ONCE = 50
"""So many files are done before the store and the other process hear of them."""

END_SECONDS = 5.0
"""So long a process may take to end that has said its last word."""

NICE = 10
"""How far the process steps back behind those that a person waits for."""

Editor: TypeAlias = Mapping[str, object] | None


class Done(msgspec.Struct, frozen=True):
    """Some files that were read: the names of their modules by path, and of how many files nothing is known."""

    modules: dict[str, str]
    n_unread: int


class Apart:
    """One process that reads files; `told` hears of them, and of the end as `None`, in a thread of its own."""

    def __init__(self, root: Root, paths: Sequence[str], told: Callable[[Done | None], None]) -> None:
        """Begin to read the files at `paths` into the store of `root`."""
        assert root.store, "the store is where the results go"
        # A fork would copy the threads' locks of the server; a fresh interpreter has none.
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe(duplex=False)
        arguments = (theirs, root.path, root.editor, root.store.path, tuple(paths))
        self._process: BaseProcess = context.Process(target=_read_all, args=arguments, daemon=True)
        self._process.start()
        theirs.close()
        threading.Thread(target=self._listen, args=(ours, told), name="hexguard-apart", daemon=True).start()

    def cancel(self) -> None:
        """End the process; what it has done stays."""
        self._process.terminate()

    def _listen(self, connection: Connection, told: Callable[[Done | None], None]) -> None:
        with connection, contextlib.suppress(EOFError, OSError):
            while isinstance(done := connection.recv(), Done):
                told(done)
        self._process.join(END_SECONDS)
        told(None)


def _read_all(
    connection: Connection, path: Path, editor: Editor, store_path: Path | None, paths: Sequence[str]
) -> None:
    """The life of the process. It ends when nobody listens any more."""
    if hasattr(os, "nice"):
        os.nice(NICE)
    store = Store(store_path, code_fingerprint())
    root = Root(path, editor, store=store)
    with connection, contextlib.suppress(BrokenPipeError, KeyboardInterrupt):
        for start in range(0, len(paths), FILES_AT_ONCE):
            part = paths[start : start + FILES_AT_ONCE]
            entries = [found for name in part if (found := _entry(root, name))]
            store.put(entries)
            connection.send(Done({found.path: found.known.module for found in entries}, len(part) - len(entries)))


def _entry(root: Root, path: str) -> Entry | None:
    try:
        found = root.read(path)
        return None if isinstance(found, Problem) else entry(found[0], found[1].summary)
    # One odd file among thousands must not cost the others, whatever it raises.
    except Exception:
        LOG.exception("%s made Hexguard fail; please report this", path)
        return None
