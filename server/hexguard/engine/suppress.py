"""Takes back the reports that a person has excused, and reports the excuses that are wrong or idle."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date

import msgspec

from hexguard.engine.file import File
from hexguard.engine.report import Report
from hexguard.rule.fix import Applicability
from hexguard.settings.model import Severity
from hexguard.settings.report import did_you_mean
from hexguard.syntax.comments import Suppression
from hexguard.text.span import Span

UNUSED = "unused-suppression"
EXPIRED = "expired-suppression"
MALFORMED = "malformed-suppression"
OWN_NAMES = (UNUSED, EXPIRED, MALFORMED)
"""What the engine itself reports, beside the rules of the catalogue."""


class Known(msgspec.Struct, frozen=True):
    """Which rule names exist, and which of them run in the file."""

    names: Collection[str]
    enabled: Collection[str]


class Excuse:
    """A suppression in its document, where its block begins at `start`, and the rules that it has really excused."""

    __slots__ = ("start", "suppression", "used")

    def __init__(self, suppression: Suppression, start: int) -> None:
        self.suppression = suppression
        self.start = start
        self.used: set[str] = set()

    def is_over(self, today: date) -> bool:
        """Whether the day has passed until which it counts."""
        return self.suppression.until is not None and self.suppression.until < today

    def covers(self, report: Report) -> bool:
        """Whether a report is excused by it, if it still counts; that is noted."""
        if report.rule not in self.suppression.rules:
            return False
        if self.suppression.scope == "line":
            target = self.suppression.target.shift(self.start)
            if not target.start <= report.span.start < max(target.end, target.start + 1):
                return False
        self.used.add(report.rule)
        return True


def suppress(reports: Sequence[Report], file: File, known: Known, today: date) -> tuple[Report, ...]:
    """The reports that stand, followed by those about the suppressions of the file themselves."""
    if not file.commented:
        return tuple(reports)
    excuses = excuses_of(file)
    counting = [excuse for excuse in excuses if not excuse.is_over(today)]
    standing = [report for report in reports if not _excused(report, counting)]
    about = [report for excuse in excuses for report in _about_excuse(excuse, file.path, known, today)]
    return (*standing, *about, *_malformed(file))


def excuses_of(file: File) -> list[Excuse]:
    """All suppressions of a file, in the order of the blocks."""
    return [
        Excuse(suppression, file.starts[position])
        for position in file.commented
        for suppression in (*file.blocks[position].suppressions.lines, *file.blocks[position].suppressions.files)
    ]


def _excused(report: Report, excuses: Sequence[Excuse]) -> bool:
    """Whether some excuse covers the report. All are asked, so that two for the same report both count as used."""
    covering = [excuse for excuse in excuses if excuse.covers(report)]
    return bool(covering)


def _about_excuse(excuse: Excuse, path: str, known: Known, today: date) -> Iterator[Report]:
    """What is wrong with a suppression, at each name for which it is."""
    is_over, until = excuse.is_over(today), excuse.suppression.until
    for rule, span in zip(excuse.suppression.rules, excuse.suppression.names, strict=True):
        place = span.shift(excuse.start)
        if rule not in known.names:
            hint = did_you_mean(rule, known.names)
            yield _about(UNUSED, path, place, f"`{rule}` is no rule of Hexguard, so this suppresses nothing{hint}")
        elif is_over:
            yield _about(EXPIRED, path, place, f"`{rule}` was suppressed until {until}, which is over")
        elif rule in known.enabled and rule not in excuse.used:
            yield _about(UNUSED, path, place, f"`{rule}` reports nothing here, so this suppression is idle")


def _malformed(file: File) -> Iterator[Report]:
    for position in file.commented:
        for found in file.blocks[position].suppressions.malformed:
            yield _about(MALFORMED, file.path, found.span.shift(file.starts[position]), found.message)


def _about(rule: str, path: str, span: Span, message: str) -> Report:
    # What suppresses nothing can go without any change.
    applicability = None if rule == MALFORMED else Applicability.SAFE
    return Report(rule, Severity.NIT, message, path, span, applicability)
