"""Everything that is offered beside a quick fix, as each kind of client can take it."""

from pathlib import Path

import pytest
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from support.editor import COMMANDS_ONLY, FULL, PULLING, PUSHED, Editor

SLEEP = "import time\n\n\nasync def wait() -> None:\n    time.sleep(1)\n"
RULE = "blocking-sleep-in-async"
OPTIONAL = "from typing import Optional\n\n\ndef port(text: Optional[str], host: Optional[str]) -> int:\n    return 1\n"
PROJECT = '[project]\nname = "shop"\nrequires-python = ">=3.11"\n'
GATHER = "import asyncio\n\n\nasync def load() -> None:\n    await asyncio.gather(first(), second())\n"
GATHER_IN_TRY = (
    "import asyncio\n\n\nasync def load() -> None:\n    try:\n        await asyncio.gather(first(), second())\n"
    "    except OSError:\n        pass\n"
)
COMMITS = (
    "from sqlalchemy.ext.asyncio import AsyncSession\n\n\n"
    "async def save(session: AsyncSession) -> None:\n    session.flush()\n    session.commit()\n"
)


def project(folder: Path, **files: str) -> None:
    (folder / "pyproject.toml").write_text(PROJECT)
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)


def titles(menu: list[lsp.CodeAction | lsp.Command]) -> list[str]:
    return [entry.title for entry in menu]


def entry(menu: list[lsp.CodeAction | lsp.Command], title: str) -> lsp.CodeAction | lsp.Command:
    found = [one for one in menu if title in one.title]
    assert len(found) == 1, titles(menu)
    return found[0]


def action(menu: list[lsp.CodeAction | lsp.Command], title: str) -> lsp.CodeAction:
    found = entry(menu, title)
    assert isinstance(found, lsp.CodeAction)
    return found


async def test_the_whole_menu_of_a_finding(tmp_path: Path) -> None:
    project(tmp_path)
    async with Editor(tmp_path, can=FULL) as editor:
        uri = editor.open(tmp_path / "app.py", SLEEP + "    time.sleep(2)\n")
        menu = await editor.menu(uri, "sleep(1)")
        assert titles(menu) == [
            "Await `asyncio.sleep`",
            f"Fix all 2 `{RULE}` in this file",
            f"Fix all `{RULE}` in the project",
            f"Suppress `{RULE}` here",
            f"Suppress `{RULE}` in this file",
            f"Suppress `{RULE}` in the settings of the project",
            f"Show the documentation of `{RULE}`",
            "Fix all, also where behavior may change (Hexguard)",
        ]
        for offered in menu:
            assert isinstance(offered, lsp.CodeAction)
            assert offered.edit is None, "edits are made when they are asked for"
            # The test client keeps only the command of an action that has one.
            if offered.command is None:
                assert bool(offered.diagnostics) == ("(Hexguard)" not in offered.title)


@pytest.mark.parametrize("can", [FULL, PULLING, PUSHED, COMMANDS_ONLY], ids=["full", "pulling", "pushed", "commands"])
@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("here", f"    time.sleep(1)  # hexguard: ignore[{RULE}]\n"),
        ("in this file", f"# hexguard: ignore-file[{RULE}]\nimport time\n"),
    ],
)
async def test_a_finding_is_suppressed(tmp_path: Path, can: lsp.ClientCapabilities, title: str, expected: str) -> None:
    async with Editor(tmp_path, can=can) as editor:
        uri = editor.open(tmp_path / "app.py", SLEEP)
        await editor.choose(entry(await editor.menu(uri, "sleep(1)"), f"Suppress `{RULE}` {title}"))
        assert expected in editor.texts[uri]
        assert RULE not in " ".join(titles(await editor.menu(uri, "sleep(1)")))


@pytest.mark.parametrize("can", [FULL, PULLING, COMMANDS_ONLY], ids=["full", "pulling", "commands"])
async def test_a_rule_is_ignored_in_the_settings(tmp_path: Path, can: lsp.ClientCapabilities) -> None:
    project(tmp_path)
    async with Editor(tmp_path, can=can) as editor:
        uri = editor.open(tmp_path / "app.py", SLEEP)
        await editor.choose(entry(await editor.menu(uri, "sleep(1)"), "settings of the project"))
        assert (tmp_path / "pyproject.toml").read_text() == f'{PROJECT}\n[tool.hexguard]\nignore = ["{RULE}"]\n'
        editor.save(uri)
        assert await editor.menu(uri, "sleep(1)") == []


async def test_an_open_settings_document_is_edited_as_it_is(tmp_path: Path) -> None:
    project(tmp_path)
    async with Editor(tmp_path, can=FULL) as editor:
        uri = editor.open(tmp_path / "app.py", SLEEP)
        settings = editor.open(tmp_path / "pyproject.toml")
        editor.replace(settings, PROJECT, PROJECT + "[tool.hexguard]\nignore = []  # none\n")
        await editor.choose(entry(await editor.menu(uri, "sleep(1)"), "settings of the project"))
        assert editor.texts[settings] == f'{PROJECT}[tool.hexguard]\nignore = ["{RULE}"]  # none\n'
        assert (tmp_path / "pyproject.toml").read_text() == PROJECT


