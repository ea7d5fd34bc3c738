"""Tells whether a file is still the one that was read, by asking the file system or by its bytes."""

import hashlib
import os

import msgspec


class Stamp(msgspec.Struct, frozen=True, array_like=True):
    """What changes when a file does, without reading it."""

    modified_ns: int
    changed_ns: int
    size: int
    inode: int


def stamp_of(status: os.stat_result) -> Stamp:
    """The stamp of a file with this status."""
    return Stamp(status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino)


def stamp_at(path: str) -> Stamp | None:
    """The stamp of the file at `path`; `None` if there is none."""
    try:
        return stamp_of(os.stat(path))
    except OSError:
        return None


def digest(data: bytes) -> bytes:
    """A short name for some bytes, which no other bytes have."""
    return hashlib.blake2b(data, digest_size=16).digest()
