"""Holds the open documents as the client sees them, so that every position is understood against the right text."""

from collections.abc import Iterator, Sequence

import msgspec
from lsprotocol import types as lsp

from hexguard.lsp import convert
from hexguard.text.document import Document
from hexguard.text.encoding import Encoding
from hexguard.text.span import Span


class Step(msgspec.Struct, frozen=True):
    """One edit, and the document after it; without a span, the document is new as a whole."""

    document: Document
    span: Span | None
    inserted: str


NEAR = 500
"""Edits with at most so many characters between them are taken for one."""


def merged(steps: Sequence[Step]) -> list[Step]:
    """The same edits in as few steps as possible: a burst of typing is one edit, edits far apart stay apart."""
    result: list[Step] = []
    for step in steps:
        both = _joined(result[-1], step) if result else None
        if both:
            result[-1] = both
        else:
            result.append(step)
    return result


def _joined(first: Step, second: Step) -> Step | None:
    """One step that does what two do, one after the other; `None` if they are too far apart."""
    if second.span is None:
        return second
    if first.span is None:
        return Step(second.document, None, second.document.text)
    start, end = first.span.start, first.span.start + len(first.inserted)
    if second.span.start > end + NEAR or second.span.end < start - NEAR:
        return None
    new_start = min(start, second.span.start)
    beyond = max(second.span.end - end, 0)
    new_end = end + beyond + len(second.inserted) - (second.span.end - second.span.start)
    span = Span(new_start, first.span.end + beyond)
    return Step(second.document, span, second.document.text[new_start:new_end])


class Documents:
    """The open documents by uri; only the event loop touches them."""

    def __init__(self) -> None:
        self._documents: dict[str, Document] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._documents))

    def get(self, uri: str) -> Document | None:
        """The document, as it is now; `None` if it is not open."""
        return self._documents.get(uri)

    def is_current(self, document: Document) -> bool:
        """Whether a document is still the newest with its uri."""
        return self._documents.get(document.uri) is document

    def open(self, uri: str, version: int, text: str) -> Document:
        """Take a document in; one that is open already is replaced."""
        document = Document.of(uri, text, version)
        self._documents[uri] = document
        return document

    def change(
        self, uri: str, version: int, changes: Sequence[lsp.TextDocumentContentChangeEvent], encoding: Encoding
    ) -> tuple[Step, ...]:
        """Apply changes one after another. Raises `KeyError` if the document is not open."""
        document = self._documents[uri]
        steps: list[Step] = []
        for change in changes:
            if isinstance(change, lsp.TextDocumentContentChangePartial):
                span = convert.to_span(change.range, document, encoding)
                document = document.edited(span, change.text, version)
            else:
                span = None
                document = Document.of(uri, change.text, version)
            steps.append(Step(document, span, change.text))
        if not steps and document.version != version:
            document = msgspec.structs.replace(document, version=version)
            steps.append(Step(document, Span(0, 0), ""))
        self._documents[uri] = document
        return tuple(steps)

    def close(self, uri: str) -> bool:
        """Forget a document; whether it was open."""
        return self._documents.pop(uri, None) is not None
