"""An answer is kept exactly as long as everything that it came from."""

from collections.abc import Iterable

import pytest

from hexguard.index.memo import Memo
from hexguard.index.reads import Modules, Read, Reader

X: Read = ("symbol", "a", "x")
Y: Read = ("symbol", "a", "y")
IMPORTS: Read = ("imports", "b", "")
ONE: Read = ("edges", "a", "one")
TWO: Read = ("edges", "a", "two")
ALONE: Read = ("edges", "b", "alone")
OUTER: Read = ("chain", "b", "0")
BEHIND: dict[Read, frozenset[Read]] = {
    ONE: frozenset({X}),
    TWO: frozenset({X, Y}),
    ALONE: frozenset(),
    OUTER: frozenset({ONE, IMPORTS}),
}


class Answers:
    """A memo of questions that are answered by asking all that is behind them."""

    def __init__(self) -> None:
        self.memo: Memo[str] = Memo()
        self.worked_out: list[Read] = []

    def ask(self, questions: Iterable[Read]) -> frozenset[Read]:
        """Ask, and give what the one who asked is told."""
        reader = Reader(Modules())
        for question in questions:
            self._ask(question, reader)
        return frozenset(reader.reads)

    def _ask(self, question: Read, reader: Reader) -> str:
        def answer(inner: Reader) -> str:
            self.worked_out.append(question)
            for read in BEHIND[question]:
                if read in BEHIND:
                    self._ask(read, inner)
                inner.reads.add(read)
            return " ".join(question)

        found = self.memo.ask(question, reader, answer)
        assert found == " ".join(question)
        return found


CASES: dict[str, tuple[set[Read], set[Read]]] = {
    "nothing": (set(), set()),
    "what nobody asked": ({("symbol", "a", "z"), ("symbol", "b", "x"), ("function", "a", "x")}, set()),
    "what one asked": ({Y}, {TWO}),
    "what two asked": ({X}, {ONE, TWO}),
    "two of what one asked": ({X, Y}, {ONE, TWO}),
    "an answer that another came from": ({ONE}, {OUTER}),
    "what only the outer one asked": ({IMPORTS}, {OUTER}),
}


@pytest.mark.parametrize(("changed", "dropped"), CASES.values(), ids=CASES)
def test_forget(changed: set[Read], dropped: set[Read]) -> None:
    answers = Answers()
    answers.ask(BEHIND)
    assert sorted(answers.worked_out) == sorted(BEHIND), "each question is answered once"
    assert answers.memo.forget(frozenset(changed)) == dropped
    behind = {question: answers.memo.behind(question) for question in BEHIND}
    assert behind == {question: frozenset() if question in dropped else reads for question, reads in BEHIND.items()}
    kept = [read for question, reads in BEHIND.items() if question not in dropped for read in reads]
    assert sorted(answers.memo.reads()) == sorted(kept)
    answers.worked_out.clear()
    answers.ask(BEHIND)
    assert set(answers.worked_out) == dropped


def test_who_asks_depends_on_the_question_alone() -> None:
    answers = Answers()
    assert answers.ask([OUTER]) == {OUTER}
    assert answers.ask([OUTER, TWO]) == {OUTER, TWO}
    assert answers.worked_out == [OUTER, ONE, TWO]


def test_an_answer_that_could_not_be_worked_out_is_not_kept() -> None:
    memo: Memo[str] = Memo()

    def trip(inner: Reader) -> str:
        raise ZeroDivisionError

    reader = Reader(Modules())
    with pytest.raises(ZeroDivisionError):
        memo.ask(ONE, reader, trip)
    assert memo.ask(ONE, reader, lambda inner: "now") == "now"
