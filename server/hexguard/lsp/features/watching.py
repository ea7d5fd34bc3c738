"""Hears about files that change outside the editor."""

from lsprotocol import types as lsp

from hexguard.lsp import convert
from hexguard.lsp.service import Service
from hexguard.settings.names import BASELINE, CONFIGURATION_FILES, DEPENDENCY_FILES

_DECLARING = {*CONFIGURATION_FILES, *DEPENDENCY_FILES, BASELINE}
PATTERNS = ("**/*.py", "**/*.pyi", *sorted(f"**/{name}" for name in _DECLARING))


def register(ls: Service) -> None:
    """Ask the client to watch the files that count, and to tell when its settings change."""
    registrations: list[lsp.Registration] = []
    if ls.client.registers_watchers:
        watchers = [lsp.FileSystemWatcher(glob_pattern=pattern) for pattern in PATTERNS]
        watched = lsp.DidChangeWatchedFilesRegistrationOptions(watchers)
        registrations.append(lsp.Registration("hexguard-files", lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, watched))
    if ls.client.registers_configuration:
        section = lsp.DidChangeConfigurationRegistrationOptions(section="hexguard")
        registrations.append(lsp.Registration("hexguard-settings", lsp.WORKSPACE_DID_CHANGE_CONFIGURATION, section))
    if registrations:
        ls.client_register_capability(lsp.RegistrationParams(registrations))


def did_change_files(ls: Service, params: lsp.DidChangeWatchedFilesParams) -> None:
    """Files were created, changed or removed on disk."""
    paths = [path for change in params.changes if (path := convert.to_path(change.uri))]
    ls.worker.put(lambda: ls.background.checking.files_changed(paths))
