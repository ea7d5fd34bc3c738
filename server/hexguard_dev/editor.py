"""What an editor does around a server, without the editor: holds texts, sends keystrokes, takes diagnostics, fixes."""

import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec

from hexguard.text.document import Document
from hexguard.text.edit import Edit, apply
from hexguard.text.encoding import Encoding
from hexguard.text.span import Span
from hexguard_dev.client import Client

CAPABILITIES = {
    "general": {"positionEncodings": ["utf-32"]},
    "textDocument": {
        "publishDiagnostics": {"relatedInformation": True, "versionSupport": True},
        "codeAction": {
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix", "refactor", "source"]}},
            "isPreferredSupport": True,
            "dataSupport": True,
            "resolveSupport": {"properties": ["edit"]},
        },
    },
    "workspace": {"workspaceEdit": {"documentChanges": True}},
}


class Place(msgspec.Struct, frozen=True):
    """A position of the protocol; columns are code points, because this client asks for them."""

    line: int
    character: int


class Extent(msgspec.Struct, frozen=True):
    """A range of the protocol."""

    start: Place
    end: Place


class Location(msgspec.Struct, frozen=True):
    """A range in some document."""

    uri: str
    range: Extent


class RelatedInformation(msgspec.Struct, frozen=True):
    """A second place of a diagnostic."""

    location: Location
    message: str


