"""An index that followed edits is the index of the text that came out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexguard.text.lines import LineIndex
from hexguard.text.span import Span

TEXTS = st.text(alphabet="a\r\n\f\u2028é😀 ", max_size=40)


def check(before: str, span: Span, inserted: str) -> LineIndex:
    after = before[: span.start] + inserted + before[span.end :]
    index = LineIndex.of(before).edited(after, span, len(inserted))
    expected = LineIndex.of(after)
    assert list(index.starts()) == list(expected.starts())
    assert index.n_lines == expected.n_lines
    return index


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("", [0]),
        ("a", [0]),
        ("a\n", [0, 2]),
        ("a\r\nb\rc\n\rd", [0, 3, 5, 7, 8]),
        ("\r\r\n\n", [0, 1, 3, 4]),
        ("a\fb\x0bc\x1cd\x85e\u2028f\u2029g\0\ufeff", [0]),
        ("é\n😀\nx", [0, 2, 4]),
    ],
)
def test_only_line_feeds_and_carriage_returns_end_lines(text: str, starts: list[int]) -> None:
    assert list(LineIndex.of(text).starts()) == starts


@pytest.mark.parametrize(
    ("before", "span", "inserted"),
    [
        ("a\rb", Span(2, 2), "\n"),
        ("a\r\nb", Span(2, 2), "x"),
        ("a\r\nb", Span(2, 3), ""),
        ("a\r\nb", Span(1, 2), ""),
        ("a\rx\nb", Span(2, 3), ""),
        ("a\nb", Span(1, 1), "\r"),
        ("a\nb", Span(0, 3), ""),
        ("", Span(0, 0), "\n"),
        ("\n\n", Span(1, 1), "\r"),
    ],
)
def test_terminators_that_meet_or_are_torn(before: str, span: Span, inserted: str) -> None:
    check(before, span, inserted)


@given(TEXTS, TEXTS, st.data())
def test_edited_is_the_index_of_the_new_text(text: str, inserted: str, data: st.DataObject) -> None:
    index = LineIndex.of(text)
    for _ in range(3):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, len(text)))
        text = text[:start] + inserted + text[end:]
        index = index.edited(text, Span(start, end), len(inserted))
        assert list(index.starts()) == list(LineIndex.of(text).starts())


@given(st.integers(0, 3000), st.integers(0, 40), TEXTS)
def test_edits_at_the_borders_of_runs(start: int, length: int, inserted: str) -> None:
    text = "\r\n" * 1500
    check(text, Span(start, min(start + length, len(text))), inserted)


@given(TEXTS)
def test_questions_agree_with_each_other(text: str) -> None:
    index = LineIndex.of(text)
    spans = [index.line_span(line, len(text)) for line in range(index.n_lines)]
    assert "".join(text[span.start : span.end] for span in spans) == text
    for line, span in enumerate(spans):
        assert index.start(line) == span.start
        assert all(index.line_of(offset) == line for offset in range(span.start, span.end))
    assert index.line_of(len(text) + 5) == index.n_lines - 1
    assert index.line_of(-1) == 0


@pytest.mark.parametrize("line", [-1, 2])
def test_a_line_that_is_not_there(line: int) -> None:
    with pytest.raises(IndexError, match=f"no line {line}: the text has 2"):
        LineIndex.of("a\nb").start(line)
