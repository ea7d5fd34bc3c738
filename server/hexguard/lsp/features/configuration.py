"""Keeps up with what the user sets in the editor: at the start, when asked for, and whenever it changes."""

from collections.abc import Mapping
from pathlib import Path

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from hexguard.lsp import convert
from hexguard.lsp.folders import Folder
from hexguard.lsp.service import Service
from hexguard.settings.report import is_table

SECTION = "hexguard"


def begin(ls: Service, params: lsp.InitializeParams) -> None:
    """Take in the folders and the settings that the client starts with."""
    folders = params.workspace_folders or ()
    root = params.root_uri or (convert.to_uri(params.root_path) if params.root_path else None)
    if not folders and root:
        folders = (lsp.WorkspaceFolder(uri=root, name=root),)
    ls.folders = {folder.uri: None for folder in folders}
    ls.settings = settings_in(params.initialization_options)
    apply(ls)


async def fetch(ls: Service) -> None:
    """Ask the client for its settings, for each folder and for what is in none."""
    if not ls.client.configuration:
        return
    scopes = (None, *ls.folders)
    items = [lsp.ConfigurationItem(scope_uri=scope, section=SECTION) for scope in scopes]
    try:
        answer = await ls.workspace_configuration_async(lsp.ConfigurationParams(items))
    except JsonRpcException as error:
        ls.outbox.log(f"the client does not tell its settings: {error}")
        return
    if len(answer) != len(items):
        ls.outbox.log(f"the client was asked for {len(items)} settings and answered {answer!r}")
        return
    ls.fetched = settings_in(answer[0])
    for scope, settings in zip(scopes[1:], answer[1:], strict=True):
        if scope in ls.folders:
            ls.folders[scope] = settings_in(settings)
    apply(ls)


async def did_change(ls: Service, params: lsp.DidChangeConfigurationParams) -> None:
    """Settings changed: some clients send them along, the others want to be asked."""
    if ls.client.configuration:
        await fetch(ls)
        return
    ls.settings = settings_in(params.settings)
    apply(ls)


async def did_change_folders(ls: Service, params: lsp.DidChangeWorkspaceFoldersParams) -> None:
    """Folders were opened or closed."""
    for folder in params.event.removed:
        ls.folders.pop(folder.uri, None)
    for folder in params.event.added:
        ls.folders.setdefault(folder.uri, None)
    apply(ls)
    await fetch(ls)


def apply(ls: Service) -> None:
    """Work by the folders and the settings as they are known now."""
    folders: list[Folder] = []
    for uri, own in ls.folders.items():
        if path := convert.to_path(uri):
            folders.append(Folder(Path(path), {**ls.settings, **(ls.fetched if own is None else own)}))
    everywhere = {**ls.settings, **ls.fetched}
    ls.worker.put(lambda: ls.background.roots.configure(folders, everywhere))


def settings_in(value: object) -> Mapping[str, object]:
    """Our settings in what a client sends: bare, or under `settings` or `hexguard`; what is `null` is not set."""
    for key in ("settings", SECTION):
        inner = value.get(key) if is_table(value) else None
        value = inner if is_table(inner) else value
    if not is_table(value):
        return {}
    return {key: inner for key, inner in value.items() if inner is not None}
