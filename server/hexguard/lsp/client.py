"""What a client can do, read once from what it declares, so that no feature digs in its capabilities."""

import msgspec
from lsprotocol import types as lsp

from hexguard.text.encoding import Encoding


class Client(msgspec.Struct, frozen=True, kw_only=True):
    """The abilities of a client that change what the server does.

    `pull`: it asks for diagnostics itself, and can be told to ask again; without the second, the first is of no use.
    `drops_outdated`: it drops diagnostics of another version than it has itself.
    `action_literals`: it takes code actions; an older one takes commands only.
    """

    encoding: Encoding = Encoding.UTF16
    pull: bool = False
    drops_outdated: bool = False
    related_information: bool = False
    document_changes: bool = False
    change_annotations: bool = False
    creates_files: bool = False
    applies_edits: bool = False
    action_literals: bool = False
    disabled_actions: bool = False
    resolves_edits: bool = False
    preferred_actions: bool = False
    deprecated_tag: bool = False
    markdown: bool = True
    shows_documents: bool = False
    configuration: bool = False
    registers_configuration: bool = False
    registers_watchers: bool = False
    progress: bool = False


def client_of(capabilities: lsp.ClientCapabilities) -> Client:
    """The abilities that a client declares; what it does not mention it cannot do."""
    workspace = capabilities.workspace or lsp.WorkspaceClientCapabilities()
    edits = workspace.workspace_edit or lsp.WorkspaceEditClientCapabilities()
    document = capabilities.text_document or lsp.TextDocumentClientCapabilities()
    publish = document.publish_diagnostics or lsp.PublishDiagnosticsClientCapabilities()
    actions = document.code_action or lsp.CodeActionClientCapabilities()
    resolve = actions.resolve_support
    hover = document.hover.content_format if document.hover else None
    window = capabilities.window or lsp.WindowClientCapabilities()
    return Client(
        encoding=_encoding(capabilities),
        pull=bool(document.diagnostic and workspace.diagnostics and workspace.diagnostics.refresh_support),
        drops_outdated=bool(publish.version_support),
        related_information=bool(publish.related_information),
        document_changes=bool(edits.document_changes),
        change_annotations=bool(edits.document_changes and edits.change_annotation_support),
        creates_files=bool(
            edits.document_changes and lsp.ResourceOperationKind.Create in (edits.resource_operations or ())
        ),
        applies_edits=bool(workspace.apply_edit),
        action_literals=bool(actions.code_action_literal_support),
        disabled_actions=bool(actions.disabled_support),
        deprecated_tag=bool(publish.tag_support and lsp.DiagnosticTag.Deprecated in publish.tag_support.value_set),
        # An action is resolved from its data, so a client that loses the data cannot resolve.
        resolves_edits=bool(actions.data_support and resolve and "edit" in resolve.properties),
        preferred_actions=bool(actions.is_preferred_support),
        markdown=hover is None or lsp.MarkupKind.Markdown in hover,
        configuration=bool(workspace.configuration),
        registers_configuration=_registers(workspace.did_change_configuration),
        registers_watchers=_registers(workspace.did_change_watched_files),
        shows_documents=bool(window.show_document and window.show_document.support),
        progress=bool(window.work_done_progress),
    )


def _encoding(capabilities: lsp.ClientCapabilities) -> Encoding:
    """The first encoding in the client's list that is known; the protocol's own if there is none."""
    known = {encoding.value: encoding for encoding in Encoding}
    offered = (capabilities.general.position_encodings if capabilities.general else None) or ()
    return next((known[str(name)] for name in map(_name, offered) if name in known), Encoding.UTF16)


def _name(encoding: lsp.PositionEncodingKind | str) -> str:
    return encoding.value if isinstance(encoding, lsp.PositionEncodingKind) else encoding


def _registers(
    ability: lsp.DidChangeConfigurationClientCapabilities | lsp.DidChangeWatchedFilesClientCapabilities | None,
) -> bool:
    return bool(ability and ability.dynamic_registration)