async def test_settings_that_cannot_be_changed_say_why(tmp_path: Path) -> None:
    (tmp_path / "hexguard.toml").write_text("ignore = 1\n")
    async with Editor(tmp_path, can=FULL) as editor:
        uri = editor.open(tmp_path / "app.py", SLEEP)
        with pytest.raises(JsonRpcException, match="`ignore`"):
            await editor.choose(entry(await editor.menu(uri, "sleep(1)"), "settings of the project"))


@pytest.mark.parametrize(("can", "is_offered"), [(FULL, True), (PULLING, False)], ids=["creates", "creates nothing"])
async def test_a_file_for_settings_is_made_if_the_client_can(
    tmp_path: Path, can: lsp.ClientCapabilities, is_offered: bool
) -> None:
    async with Editor(tmp_path, can=can) as editor:
        uri = editor.open(tmp_path / "app.py", SLEEP)
        menu = await editor.menu(uri, "sleep(1)")
        assert any("settings" in title for title in titles(menu)) == is_offered
        if is_offered:
            await editor.choose(entry(menu, "settings of the project"))
            assert (tmp_path / "hexguard.toml").read_text() == f'ignore = ["{RULE}"]\n'


async def test_an_idle_suppression_is_removed(tmp_path: Path) -> None:
    async with Editor(tmp_path, can=FULL) as editor:
        uri = editor.open(tmp_path / "app.py", f"x = 1  # noqa  # hexguard: ignore[{RULE}] no longer\n")
        removal = action(await editor.menu(uri, RULE), "Remove this suppression")
        assert removal.is_preferred
        await editor.choose(removal)
        assert editor.texts[uri] == "x = 1  # noqa\n"


async def test_all_findings_of_a_rule_in_the_file_are_fixed(tmp_path: Path) -> None:
    project(tmp_path)
    async with Editor(tmp_path, can=FULL) as editor:
        uri = editor.open(tmp_path / "app.py", OPTIONAL + SLEEP)
        await editor.choose(action(await editor.menu(uri, "Optional[str], "), "Fix all 2"))
        assert "def port(text: str | None, host: str | None)" in editor.texts[uri]
        assert "time.sleep(1)" in editor.texts[uri]


async def test_all_findings_of_a_rule_in_the_project_are_fixed_after_a_look(tmp_path: Path) -> None:
    project(tmp_path, closed=SLEEP, clean="x = 1\n", other=OPTIONAL)
    async with Editor(tmp_path, can=FULL) as editor:
        uri = editor.open(tmp_path / "app.py", SLEEP)
        chosen = action(await editor.menu(uri, "sleep(1)"), "in the project")
        edit = await editor.edit_of(chosen)
        assert edit.change_annotations
        assert [note.needs_confirmation for note in edit.change_annotations.values()] == [True]
        editor.apply(edit)
        assert "await asyncio.sleep(1)" in editor.texts[uri]
        assert "await asyncio.sleep(1)" in (tmp_path / "closed.py").read_text()
        assert (tmp_path / "other.py").read_text() == OPTIONAL
        assert (tmp_path / "app.py").exists() is False


@pytest.mark.parametrize("answer", ["Make these changes", "Leave everything as it is", ""])
async def test_a_client_that_cannot_show_changes_is_asked_before_a_project_is_fixed(
    tmp_path: Path, answer: str
) -> None:
    project(tmp_path, closed=SLEEP)
    async with Editor(tmp_path, can=COMMANDS_ONLY) as editor:
        editor.answer = answer
        uri = editor.open(tmp_path / "app.py", SLEEP)
        await editor.choose(entry(await editor.menu(uri, "sleep(1)"), "in the project"))
        assert editor.questions == ["Hexguard: Fix 2 findings in 2 files?"]
        is_fixed = answer.startswith("Make")
        assert ("asyncio" in editor.texts[uri]) == is_fixed
        assert ("asyncio" in (tmp_path / "closed.py").read_text()) == is_fixed


