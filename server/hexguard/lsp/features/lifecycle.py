"""Begins and ends the conversation with a client."""

from lsprotocol import types as lsp

from hexguard.lsp.client import client_of
from hexguard.lsp.features import code_actions, configuration, diagnostics, watching
from hexguard.lsp.service import Service


def initialize(ls: Service, params: lsp.InitializeParams) -> None:
    """Learn what the client can do, and offer the features whose form depends on it."""
    client = client_of(params.capabilities)
    if client.pull:
        pulling = lsp.DiagnosticOptions(inter_file_dependencies=True, workspace_diagnostics=False)
        ls.feature(lsp.TEXT_DOCUMENT_DIAGNOSTIC, pulling)(diagnostics.pull)
    acting = lsp.CodeActionOptions(code_action_kinds=code_actions.KINDS, resolve_provider=client.resolves_edits)
    ls.feature(lsp.TEXT_DOCUMENT_CODE_ACTION, acting)(code_actions.offer)
    ls.protocol.trace = params.trace or lsp.TraceValue.Off
    ls.started(client)
    configuration.begin(ls, params)


async def initialized(ls: Service, params: lsp.InitializedParams) -> None:
    """Register what is registered at run time, and ask for the settings."""
    watching.register(ls)
    await configuration.fetch(ls)


def leave(ls: Service, params: None) -> None:
    """End the process."""
    ls.finish(orderly=ls.connection.is_shut_down)
