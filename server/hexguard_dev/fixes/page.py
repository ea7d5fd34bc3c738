"""Writes the page about fixes on real code: what was tried, what came of it, and every promise that was broken."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from hexguard_dev.fixes.tally import MODES, Alone, Failure, Project, Tally, Together, in_all

NONE = "-"
MAX_FAILURES = 100
"""So many broken promises are listed; there is no page for more."""


class Made(msgspec.Struct, frozen=True):
    """How the figures were made."""

    hexguard: str
    python: str
    date: str
    n_rules: int


def render_page(made: Made, tallies: Sequence[Tally]) -> str:
    """The page as Markdown."""
    total = in_all(tallies, Project("all", "", Path()))
    parts = [_head(made), _projects(tallies, total), _alone(total), _together(total), _left(total)]
    return "\n".join([*parts, _failures(total.failures)])


def _head(made: Made) -> str:
    lines = [
        "# Fixes on real code\n",
        f"Made on {made.date} with `python -m hexguard_dev fixes NAME@VERSION=PATH ...`; do not edit.",
        "`make fixes` makes it again, from the projects that `FIXES_ARGS` names.\n",
        f"- Hexguard {made.hexguard}, with {made.n_rules} rules, those in preview included",
        f"- Python {made.python}",
        "",
        "Every fix of every finding is applied alone, and then all of them together, file by file.",
        "No file of a project is written, and none of its code is run.",
        "What behavior fixes keep is another question, which the tests in `tests/fixes` ask of the real libraries.\n",
        "A fix keeps its promise if",
        "",
        "- the result compiles, where the file did before",
        "- its finding is gone, and no finding of the same or a higher severity is new in the file",
        "- every comment is still there, as Python's tokenizer tells",
        "- it brings no other kind of line end and no white space at the end of a line, and leaves the last line end",
        "- taking it back brings the same findings back",
        "",
        "For all fixes together, the same is asked of the whole file.",
        "Then every file of the project is looked at while all of them are fixed, and fixed again.",
    ]
    return "\n".join(lines) + "\n"


def _projects(tallies: Sequence[Tally], total: Tally) -> str:
    text = _section(
        "Projects",
        "Each project is checked by its own settings, with the rules in preview as well.",
        "The last column is how many files a second run changes, which should be none.",
    )
    header = ["project", "version", "files", "lines", "findings", "fixes tried alone", "promise kept"]
    header += [*(f"fixed together, {mode}" for mode in MODES), "changed again"]
    rows = [_project(tally) for tally in tallies]
    return text + "\n" + _table(header, [*rows, _project(total)] if len(tallies) > 1 else rows, n_words=2)


def _project(tally: Tally) -> list[str]:
    alone = sum(tally.alone.values(), Alone())
    numbers = [tally.n_files, tally.n_lines, tally.findings.total(), alone.offered, alone.kept]
    numbers += [*(tally.fixed(mode) for mode in MODES), tally.n_again]
    return [tally.project.name, tally.project.version or NONE, *(f"{number:,}" for number in numbers)]


def _alone(total: Tally) -> str:
    text = _section(
        "One by one",
        "A rule may offer several fixes, which may be trusted to different degrees.",
    )
    rows = [
        [f"`{rule}`", kind, f"{one.findings:,}", f"{one.offered:,}", f"{one.kept:,}", f"{one.offered - one.kept:,}"]
        for (rule, kind), one in sorted(total.alone.items())
    ]
    return text + "\n" + _table(["rule", "fix", "findings", "fixes offered", "promise kept", "broken"], rows, n_words=2)


def _together(total: Tally) -> str:
    text = _section(
        "All together",
        "Fixes are applied one after another, each to the result of the one before, until none is left.",
        "Some findings go with the fix of another one.",
    )
    header = ["rule", "findings"]
    header += [f"{mode}: {what}" for mode in MODES for what in ("fixed", "gone with another", "left")]
    rows: list[list[str]] = []
    for rule in sorted({rule for _, rule in total.together}):
        cells = [f"`{rule}`", f"{total.findings[rule]:,}"]
        for mode in MODES:
            one = total.together.get((mode, rule), Together())
            cells += [f"{one.fixed:,}", f"{one.with_another:,}", f"{one.left:,}"]
        rows.append(cells)
    return text + "\n" + _table(header, rows)


def _left(total: Tally) -> str:
    text = _section("What is left, and why", "After all safe and unsafe fixes together.")
    in_order = sorted(total.left.items(), key=lambda item: (item[0][0], -item[1], item[0][1]))
    rows = [[f"`{rule}`", why, f"{n:,}"] for (rule, why), n in in_order]
    return text + "\n" + _table(["rule", "why", "findings"], rows, n_words=2)


def _failures(failures: Sequence[Failure]) -> str:
    if not failures:
        return _section("Broken promises", "None.")
    text = _section("Broken promises", f"{len(failures):,} in all.")
    if len(failures) > MAX_FAILURES:
        text += f"The first {MAX_FAILURES} are listed.\n"
    lines = (f"- {one.project}, `{one.place}`: {_named(one)} {one.what}\n" for one in failures[:MAX_FAILURES])
    return text + "\n" + "".join(lines)


def _named(failure: Failure) -> str:
    return f"`{failure.rule}` ({failure.tried})" if failure.rule else f"({failure.tried})"


def _section(title: str, *lines: str) -> str:
    return "\n".join((f"## {title}\n", *lines)) + "\n"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]], n_words: int = 1) -> str:
    """A table whose first `n_words` columns hold words, and the others numbers."""
    rule = ["---" if place < n_words else "---:" for place in range(len(header))]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in (header, rule, *rows))
