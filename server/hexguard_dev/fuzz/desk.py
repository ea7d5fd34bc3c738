"""What a random edit is made from: chance, the project as it is now, and texts to take from."""

import random
import re
from collections.abc import Callable, Iterator
from typing import TypeAlias

from hexguard.text.span import Span
from hexguard_dev.fuzz.live import PYTHON, Live
from hexguard_dev.fuzz.steps import Change

_WORD = re.compile(r"[^\W\d]\w*")


class Desk:
    """Where somebody works on a project at random. `snippets` are texts that make rules speak."""

    def __init__(self, chance: random.Random, live: Live, snippets: tuple[str, ...]) -> None:
        self.chance = chance
        self.live = live
        self.snippets = snippets

    def opened(self) -> str:
        """The path of some open document."""
        return self.chance.choice(sorted(self.live.opened))

    def modules(self) -> list[str]:
        """The paths of all Python files, open or on disk."""
        return sorted(path for path in {*self.live.disk, *self.live.opened} if path.endswith(PYTHON))

    def text(self, path: str) -> str:
        """The text of a file as its reader sees it: of the open document, else on disk."""
        return self.live.opened.get(path, self.live.disk.get(path, ""))

    def offset(self, text: str) -> int:
        """Some offset in a text, its end included."""
        return self.chance.randrange(len(text) + 1)

    def line(self, text: str) -> Span:
        """Some line of a text with its terminator; an empty text has one empty line."""
        at = self.offset(text)
        end = text.find("\n", at)
        return Span(text.rfind("\n", 0, at) + 1, len(text) if end < 0 else end + 1)

    def lines(self, text: str, most: int) -> Span:
        """Some lines, at most `most`, that follow one another."""
        first = self.line(text)
        end = first.end
        for _ in range(self.chance.randrange(most)):
            found = text.find("\n", end)
            end = len(text) if found < 0 else found + 1
        return Span(first.start, end)

    def word(self, text: str) -> Span | None:
        """The first word after some offset, if there is one."""
        found = _WORD.search(text, self.offset(text))
        return Span(*found.span()) if found else None


Kind: TypeAlias = Callable[[Desk], Iterator[tuple[Change, ...]]]
"""A way of editing: gives the changes of one step after another, and sees the project as each of them leaves it."""
