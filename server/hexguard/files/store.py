"""Keeps between runs what was worked out of files, so that the next start reads answers instead of code.

One sqlite database for each project, in the user's cache folder (`HEXGUARD_CACHE_DIR` names another one).
It only ever saves work: one that is broken, locked or written by another version is as good as an empty one.
"""

import contextlib
import hashlib
import logging
import os
import sqlite3
import tempfile
import weakref
from collections.abc import Generator, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

import msgspec
import platformdirs

from hexguard.files.read import Source
from hexguard.files.stamp import Stamp, digest
from hexguard.index.libraries import Inferred
from hexguard.index.modules import ModuleSummary

T = TypeVar("T")

LOG = logging.getLogger(__name__)

LOCK_SECONDS = 5.0
"""So long a process waits for another one that writes, before it goes on without the store."""

_TABLES = """
    CREATE TABLE IF NOT EXISTS meta(fingerprint TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS files(path TEXT PRIMARY KEY, known BLOB NOT NULL);
    CREATE TABLE IF NOT EXISTS summaries(path TEXT PRIMARY KEY, body BLOB NOT NULL);
    CREATE TABLE IF NOT EXISTS verdicts(path TEXT PRIMARY KEY, body BLOB NOT NULL);
    CREATE TABLE IF NOT EXISTS inferred(name TEXT PRIMARY KEY, body BLOB NOT NULL, environment TEXT NOT NULL);
"""


class Known(msgspec.Struct, frozen=True, array_like=True):
    """A file as it was when it was last read: its module, its stamp, and digests.

    These are of its bytes, of the summary of its module, and of the imports in that.
    """

    module: str
    stamp: Stamp
    content: bytes
    summary: bytes
    imports: bytes


class Entry(msgspec.Struct, frozen=True):
    """What the store takes in about a file."""

    path: str
    known: Known
    body: bytes


_KNOWN = msgspec.msgpack.Decoder(Known)
_SUMMARY = msgspec.msgpack.Decoder(ModuleSummary)
_INFERRED = msgspec.msgpack.Decoder(Inferred)
_ENCODER = msgspec.msgpack.Encoder()


def entry(source: Source, summary: ModuleSummary) -> Entry:
    """What the store keeps of a file as it was read."""
    body = _ENCODER.encode(summary)
    # What a relative import means hangs on whether the module is a package.
    imports = digest(_ENCODER.encode((summary.is_package, summary.imports)))
    return Entry(str(source.path), Known(summary.name, source.stamp, source.digest, digest(body), imports), body)


def decoded(decoder: msgspec.msgpack.Decoder[T], data: bytes) -> T | None:
    """A stored value; `None` for one that was spoiled."""
    try:
        return decoder.decode(data)
    except (msgspec.DecodeError, TypeError):
        return None


def cache_folder() -> Path:
    """The folder for the stores of all projects."""
    return Path(os.environ.get("HEXGUARD_CACHE_DIR") or platformdirs.user_cache_dir("hexguard", appauthor=False))


def store_path(root: Path) -> Path:
    """Where the store of the project at `root` (absolute) lies."""
    name = hashlib.blake2b(os.fsencode(root), digest_size=8).hexdigest()
    return cache_folder() / f"{root.name[:40]}-{name}.sqlite3"


