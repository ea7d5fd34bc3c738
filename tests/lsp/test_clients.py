"""Real clients, by the capabilities that they were recorded to send: each gets findings and a fix."""

from pathlib import Path

import pytest
from lsprotocol import types as lsp
from pytest_lsp import client_capabilities

from support.editor import Editor, capabilities

SLEEP = "import time\n\n\nasync def wait() -> None:\n    time.sleep(1)\n"
FOUND = "blocking-sleep-in-async"

# Helix calls the workspace's ability to refresh `diagnostic`; the protocol says `diagnostics`.
HELIX = capabilities(
    {
        "general": {"positionEncodings": ["utf-8", "utf-32", "utf-16"]},
        "textDocument": {
            "diagnostic": {"dynamicRegistration": False, "relatedDocumentSupport": True},
            "publishDiagnostics": {"versionSupport": True},
            "codeAction": {
                "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["", "quickfix", "refactor", "source"]}},
                "isPreferredSupport": True,
                "disabledSupport": True,
                "dataSupport": True,
                "resolveSupport": {"properties": ["edit", "command"]},
            },
        },
        "workspace": {
            "diagnostic": {"refreshSupport": True},
            "configuration": True,
            "didChangeWatchedFiles": {"dynamicRegistration": True, "relativePatternSupport": False},
            "workspaceEdit": {"documentChanges": True},
        },
        "window": {"workDoneProgress": True},
    }
)

CLIENTS = {
    "VS Code": client_capabilities("visual_studio_code@v1.65.2"),
    "Neovim 0.11": client_capabilities("neovim@v0.11.0"),
    "Neovim 0.6": client_capabilities("neovim@v0.6.1"),
    "Emacs": client_capabilities("emacs@v29.1"),
    "Helix": HELIX,
    "none at all": lsp.ClientCapabilities(),
}


@pytest.mark.parametrize("name", CLIENTS)
async def test_a_client_gets_findings_and_a_fix(tmp_path: Path, name: str) -> None:
    async with Editor(tmp_path, can=CLIENTS[name]) as editor:
        uri = editor.open(tmp_path / "app.py", SLEEP)
        await editor.findings(uri, FOUND)
        [action, *_] = await editor.actions(uri, "sleep", "quickfix")
        editor.apply(await editor.edit_of(action))
        await editor.findings(uri)
        assert "asyncio.sleep(1)" in editor.texts[uri]
