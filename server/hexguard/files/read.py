"""Reads and writes files without losing anything: encoding, byte order mark, line ends, permissions."""

import codecs
import contextlib
import os
import re
import secrets
import stat
from pathlib import Path

import msgspec

from hexguard.files.stamp import Stamp, digest, stamp_of
from hexguard.settings import Problem

_CODING = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_HEAD = 4096
_BLANK = re.compile(rb"^[ \t\f]*(?:#[^\r\n]*)?$")


class Source(msgspec.Struct, frozen=True):
    """A file as it was read: its text without the byte order mark, line ends as they are, and how to write it back.

    `stamp` and `digest` tell whether it is still the same.
    """

    path: Path
    text: str
    encoding: str
    bom: bool
    stamp: Stamp
    digest: bytes


class PlainText(msgspec.Struct, frozen=True):
    """The text of a file that is no Python code; its stamp is `None` if there is no such file."""

    text: str
    stamp: Stamp | None


def read(path: Path) -> Source | Problem:
    """Read a Python file in the encoding that it declares, UTF-8 if it declares none.

    Nothing raises: a file that cannot be read or decoded gives a problem that says why and where.
    """
    try:
        stamp, data = _bytes_of(path)
    except (OSError, ValueError) as error:
        return Problem(str(path), None, f"cannot be read: {_reason(error)}")
    return _decode(path, data, stamp)


def _decode(path: Path, data: bytes, stamp: Stamp) -> Source | Problem:
    """Turn the bytes of a Python file into a `Source`, or into a problem."""
    bom = data.startswith(codecs.BOM_UTF8)
    body = data[len(codecs.BOM_UTF8) :] if bom else data
    declared = _declared_encoding(body)
    try:
        encoding = "utf-8" if bom or declared is None else codecs.lookup(declared).name
        text = body.decode(encoding)
    except LookupError:
        return Problem(str(path), None, f"declares the encoding `{declared}`, which is unknown")
    except UnicodeDecodeError as error:
        offset = error.start + len(data) - len(body)
        line = len(re.findall(rb"\r\n|\r|\n", body[: error.start])) + 1
        where = f"byte {offset} (line {line})"
        return Problem(str(path), None, f"is not valid {error.encoding}: {where} cannot be decoded")
    except ValueError as error:
        return Problem(str(path), None, f"cannot be decoded as `{declared}`: {error}")
    if declared is not None and "coding" not in text[:_HEAD]:
        return Problem(str(path), None, f"declares the encoding `{declared}`, in which the declaration makes no sense")
    return Source(path, text, encoding, bom, stamp, digest(data))


def write(source: Source, text: str) -> None:
    """Replace the text of a file in one step, in the same encoding, with the same permissions.

    A reader sees the old file or the new one, never half of it.
    A symbolic link stays one; the file that it points to is replaced.
    Raises `OSError`, and `UnicodeEncodeError` if the encoding lacks a character; the file is as before then.
    """
    data = text.encode(source.encoding)
    target = Path(os.path.realpath(source.path))
    _replace(target, (codecs.BOM_UTF8 if source.bom else b"") + data, stat.S_IMODE(target.stat().st_mode))


def read_plain(path: Path) -> PlainText | Problem:
    """Read a file of ours that is no Python code, in UTF-8; bytes that are none survive. Nothing raises."""
    try:
        stamp, data = _bytes_of(path)
    except FileNotFoundError:
        return PlainText("", None)
    except (OSError, ValueError) as error:
        return Problem(str(path), None, f"cannot be read: {_reason(error)}")
    return PlainText(data.decode("utf-8", "surrogateescape"), stamp)


def write_plain(path: Path, text: str) -> None:
    """Write a file of ours that is no Python code, in one step as `write` does.

    Neither the file nor its folder need exist. Raises `OSError`.
    """
    target = Path(os.path.realpath(path))
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        mode = stat.S_IMODE(target.stat().st_mode)
    except FileNotFoundError:
        mode = None
    _replace(target, text.encode("utf-8", "surrogateescape"), mode)


def _replace(target: Path, data: bytes, mode: int | None) -> None:
    """Put a file in the place of `target`, with these permissions, or with those of any new file."""
    temporary = target.with_name(f".{target.name[:50]}.{secrets.token_hex(8)}.tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        # Until it has the permissions of the old file, nobody else may read it.
        with open(os.open(temporary, flags, 0o666 if mode is None else 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            os.chmod(temporary, mode)
        os.replace(temporary, target)
    except BaseException:
        # Whatever happened, also an interrupt, leaves nothing behind.
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def _reason(error: OSError | ValueError) -> str:
    # A path that holds a NUL is no path at all, which is a `ValueError`.
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _bytes_of(path: Path) -> tuple[Stamp, bytes]:
    # Opening a pipe would wait for a writer, so the kind is asked first, and asked again of what was opened.
    _require_regular(os.stat(path))
    with open(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)), "rb") as file:
        status = os.fstat(file.fileno())
        _require_regular(status)
        # Whoever writes between the two leaves a file with another stamp.
        return stamp_of(status), file.read()


def _require_regular(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise OSError(0, "it is a folder" if stat.S_ISDIR(status.st_mode) else "it is no regular file")


def _declared_encoding(body: bytes) -> str | None:
    """Find the encoding that a comment in the first two lines declares, by the rules of PEP 263."""
    for line in re.split(rb"\r\n|\r|\n", body[:_HEAD], maxsplit=2)[:2]:
        match = _CODING.match(line)
        if match:
            return match[1].decode("ascii", "replace")
        if not _BLANK.match(line):
            return None
    return None
