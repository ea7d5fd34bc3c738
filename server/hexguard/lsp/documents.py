"""Holds the open documents as the client sees them, so that every position is understood against the right text."""

from collections import deque
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


class Taken(msgspec.Struct, frozen=True):
    """The edits of one message, and the document before them."""

    before: Document
    version: int
    changes: Sequence[lsp.TextDocumentContentChangeEvent]


REMEMBERED = 16
"""So many messages back, one that comes late is still put in its place."""


class Documents:
    """The open documents by uri; only the event loop touches them."""

    def __init__(self) -> None:
        self._documents: dict[str, Document] = {}
        self._taken: dict[str, deque[Taken]] = {}

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
        self._taken[uri] = deque(maxlen=REMEMBERED)
        return document

    def change(
        self, uri: str, version: int, changes: Sequence[lsp.TextDocumentContentChangeEvent], encoding: Encoding
    ) -> tuple[Step, ...]:
        """Apply changes one after another. Raises `KeyError` if the document is not open."""
        late = self.overtaken(uri, version)
        if late:
            return self._in_order(uri, version, changes, late, encoding)
        before = self._documents[uri]
        taken = self._taken[uri]
        if taken and taken[-1].version >= version:
            taken.clear()
        taken.append(Taken(before, version, changes))
        steps = _applied(before, version, changes, encoding)
        self._documents[uri] = steps[-1].document if steps else before
        return steps

    def overtaken(self, uri: str, version: int) -> tuple[Taken, ...]:
        """The messages that came before the one with this version, but belong behind it.

        Helix sends each edit by a task of its own, and the tasks run in any order when keys come quickly.
        """
        late = tuple(taken for taken in self._taken[uri] if taken.version > version)
        first = late[0].before.version if late else None
        return late if first is not None and first < version else ()

    def _in_order(
        self,
        uri: str,
        version: int,
        changes: Sequence[lsp.TextDocumentContentChangeEvent],
        late: tuple[Taken, ...],
        encoding: Encoding,
    ) -> tuple[Step, ...]:
        """Go back to before what came too early, and apply all in the order of the versions."""
        self._documents[uri], taken = late[0].before, self._taken[uri]
        for _ in late:
            taken.pop()
        self.change(uri, version, changes, encoding)
        for each in late:
            self.change(uri, each.version, each.changes, encoding)
        document = self._documents[uri]
        return (Step(document, None, document.text),)

    def close(self, uri: str) -> bool:
        """Forget a document; whether it was open."""
        self._taken.pop(uri, None)
        return self._documents.pop(uri, None) is not None


def _applied(
    document: Document,
    version: int,
    changes: Sequence[lsp.TextDocumentContentChangeEvent],
    encoding: Encoding,
) -> tuple[Step, ...]:
    steps: list[Step] = []
    for change in changes:
        if isinstance(change, lsp.TextDocumentContentChangePartial):
            span = convert.to_span(change.range, document, encoding)
            document = document.edited(span, change.text, version)
        else:
            span = None
            document = Document.of(document.uri, change.text, version)
        steps.append(Step(document, span, change.text))
    if not steps and document.version != version:
        document = msgspec.structs.replace(document, version=version)
        steps.append(Step(document, Span(0, 0), ""))
    return tuple(steps)
