"""The findings of each block of a file, and at once the blocks that count: those to check, and those with findings.

A file may have thousands of blocks; whatever looks at each of them costs more than the keystroke.
"""

from collections.abc import Iterator, Sequence

from hexguard.engine.check import Checked
from hexguard.index.reads import Read

_DUE, _QUIET, _TELLING = b"\0", b"\1", b"\2"


class Ledger:
    """What is known about each block, `None` where it has to be checked."""

    __slots__ = ("_blocks", "_states")

    def __init__(self, n_blocks: int) -> None:
        self._blocks: list[Checked | None] = [None] * n_blocks
        # One byte a block says what it is, because bytes are searched faster than anything else.
        self._states = bytearray(n_blocks)

    def copy(self) -> "Ledger":
        """Another ledger that knows the same."""
        other = Ledger(0)
        other._blocks, other._states = self._blocks.copy(), self._states.copy()
        return other

    def __getitem__(self, position: int) -> Checked | None:
        return self._blocks[position]

    def __setitem__(self, position: int, checked: Checked | None) -> None:
        self._blocks[position] = checked
        self._states[position : position + 1] = _state(checked)

    def replace(self, first: int, removed: int, added: Sequence[Checked | None]) -> None:
        """Put `added` blocks in the place of `removed` ones from `first` on."""
        self._blocks[first : first + removed] = added
        self._states[first : first + removed] = b"".join(_state(checked) for checked in added)

    def due(self) -> Iterator[int]:
        """The blocks that have to be checked, in order."""
        return self._in_state(_DUE)

    def telling(self) -> Iterator[int]:
        """The blocks with findings, in order."""
        return self._in_state(_TELLING)

    def all(self) -> Iterator[tuple[int, Checked]]:
        """All blocks that need no check."""
        return ((position, checked) for position, checked in enumerate(self._blocks) if checked is not None)

    def drop(self, reads: frozenset[Read]) -> bool:
        """Have the blocks checked again that asked one of `reads`; whether there are any."""
        outdated = [position for position, checked in self.all() if not reads.isdisjoint(checked.reads)]
        for position in outdated:
            self[position] = None
        return bool(outdated)

    def _in_state(self, state: bytes) -> Iterator[int]:
        position = self._states.find(state)
        while position >= 0:
            yield position
            position = self._states.find(state, position + 1)


def _state(checked: Checked | None) -> bytes:
    if checked is None:
        return _DUE
    return _TELLING if checked.findings else _QUIET
