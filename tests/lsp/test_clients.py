"""Real clients, by the capabilities that they were recorded to send: each gets findings and a fix."""

from pathlib import Path

import pytest
from lsprotocol import types as lsp
from pytest_lsp import client_capabilities

from hexguard.lsp.client import Client, client_of
from support.editor import COMMANDS_ONLY, FULL, Editor, capabilities

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

# ALE declares no kinds of actions at all, and names no diagnostics where the cursor is inside a word.
ALE = capabilities(
    {
        "textDocument": {
            "publishDiagnostics": {"relatedInformation": True},
            "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}},
        },
        "workspace": {"workspaceEdit": {"documentChanges": False}, "applyEdit": False},
    }
)

CLIENTS = {
    "VS Code": client_capabilities("visual_studio_code@v1.65.2"),
    "Neovim 0.11": client_capabilities("neovim@v0.11.0"),
    "Neovim 0.10": client_capabilities("neovim@v0.10.0"),
    "Neovim 0.6": client_capabilities("neovim@v0.6.1"),
    "Emacs": client_capabilities("emacs@v29.1"),
    "Helix": HELIX,
    "ALE": ALE,
    "everything": FULL,
    "commands only": COMMANDS_ONLY,
    "none at all": lsp.ClientCapabilities(),
}


KINDS = ("", "quickfix", "refactor", "source", "source.fixAll", "source.fixAllUnsafe.hexguard")

TEXT = (
    "import asyncio\nimport time\nfrom typing import Optional\n\n\n"
    "async def wait(first: Optional[int], second: Optional[int]) -> None:\n"
    "    time.sleep(1)\n"
    "    await asyncio.gather(load(1), load(2))\n"
    "    return [time.sleep(2) for _ in ()]\n"
)


@pytest.mark.parametrize("name", CLIENTS)
async def test_a_client_gets_findings_and_a_fix(tmp_path: Path, name: str) -> None:
    async with Editor(tmp_path, can=CLIENTS[name]) as editor:
        uri = editor.open(tmp_path / "app.py", SLEEP)
        await editor.findings(uri, FOUND)
        [fix, *_] = await editor.menu(uri, "sleep", "quickfix")
        await editor.choose(fix)
        await editor.findings(uri)
        assert "asyncio.sleep(1)" in editor.texts[uri]


@pytest.mark.parametrize("name", CLIENTS)
async def test_a_client_gets_nothing_that_it_cannot_take(tmp_path: Path, name: str) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "shop"\nrequires-python = ">=3.11"\n')
    can = client_of(CLIENTS[name])
    async with Editor(tmp_path, can=CLIENTS[name]) as editor:
        uri = editor.open(tmp_path / "app.py", TEXT)
        offered = [one for kind in KINDS for one in await editor.menu(uri, TEXT, kind)]
        assert offered
        for one in offered:
            if isinstance(one, lsp.CodeAction):
                check_action(one, can)
                edit = one.edit
                if edit is None and one.command is None and one.disabled is None:
                    edit = (await editor.client.code_action_resolve_async(one)).edit
                check_edit(edit, can)
            else:
                assert not can.action_literals
                assert can.applies_edits


def check_action(action: lsp.CodeAction, can: Client) -> None:
    """An action that a client can take."""
    assert can.action_literals or not can.applies_edits, "an action, to a client that knows commands only"
    assert action.disabled is None or can.disabled_actions
    assert action.is_preferred is None or can.preferred_actions
    assert action.edit or action.command or action.disabled or can.resolves_edits
    if action.command:
        assert can.shows_documents if "Documentation" in action.command.command else can.applies_edits


def check_edit(edit: lsp.WorkspaceEdit | None, can: Client) -> None:
    """An edit that a client can make."""
    if edit is None:
        return
    assert edit.change_annotations is None or can.change_annotations
    assert edit.document_changes is None or can.document_changes
    assert (edit.changes is None) == can.document_changes
    for change in edit.document_changes or ():
        assert isinstance(change, lsp.TextDocumentEdit) or can.creates_files
