"""Whole conversations with the server, as a real client has them over stdio."""

from pathlib import Path

import pytest
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from support.editor import PULLING, PUSHED, Editor

SLEEP = "import time\n\n\nasync def wait() -> None:\n    time.sleep(1)\n"
FOUND = "blocking-sleep-in-async"
SAFE = "from typing import Optional\n\n\ndef port(text: Optional[str]) -> int:\n    return int(text or 0)\n"


async def test_findings_follow_the_text(tmp_path: Path) -> None:
    async with Editor(tmp_path) as editor:
        uri = editor.open(tmp_path / "app.py", SLEEP)
        [first] = await editor.findings(uri, FOUND)
        assert first.range == lsp.Range(lsp.Position(4, 4), lsp.Position(4, 14))
        assert (first.severity, first.source) == (lsp.DiagnosticSeverity.Error, "hexguard")
        assert first.code_description
        assert first.code_description.href.endswith("docs/rules/async/blocking-sleep-in-async.md")
        assert first.data == {"rule": FOUND}
        editor.replace(uri, "async def", "def")
        await editor.findings(uri)
        editor.replace(uri, "def", "async def")
        await editor.findings(uri, FOUND)
        editor.close(uri)
        await editor.findings(uri)


async def test_a_burst_ends_with_the_last_version_and_nothing_is_published_twice(tmp_path: Path) -> None:
    async with Editor(tmp_path) as editor:
        uri = editor.open(tmp_path / "app.py", SLEEP)
        for _ in range(40):
            editor.change(uri, (0, 0), (0, 0), "\n")
        last = await editor.until(
            lambda: next((one for one in editor.publishes if one.version == editor.versions[uri]), None),
            lambda: f"only {[one.version for one in editor.publishes]} were published",
        )
        assert last.diagnostics[0].range.start.line == 44
        versions = [one.version or 0 for one in editor.publishes]
        assert versions == sorted(set(versions))


async def test_a_finding_in_one_document_follows_an_edit_in_another(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "shop"\n')
    (tmp_path / "rates.py").write_text("def load() -> int:\n    return 1\n")
    async with Editor(tmp_path) as editor:
        route = editor.open(
            tmp_path / "route.py", "import rates\n\n\nasync def show() -> int:\n    return rates.load()\n"
        )
        await editor.findings(route)
        rates = editor.open(
            tmp_path / "rates.py", "import time\n\n\ndef load() -> int:\n    time.sleep(1)\n    return 1\n"
        )
        [found] = await editor.findings(route, "blocking-call-transitive")
        assert found.related_information
        assert {place.location.uri for place in found.related_information} == {rates}
        editor.replace(rates, "    time.sleep(1)\n", "")
        await editor.findings(route)


async def test_the_files_that_nobody_opened_count(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "shop"\n')
    (tmp_path / "rates.py").write_text("import time\n\n\ndef load() -> int:\n    time.sleep(1)\n    return 1\n")
    async with Editor(tmp_path) as editor:
        route = editor.open(
            tmp_path / "route.py", "import rates\n\n\nasync def show() -> int:\n    return rates.load()\n"
        )
        [found] = await editor.findings(route, "blocking-call-transitive")
        assert found.related_information
        assert {place.location.uri for place in found.related_information} == {(tmp_path / "rates.py").as_uri()}
        (tmp_path / "rates.py").write_text("def load() -> int:\n    return 1\n")
        changed = lsp.FileEvent((tmp_path / "rates.py").as_uri(), lsp.FileChangeType.Changed)
        editor.client.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams([changed]))
        await editor.findings(route)


async def test_pulled_diagnostics_are_unchanged_until_something_changes(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "shop"\n')
    async with Editor(tmp_path, can=PULLING) as editor:
        route = editor.open(
            tmp_path / "route.py", "import rates\n\n\nasync def show() -> int:\n    return rates.load()\n"
        )
        rates = editor.open(tmp_path / "rates.py", "def load() -> int:\n    return 1\n")
        first = await editor.pull(route)
        await editor.pull(rates)
        assert isinstance(first, lsp.RelatedFullDocumentDiagnosticReport)
        assert list(first.items) == []
        again = await editor.pull(route, first.result_id)
        assert isinstance(again, lsp.RelatedUnchangedDocumentDiagnosticReport)
        editor.replace(rates, "return 1", "__import__\n    import time\n    time.sleep(1)")
        await editor.until(lambda: editor.client.diagnostic_refresh_count or None, lambda: "no refresh was asked for")
        third = await editor.pull(route, first.result_id)
        assert isinstance(third, lsp.RelatedFullDocumentDiagnosticReport)
        assert [one.code for one in third.items] == ["blocking-call-transitive"]
        assert editor.publishes == []


@pytest.mark.parametrize("can", [PULLING, PUSHED])
async def test_a_quick_fix_removes_the_finding(tmp_path: Path, can: lsp.ClientCapabilities) -> None:
    async with Editor(tmp_path, can=can) as editor:
        uri = editor.open(tmp_path / "app.py", SLEEP)
        actions = await editor.actions(uri, "sleep", "quickfix")
        assert actions
        assert (actions[0].edit is None) == (can is PULLING)
        edit = await editor.edit_of(actions[0])
        assert (edit.document_changes is not None) == (can is PULLING)
        editor.apply(edit)
        assert "await asyncio.sleep(1)" in editor.texts[uri]
        assert await editor.actions(uri, "sleep(1)", "quickfix") == []


async def test_an_unsafe_fix_asks_first(tmp_path: Path) -> None:
    text = (
        "from sqlalchemy.ext.asyncio import AsyncSession\n\n\n"
        "async def save(session: AsyncSession) -> None:\n    session.commit()\n"
    )
    async with Editor(tmp_path, can=PULLING) as editor:
        uri = editor.open(tmp_path / "app.py", text)
        [action, *_] = await editor.actions(uri, "commit", "quickfix")
        assert action.is_preferred is False
        edit = await editor.edit_of(action)
        assert edit.change_annotations
        assert [note.needs_confirmation for note in edit.change_annotations.values()] == [True]
        editor.apply(edit)
        assert "await session.commit()" in editor.texts[uri]


async def test_an_action_of_an_older_version_is_refused(tmp_path: Path) -> None:
    async with Editor(tmp_path, can=PULLING) as editor:
        uri = editor.open(tmp_path / "app.py", SLEEP)
        [action, *_] = await editor.actions(uri, "sleep", "quickfix")
        editor.change(uri, (0, 0), (0, 0), "\n")
        with pytest.raises(JsonRpcException, match="the document has changed since this action was offered") as refused:
            await editor.edit_of(action)
        assert refused.value.code == -32801


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        ((), {"quickfix", "source.fixAll.hexguard"}),
        (("quickfix",), {"quickfix"}),
        (("source",), {"source.fixAll.hexguard"}),
        (("source.fixAll.hexguard",), {"source.fixAll.hexguard"}),
        (("source.organizeImports",), set[str]()),
        (("refactor",), set[str]()),
    ],
)
async def test_only_wanted_kinds_are_offered(tmp_path: Path, only: tuple[str, ...], expected: set[str]) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "shop"\nrequires-python = ">=3.11"\n')
    async with Editor(tmp_path, can=PULLING) as editor:
        uri = editor.open(tmp_path / "app.py", SAFE)
        kinds = {
            getattr(action.kind, "value", action.kind) for action in await editor.actions(uri, "Optional[str]", *only)
        }
        assert kinds == expected


