"""Reports as a terminal shows them: complete without the file, so that one process can check and another one print."""

from pathlib import Path

import msgspec

from hexguard.engine.report import RelatedPlace, Report
from hexguard.files.read import read
from hexguard.rule.fix import Applicability
from hexguard.settings.model import Problem, Severity
from hexguard.text.document import Document
from hexguard.text.encoding import Encoding
from hexguard.text.span import Span

MAX_EXCERPT = 400
_LEAD = 80


class PrintedPlace(msgspec.Struct, frozen=True):
    """A place in a file; lines and columns are code points counted from 1, the end is the column behind the last one.

    `excerpt` is the line where the place begins, or a part of a very long one: its first character stands at `column`
    minus `lead`.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    excerpt: str
    lead: int


class PrintedRelated(msgspec.Struct, frozen=True):
    """A second place that explains a report, with what to say there."""

    place: PrintedPlace
    message: str


class PrintedReport(msgspec.Struct, frozen=True):
    """A report with its place worked out; `fingerprint` names what it is about, see `Fingerprints`."""

    rule: str
    severity: Severity
    message: str
    place: PrintedPlace
    fix: Applicability | None
    related: tuple[PrintedRelated, ...] = ()
    fingerprint: str = ""

    @property
    def order(self) -> tuple[str, int, int, str, str]:
        """What reports are sorted by."""
        return (self.place.path, self.place.line, self.place.column, self.rule, self.message)


class Trouble(msgspec.Struct, frozen=True):
    """Something that kept a file, a rule or a setting from counting; line and column are counted from 1, if known.

    One that is no error is only worth telling.
    """

    path: str
    message: str
    line: int | None = None
    column: int | None = None
    is_error: bool = True


class Printer:
    """Turns reports of one run into printed ones; knows the documents of the places that it has met."""

    def __init__(self) -> None:
        self._documents: dict[str, Document | None] = {}

    def printed(
        self, report: Report, document: Document, fix: Applicability | None = None, fingerprint: str = ""
    ) -> PrintedReport:
        """A report on `document`, with its related places; one whose file cannot be read any more is left out.

        `fix` is what is really offered for this report, which may be less than its rule offers in general.
        """
        related = [found for place in report.related if (found := self._related(place, report.path, document))]
        place = printed_place(report.path, report.span, document)
        return PrintedReport(report.rule, report.severity, report.message, place, fix, tuple(related), fingerprint)

    def _related(self, related: RelatedPlace, path: str, document: Document) -> PrintedRelated | None:
        target = document if related.path == path else self._document(related.path)
        if target is None or related.span.end > len(target.text):
            return None
        return PrintedRelated(printed_place(related.path, related.span, target), related.message)

    def _document(self, path: str) -> Document | None:
        if path not in self._documents:
            source = read(Path(path))
            self._documents[path] = None if isinstance(source, Problem) else Document.of(path, source.text)
        return self._documents[path]


def printed_place(path: str, span: Span, document: Document) -> PrintedPlace:
    """Where a span (code points) of a document is, in lines and columns."""
    line, column = document.position(span.start, Encoding.UTF32)
    end_line, end_column = document.position(span.end, Encoding.UTF32)
    content = document.lines.line_span(line, len(document.text))
    whole = document.text[content.start : content.end].rstrip("\r\n")
    first = max(0, column - _LEAD) if len(whole) > MAX_EXCERPT else 0
    excerpt = whole[first : first + MAX_EXCERPT]
    return PrintedPlace(path, line + 1, column + 1, end_line + 1, end_column + 1, excerpt, column - first)


def printed_problem(problem: Problem, path: str, text: str) -> Trouble:
    """A problem, at `path` instead of the name that it carries; `text` is what its span counts in."""
    is_error = problem.severity == "error"
    if problem.span is None:
        return Trouble(path, problem.message, is_error=is_error)
    line, column = Document.of(path, text).position(problem.span.start, Encoding.UTF32)
    return Trouble(path, problem.message, line + 1, column + 1, is_error)
