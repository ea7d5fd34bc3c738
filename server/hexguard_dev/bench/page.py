"""Writes the page of figures: a table for each question, and in plain words what its columns mean."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from hexguard_dev.bench.measure import Row, Times
from hexguard_dev.bench.processes import ANSWERED, COLD, SHOWN, VERSION, WARM
from hexguard_dev.bench.report import (
    CheckFigures,
    FileFigures,
    LoopFigures,
    Made,
    ProjectFigures,
    Report,
    RuleFigures,
)

SERVERS = ("hexguard", "ruff", "fixit")
TITLES = {"hexguard": "Hexguard", "ruff": "Ruff", "fixit": "Fixit", "empty": "empty server"}
OURS, EMPTY = "hexguard", "empty"
AIMS = {ANSWERED: 0.1, SHOWN: 0.25}
NONE = "-"
MILLION = 1_000_000


def render_page(report: Report, plot: str) -> str:
    """The page as Markdown; `plot` is the address of the plot, which there is if files were measured."""
    parts = [_head(report.made, report.troubles)]
    if report.files:
        parts.append(_files(report.files, plot))
        parts.append(_memory(report.files))
    if report.starts:
        parts.append(_starts(report.starts, report.made.versions))
    if report.rules:
        parts.append(_rules(report.rules))
    if report.projects:
        parts.append(_projects(report.projects))
    if report.loop:
        parts.append(_loop(report.loop))
    if report.check:
        parts.append(_check(report.check))
    return "\n".join(parts)


def _head(made: Made, troubles: Sequence[str]) -> str:
    named = [name for name in SERVERS if name in made.versions]
    absent = [TITLES[name] for name in SERVERS if name not in made.versions]
    lines = [
        "# Performance\n",
        f"Made on {made.date} with `{made.command}`; do not edit.",
        "`make bench` makes it again on any machine: the times will differ, the ratios much less.\n",
        *(f"- {TITLES[name]} {made.versions[name]}" for name in named),
        *(f"- {name} was not there, so its columns are empty" for name in absent),
        f"- Python {made.python}, {made.n_cores} cores",
        *(f"- {trouble.splitlines()[0]}" for trouble in troubles),
        "",
        "One client drives all servers over standard input and output, on the same files with the same edits.",
        "Each round of a scenario goes through all servers before the next round begins.",
        "The code is generated, with classes, routes, models and queries, and about one finding in 200 lines.",
        "Hexguard has all its rules on, and Ruff the families `ASYNC`, `B`, `BLE`, `DTZ`, `E`, `F` and `UP`.",
        "Fixit runs its default rules.\n",
        "- A time begins when the client sends, and ends when the first diagnostics for that version have arrived.",
        "- The median is the middle of all rounds, none left out.",
        "- 95% is what 95 of 100 rounds do not pass; where there are few rounds, it is the longest.",
        "- `-` stands for what a server does not offer, or what was not tried; `> 60 s` for no answer in that time.",
    ]
    return "\n".join(lines) + "\n"


def _files(files: Sequence[FileFigures], plot: str) -> str:
    text = _section(
        "One file",
        f"![Keystroke in the middle of a file, by its size]({plot})",
        "",
        "Times are in milliseconds; `Ruff ÷ Hexguard` says how many times as long Ruff takes as Hexguard.",
        "As it is shipped, Fixit waits for half a second without a keystroke first; that is part of its times.",
        "It does fewer rounds than the others, and leaves the largest files out unless `--all-sizes` is given.",
        "Of text that does not parse, Fixit says nothing, which it says at once.",
        "A keystroke completes the name of a blocking function, or deletes its last letter, so every verdict changes.",
        "The burst is typed without waiting; its time begins with the last keystroke.",
        "Quick fixes are asked for on a line with a finding; Ruff is asked to explain a code in a comment.",
    )
    header = ["", *(f"{TITLES[name]} {kind}" for name in SERVERS for kind in ("median", "95%"))]
    header += [f"{TITLES[name]} ÷ Hexguard" for name in SERVERS[1:]]
    for figures in files:
        rows = [_file_row(row) for row in figures.compared.rows]
        text += f"\n### {figures.n_lines:,} lines\n\n" + _table(header, rows)
    return text


def _file_row(row: Row) -> list[str]:
    cells = [row.what]
    for name in SERVERS:
        times = row.times.get(name, Times())
        cells += [_ms(times.median, times), _ms(times.tail, times)]
    return cells + [_ratio(row.ratio(name, OURS)) for name in SERVERS[1:]]


def _memory(files: Sequence[FileFigures]) -> str:
    text = _section(
        "Memory, and publications out of order",
        "The peak memory, in megabytes, of each server and its children after all scenarios of one file.",
        "A publication is out of order if it tells of a version older than one that was published before, or of none.",
    )
    header = ["lines", *(f"{TITLES[name]} MB" for name in SERVERS)]
    header += [f"{TITLES[name]} out of order" for name in SERVERS]
    rows = [
        [
            f"{figures.n_lines:,}",
            *(_mb(figures.compared.memory.get(name)) for name in SERVERS),
            *(_count(figures.compared.n_stale.get(name)) for name in SERVERS),
        ]
        for figures in files
    ]
    return text + "\n" + _table(header, rows)


def _starts(rows: Sequence[Row], versions: Mapping[str, str]) -> str:
    text = _section(
        "Start",
        "Seconds from the start of the process, as medians; the first start of each server does not count.",
        f"The empty server is ten lines on {versions[EMPTY]} and the same Python: no server on them can be faster.",
        "The aim is to be at most 0.1 s, and with diagnostics 0.25 s, later than it.",
    )
    names = (*SERVERS, EMPTY)
    header = ["", *(TITLES[name] for name in names), "Hexguard later than the empty server", "aim"]
    return text + "\n" + _table(header, [_start_row(row, names) for row in rows])


def _start_row(row: Row, names: Sequence[str]) -> list[str]:
    medians = [_seconds(row.times.get(name, Times())) for name in names]
    ours, empty = (row.times.get(name, Times()).median for name in (OURS, EMPTY))
    later = NONE if ours is None or empty is None else f"{ours - empty:.2f} s"
    return [row.what, *medians, later, f"{AIMS[row.what]} s" if row.what in AIMS else NONE]


def _rules(figures: RuleFigures) -> str:
    text = _section(
        "More rules",
        f"Hexguard on a file of {figures.n_lines:,} lines, in milliseconds.",
        "The last column is with all rules.",
    )
    header = ["", *(_plural(column, kind) for column in figures.columns for kind in ("median", "95%"))]
    rows = [[row.what, *_pairs(row.times.get(column, Times()) for column in figures.columns)] for row in figures.rows]
    return text + "\n" + _table(header, rows)


def _plural(number: str, kind: str) -> str:
    return f"{number} rule{'' if number == '1' else 's'}, {kind}"


def _pairs(columns: Iterable[Times]) -> Iterator[str]:
    for times in columns:
        yield _ms(times.median, times)
        yield _ms(times.tail, times)


def _projects(projects: Sequence[ProjectFigures]) -> str:
    text = _section(
        "Larger projects",
        "Hexguard is started on a project, and a file of it is typed into, ten times a second, from the start on.",
        "All is read when every finding is there that needs modules from all over the project.",
        "The second start may use what the first has stored.",
        "Keystrokes are in milliseconds; memory is the peak of the server and its children, in megabytes.",
    )
    kinds = ("keystroke until then: median", "95%", "keystroke afterwards: median", "95%")
    header = ["modules", "lines", "start", "all is read after", *kinds, "MB"]
    rows: list[list[str]] = []
    for figures in projects:
        for name, start in (("first", figures.first), ("second", figures.second)):
            size = [f"{figures.n_modules:,}", f"{figures.n_lines:,}"]
            typed = _pairs((start.during, start.after))
            rows.append([*size, name, _seconds(start.index), *typed, _mb(start.memory)])
    return text + "\n" + _table(header, rows)


def _loop(figures: LoopFigures) -> str:
    text = _section(
        "The event loop",
        "Up to fifty times a second, the server is asked for a method that does not exist; its event loop refuses.",
        f"Meanwhile it reads a project of {figures.n_modules:,} modules, or has nothing to do; times in milliseconds.",
    )
    rows = [
        [name, f"{len(times.seconds):,}", *(_ms(times.quantile(share), times) for share in (0.5, 0.99, 1))]
        for name, times in (("while the project is read", figures.busy), ("with nothing to do", figures.idle))
    ]
    return text + "\n" + _table(["", "requests", "median", "99%", "longest"], rows)


def _check(figures: CheckFigures) -> str:
    text = _section(
        "The command line",
        f"`hexguard check --jobs 1` on a project of {figures.n_modules:,} modules and {figures.n_lines:,} lines.",
        "A cold run has nothing stored; a warm run has what the cold one before it has stored.",
        f"Without the start means: less the time of {VERSION} in the same benchmark.",
    )
    times = {row.what: row.times.get(OURS, Times()) for row in figures.rows}
    base = times.get(VERSION, Times()).median or 0.0
    header = ["", "time", "lines per second", "time without the start", "lines per second without the start"]
    rows = [[VERSION, _seconds(times.get(VERSION, Times())), NONE, NONE, NONE]]
    for name in (COLD, WARM):
        median = times.get(name, Times()).median
        rest = None if median is None else median - base
        rows.append([f"`hexguard check`, {name}", *_pace(median, figures.n_lines), *_pace(rest, figures.n_lines)])
    cold, warm = times.get(COLD, Times()).median, times.get(WARM, Times()).median
    text += "\n" + _table(header, rows)
    if cold is not None and warm is not None and warm > base:
        text += f"\nA warm run is {_ratio(cold / warm)} as fast as a cold one, "
        text += f"and {_ratio((cold - base) / (warm - base))} without the start.\n"
    return text


def _pace(seconds: float | None, n_lines: int) -> tuple[str, str]:
    if seconds is None or seconds <= 0:
        return NONE, NONE
    return f"{seconds:.2f} s", f"{n_lines / seconds:,.0f}"


def _section(title: str, *lines: str) -> str:
    return "\n".join((f"## {title}\n", *lines)) + "\n"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    rule = ["---", *("---:" for _ in header[1:])]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in (header, rule, *rows))


def _ms(seconds: float | None, times: Times) -> str:
    if seconds is None:
        return times.trouble or NONE
    return f"{1000 * seconds:.1f}" if seconds < 1 else f"{1000 * seconds:,.0f}"


def _seconds(times: Times) -> str:
    median = times.median
    if median is None:
        return times.trouble or NONE
    return f"{median:.3f} s" if median < 0.1 else f"{median:.2f} s"


def _ratio(ratio: float | None) -> str:
    if ratio is None:
        return NONE
    if ratio < 0.1:
        return f"{ratio:.2g} x"
    return f"{ratio:.2f} x" if ratio < 10 else f"{ratio:,.0f} x"


def _mb(size: int | None) -> str:
    return NONE if size is None else f"{size / MILLION:.0f}"


def _count(number: int | None) -> str:
    return NONE if number is None else f"{number}"
