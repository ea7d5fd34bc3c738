"""Spans are half-open, which decides every question about borders."""

import pytest

from hexguard.text.span import Span


def check(span: Span, *, inside: list[int], outside: list[int]) -> None:
    assert [offset for offset in inside + outside if span.contains(offset)] == inside


def test_contains() -> None:
    check(Span(2, 5), inside=[2, 4], outside=[0, 1, 5, 6])
    check(Span(3, 3), inside=[], outside=[2, 3, 4])


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (Span(0, 3), Span(3, 5), False),
        (Span(0, 4), Span(3, 5), True),
        (Span(0, 9), Span(3, 5), True),
        (Span(4, 4), Span(3, 5), True),
        (Span(3, 3), Span(3, 5), False),
        (Span(5, 5), Span(3, 5), False),
        (Span(4, 4), Span(4, 4), False),
    ],
)
def test_overlaps(first: Span, second: Span, expected: bool) -> None:
    assert first.overlaps(second) is expected
    assert second.overlaps(first) is expected


def test_order_and_shift() -> None:
    assert sorted([Span(3, 9), Span(1, 5), Span(3, 4)]) == [Span(1, 5), Span(3, 4), Span(3, 9)]
    assert Span(1, 5).shift(-1) == Span(0, 4)