async def test_a_selection_offers_its_findings_together(tmp_path: Path) -> None:
    project(tmp_path)
    async with Editor(tmp_path, can=FULL) as editor:
        uri = editor.open(tmp_path / "app.py", OPTIONAL + "\n\ndef last(x: Optional[int]) -> None: ...\n" + COMMITS)
        selected = "port(text: Optional[str], host: Optional[str])"
        menu = await editor.menu(uri, selected)
        assert "Fix the 2 findings here that are safe to fix" in titles(menu)
        await editor.choose(action(menu, "Fix the 2 findings"))
        assert "port(text: str | None, host: str | None)" in editor.texts[uri]
        assert "last(x: Optional[int])" in editor.texts[uri]
        menu = await editor.menu(uri, editor.texts[uri].partition("def last")[2])
        assert "Fix all 3 findings here, also where behavior may change" in titles(menu)


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        ("source.fixAll", {"source.fixAll.hexguard"}),
        ("source.fixAllUnsafe", {"source.fixAllUnsafe.hexguard"}),
        ("source.fixAllUnsafe.hexguard", {"source.fixAllUnsafe.hexguard"}),
        ("source", {"source.fixAll.hexguard", "source.fixAllUnsafe.hexguard"}),
        ("refactor.rewrite.hexguard", {"refactor.rewrite.hexguard.gather-to-taskgroup"}),
        ("refactor.rewrite.hexguard.gather-to-taskgroup", {"refactor.rewrite.hexguard.gather-to-taskgroup"}),
        ("refactor.extract", set[str]()),
        ("source.fix", set[str]()),
    ],
)
async def test_only_what_is_asked_for_is_offered(tmp_path: Path, only: str, expected: set[str]) -> None:
    project(tmp_path)
    async with Editor(tmp_path, can=FULL) as editor:
        uri = editor.open(tmp_path / "app.py", OPTIONAL + SLEEP + GATHER)
        menu = await editor.menu(uri, "gather", only)
        assert {str(one.kind) for one in menu if isinstance(one, lsp.CodeAction)} == expected


async def test_unsafe_fixes_of_a_whole_file_ask_first(tmp_path: Path) -> None:
    async with Editor(tmp_path, can=FULL) as editor:
        uri = editor.open(tmp_path / "app.py", COMMITS)
        [everything] = await editor.menu(uri, "flush", "source.fixAllUnsafe")
        assert isinstance(everything, lsp.CodeAction)
        edit = await editor.edit_of(everything)
        assert edit.change_annotations
        editor.apply(edit)
        assert "await session.flush()\n    await session.commit()" in editor.texts[uri]
        assert await editor.menu(uri, "flush", "source.fixAll") == []


async def test_a_rewrite_is_offered_without_a_finding(tmp_path: Path) -> None:
    project(tmp_path)
    async with Editor(tmp_path, can=FULL) as editor:
        uri = editor.open(tmp_path / "app.py", GATHER)
        await editor.findings(uri)
        rewrite = action(await editor.menu(uri, "gather"), "task group")
        assert rewrite.diagnostics is None
        await editor.choose(rewrite)
        assert "async with asyncio.TaskGroup() as group:\n        group.create_task(first())" in editor.texts[uri]


async def test_what_cannot_be_done_says_why_to_those_who_look_for_it(tmp_path: Path) -> None:
    project(tmp_path)
    async with Editor(tmp_path, can=FULL) as editor:
        uri = editor.open(tmp_path / "app.py", GATHER_IN_TRY)
        refused = action(await editor.menu(uri, "gather", "refactor"), "task group")
        assert refused.disabled
        assert "exception group" in refused.disabled.reason
        assert await editor.menu(uri, "gather") == []
        assert await editor.menu(uri, "gather", "refactor", by_hand=False) == []
    async with Editor(tmp_path, can=PUSHED) as editor:
        uri = editor.open(tmp_path / "app.py", GATHER_IN_TRY)
        assert await editor.menu(uri, "gather", "refactor") == []


async def test_the_documentation_is_shown_without_network(tmp_path: Path) -> None:
    async with Editor(tmp_path, can=FULL) as editor:
        uri = editor.open(tmp_path / "app.py", SLEEP)
        await editor.choose(action(await editor.menu(uri, "sleep(1)"), "Show the documentation"))
        [shown] = editor.client.shown_documents
        assert Path(shown.uri.removeprefix("file://")).read_text("utf-8").startswith(f"# {RULE}\n")
        with pytest.raises(JsonRpcException, match="no rule is called"):
            await editor.run(lsp.Command("", "hexguard.showDocumentation", arguments=["nothing"]))


async def test_a_client_without_actions_gets_commands(tmp_path: Path) -> None:
    async with Editor(tmp_path, can=COMMANDS_ONLY) as editor:
        uri = editor.open(tmp_path / "app.py", SLEEP)
        menu = await editor.menu(uri, "sleep(1)")
        assert all(isinstance(one, lsp.Command) for one in menu)
        await editor.choose(entry(menu, "Await"))
        assert "await asyncio.sleep(1)" in editor.texts[uri]
        with pytest.raises(JsonRpcException, match="has changed since"):
            await editor.choose(entry(menu, "Await"))


async def test_a_folder_that_is_no_project_is_not_fixed_as_a_whole(tmp_path: Path) -> None:
    async with Editor(can=FULL) as editor:
        uri = editor.open(tmp_path / "app.py", SLEEP)
        assert not [title for title in titles(await editor.menu(uri, "sleep(1)")) if "in the project" in title]
        with pytest.raises(JsonRpcException, match="belongs to no project"):
            await editor.run(lsp.Command("", "hexguard.apply", arguments=[{"type": "everywhere", "uri": uri}]))


async def test_a_command_without_sense_is_refused(tmp_path: Path) -> None:
    async with Editor(tmp_path, can=COMMANDS_ONLY) as editor:
        for arguments in ([], [{"what": 1}], [1, 2]):
            with pytest.raises(JsonRpcException):
                await editor.run(lsp.Command("", "hexguard.apply", arguments=arguments))
