"""Several edits are one change: all are made, in the order of the text, or none."""

import pytest

from hexguard.text.edit import Edit, OverlapError, apply
from hexguard.text.span import Span


def edit(start: int, end: int, text: str) -> Edit:
    return Edit(Span(start, end), text)


@pytest.mark.parametrize(
    ("text", "edits", "expected"),
    [
        ("abc", [], "abc"),
        ("", [edit(0, 0, "x")], "x"),
        ("abc", [edit(2, 3, "C"), edit(0, 1, "A")], "AbC"),
        ("abc", [edit(1, 1, "1"), edit(1, 1, "2")], "a12bc"),
        ("abc", [edit(0, 1, ""), edit(1, 3, "")], ""),
        ("abc", [edit(1, 2, "B"), edit(1, 1, "+")], "a+Bc"),
        ("abc", [edit(2, 2, "+"), edit(1, 2, "B")], "aB+c"),
        ("é😀x", [edit(1, 2, "")], "éx"),
    ],
)
def test_apply(text: str, edits: list[Edit], expected: str) -> None:
    assert apply(text, edits) == expected


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (edit(0, 2, "x"), edit(1, 3, "y")),
        (edit(0, 2, "x"), edit(0, 2, "x")),
        (edit(0, 3, "x"), edit(1, 1, "y")),
    ],
)
def test_overlapping_edits_are_refused(first: Edit, second: Edit) -> None:
    with pytest.raises(OverlapError) as caught:
        apply("abc", [second, first])
    assert {caught.value.first, caught.value.second} == {first, second}
    assert repr(first.text) in str(caught.value)
    assert repr(second.text) in str(caught.value)


@pytest.mark.parametrize("outside", [edit(2, 4, ""), edit(-1, 0, ""), edit(2, 1, "")])
def test_edits_outside_the_text_are_refused(outside: Edit) -> None:
    with pytest.raises(ValueError, match="outside the text of 3 characters"):
        apply("abc", [outside])
