"""Writes diagnostics as they go over the wire, for the price of those that are new.

A keystroke moves all diagnostics below it and changes few of them, so what does not move is written once.
"""

import hashlib
from collections.abc import Iterator, Sequence

import msgspec
from lsprotocol import types as lsp

from hexguard.engine.file import LoweredBlock
from hexguard.engine.report import Report
from hexguard.lsp import convert
from hexguard.lsp.client import Client
from hexguard.lsp.protocol import to_json
from hexguard.lsp.roots import Home
from hexguard.text.document import Document
from hexguard_rules.catalogue import CATALOGUE

_DIAGNOSTIC = b'{"range":{"start":{"line":%d,"character":%d},"end":{"line":%d,"character":%d}},%s}'


class Diagnostics(msgspec.Struct, frozen=True):
    """The diagnostics of one version of a document: how many, as JSON, and a digest of what a person sees of them."""

    count: int
    json: bytes
    digest: str


class _Written(msgspec.Struct, frozen=True, eq=False):
    """One diagnostic as it was written last, when its block began on `line`.

    `range` lies from there, and `members` is all that does not move with the block.
    """

    report: Report
    lowered: LoweredBlock | None
    line: int
    range: tuple[int, int, int, int]
    members: bytes
    text: bytes

    def moved(self, report: Report, line: int) -> "_Written":
        """The same diagnostic, when its block begins on another line."""
        return _written(report, self.lowered, line, self.range, self.members)


def _written(
    report: Report, lowered: LoweredBlock | None, line: int, extent: tuple[int, int, int, int], members: bytes
) -> _Written:
    first, start, last, end = extent
    text = _DIAGNOSTIC % (first + line, start, last + line, end, members)
    return _Written(report, lowered, line, extent, members, text)


class Wire:
    """Writes the diagnostics of all documents for one client."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._written: dict[str, dict[int, _Written]] = {}

    def forget(self, uri: str) -> None:
        """A document was closed."""
        self._written.pop(uri, None)

    def diagnostics(self, home: Home, reports: Sequence[Report]) -> Diagnostics:
        """All diagnostics of a document."""
        uri = home.document.uri
        before, after = self._written.get(uri, {}), dict[int, _Written]()
        texts: list[bytes] = []
        for report, line, lowered in _placed(home, reports):
            key = id(report.finding)
            written = before.get(key)
            if written is None or written.report.finding is not report.finding or written.lowered is not lowered:
                written = self._write(report, home, line, lowered)
            elif written.report is not report or written.line != line:
                written = written.moved(report, line)
            if lowered is not None and not report.related:
                after[key] = written
            texts.append(written.text)
        self._written[uri] = after
        json = b"[%s]" % b",".join(texts)
        return Diagnostics(len(texts), json, hashlib.blake2b(json, digest_size=16).hexdigest())

    def diagnostic(self, report: Report, home: Home, document: Document) -> lsp.Diagnostic:
        """A report as the client wants to see it."""
        related: list[lsp.Location] | None = None
        encoding = self._client.encoding
        if self._client.related_information:
            places = [(place, home.workspace.document_at(place.path)) for place in report.related]
            related = [convert.to_location(place, text, encoding) for place, text in places]
        rule = CATALOGUE.find(report.rule)
        found = convert.to_diagnostic(report, document, encoding, rule, related)
        if self._client.deprecated_tag and report.rule.endswith("-deprecated"):
            found.tags = [lsp.DiagnosticTag.Deprecated]
        return found

    def _write(self, report: Report, home: Home, line: int, lowered: LoweredBlock | None) -> _Written:
        found = self.diagnostic(report, home, home.document)
        start, end = found.range.start, found.range.end
        extent = (start.line - line, start.character, end.line - line, end.character)
        members = b",".join(b'"%s":%s' % (name.encode(), to_json(value)) for name, value in _members(found))
        return _written(report, lowered, line, extent, members)


def _placed(home: Home, reports: Sequence[Report]) -> Iterator[tuple[Report, int, LoweredBlock | None]]:
    """Each report with its block and the line on which that begins; no block for what the engine itself reports."""
    file = home.workspace.file(home.path)
    positions = sorted({report.block for report in reports if report.finding is not None})
    if file is None or not positions:
        yield from ((report, 0, None) for report in reports)
        return
    starts = map(file.document.lines.line_of, file.starts.at(positions))
    places = dict(zip(positions, zip(starts, file.blocks.at(positions), strict=True), strict=True))
    for report in reports:
        yield (report, *places[report.block]) if report.finding else (report, 0, None)


def _members(found: lsp.Diagnostic) -> Iterator[tuple[str, object]]:
    """What a diagnostic says beside its range, as the protocol calls it."""
    yield "message", found.message
    yield "severity", found.severity.value if found.severity else None
    yield "source", found.source
    yield "code", found.code
    if found.code_description:
        yield "codeDescription", {"href": found.code_description.href}
    if found.tags:
        yield "tags", [tag.value for tag in found.tags]
    if found.data is not None:
        yield "data", found.data
    if found.related_information:
        yield "relatedInformation", [_related(related) for related in found.related_information]


def _related(related: lsp.DiagnosticRelatedInformation) -> dict[str, object]:
    start, end = related.location.range.start, related.location.range.end
    extent = {
        "start": {"line": start.line, "character": start.character},
        "end": {"line": end.line, "character": end.character},
    }
    return {"location": {"uri": related.location.uri, "range": extent}, "message": related.message}
