"""Applies all fixes of a file together, and looks at the file and then at the whole project with all files fixed."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from hexguard.app.root import Root
from hexguard.engine.report import Report
from hexguard.rule.fix import BULK, Applicability
from hexguard.text.document import Document
from hexguard_dev.fixes.alone import SEVERITIES, key_of, new_reports, why_left
from hexguard_dev.fixes.tally import ALSO_UNSAFE, SAFE_ONLY, Together
from hexguard_dev.fixes.texts import Known, harm

ALLOWED = {SAFE_ONLY: frozenset({Applicability.SAFE}), ALSO_UNSAFE: BULK}


class Fixed(msgspec.Struct, frozen=True):
    """A file after all its fixes of one mode.

    `figures` are by rule, `left` by rule and reason; `worst` is the worst severity of what was fixed (an index).
    """

    text: str
    figures: dict[str, Together]
    left: Counter[tuple[str, str]]
    worst: int
    troubles: tuple[str, ...]


class Trouble(msgspec.Struct, frozen=True):
    """Something that a fixed project has and should not: a report that is new, at its place in the fixed text."""

    report: Report
    text: str


def fix_together(root: Root, path: str, known: Known, mode: str) -> Fixed:
    """Fix an open file, which is afterwards as it was."""
    reports = root.reports(path)
    done = root.workspace.fix_all(path, _all, ALLOWED[mode])
    if done.text == known.text:
        left = Counter((report.rule, why_left(root.workspace, report)) for report in reports)
        figures = {rule: Together(left=count) for rule, count in Counter(report.rule for report in reports).items()}
        return Fixed(done.text, figures, left, len(SEVERITIES), ())
    troubles = list(harm(known, done.text))
    after = opened(root, path, done.text)
    left = Counter((report.rule, why_left(root.workspace, report)) for report in after)
    if root.workspace.fix_all(path, _all, ALLOWED[mode]).text != done.text:
        troubles.append("a second run changes the file again")
    opened(root, path, known.text)
    worst = min(SEVERITIES.index(report.severity) for report in done.fixed)
    return Fixed(done.text, _figures(reports, done.fixed, after), left, worst, tuple(troubles))


def look_at_all(
    root: Root, texts: Mapping[str, str], before: Mapping[str, Counter[tuple[str, str]]], mode: str, worst: int
) -> tuple[int, list[Trouble]]:
    """Look at every file of a project while all have their fixed `texts`.

    Gives how many files a second run changes, and the reports of at least the severity `worst` that are new.
    """
    n_again, troubles = 0, list[Trouble]()
    for path, text in texts.items():
        root.open(path, Document.of(path, text))
    for path, text in texts.items():
        reports = root.reports(path)
        new = [report for report in new_reports(reports, before[path]) if SEVERITIES.index(report.severity) <= worst]
        troubles += (Trouble(report, text) for report in new)
        n_again += bool(reports) and root.workspace.fix_all(path, _all, ALLOWED[mode]).text != text
    return n_again, troubles


def opened(root: Root, path: str, text: str) -> tuple[Report, ...]:
    """Take a text in as that of a file, and give the reports on it."""
    root.open(path, Document.of(path, text))
    return root.reports(path)


def counted(reports: Iterable[Report]) -> Counter[tuple[str, str]]:
    """How often a file has each report, by rule and message."""
    return Counter(map(key_of, reports))


def _figures(before: Iterable[Report], fixed: Iterable[Report], after: Iterable[Report]) -> dict[str, Together]:
    """By rule: how many findings a fix of their own removed, how many that of another one, how many are left."""
    was, done, left = (Counter(report.rule for report in reports) for reports in (before, fixed, after))
    return {
        rule: Together(done[rule], max(was[rule] - left[rule] - done[rule], 0), left[rule])
        for rule in _names(was, left)
    }


def _names(*counts: Counter[str]) -> Iterator[str]:
    return iter(dict.fromkeys(name for count in counts for name in count))


def _all(_: Report) -> bool:
    return True
