"""Columns in the units of a client, and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexguard.text.encoding import Encoding, from_column, to_column

LINE = "aé\u2028😀b"
ENCODED = {Encoding.UTF8: "utf-8", Encoding.UTF16: "utf-16-le", Encoding.UTF32: "utf-32-le"}
UNIT = {Encoding.UTF8: 1, Encoding.UTF16: 2, Encoding.UTF32: 4}


@pytest.mark.parametrize(
    ("encoding", "columns"),
    [
        (Encoding.UTF8, [0, 1, 3, 6, 10, 11]),
        (Encoding.UTF16, [0, 1, 2, 3, 5, 6]),
        (Encoding.UTF32, [0, 1, 2, 3, 4, 5]),
    ],
)
def test_every_character_there_and_back(encoding: Encoding, columns: list[int]) -> None:
    assert [to_column(LINE, index, encoding) for index in range(len(LINE) + 1)] == columns
    assert [from_column(LINE, column, encoding) for column in columns] == list(range(len(LINE) + 1))


@pytest.mark.parametrize(
    ("encoding", "column", "index"),
    [
        (Encoding.UTF8, 2, 1),
        (Encoding.UTF8, 5, 2),
        (Encoding.UTF8, 9, 3),
        (Encoding.UTF16, 4, 3),
        (Encoding.UTF8, 99, 5),
        (Encoding.UTF16, 99, 5),
        (Encoding.UTF32, 99, 5),
        (Encoding.UTF16, -1, 0),
        (Encoding.UTF32, -1, 0),
    ],
)
def test_columns_between_and_beyond(encoding: Encoding, column: int, index: int) -> None:
    assert from_column(LINE, column, encoding) == index


@given(st.text(), st.sampled_from(Encoding), st.data())
def test_columns_are_what_the_codec_says(line: str, encoding: Encoding, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(line)))
    column = to_column(line, index, encoding)
    assert column == len(line[:index].encode(ENCODED[encoding])) // UNIT[encoding]
    assert from_column(line, column, encoding) == index


@pytest.mark.parametrize("encoding", list(Encoding))
def test_lone_surrogates_are_characters(encoding: Encoding) -> None:
    line = "\ud800x\udc00"
    assert [from_column(line, to_column(line, index, encoding), encoding) for index in range(4)] == [0, 1, 2, 3]
