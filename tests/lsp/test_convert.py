"""Paths survive the way to a uri and back, and a uri that is none gives no path."""

import pytest
from lsprotocol import types as lsp

from hexguard.lsp import convert
from hexguard.text.document import Document
from hexguard.text.encoding import Encoding
from hexguard.text.span import Span


@pytest.mark.parametrize("path", ["/a/b.py", "/with space/ü🦀.py", "/odd/#?%20&=+;.py", "/~me/[x].py"])
def test_a_path_survives(path: str) -> None:
    assert convert.to_path(convert.to_uri(path)) == path


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///a/b.py", "/a/b.py"),
        ("file:///a%2Fb.py", "/a/b.py"),
        ("file://localhost/a.py", "/a.py"),
        ("file:///a/../b.py", "/b.py"),
        ("untitled:Untitled-1", None),
        ("git:/a.py?{}", None),
        ("file://", None),
        ("file:///%00", None),
        ("file://[::x/", None),
        ("", None),
    ],
)
def test_the_path_of_a_uri(uri: str, path: str | None) -> None:
    assert convert.to_path(uri) == path


@pytest.mark.parametrize(("encoding", "column"), [(Encoding.UTF8, 5), (Encoding.UTF16, 3), (Encoding.UTF32, 2)])
def test_ranges_and_spans_are_inverse(encoding: Encoding, column: int) -> None:
    document = Document.of("file:///a.py", "x\n🦀a = 1\n")
    found = convert.to_range(Span(4, 5), document, encoding)
    assert found.start == lsp.Position(1, column)
    assert convert.to_span(found, document, encoding) == Span(4, 5)
    assert convert.to_span(lsp.Range(found.end, found.start), document, encoding) == Span(4, 5)
