"""Edits that are taken in together, or come in another order, give the document that they give one after another."""

from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types as lsp

from hexguard.lsp.documents import NEAR, REMEMBERED, Documents, Step, merged
from hexguard.text.document import Document
from hexguard.text.encoding import Encoding
from hexguard.text.span import Span

TEXT = "".join(f"line {number}\n" for number in range(300))
EDITS = st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 30), st.text("ab\n", max_size=8)), max_size=6)


def steps_of(edits: list[tuple[int, int, str]]) -> list[Step]:
    document = Document.of("file:///a.py", TEXT, 1)
    steps: list[Step] = []
    for number, (place, length, inserted) in enumerate(edits, start=2):
        start = place % (len(document.text) + 1)
        span = Span(start, min(start + length, len(document.text)))
        document = document.edited(span, inserted, number)
        steps.append(Step(document, span, inserted))
    return steps


@given(EDITS)
def test_merged_edits_give_the_same_text(edits: list[tuple[int, int, str]]) -> None:
    steps = steps_of(edits)
    text = TEXT
    for step in merged(steps):
        assert step.span is not None
        text = text[: step.span.start] + step.inserted + text[step.span.end :]
        assert text == step.document.text
    assert text == (steps[-1].document.text if steps else TEXT)


def test_typing_is_one_edit_and_far_edits_are_two() -> None:
    typed = [(700 + at, 0, letter) for at, letter in enumerate("session.commit()")]
    assert [(step.span, step.inserted) for step in merged(steps_of(typed))] == [(Span(700, 700), "session.commit()")]
    assert len(merged(steps_of([(0, 0, "a"), (NEAR + 2, 0, "b")]))) == 2
    assert len(merged(steps_of([(0, 0, "a"), (NEAR + 1, 0, "b")]))) == 1


def test_a_whole_text_displaces_what_came_before_it() -> None:
    first, second = steps_of([(0, 1, "x"), (5, 0, "y")])
    whole = Step(second.document, None, second.document.text)
    assert merged([first, whole]) == [whole]
    assert merged([whole, *steps_of([(9, 0, "z")])])[0].span is None


URI = "file:///a.py"
TYPED = "async def wait() -> None:\n    time.sleep(2)\n"


def typing(at: int, letter: str) -> lsp.TextDocumentContentChangePartial:
    """A letter typed at the end of what was typed so far."""
    line, character = TYPED.count("\n", 0, at), at - (TYPED.rfind("\n", 0, at) + 1)
    place = lsp.Position(line, character)
    return lsp.TextDocumentContentChangePartial(lsp.Range(place, place), letter)


def typed_in(order: list[int]) -> str:
    """The text after the letters came in this order, each with the version of its turn; steps and document agree."""
    documents, text = Documents(), ""
    documents.open(URI, 0, text)
    for at in order:
        for step in documents.change(URI, at + 1, [typing(at, TYPED[at])], Encoding.UTF16):
            span = step.span or Span(0, len(text))
            text = text[: span.start] + step.inserted + text[span.end :]
            assert step.document.text == text
    found = documents.get(URI)
    assert found
    assert (found.text, found.version) == (text, len(order))
    return text


@given(st.lists(st.integers(0, REMEMBERED // 2), min_size=len(TYPED), max_size=len(TYPED)))
def test_edits_that_overtake_each_other_are_put_in_order(delays: list[int]) -> None:
    order = sorted(range(len(TYPED)), key=lambda at: at + delays[at])
    assert typed_in(order) == TYPED


def test_versions_that_begin_anew_are_taken_as_they_come() -> None:
    documents = Documents()
    documents.open(URI, 40, "")
    for version, letter in ((41, "c"), (42, "b"), (1, "a")):
        documents.change(URI, version, [typing(0, letter)], Encoding.UTF16)
    found = documents.get(URI)
    assert found
    assert (found.text, found.version) == ("abc", 1)