class Store:
    """The store of one project; one thread owns it, several processes may have it open."""

    def __init__(self, path: Path | None, fingerprint: str) -> None:
        """Open the store at `path`, empty if `fingerprint` is not that of the code that wrote it.

        Without a path, or where no file can be had, the store is a temporary one, and its work is lost in the end.
        """
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        connection = _opened(path, fingerprint) if path else None
        if connection is None:
            with contextlib.suppress(OSError):
                self._temporary = tempfile.TemporaryDirectory(prefix="hexguard-", ignore_cleanup_errors=True)
                path = Path(self._temporary.name) / "store.sqlite3"
                connection = _opened(path, fingerprint)
        self.path = path if connection else None
        """Where other processes find it; `None` if they cannot."""
        self._connection = connection or _prepared(sqlite3.connect(":memory:", check_same_thread=False), fingerprint)
        # Whoever forgets a store, or ends in a hurry, leaves no open database behind.
        self._closing = weakref.finalize(self, self._connection.close)

    def close(self) -> None:
        """Let go of the database."""
        self._closing()
        if self._temporary:
            self._temporary.cleanup()

    def known(self) -> dict[str, Known]:
        """All files that the store knows, by absolute path."""
        rows = self._rows("SELECT path, known FROM files")
        return {path: found for path, known in rows if (found := decoded(_KNOWN, known))}

    def known_of(self, path: str) -> Known | None:
        """What the store knows of one file."""
        row = next(self._rows("SELECT path, known FROM files WHERE path = ?", path), None)
        return decoded(_KNOWN, row[1]) if row else None

    def summary(self, path: str) -> ModuleSummary | None:
        """What the module in a file offers; `None` if the store does not have it."""
        row = next(self._rows("SELECT path, body FROM summaries WHERE path = ?", path), None)
        return decoded(_SUMMARY, row[1]) if row else None

    def verdicts(self) -> dict[str, bytes]:
        """What was said about files, by absolute path, as it was put in."""
        return dict(self._rows("SELECT path, body FROM verdicts"))

    def inferred(self, environment: str) -> dict[str, Inferred]:
        """What the libraries of the environment with this stamp said, by the names that they were asked about."""
        rows = self._rows("SELECT name, body FROM inferred WHERE environment = ?", environment)
        return {name: found for name, body in rows if (found := decoded(_INFERRED, body))}

    def put_inferred(self, environment: str, said: Mapping[str, Inferred]) -> None:
        """Keep what libraries said; what those of another environment said is dropped."""
        rows = [(name, _ENCODER.encode(inferred), environment) for name, inferred in said.items()]
        with self._writing() as connection:
            connection.execute("DELETE FROM inferred WHERE environment != ?", (environment,))
            connection.executemany("INSERT OR REPLACE INTO inferred VALUES (?, ?, ?)", rows)

    def put(self, entries: Iterable[Entry]) -> None:
        """Keep what was worked out of files."""
        rows = list(entries)
        with self._writing() as connection:
            files = [(row.path, _ENCODER.encode(row.known)) for row in rows]
            connection.executemany("INSERT OR REPLACE INTO files VALUES (?, ?)", files)
            bodies = [(row.path, row.body) for row in rows]
            connection.executemany("INSERT OR REPLACE INTO summaries VALUES (?, ?)", bodies)

    def put_verdicts(self, verdicts: Mapping[str, bytes]) -> None:
        """Keep what is said about files."""
        with self._writing() as connection:
            connection.executemany("INSERT OR REPLACE INTO verdicts VALUES (?, ?)", verdicts.items())

    def restamp(self, files: Mapping[str, Known]) -> None:
        """Keep new stamps of files whose bytes are as before."""
        with self._writing() as connection:
            rows = [(_ENCODER.encode(known), path) for path, known in files.items()]
            connection.executemany("UPDATE files SET known = ? WHERE path = ?", rows)

    def forget(self, paths: Iterable[str]) -> None:
        """Drop what is known about files that are gone."""
        rows = [(path,) for path in paths]
        with self._writing() as connection:
            for table in ("files", "summaries", "verdicts"):
                connection.executemany(f"DELETE FROM {table} WHERE path = ?", rows)

    def _rows(self, query: str, *values: str) -> Iterator[tuple[str, bytes]]:
        try:
            yield from self._connection.execute(query, values)
        except sqlite3.Error as error:
            self._tell(error, "read")

    @contextlib.contextmanager
    def _writing(self) -> Generator[sqlite3.Connection]:
        """One transaction; one that fails is told, and leaves the store as it was."""
        try:
            with self._connection:
                yield self._connection
        except sqlite3.Error as error:
            self._tell(error, "written")

    def _tell(self, error: sqlite3.Error, what: str) -> None:
        """Say that the database failed; one that is damaged is taken away, so that the next start makes another."""
        LOG.warning("the store %s cannot be %s: %s", self.path, what, error)
        if self.path and not isinstance(error, sqlite3.OperationalError):
            _remove(self.path)


def _opened(path: Path, fingerprint: str) -> sqlite3.Connection | None:
    """The database at `path`, emptied if something else wrote it, made anew if it is none; `None` if it cannot be."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return _connected(path, fingerprint)
    except (sqlite3.OperationalError, OSError):
        # It is locked, or the folder cannot be written: whoever may still use it keeps it.
        return None
    except sqlite3.DatabaseError:
        _remove(path)
    try:
        return _connected(path, fingerprint)
    except sqlite3.Error:
        return None


def _remove(path: Path) -> None:
    for file in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        with contextlib.suppress(OSError):
            file.unlink()


def _connected(path: Path, fingerprint: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=LOCK_SECONDS, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        return _prepared(connection, fingerprint)
    except sqlite3.Error:
        connection.close()
        raise


def _prepared(connection: sqlite3.Connection, fingerprint: str) -> sqlite3.Connection:
    """The connection, with all tables, and empty if its rows come from other code."""
    connection.executescript(_TABLES)
    with connection:
        if connection.execute("SELECT fingerprint FROM meta").fetchall() != [(fingerprint,)]:
            for table in ("meta", "files", "summaries", "verdicts", "inferred"):
                connection.execute(f"DELETE FROM {table}")
            connection.execute("INSERT INTO meta VALUES (?)", (fingerprint,))
    return connection
