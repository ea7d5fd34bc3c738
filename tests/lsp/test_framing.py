"""Messages come out of the stream whole, however it is cut, and after whatever is broken."""

import pytest

from hexguard.lsp.framing import MAX_BODY, Framer


def check(stream: bytes, expected: list[bytes], size: int) -> None:
    framer = Framer()
    pieces = (stream[start : start + size] for start in range(0, len(stream), size))
    assert [body for piece in pieces for body in framer.feed(piece)] == expected


def framed(body: bytes) -> bytes:
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


GOOD = framed(b'{"good": 1}')


@pytest.mark.parametrize("size", [1, 2, 7, 4096])
@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (b"", []),
        (GOOD + GOOD, [b'{"good": 1}'] * 2),
        (b"Content-Type: x\r\n" + GOOD, [b'{"good": 1}']),
        (b"Content-Length: 2\r\nContent-Type: x\r\n\r\n{}" + GOOD, [b"{}", b'{"good": 1}']),
        (b"content-length:2\n\n{}", [b"{}"]),
        (framed(b""), [b""]),
        (b"Content-Length: 1\r\n\r\n{}" + GOOD, [b"{", b'{"good": 1}']),
        (b"Content-Length: %d\r\n\r\n" % (MAX_BODY + 1) + GOOD, [b'{"good": 1}']),
        (b"Content-Length: -4\r\n\r\n" + GOOD, [b'{"good": 1}']),
        (b"Content-Length: many\r\n\r\n{}" + GOOD, [b'{"good": 1}']),
        (b"garbage\r\n\r\n" * 2000 + GOOD, [b'{"good": 1}']),
    ],
)
def test_bodies(stream: bytes, expected: list[bytes], size: int) -> None:
    check(stream, expected, size)
