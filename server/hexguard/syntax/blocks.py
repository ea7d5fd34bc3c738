"""Cut a text into blocks, and cut it again after an edit for the price of what the edit touched.

A **block** is a statement of the module, the header of a class, or one member of its body.
Blank lines and comments belong to the block that follows them, those at the end of the text to the last one.
What a cut depends on is kept local, so that the same blocks come out wherever reading starts:
where a block ends is decided by its own text and by the first logical line after it, and nothing else.
"""

from collections.abc import Iterator, Sequence
from enum import Enum
from itertools import accumulate
from typing import Final

import msgspec

from hexguard.syntax.logical import HEAD, PLAIN_LINE, PLAIN_REST, indent_of, is_one_liner, logical_end
from hexguard.syntax.strings import line_end
from hexguard.text.runs import Offsets, Runs
from hexguard.text.span import Span

_CONTINUING: Final = frozenset({"else", "elif", "except", "finally"})
_DECORATED: Final = frozenset({"@", "def", "class", "async"})


class BlockKind(Enum):
    """What a block is: a statement of the module, the header of a class, or a statement in the body of a class."""

    STATEMENT = "statement"
    CLASS = "class"
    MEMBER = "member"


class Block(msgspec.Struct, frozen=True, gc=False):
    """A piece of a text that is parsed alone; `indent` is that of the class body, or 0 for a statement."""

    kind: BlockKind
    text: str
    indent: int


class Resplit(msgspec.Struct, frozen=True):
    """What an edit did to the blocks: the `added` ones replace `removed` old ones from `first` on, the others stay."""

    first: int
    removed: int
    added: tuple[Block, ...]

    @property
    def end(self) -> int:
        """The position after the last of the old blocks that are replaced."""
        return self.first + self.removed


def split(text: str) -> tuple[Block, ...]:
    """Return the blocks of `text`; their texts joined are `text` again, and only an empty text has none."""
    return tuple(_Cut(text, None, is_whole=True).blocks())


def starts_of(blocks: Sequence[Block]) -> tuple[int, ...]:
    """Return the offset, in code points, at which each block starts."""
    return tuple(accumulate((len(block.text) for block in blocks[:-1]), initial=0)) if blocks else ()


def resplit(old: Runs[Block], starts: Offsets, span: Span, inserted: str) -> Resplit:
    """Return what becomes of the blocks when `inserted` stands instead of `span`; a new `split` would give the same.

    `starts` are the offsets of the `old` blocks, `span` is in code points of the old text.
    Reading starts at the block before the edit if that one may grow, and ends where the old blocks fit again.
    """
    if not len(old):
        return Resplit(0, 0, split(inserted))
    return _Edited(old, starts, span, inserted).resplit()


class _Edited:
    """One edit of some blocks: which to read again, and where the old ones fit again."""

    def __init__(self, old: Runs[Block], starts: Offsets, span: Span, inserted: str) -> None:
        self._old = old
        self._starts = starts
        self._span = span
        self._inserted = inserted
        self._first = self._first_read()
        self._body = _body_after(old[self._first - 1]) if self._first else None

    def resplit(self) -> Resplit:
        # The block after the edit is read as well, since its first line decides where the edited one ends.
        stop = min(self._starts.find(self._span.end) + 1, len(self._old))
        while True:
            added, end = self._read(stop)
            if added is not None:
                return self._trim(added, end)
            # Something leaked out of what was read: read twice as much, so that all reading costs twice at most.
            stop = min(stop + 2 * (stop - self._first), len(self._old))

    def _first_read(self) -> int:
        """Return the first block whose cut may change."""
        start = self._span.start
        touched = max(self._starts.find(start - 1) - 1, 0)
        if touched == 0:
            return 0
        # The block before depends on the first line of this one, and no other line.
        text = self._old[touched].text
        head = HEAD.match(text)
        first_line = len(text) if head is None else line_end(text, head.end())
        return touched if start - self._starts[touched] > first_line else touched - 1

    def _read(self, stop: int) -> tuple[list[Block] | None, int]:
        """Return the new blocks up to where the old ones fit again, and the first of those; `None` if they never do."""
        base = self._starts[self._first]
        before = "".join(block.text for block in self._old.part(self._first, stop))
        text = before[: self._span.start - base] + self._inserted + before[self._span.end - base :]
        shift = len(before) - len(text)
        added: list[Block] = []
        end = base
        complete = stop == len(self._old)
        for block in _Cut(text, self._body, is_whole=self._first == 0).blocks():
            added.append(block)
            end += len(block.text)
            fits = self._fits(end + shift, block)
            if fits is not None and fits < stop:
                return added, fits
        return (added, stop) if complete else (None, stop)

    def _fits(self, border: int, last: Block) -> int | None:
        """Return the old block that starts at offset `border` of the old text, if it stays as it is after `last`."""
        if border < self._span.end:
            return None
        index = self._starts.find(border - 1)
        if index >= len(self._old) or self._starts[index] != border or index == 0:
            return None
        return index if _body_after(self._old[index - 1]) == _body_after(last) else None

    def _trim(self, added: list[Block], end: int) -> Resplit:
        """Keep the old blocks at both ends that came out equal."""
        old, first = self._old, self._first
        low, high = 0, len(added)
        while low < high and first < end and old[first] == added[low]:
            low, first = low + 1, first + 1
        while low < high and first < end and old[end - 1] == added[high - 1]:
            high, end = high - 1, end - 1
        return Resplit(first, end - first, tuple(added[low:high]))


