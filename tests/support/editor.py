"""An editor for tests: it starts the server over stdio, keeps texts as editors do, and waits for what it says."""

import ast
import asyncio
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import unquote, urlsplit

from lsprotocol import types as lsp
from lsprotocol.converters import get_converter
from pygls.protocol import default_converter
from pytest_lsp import LanguageClient
from pytest_lsp.client import DEFAULT_CLIENT_FEATURES, register_lsp_features

T = TypeVar("T")

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0
"""After so many seconds without the expected answer a test fails; no test waits for it to pass."""

_CODECS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


def capabilities(raw: Mapping[str, object]) -> lsp.ClientCapabilities:
    """The capabilities of a client as it sends them in JSON."""
    return get_converter().structure(raw, lsp.ClientCapabilities)


PULLING = capabilities(
    {
        "general": {"positionEncodings": ["utf-16"]},
        "textDocument": {
            "publishDiagnostics": {"relatedInformation": True},
            "diagnostic": {"dynamicRegistration": True},
            "codeAction": {
                "isPreferredSupport": True,
                "dataSupport": True,
                "resolveSupport": {"properties": ["edit", "command"]},
                "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix", "refactor", "source"]}},
            },
            "hover": {"contentFormat": ["markdown", "plaintext"]},
        },
        "workspace": {
            "configuration": True,
            "didChangeConfiguration": {"dynamicRegistration": True},
            "diagnostics": {"refreshSupport": True},
            "workspaceEdit": {
                "documentChanges": True,
                "changeAnnotationSupport": {"groupsOnLabel": True},
            },
        },
    }
)
"""What VS Code can do, as far as the server cares, besides watching files."""

FULL = capabilities(
    {
        "general": {"positionEncodings": ["utf-16"]},
        "textDocument": {
            "publishDiagnostics": {"relatedInformation": True},
            "codeAction": {
                "isPreferredSupport": True,
                "disabledSupport": True,
                "dataSupport": True,
                "resolveSupport": {"properties": ["edit", "command"]},
                "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix", "refactor", "source"]}},
            },
        },
        "window": {"showDocument": {"support": True}},
        "workspace": {
            "applyEdit": True,
            "workspaceEdit": {
                "documentChanges": True,
                "resourceOperations": ["create", "rename", "delete"],
                "changeAnnotationSupport": {"groupsOnLabel": True},
            },
        },
    }
)
"""Everything that code actions may need, with diagnostics that are pushed."""

COMMANDS_ONLY = capabilities({"workspace": {"applyEdit": True}})
"""An old client that knows no code actions but commands."""

PUSHED = capabilities({"textDocument": {"publishDiagnostics": {"relatedInformation": True}}})
"""What any client can do."""