class Diagnostic(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A diagnostic as it arrives; `data` goes back to the server as it came."""

    range: Extent
    message: str
    severity: int
    source: str = ""
    code: str = ""
    related_information: tuple[RelatedInformation, ...] | None = None
    data: object = None


class Published(msgspec.Struct, frozen=True):
    """All diagnostics of one version of a document."""

    uri: str
    diagnostics: tuple[Diagnostic, ...]
    version: int | None = None


class TextEdit(msgspec.Struct, frozen=True, rename="camel"):
    """A replacement, as the protocol writes it."""

    range: Extent
    new_text: str


class Target(msgspec.Struct, frozen=True):
    """The version of a document that an edit is for."""

    uri: str
    version: int | None = None


class DocumentEdit(msgspec.Struct, frozen=True, rename="camel"):
    """The edits of one document."""

    text_document: Target
    edits: tuple[TextEdit, ...]


class WorkspaceEdit(msgspec.Struct, frozen=True, rename="camel"):
    """What a code action changes."""

    document_changes: tuple[DocumentEdit, ...] = ()


class CodeAction(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """What the server offers; the edit comes when it is resolved."""

    title: str
    kind: str = ""
    is_preferred: bool = False
    edit: WorkspaceEdit | None = None
    data: object = None

    @property
    def trust(self) -> str:
        """How far the server trusts it."""
        if self.kind.startswith("refactor"):
            return "refactoring"
        return "safe" if self.is_preferred else "unsafe"


Listener = Callable[[Path, Diagnostic, float], None]
"""Told of each diagnostic that was not there before, with the seconds since its document was last sent."""


class Editor:
    """Open documents below one folder, and what the server says about them."""

    def __init__(self, client: Client, folder: Path) -> None:
        self._client = client
        self._documents: dict[Path, Document] = {}
        self._sent_at: dict[Path, float] = {}
        self._published: dict[Path, Published] = {}
        client.request(
            "initialize",
            {
                "processId": None,
                "rootUri": folder.as_uri(),
                "capabilities": CAPABILITIES,
                "workspaceFolders": [{"uri": folder.as_uri(), "name": folder.name}],
            },
        )
        client.notify("initialized", {})

    @property
    def texts(self) -> dict[Path, str]:
        """The texts of the open documents."""
        return {path: document.text for path, document in self._documents.items()}

    def diagnostics(self, path: Path) -> tuple[Diagnostic, ...]:
        """What the server said last about a document."""
        return self._published[path].diagnostics if path in self._published else ()

    def open(self, path: Path) -> None:
        """Open a file."""
        text = path.read_bytes().decode("utf-8")
        document = self._documents[path] = Document.of(path.as_uri(), text, 1)
        opened = {"uri": document.uri, "languageId": "python", "version": 1, "text": text}
        self._sent_at[path] = self._client.notify("textDocument/didOpen", {"textDocument": opened})

    def edit(self, path: Path, edits: Iterable[Edit]) -> float:
        """Change a document, and give the moment at which the change was sent."""
        before = self._documents[path]
        ordered = sorted(edits, key=lambda edit: edit.span, reverse=True)
        version = (before.version or 0) + 1
        changes = [{"range": _extent(edit.span, before), "text": edit.text} for edit in ordered]
        self._documents[path] = Document.of(before.uri, apply(before.text, reversed(ordered)), version)
        target = {"uri": before.uri, "version": version}
        sent_at = self._client.notify("textDocument/didChange", {"textDocument": target, "contentChanges": changes})
        self._sent_at[path] = sent_at
        return sent_at

    def save(self, path: Path) -> None:
        """Write a document to its file."""
        path.write_bytes(self._documents[path].text.encode("utf-8"))
        self._client.notify("textDocument/didSave", {"textDocument": {"uri": path.as_uri()}})

    def wait_until(self, is_reached: Callable[[], bool], listener: Listener | None = None) -> float:
        """Take in what the server says until something holds; gives the moment at which the last word came."""
        at = time.perf_counter()
        while not is_reached():
            arrival = self._client.wait()
            at = arrival.at
            if arrival.message.get("method") == "textDocument/publishDiagnostics":
                self._take(msgspec.convert(arrival.message.get("params"), Published), at, listener)
        return at

    def is_answered(self, path: Path) -> bool:
        """Whether the server has spoken about the current version of a document."""
        published = self._published.get(path)
        return published is not None and published.version == self._documents[path].version

    def actions(self, path: Path, diagnostic: Diagnostic) -> tuple[CodeAction, ...]:
        """What the server offers for a diagnostic, without `source` actions."""
        found = self._client.request(
            "textDocument/codeAction",
            {
                "textDocument": {"uri": path.as_uri()},
                "range": diagnostic.range,
                "context": {"diagnostics": [diagnostic], "only": ["quickfix", "refactor"]},
            },
        )
        return msgspec.convert(found or [], tuple[CodeAction, ...])

    def carry_out(self, action: CodeAction) -> Sequence[Path]:
        """Resolve a code action and make its edits; gives the documents that changed."""
        if action.edit is None:
            action = msgspec.convert(self._client.request("codeAction/resolve", action), CodeAction)
        changes = action.edit.document_changes if action.edit else ()
        paths = {path.as_uri(): path for path in self._documents}
        for change in changes:
            path = paths[change.text_document.uri]
            document = self._documents[path]
            assert change.text_document.version in (None, document.version), "the edit is for another version"
            self.edit(path, [Edit(_span(edit.range, document), edit.new_text) for edit in change.edits])
        return [paths[change.text_document.uri] for change in changes]

    def _take(self, published: Published, at: float, listener: Listener | None) -> None:
        path = next((path for path in self._documents if path.as_uri() == published.uri), None)
        if path is None:
            return
        known = {(diagnostic.code, diagnostic.range) for diagnostic in self.diagnostics(path)}
        self._published[path] = published
        for diagnostic in published.diagnostics:
            if listener is not None and (diagnostic.code, diagnostic.range) not in known:
                listener(path, diagnostic, at - self._sent_at[path])


def _extent(span: Span, document: Document) -> Extent:
    ends = (document.position(offset, Encoding.UTF32) for offset in (span.start, span.end))
    return Extent(*(Place(*end) for end in ends))


def _span(extent: Extent, document: Document) -> Span:
    return Span(*(document.offset(end.line, end.character, Encoding.UTF32) for end in (extent.start, extent.end)))
