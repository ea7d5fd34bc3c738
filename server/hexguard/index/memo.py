"""Keeps answers that take long to work out, for as long as everything that they came from holds."""

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from hexguard.index.reads import Read, Reader

A = TypeVar("A")


class Memo(Generic[A]):
    """Answers by question; who asks depends on the question alone, not on all that lies behind it."""

    __slots__ = ("_answers",)

    def __init__(self) -> None:
        self._answers: dict[Read, tuple[A, frozenset[Read]]] = {}

    def ask(self, question: Read, reader: Reader, answer: Callable[[Reader], A]) -> A:
        """The answer to `question`, which `reader` is told of; it is worked out through a reader of its own."""
        reader.reads.add(question)
        if question not in self._answers:
            inner = reader.fresh()
            self._answers[question] = answer(inner), frozenset(inner.reads)
        return self._answers[question][0]

    def reads(self) -> Iterator[Read]:
        """All the questions behind the answers."""
        for _, reads in self._answers.values():
            yield from reads

    def behind(self, question: Read) -> frozenset[Read]:
        """The questions behind one answer; none if it is not kept."""
        return self._answers[question][1] if question in self._answers else frozenset()

    def forget(self, changed: frozenset[Read]) -> frozenset[Read]:
        """Drop the answers that came from one of `changed`; their questions are given."""
        outdated = frozenset(
            question for question, (_, reads) in self._answers.items() if not reads.isdisjoint(changed)
        )
        for question in outdated:
            del self._answers[question]
        return outdated