@pytest.mark.parametrize("can", [PULLING, PUSHED])
async def test_all_that_is_safe_is_fixed_at_once(tmp_path: Path, can: lsp.ClientCapabilities) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "shop"\nrequires-python = ">=3.11"\n')
    async with Editor(tmp_path, can=can) as editor:
        text = SAFE + "\n\n# far away\n" * 20 + "def name(text: Optional[str]) -> str:\n    return text or ''\n" + SLEEP
        uri = editor.open(tmp_path / "app.py", text)
        [action] = await editor.actions(uri, "int(text", "source.fixAll")
        edit = await editor.edit_of(action)
        editor.apply(edit)
        assert "Optional" not in editor.texts[uri]
        assert editor.texts[uri].count("str | None") == 2
        assert "    time.sleep(1)" in editor.texts[uri]
        assert editor.texts[uri].count("# far away") == 20
        assert await editor.actions(uri, "int(text", "source.fixAll") == []


async def test_hover_explains_findings_and_suppressed_names(tmp_path: Path) -> None:
    text = SLEEP + "    time.sleep(2)  # hexguard: ignore[blocking-sleep-in-async] warm-up\n"
    async with Editor(tmp_path) as editor:
        uri = editor.open(tmp_path / "app.py", text)
        shown = await editor.hover(uri, "time.sleep(1)")
        for part in ("blocking", "**What it does**", "**Why it matters**", "**Known limits**", "fix is offered", FOUND):
            assert part in shown
        assert "**What it does**" in await editor.hover(uri, "blocking-sleep-in-async]")
        assert await editor.hover(uri, "import") == ""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
async def test_columns_are_in_the_agreed_encoding(tmp_path: Path, encoding: str) -> None:
    can = lsp.ClientCapabilities(general=lsp.GeneralClientCapabilities(position_encodings=[encoding]))
    text = 'import time\n\n\nasync def wait() -> None:\n    "🦀é"; time.sleep(1)\n'
    async with Editor(tmp_path, can=can) as editor:
        uri = editor.open(tmp_path / "app.py", text)
        [found] = await editor.findings(uri, FOUND)
        assert editor.encoding == encoding
        assert found.range.start.character == {"utf-8": 14, "utf-16": 11, "utf-32": 10}[encoding]
        editor.replace(uri, '"🦀é"; ', '"🦀🦀é"; ')
        [found] = await editor.until(
            lambda: editor.publishes[-1].diagnostics if editor.publishes[-1].version == 2 else None, lambda: "nothing"
        )
        assert editor.texts[uri][editor.offset(uri, found.range.start) :].startswith("time.sleep")
        [action, *_] = await editor.actions(uri, "time.sleep", "quickfix")
        editor.apply(await editor.edit_of(action))
        assert "🦀🦀é" in editor.texts[uri]
        assert "await asyncio.sleep(1)" in editor.texts[uri]


async def test_a_draft_that_is_in_no_file_is_checked(tmp_path: Path) -> None:
    async with Editor() as editor:
        await editor.findings(editor.open("untitled:Untitled-1", SLEEP), FOUND)
    async with Editor(tmp_path) as editor:
        await editor.findings(editor.open("untitled:Untitled-1", SLEEP), FOUND)
