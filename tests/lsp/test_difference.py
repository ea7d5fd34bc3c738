"""Edits between two texts make the second out of the first, and touch only the lines that differ."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexguard.lsp.difference import line_edits
from hexguard.text.edit import Edit, apply
from hexguard.text.span import Span


def check(before: str, after: str, expected: tuple[Edit, ...]) -> None:
    assert line_edits(before, after) == expected
    assert apply(before, expected) == after


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", "", ()),
        ("a\nb\n", "a\nb\n", ()),
        ("a\nb\nc\n", "a\nB\nc\n", (Edit(Span(2, 4), "B\n"),)),
        ("a\r\nb", "a\r\nb\r\n", (Edit(Span(3, 4), "b\r\n"),)),
        ("a\nb\nc\n", "x\nb\ny\n", (Edit(Span(0, 2), "x\n"), Edit(Span(4, 6), "y\n"))),
        ("b\n", "a\nb\n", (Edit(Span(0, 0), "a\n"),)),
        ("a\n", "", (Edit(Span(0, 2), ""),)),
    ],
)
def test_edits(before: str, after: str, expected: tuple[Edit, ...]) -> None:
    check(before, after, expected)


@given(st.text("ab\n\r\x0c🦀"), st.text("ab\n\r\x0c🦀"))
def test_edits_always_make_the_second_text(before: str, after: str) -> None:
    assert apply(before, line_edits(before, after)) == after
