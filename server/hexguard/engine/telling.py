"""Makes the reports of a file out of its findings, and keeps those of blocks that stand where they stood."""

from collections.abc import Callable, Iterable

import msgspec

from hexguard.engine.check import Checked
from hexguard.engine.file import File, LoweredBlock
from hexguard.engine.ledger import Ledger
from hexguard.engine.report import Report
from hexguard.engine.selection import Selection

Make = Callable[[Checked, int], Iterable[Report]]
"""Makes the reports of one block, of which the position is given."""


class _Told(msgspec.Struct, frozen=True, eq=False):
    """The reports of one block, and everything that they were made of; they point to no other place."""

    checked: Checked
    lowered: LoweredBlock
    position: int
    start: int
    selection: Selection
    reports: tuple[Report, ...]


class Telling:
    """The reports of one file as they were made last."""

    __slots__ = ("_told",)

    def __init__(self) -> None:
        self._told: dict[int, _Told] = {}

    def reports(self, ledger: Ledger, file: File, selection: Selection, make: Make) -> list[Report]:
        """The reports of all blocks with findings, in the order of the blocks."""
        before, self._told = self._told, {}
        reports: list[Report] = []
        positions = list(ledger.telling())
        placed = zip(positions, file.starts.at(positions), file.blocks.at(positions), strict=True)
        for position, start, lowered in placed:
            checked = ledger[position]
            assert checked is not None, "it tells something"
            told = before.get(id(checked))
            if (
                told is None
                or told.checked is not checked
                or told.lowered is not lowered
                or told.start != start
                or told.position != position
                or told.selection is not selection
            ):
                told = _Told(checked, lowered, position, start, selection, tuple(make(checked, position)))
            # What a report points to may move without it.
            if not any(report.related for report in told.reports):
                self._told[id(checked)] = told
            reports += told.reports
        return reports
