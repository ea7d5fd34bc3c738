"""Keeps the blocks that an edit took away, for the edit that brings them back.

A triple quote that is opened swallows the rest of the file, and the next keystroke closes it again;
lines that are cut are pasted elsewhere. What comes back was lowered and checked already.
"""

from collections import deque
from collections.abc import Iterable, Sequence

from hexguard.engine.check import Checked
from hexguard.engine.file import Edited, LoweredBlock
from hexguard.engine.impact import changed_reads
from hexguard.engine.ledger import Ledger
from hexguard.index.modules import ModuleSummary
from hexguard.index.reads import MEMO_KINDS, Read
from hexguard.syntax.blocks import Block

SHARE = 4
"""An edit that takes away less than this part of what is kept does not displace it."""


class Attic:
    """The blocks of one file as they were at one time, when its module had the summary `summary`."""

    __slots__ = ("_back", "_blocks", "_changed", "_n_blocks", "_summary")

    def __init__(self) -> None:
        self._blocks: dict[Block, deque[tuple[LoweredBlock, Checked | None]]] = {}
        self._n_blocks = 0
        self._summary: ModuleSummary | None = None
        self._changed: set[Read] = set()
        # Held while it is looked up by its id: a block that is dropped meanwhile would leave its id to another one.
        self._back: dict[int, tuple[LoweredBlock, Checked | None]] = {}

    def put(self, gone: Sequence[tuple[LoweredBlock, Checked | None]], summary: ModuleSummary) -> None:
        """Keep blocks with their findings; `summary` is that of the module which they belonged to."""
        if not gone or len(gone) * SHARE < self._n_blocks:
            return
        self._blocks = {}
        for lowered, checked in gone:
            self._blocks.setdefault(lowered.block, deque()).append((lowered, checked))
        self._n_blocks = len(gone)
        self._summary = summary
        self._changed = set()

    def take(self, block: Block) -> LoweredBlock | None:
        """Take what was lowered from a block out of here, if there is something: one block stands in one place."""
        found = self._blocks.get(block) if self._blocks else None
        if not found:
            return None
        # Classes may have equal members, which come back in the order in which they went.
        lowered, checked = found.popleft()
        self._n_blocks -= 1
        self._back[id(lowered)] = lowered, checked
        return lowered

    def note(self, changed: Iterable[Read], module: str) -> None:
        """Questions are answered otherwise now. Those about `module` itself are compared when blocks come back."""
        if self._n_blocks:
            self._changed.update(read for read in changed if read[1] != module and read[0] not in MEMO_KINDS)

    def give_back(self, edited: Edited, ledger: Ledger) -> None:
        """Put the findings of the blocks that an edit took from here into `ledger`, where they still hold."""
        if not self._back or self._summary is None:
            return
        back, self._back = self._back, {}
        summary = edited.file.summary
        outdated = changed_reads({summary.name: self._summary}, {summary.name: summary}, ()) | self._changed
        for position in range(edited.first, edited.first + edited.added):
            _, checked = back.get(id(edited.file.blocks[position]), (None, None))
            if checked and checked.place == edited.file.placed[position].place and _holds(checked, outdated):
                ledger[position] = checked


def _holds(checked: Checked, outdated: frozenset[Read]) -> bool:
    """Whether findings came from nothing that is answered otherwise; what lies behind a memo may be anything."""
    if not outdated:
        return True
    return checked.reads.isdisjoint(outdated) and not any(kind in MEMO_KINDS for kind, _, _ in checked.reads)
