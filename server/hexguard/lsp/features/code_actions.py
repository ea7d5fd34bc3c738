"""Offers fixes where the cursor is, makes their edits when one is chosen, and fixes all that is safe at once."""

from collections.abc import Sequence

import msgspec
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcInvalidParams

from hexguard.lsp import convert
from hexguard.lsp.protocol import content_modified
from hexguard.lsp.service import Service
from hexguard.lsp.target import FIX_ALL, QUICK_FIX, REFACTOR, Target

KINDS = (QUICK_FIX, REFACTOR, FIX_ALL)


async def offer(ls: Service, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
    """The actions for a range. The range counts, not the diagnostics that the client sends along: some send none."""
    document = ls.documents.get(params.text_document.uri)
    if document is None:
        return []
    span = convert.to_span(params.range, document, ls.client.encoding)
    only = _kinds(params.context.only)
    return await ls.ask(lambda: ls.background.acting.actions(document, span, only))


async def resolve(ls: Service, action: lsp.CodeAction) -> lsp.CodeAction:
    """The action with its edit. An edit is made for the version that the action was offered for, or not at all."""
    try:
        target = msgspec.convert(action.data, Target)
    except msgspec.ValidationError as error:
        raise JsonRpcInvalidParams(f"the action was not offered by this server: {error}") from error
    document = ls.documents.get(target.uri)
    if document is None or document.version != target.version:
        raise content_modified()
    action.edit = await ls.ask(lambda: ls.background.acting.edit(document, target))
    if not ls.documents.is_current(document):
        raise content_modified()
    return action


def _kinds(only: Sequence[lsp.CodeActionKind | str] | None) -> tuple[str, ...] | None:
    if only is None:
        return None
    return tuple(kind.value if isinstance(kind, lsp.CodeActionKind) else kind for kind in only)
