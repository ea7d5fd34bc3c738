"""Does what a client asks for by a command: makes edits through the client, and shows the page of a rule."""

from collections.abc import Sequence
from pathlib import Path

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcInvalidParams

from hexguard.lsp import convert
from hexguard.lsp.features.code_actions import carried_out
from hexguard.lsp.service import Service

_YES = lsp.MessageActionItem("Make these changes")
_NO = lsp.MessageActionItem("Leave everything as it is")


async def apply(ls: Service, *arguments: object) -> None:
    """Make the edit for a target, given as the `data` of an action."""
    done = await carried_out(ls, _only(arguments))
    if not done.edit.document_changes and not done.edit.changes:
        ls.outbox.show(done.message or "There is nothing to fix", lsp.MessageType.Info)
        return
    # A client with change annotations asks by itself.
    if done.question and not ls.client.change_annotations:
        question = lsp.ShowMessageRequestParams(lsp.MessageType.Info, f"Hexguard: {done.question}", [_YES, _NO])
        if await ls.window_show_message_request_async(question) != _YES:
            return
    result = await ls.workspace_apply_edit_async(lsp.ApplyWorkspaceEditParams(done.edit, "Hexguard"))
    if not result.applied:
        ls.outbox.show(f"The editor did not make the changes: {result.failure_reason or 'it does not say why'}")
    elif done.message:
        ls.outbox.show(done.message, lsp.MessageType.Info)


async def show_documentation(ls: Service, *arguments: object) -> None:
    """Show the page of a rule, as a file, so that it works without network."""
    name = _only(arguments)
    page = await ls.ask(lambda: ls.background.page(str(name)))
    if page is None:
        raise JsonRpcInvalidParams(f"no rule is called {name!r}")
    await _shown(ls, page)


async def _shown(ls: Service, page: Path) -> None:
    await ls.window_show_document_async(lsp.ShowDocumentParams(convert.to_uri(str(page)), take_focus=True))


def _only(arguments: Sequence[object]) -> object:
    if len(arguments) != 1:
        raise JsonRpcInvalidParams(f"one argument is wanted, not {len(arguments)}")
    return arguments[0]