class _Cut:
    """Reads logical lines and groups them; stands at the first one of a block, or at one that may continue it."""

    def __init__(self, text: str, body: int | None, *, is_whole: bool) -> None:
        """Take a text, the indent of the class body in which it starts, and whether it starts where the file does."""
        self._text = text
        self._body = body
        self._move(1 if is_whole and text.startswith("\ufeff") else 0)

    def blocks(self) -> Iterator[Block]:
        start = 0
        while start < len(self._text):
            if self._indent == 0:
                self._body = None
            kind = self._read_block()
            indent = self._indent if kind is BlockKind.CLASS else self._body if kind is BlockKind.MEMBER else 0
            yield Block(kind, self._text[start : self._end], indent or 0)
            start = self._end
            if kind is BlockKind.CLASS:
                self._body = self._indent
            elif kind is BlockKind.STATEMENT:
                self._body = None

    def _move(self, end: int) -> None:
        """Note that the block ends at `end` if the next logical line does not continue it, and look at that line."""
        head = HEAD.match(self._text, end)
        assert head is not None, "the pattern matches an empty text"
        white_space: str = head["indent"]
        word: str | None = head["word"]
        self._at_end = word is None and head["end"] is not None
        self._line = head.start("indent")
        self._indent = indent_of(white_space) if white_space and not self._at_end else 0
        self._word = word or ""
        # What stands after the last logical line belongs to the last block.
        self._end = len(self._text) if self._at_end else end

    def _read_block(self) -> BlockKind:
        own = self._indent
        is_member = own > 0 and own == self._body
        may_be_header = own == 0
        while not self._at_end:
            word, line = self._word, self._line
            self._read_line()
            if may_be_header and word == "class" and self._indent > 0 and not is_one_liner(self._text, line):
                return BlockKind.CLASS
            may_be_header = may_be_header and word == "@"
            self._read_deeper(own if is_member else 0)
            if self._indent != own or not _continues(word, self._word):
                break
        return BlockKind.MEMBER if is_member else BlockKind.STATEMENT

    def _read_line(self) -> None:
        plain = PLAIN_LINE.match(self._text, self._line)
        self._move(plain.end() if plain else logical_end(self._text, self._line, self._body))

    def _read_deeper(self, own: int) -> None:
        """Read the logical lines that are indented otherwise than a block's first line at `own`, but not at 0."""
        while self._indent not in (0, own):
            rest = PLAIN_REST.match(self._text, self._line) if self._indent > own else None
            if rest:
                self._move(rest.end())
            else:
                self._read_line()


def _continues(previous: str, word: str) -> bool:
    """Tell whether a line that starts with `word` belongs to the block whose line before it started with `previous`."""
    return word in _CONTINUING or (previous == "@" and word in _DECORATED)


def _body_after(block: Block) -> int | None:
    """Return the indent of the class body in which a block ends, `None` outside of classes."""
    return None if block.kind is BlockKind.STATEMENT else block.indent
