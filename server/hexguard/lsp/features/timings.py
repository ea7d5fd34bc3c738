"""Tells whoever asks what edits have taken so far."""

from hexguard.lsp.service import Service


def timings(ls: Service, params: object) -> dict[str, object]:
    """The last edits together, in milliseconds."""
    return ls.outbox.latency.summary()
