"""Cuts a stream of bytes into messages, and finds the next message again after a broken one."""

import re

MAX_BODY = 256 * 1024 * 1024
"""A longer message is taken for a broken header: to wait for its end would be to hang."""

MAX_HEADER = 4096
"""So many bytes without the end of a header hold no header."""

_LENGTH = re.compile(rb"Content-Length:[ \t]*(\d{1,18})[ \t]*\r?\n", re.IGNORECASE)
_END = re.compile(rb"\r?\n\r?\n")


class Framer:
    """Takes bytes as they come and gives the bodies of the messages that are complete."""

    def __init__(self) -> None:
        self._pending = bytearray()
        self._wanted: int | None = None

    def feed(self, data: bytes) -> list[bytes]:
        """The bodies that `data` completes. What is no message is skipped."""
        self._pending += data
        bodies: list[bytes] = []
        while (body := self._next()) is not None:
            bodies.append(body)
        return bodies

    def _next(self) -> bytes | None:
        if self._wanted is None:
            self._wanted = self._read_header()
        if self._wanted is None or len(self._pending) < self._wanted:
            return None
        body = bytes(self._pending[: self._wanted])
        del self._pending[: self._wanted]
        self._wanted = None
        return body

    def _read_header(self) -> int | None:
        """The length of the next body, once its header is complete; the header is consumed."""
        # The search does not start at the start: after a wrong length, the rest of a body stands before the header.
        while found := _LENGTH.search(self._pending):
            end = _END.search(self._pending, found.end() - 2)
            if end is None and len(self._pending) - found.end() <= MAX_HEADER:
                return None
            length = int(found[1])
            if end is not None and length <= MAX_BODY:
                del self._pending[: end.end()]
                return length
            del self._pending[: found.end()]
        if len(self._pending) > MAX_HEADER:
            del self._pending[:-MAX_HEADER]
        return None
