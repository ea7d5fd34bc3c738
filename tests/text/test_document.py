"""A client's positions and edits, understood against one version of a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexguard.text.document import Document
from hexguard.text.encoding import Encoding
from hexguard.text.span import Span

TEXT = "ab\r\né😀x\rlast\n"


def check(text: str, place: tuple[int, int], encoding: Encoding) -> int:
    return Document.of("file:///main.py", text).offset(*place, encoding)


@pytest.mark.parametrize(
    ("place", "encoding", "offset"),
    [
        ((0, 0), Encoding.UTF16, 0),
        ((0, 99), Encoding.UTF16, 2),
        ((1, 3), Encoding.UTF16, 6),
        ((1, 2), Encoding.UTF16, 5),
        ((1, 6), Encoding.UTF8, 6),
        ((1, 2), Encoding.UTF32, 6),
        ((1, 99), Encoding.UTF8, 7),
        ((2, 99), Encoding.UTF16, 12),
        ((3, 0), Encoding.UTF16, 13),
        ((4, 0), Encoding.UTF16, 13),
        ((99, 99), Encoding.UTF16, 13),
        ((-1, -1), Encoding.UTF16, 0),
        ((1, -1), Encoding.UTF16, 4),
    ],
)
def test_offset(place: tuple[int, int], encoding: Encoding, offset: int) -> None:
    assert check(TEXT, place, encoding) == offset


@pytest.mark.parametrize("text", ["", "\n", "a", "\r\n\r\n", "\ufeffx\n", "\f\n\0"])
def test_ends_of_odd_texts(text: str) -> None:
    assert check(text, (99, 0), Encoding.UTF16) == len(text)
    assert check(text, (0, 0), Encoding.UTF16) == 0


@pytest.mark.parametrize(
    ("offset", "place"),
    [(0, (0, 0)), (2, (0, 2)), (3, (0, 2)), (6, (1, 3)), (13, (3, 0)), (99, (3, 0)), (-1, (0, 0))],
)
def test_position(offset: int, place: tuple[int, int]) -> None:
    assert Document.of("file:///main.py", TEXT).position(offset, Encoding.UTF16) == place


@given(st.text(alphabet="ab\r\n\f\u2028é😀"), st.sampled_from(Encoding), st.data())
def test_a_position_leads_back_to_its_offset(text: str, encoding: Encoding, data: st.DataObject) -> None:
    document = Document.of("file:///main.py", text)
    offset = data.draw(st.integers(0, len(text)))
    back = document.offset(*document.position(offset, encoding), encoding)
    between = text[offset - 1 : offset + 1] == "\r\n"
    assert back == (offset - 1 if between else offset)


def test_an_edit_makes_another_document() -> None:
    before = Document.of("file:///main.py", "a\nb", 1)
    after = before.edited(Span(1, 2), "\r\n\r\n", 2)
    assert (before.text, before.version) == ("a\nb", 1)
    assert (after.uri, after.text, after.version) == ("file:///main.py", "a\r\n\r\nb", 2)
    assert list(after.lines.starts()) == [0, 3, 5]


@pytest.mark.parametrize("span", [Span(0, 4), Span(-1, 0), Span(2, 1)])
def test_an_edit_outside_the_text_is_refused(span: Span) -> None:
    with pytest.raises(ValueError, match=r"outside file:///main\.py, which has 3 characters"):
        Document.of("file:///main.py", "a\nb").edited(span, "", 2)