class Editor:
    """A client on some folders. Positions are (line, column) pairs in the encoding that was agreed on."""

    def __init__(
        self,
        *folders: Path,
        can: lsp.ClientCapabilities = PUSHED,
        options: object = None,
        settings: Mapping[str, object] | None = None,
    ) -> None:
        self._params = lsp.InitializeParams(
            capabilities=can,
            initialization_options=options,
            workspace_folders=[lsp.WorkspaceFolder(folder.as_uri(), folder.name) for folder in folders],
        )
        self._news = asyncio.Event()
        self.client = LanguageClient(
            converter_factory=default_converter, configuration={"": {"hexguard": dict(settings or {})}}
        )
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.publishes: list[lsp.PublishDiagnosticsParams] = []
        self.questions: list[str] = []
        self.answer = ""
        """The title of what is chosen when the server asks a question; nothing if it is empty."""
        self.server: lsp.InitializeResult | None = None

    async def __aenter__(self) -> Self:
        features = {method: self._telling(feature) for method, feature in DEFAULT_CLIENT_FEATURES.items()}
        features[lsp.CLIENT_REGISTER_CAPABILITY] = lambda params: None
        features[lsp.WORKSPACE_APPLY_EDIT] = partial(Editor._make_edit, self)
        features[lsp.WINDOW_SHOW_MESSAGE_REQUEST] = partial(Editor._choose, self)
        register_lsp_features(self.client, features)
        path = os.pathsep.join((str(ROOT / "server"), str(ROOT / "rules")))
        # The test client gives some of its methods no types.
        await self.client.start_io(  # pyright: ignore[reportUnknownMemberType]
            sys.executable, "-W", "error", "-m", "hexguard", "server", env={**os.environ, "PYTHONPATH": path}
        )
        self.server = await self.client.initialize_session(self._params)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.client.shutdown_session()
        await self.client.stop()  # type: ignore[no-untyped-call]  # as above

    @property
    def encoding(self) -> str:
        """The unit of columns that was agreed on."""
        assert self.server
        return _name(self.server.capabilities.position_encoding)

    def open(self, where: Path | str, text: str | None = None) -> str:
        """Open a file, with another text than it has on disk if one is given; a string is a uri. Gives the uri."""
        uri = where if isinstance(where, str) else where.as_uri()
        self.texts[uri] = text if text is not None else Path(where).read_text("utf-8")
        self.versions[uri] = 1
        item = lsp.TextDocumentItem(uri, "python", 1, self.texts[uri])
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
        return uri

    def change(self, uri: str, start: tuple[int, int], end: tuple[int, int], text: str) -> None:
        """Replace a range, as typing does."""
        found = lsp.Range(lsp.Position(*start), lsp.Position(*end))
        before = self.texts[uri]
        self.texts[uri] = before[: self.offset(uri, found.start)] + text + before[self.offset(uri, found.end) :]
        self._did_change(uri, lsp.TextDocumentContentChangePartial(range=found, text=text))

    def replace(self, uri: str, old: str, new: str) -> None:
        """Replace the only occurrence of `old`."""
        before, after = self.texts[uri].split(old)
        self.change(uri, self.position(before), self.position(before + old), new)
        assert self.texts[uri] == before + new + after

    def save(self, uri: str) -> None:
        """Say that a document was saved."""
        self.client.text_document_did_save(lsp.DidSaveTextDocumentParams(lsp.TextDocumentIdentifier(uri)))

    def close(self, uri: str) -> None:
        """Close a document."""
        self.client.text_document_did_close(lsp.DidCloseTextDocumentParams(lsp.TextDocumentIdentifier(uri)))

    async def findings(self, uri: str, *codes: str) -> Sequence[lsp.Diagnostic]:
        """Wait until the published diagnostics of a document have exactly these codes, and give them."""

        def found() -> Sequence[lsp.Diagnostic] | None:
            told = self.client.diagnostics.get(uri)
            return told if told is not None and tuple(one.code for one in told) == codes else None

        return await self.until(found, lambda: f"{uri} has {self.client.diagnostics.get(uri)}, not {codes}")

    async def pull(self, uri: str, previous: str | None = None) -> lsp.DocumentDiagnosticReport:
        """Ask for the diagnostics of a document."""
        params = lsp.DocumentDiagnosticParams(lsp.TextDocumentIdentifier(uri), previous_result_id=previous)
        return await self.client.text_document_diagnostic_async(params)

    async def actions(self, uri: str, old: str, *only: str, at: tuple[int, int] = (0, 0)) -> list[lsp.CodeAction]:
        """The code actions on the only occurrence of `old`, of some kinds."""
        before = self.texts[uri].partition(old)[0]
        found = lsp.Range(lsp.Position(*self.position(before)), lsp.Position(*self.position(before + old)))
        context = lsp.CodeActionContext(diagnostics=[], only=list(only) or None)
        answer = await self.client.text_document_code_action_async(
            lsp.CodeActionParams(lsp.TextDocumentIdentifier(uri), found, context)
        )
        return [action for action in answer or () if isinstance(action, lsp.CodeAction)]

    async def menu(self, uri: str, old: str, *only: str, by_hand: bool = True) -> list[lsp.CodeAction | lsp.Command]:
        """All that is offered on the first occurrence of `old`, be it actions or commands."""
        before = self.texts[uri].partition(old)[0]
        found = lsp.Range(lsp.Position(*self.position(before)), lsp.Position(*self.position(before + old)))
        kind = lsp.CodeActionTriggerKind.Invoked if by_hand else lsp.CodeActionTriggerKind.Automatic
        context = lsp.CodeActionContext(diagnostics=[], only=list(only) or None, trigger_kind=kind)
        params = lsp.CodeActionParams(lsp.TextDocumentIdentifier(uri), found, context)
        return [_as_sent(one) for one in await self.client.text_document_code_action_async(params) or ()]

    async def run(self, command: lsp.Command) -> None:
        """Have the server run a command."""
        params = lsp.ExecuteCommandParams(command.command, command.arguments)
        await self.client.workspace_execute_command_async(params)

    async def choose(self, action: lsp.CodeAction | lsp.Command) -> None:
        """Do what an editor does when somebody picks an action: make its edit, then run its command."""
        if isinstance(action, lsp.Command):
            await self.run(action)
            return
        if action.edit is None and action.command is None:
            action = await self.client.code_action_resolve_async(action)
        if action.edit:
            self.apply(action.edit)
        if action.command:
            await self.run(action.command)

    async def hover(self, uri: str, old: str) -> str:
        """The text that is shown at the start of the first occurrence of `old`; empty if there is none."""
        before = self.texts[uri].partition(old)[0]
        position = lsp.Position(*self.position(before))
        answer = await self.client.text_document_hover_async(lsp.HoverParams(lsp.TextDocumentIdentifier(uri), position))
        if answer is None:
            return ""
        assert isinstance(answer.contents, lsp.MarkupContent)
        return answer.contents.value

    async def edit_of(self, action: lsp.CodeAction) -> lsp.WorkspaceEdit:
        """The edit of an action, asked for if it was not sent along."""
        edit = action.edit or (await self.client.code_action_resolve_async(action)).edit
        assert edit
        return edit

    def apply(self, edit: lsp.WorkspaceEdit) -> None:
        """Carry out a workspace edit, and tell the server as an editor does; files that are not open are written."""
        for uri, edits in self._edits_by_uri(edit).items():
            is_open = uri in self.texts
            if not is_open:
                self.texts[uri] = _path(uri).read_text("utf-8")
            for one in sorted(edits, key=lambda one: self.offset(uri, one.range.start), reverse=True):
                start, end = one.range.start, one.range.end
                if is_open:
                    self.change(uri, (start.line, start.character), (end.line, end.character), one.new_text)
                else:
                    before = self.texts[uri]
                    after = before[self.offset(uri, end) :]
                    self.texts[uri] = before[: self.offset(uri, start)] + one.new_text + after
            if not is_open:
                _path(uri).write_text(self.texts.pop(uri), "utf-8")

    def _make_edit(self, params: lsp.ApplyWorkspaceEditParams) -> lsp.ApplyWorkspaceEditResult:
        self.apply(params.edit)
        self._news.set()
        return lsp.ApplyWorkspaceEditResult(applied=True)

    def _choose(self, params: lsp.ShowMessageRequestParams) -> lsp.MessageActionItem | None:
        self.questions.append(params.message)
        return next((action for action in params.actions or () if action.title == self.answer), None)

    async def until(self, found: Callable[[], T | None], trouble: Callable[[], str]) -> T:
        """Wait until something is there."""
        try:
            async with asyncio.timeout(PATIENCE):
                while (value := found()) is None:
                    self._news.clear()
                    await self._news.wait()
                return value
        except TimeoutError:
            raise AssertionError(trouble()) from None

    def offset(self, uri: str, position: lsp.Position) -> int:
        """The offset of a position in the text of a document with Unix line ends."""
        lines = self.texts[uri].split("\n")
        codec, width = _CODECS[self.encoding]
        column = len(lines[position.line].encode(codec)[: position.character * width].decode(codec))
        return sum(len(line) + 1 for line in lines[: position.line]) + column

    def position(self, before: str) -> tuple[int, int]:
        """The position after a text."""
        codec, width = _CODECS[self.encoding]
        return before.count("\n"), len(before.rpartition("\n")[2].encode(codec)) // width

    def _did_change(self, uri: str, change: lsp.TextDocumentContentChangeEvent) -> None:
        self.versions[uri] += 1
        identifier = lsp.VersionedTextDocumentIdentifier(version=self.versions[uri], uri=uri)
        self.client.text_document_did_change(lsp.DidChangeTextDocumentParams(identifier, [change]))

    def _edits_by_uri(self, edit: lsp.WorkspaceEdit) -> Mapping[str, Sequence[lsp.TextEdit | lsp.AnnotatedTextEdit]]:
        if edit.document_changes is None:
            return edit.changes or {}
        found: dict[str, list[lsp.TextEdit | lsp.AnnotatedTextEdit]] = {}
        for change in edit.document_changes:
            if isinstance(change, lsp.CreateFile):
                assert not _path(change.uri).exists()
                _path(change.uri).touch()
                continue
            assert isinstance(change, lsp.TextDocumentEdit)
            is_open = change.text_document.uri in self.texts
            assert change.text_document.version == (self.versions[change.text_document.uri] if is_open else None)
            plain = [one for one in change.edits if not isinstance(one, lsp.SnippetTextEdit)]
            found.setdefault(change.text_document.uri, []).extend(plain)
        return found

    def _telling(self, feature: Callable[[LanguageClient, T], object]) -> Callable[[T], object]:
        """A feature of the test client that also wakes whoever waits."""

        def handle(params: T) -> object:
            if isinstance(params, lsp.PublishDiagnosticsParams):
                self.publishes.append(params)
            answer = feature(self.client, params)
            self._news.set()
            return answer

        return handle


def _as_sent(offered: lsp.CodeAction | lsp.Command) -> lsp.CodeAction | lsp.Command:
    """What was offered: the test client takes an action that has a command for a command, and loses all else of it."""
    if isinstance(offered, lsp.CodeAction) or not offered.command.startswith("{"):
        return offered
    inner = ast.literal_eval(offered.command)
    command = lsp.Command(inner["title"], inner["command"], arguments=inner["arguments"])
    return lsp.CodeAction(offered.title, command=command)


def _path(uri: str) -> Path:
    return Path(unquote(urlsplit(uri).path))


def _name(encoding: lsp.PositionEncodingKind | str | None) -> str:
    return encoding.value if isinstance(encoding, lsp.PositionEncodingKind) else encoding or "utf-16"
