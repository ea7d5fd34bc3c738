"""Turns reports into text: frames for people, lines for editors and scripts, JSON for programs."""

import os
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from hexguard.app.printed import PrintedPlace, PrintedReport
from hexguard.rule.fix import Applicability
from hexguard.settings.model import Severity

TAB = "    "
_COLORS = {Severity.BLOCKING: "31", Severity.IMPORTANT: "33", Severity.NIT: "36", Severity.SUGGESTION: "36"}
_HINTS = {
    Applicability.SAFE: "a safe fix is available: --fix",
    Applicability.UNSAFE: "an unsafe fix is available: --fix --unsafe-fixes",
    Applicability.REFACTOR: "a rewrite is available: --interactive",
}


class Style(msgspec.Struct, frozen=True):
    """How to emphasize, or not to."""

    is_colored: bool = False

    def bold(self, text: str, color: str = "") -> str:
        """The text in bold, in a color given by its ANSI number."""
        return f"\x1b[1{';' if color else ''}{color}m{text}\x1b[0m" if self.is_colored else text

    def dim(self, text: str) -> str:
        """The text in the color of frames."""
        return self.colored(text, "34")

    def colored(self, text: str, color: str) -> str:
        """The text in a color given by its ANSI number; as it is without one."""
        return f"\x1b[{color}m{text}\x1b[0m" if self.is_colored and color else text


def full(reports: Iterable[PrintedReport], style: Style, *, with_hints: bool = True) -> str:
    """Each report with the line of code that it is about."""
    return "".join("\n".join([*_frame(report, style, with_hints), "", ""]) for report in reports)


def concise(reports: Iterable[PrintedReport]) -> str:
    """One line for each report: `path:line:column: severity rule message`."""
    return "".join(f"{_at(r.place)}: {r.severity.value} {r.rule} {plain(r.message)}\n" for r in reports)


def as_json(reports: Iterable[PrintedReport]) -> str:
    """A list of objects. Lines and columns are counted from 1, in code points."""
    return _json([_object(report) for report in reports])


def statistics(reports: Iterable[PrintedReport], *, in_json: bool) -> str:
    """How often each rule reports, the most frequent first."""
    counts = sorted(Counter(report.rule for report in reports).items(), key=lambda entry: (-entry[1], entry[0]))
    if in_json:
        return _json([{"rule": rule, "count": count} for rule, count in counts])
    width = max((len(str(count)) for _, count in counts), default=0)
    return "".join(f"{count:>{width}}  {rule}\n" for rule, count in counts)


def shown_path(path: str) -> str:
    """A path as the user would write it: relative if it is below the current folder."""
    here = os.getcwd()
    return os.path.relpath(path, here) if path.startswith(os.path.join(here, "")) else path


def plain(text: str) -> str:
    """The text without characters that a terminal would obey instead of showing them."""
    return "".join(character if _is_shown(character) else "\N{REPLACEMENT CHARACTER}" for character in text)


def _is_shown(character: str) -> bool:
    # Those that turn the direction of the text can make code look like something else.
    return unicodedata.category(character) not in {"Cc", "Cs", "Zl", "Zp"} and not (
        "\u202a" <= character <= "\u202e" or "\u2066" <= character <= "\u2069"
    )


def _frame(report: PrintedReport, style: Style, with_hints: bool) -> Iterator[str]:
    place = report.place
    color = _COLORS[report.severity]
    number = str(place.line)
    margin = " " * len(number)
    bar = style.dim("|")
    yield f"{style.bold(report.severity.value, color)}: {style.bold(plain(report.message))} [{report.rule}]"
    yield f"{margin}{style.dim('-->')} {_at(place)}"
    yield f"{margin} {bar}"
    lead = _columns(place.excerpt[: place.lead])
    yield f"{style.dim(number)} {bar} {_expanded(place.excerpt)}".rstrip()
    goes_on = place.end_line > place.line
    underlined = place.excerpt[place.lead :] if goes_on else _inside(place)
    mark = "^" * max(1, _columns(underlined.rstrip() or underlined))
    more = f" to line {place.end_line}" if goes_on else ""
    yield f"{margin} {bar} {' ' * lead}{style.bold(mark, color)}{more}"
    for related in report.related:
        yield f"{margin} {style.dim('=')} {_at(related.place)}: {plain(related.message)}"
    if with_hints and report.fix is not None:
        yield f"{margin} {style.dim('=')} {_HINTS[report.fix]}"


def _inside(place: PrintedPlace) -> str:
    return place.excerpt[place.lead : place.lead + place.end_column - place.column]


def _at(place: PrintedPlace) -> str:
    return f"{plain(shown_path(place.path))}:{place.line}:{place.column}"


def _expanded(text: str) -> str:
    return plain(text.replace("\t", TAB))


def _columns(text: str) -> int:
    """How many columns of a terminal the text takes, as `_expanded` shows it."""
    return sum(_width(character) for character in _expanded(text))


def _width(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def _object(report: PrintedReport) -> dict[str, object]:
    place = report.place
    return {
        "path": shown_path(place.path),
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
        "rule": report.rule,
        "severity": report.severity.value,
        "message": report.message,
        "fix": report.fix.value if report.fix else None,
        "related": [
            {
                "path": shown_path(related.place.path),
                "line": related.place.line,
                "column": related.place.column,
                "message": related.message,
            }
            for related in report.related
        ],
    }


def _json(value: Sequence[object]) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n"
