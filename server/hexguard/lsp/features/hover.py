"""Explains a finding, or a rule named in a suppression, where the cursor is."""

from lsprotocol import types as lsp

from hexguard.lsp import convert
from hexguard.lsp.service import Service


async def hover(ls: Service, params: lsp.HoverParams) -> lsp.Hover | None:
    """What there is to say about the place of the cursor."""
    document = ls.documents.get(params.text_document.uri)
    if document is None:
        return None
    offset = convert.to_offset(params.position, document, ls.client.encoding)
    explained = await ls.ask(lambda: ls.background.explained(document, offset))
    if explained is None:
        return None
    text, span = explained
    kind = lsp.MarkupKind.Markdown if ls.client.markdown else lsp.MarkupKind.PlainText
    return lsp.Hover(lsp.MarkupContent(kind, text), convert.to_range(span, document, ls.client.encoding))
