"""Offers fixes where the cursor is, and makes their edits when one is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcInvalidParams

from hexguard.lsp import convert
from hexguard.lsp.asked import Asked
from hexguard.lsp.protocol import content_modified
from hexguard.lsp.service import Service
from hexguard.lsp.target import FIX_ALL, FIX_ALL_UNSAFE, QUICK_FIX, REFACTOR, EverywhereFixes, Target

if TYPE_CHECKING:
    from hexguard.lsp.acting import Done

KINDS = (QUICK_FIX, REFACTOR, FIX_ALL, FIX_ALL_UNSAFE)


async def offer(ls: Service, params: lsp.CodeActionParams) -> list[lsp.CodeAction | lsp.Command]:
    """The actions for a range. The range counts, not the diagnostics that the client sends along: some send none."""
    document = ls.documents.get(params.text_document.uri)
    # A settings document has no findings that an edit could remove.
    if document is None or document.uri not in ls.edits:
        return []
    span = convert.to_span(params.range, document, ls.client.encoding)
    by_hand = params.context.trigger_kind is not lsp.CodeActionTriggerKind.Automatic
    asked = Asked(span, _kinds(params.context.only), by_hand)
    return await ls.ask(lambda: ls.background.acting.actions(document, asked))


async def resolve(ls: Service, action: lsp.CodeAction) -> lsp.CodeAction:
    """The action with its edit. An edit is made for the version that the action was offered for, or not at all."""
    done = await carried_out(ls, action.data)
    action.edit = done.edit
    if done.message:
        ls.outbox.log(done.message, lsp.MessageType.Info)
    return action


async def carried_out(ls: Service, data: object) -> Done:
    """The edit for the target that `data` describes. Raises an error that the client understands if it is outdated."""
    try:
        target: Target = msgspec.convert(data, Target)
    except msgspec.ValidationError as error:
        raise JsonRpcInvalidParams(f"the action was not offered by this server: {error}") from error
    document = ls.documents.get(target.uri)
    version = None if isinstance(target, EverywhereFixes) else target.version
    if document is None or version not in (None, document.version):
        raise content_modified()
    if isinstance(target, EverywhereFixes):
        return await ls.sweep(target)
    done = await ls.ask(lambda: ls.background.acting.edit(document, target))
    if not ls.documents.is_current(document):
        raise content_modified()
    return done


def _kinds(only: Sequence[lsp.CodeActionKind | str] | None) -> tuple[str, ...] | None:
    if only is None:
        return None
    return tuple(kind.value if isinstance(kind, lsp.CodeActionKind) else kind for kind in only)
