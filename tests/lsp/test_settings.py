"""Settings as a client and a project give them: live, in place, and for each root its own."""

from pathlib import Path

import pytest
from lsprotocol import types as lsp

from support.editor import PULLING, PUSHED, Editor, capabilities

SLEEP = "import time\n\n\nasync def wait() -> None:\n    time.sleep(1)\n"
FOUND = "blocking-sleep-in-async"
ASKING = capabilities({"workspace": {"configuration": True}})


@pytest.mark.parametrize(
    "options",
    [
        {"ignore": [FOUND]},
        {"hexguard": {"ignore": [FOUND]}},
        {"settings": {"ignore": [FOUND]}},
        {"settings": {"hexguard": {"ignore": ["async"]}}},
        {"hexguard.ignore": [FOUND], "select": None},
    ],
)
async def test_settings_come_with_the_initialization(tmp_path: Path, options: object) -> None:
    async with Editor(tmp_path, options=options) as editor:
        await editor.findings(editor.open(tmp_path / "app.py", SLEEP))


async def test_settings_change_while_the_server_runs(tmp_path: Path) -> None:
    async with Editor(tmp_path) as editor:
        uri = editor.open(tmp_path / "app.py", SLEEP)
        await editor.findings(uri, FOUND)
        cases: tuple[tuple[object, tuple[str, ...]], ...] = (
            ({"hexguard": {"ignore": [FOUND]}}, ()),
            ({"hexguard": {}}, (FOUND,)),
            ({"ignore": ["all"]}, ()),
            (None, (FOUND,)),
        )
        for settings, codes in cases:
            editor.client.workspace_did_change_configuration(lsp.DidChangeConfigurationParams(settings))
            await editor.findings(uri, *codes)


async def test_a_client_is_asked_for_its_settings(tmp_path: Path) -> None:
    async with Editor(tmp_path, can=ASKING, settings={"ignore": [FOUND]}) as editor:
        uri = editor.open(tmp_path / "app.py", SLEEP)
        await editor.findings(uri)
        editor.client.set_configuration({"hexguard": {}})
        editor.client.workspace_did_change_configuration(lsp.DidChangeConfigurationParams(None))
        await editor.findings(uri, FOUND)


async def test_wrong_editor_settings_are_told_once(tmp_path: Path) -> None:
    async with Editor(tmp_path, options={"ignroe": ["x"]}) as editor:
        first = editor.open(tmp_path / "first.py", SLEEP)
        second = editor.open(tmp_path / "second.py", SLEEP)
        await editor.findings(first, FOUND)
        await editor.findings(second, FOUND)
        await editor.until(lambda: editor.client.messages or None, lambda: "nothing was told")
        editor.replace(first, "async def", "def")
        await editor.findings(first)
        assert ["did you mean" in message.message for message in editor.client.messages] == [True]


@pytest.mark.parametrize("can", [PUSHED, PULLING])
async def test_problems_of_a_configuration_file_are_shown_in_place(tmp_path: Path, can: lsp.ClientCapabilities) -> None:
    config = tmp_path / "hexguard.toml"
    config.write_text('# settings 🦀\nignore = ["blocking-slep-in-async"]\n', "utf-8")
    async with Editor(tmp_path, can=can) as editor:
        uri = editor.open(tmp_path / "app.py", SLEEP)

        def problems() -> list[lsp.Diagnostic] | None:
            return list(editor.client.diagnostics.get(config.as_uri(), ())) or None

        [problem] = await editor.until(problems, lambda: "no problem was shown")
        assert problem.source == "hexguard"
        assert problem.severity == lsp.DiagnosticSeverity.Warning
        assert problem.range == lsp.Range(lsp.Position(1, 10), lsp.Position(1, 34))
        config.write_text(f'ignore = ["{FOUND}"]\n', "utf-8")
        editor.save(uri)
        await editor.findings(config.as_uri())
        if can is PUSHED:
            await editor.findings(uri)


async def test_saving_a_configuration_file_counts_though_nothing_is_watched(tmp_path: Path) -> None:
    config = tmp_path / "hexguard.toml"
    config.write_text("")
    async with Editor(tmp_path) as editor:
        uri = editor.open(tmp_path / "app.py", SLEEP)
        await editor.findings(uri, FOUND)
        config.write_text(f'ignore = ["{FOUND}"]')
        editor.save(config.as_uri())
        await editor.findings(uri)


async def test_each_root_has_its_own_settings(tmp_path: Path) -> None:
    strict, lax, outside = (tmp_path / name for name in ("strict", "lax", "outside"))
    for folder, text in ((strict, ""), (lax, f'ignore = ["{FOUND}"]'), (outside, f'ignore = ["{FOUND}"]')):
        folder.mkdir()
        (folder / "hexguard.toml").write_text(text)
    async with Editor(strict, lax) as editor:
        await editor.findings(editor.open(strict / "app.py", SLEEP), FOUND)
        await editor.findings(editor.open(lax / "app.py", SLEEP))
        await editor.findings(editor.open(outside / "app.py", SLEEP))


async def test_a_root_is_never_outside_the_folder_that_was_opened(tmp_path: Path) -> None:
    (tmp_path / "hexguard.toml").write_text(f'ignore = ["{FOUND}"]')
    folder = tmp_path / "service"
    folder.mkdir()
    async with Editor(folder) as editor:
        uri = editor.open(folder / "app.py", SLEEP)
        await editor.findings(uri, FOUND)
        event = lsp.WorkspaceFoldersChangeEvent(added=[], removed=[lsp.WorkspaceFolder(folder.as_uri(), "service")])
        editor.client.workspace_did_change_workspace_folders(lsp.DidChangeWorkspaceFoldersParams(event))
        await editor.findings(uri)
        event = lsp.WorkspaceFoldersChangeEvent(added=[lsp.WorkspaceFolder(folder.as_uri(), "service")], removed=[])
        editor.client.workspace_did_change_workspace_folders(lsp.DidChangeWorkspaceFoldersParams(event))
        await editor.findings(uri, FOUND)


async def test_a_new_configuration_file_makes_a_new_root(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    async with Editor(tmp_path) as editor:
        uri = editor.open(inner / "app.py", SLEEP)
        await editor.findings(uri, FOUND)
        config = inner / "hexguard.toml"
        config.write_text(f'ignore = ["{FOUND}"]')
        created = lsp.FileEvent(config.as_uri(), lsp.FileChangeType.Created)
        editor.client.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams([created]))
        await editor.findings(uri)
