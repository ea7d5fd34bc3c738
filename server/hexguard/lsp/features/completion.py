"""Completes names of rules in comments for Hexguard, and everything in settings files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from hexguard.lsp import convert
from hexguard.lsp.directives import directive_at
from hexguard.lsp.service import Service
from hexguard.text.document import Document

if TYPE_CHECKING:
    from hexguard.lsp.completing import Completion

OPTIONS = lsp.CompletionOptions(trigger_characters=["[", ",", " ", '"', "'", "-"])
"""What may stand before a name; wherever nothing is offered, nothing opens."""


async def complete(ls: Service, params: lsp.CompletionParams) -> lsp.CompletionList | None:
    """What can be written at the place of the cursor; `None` nearly everywhere."""
    uri = params.text_document.uri
    document = ls.documents.get(uri)
    if document is None:
        return None
    offset = convert.to_offset(params.position, document, ls.client.encoding)
    if uri not in ls.edits:
        found = await ls.ask(lambda: ls.background.completions_in_settings(document, offset))
    elif directive := directive_at(document, offset):
        found = await ls.ask(lambda: ls.background.completions_in_comment(document, directive))
    else:
        return None
    items = [_item(one, number, document, ls) for number, one in enumerate(found)]
    return lsp.CompletionList(is_incomplete=False, items=items)


def _item(found: Completion, number: int, document: Document, ls: Service) -> lsp.CompletionItem:
    extent = convert.to_range(found.span, document, ls.client.encoding)
    return lsp.CompletionItem(
        label=found.label,
        kind=lsp.CompletionItemKind.Property if found.is_key else lsp.CompletionItemKind.EnumMember,
        documentation=found.says,
        # Without it, clients put what is long before what is likely.
        sort_text=f"{'a' if found.is_near else 'b'}{number:03}",
        filter_text=found.label,
        text_edit=lsp.TextEdit(extent, found.text),
    )
