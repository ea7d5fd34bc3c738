"""Settings files that are open in the editor: what is wrong in them is said as they are written, and explained."""

from pathlib import Path

import pytest
from lsprotocol import types as lsp

from hexguard.lsp.explaining import explained_setting
from hexguard.lsp.settings_documents import SettingsDocuments
from hexguard.text.document import Document
from hexguard_rules.catalogue import CATALOGUE
from support.command import write_files
from support.editor import PULLING, PUSHED, Editor

SLEEP = "import time\n\n\nasync def wait() -> None:\n    time.sleep(1)\n"
FOUND = "blocking-sleep-in-async"


async def told(editor: Editor, uri: str, *parts: str, version: int | None = None) -> None:
    """Wait until the problems of a settings file are these, each by a part of its message."""

    def found() -> bool | None:
        published = [one for one in editor.publishes if one.uri == uri]
        messages = [one.message for one in published[-1].diagnostics] if published else []
        fits = len(messages) == len(parts) and all(part in one for part, one in zip(parts, messages, strict=True))
        return True if fits and (not published or published[-1].version == version) else None

    await editor.until(found, lambda: f"{uri} has {[one for one in editor.publishes if one.uri == uri]}, not {parts}")


@pytest.mark.parametrize("can", [PUSHED, PULLING])
async def test_problems_follow_what_is_written(tmp_path: Path, can: lsp.ClientCapabilities) -> None:
    async with Editor(tmp_path, can=can) as editor:
        uri = editor.open(tmp_path / "hexguard.toml", '# 🦀\nignore = ["blocking-slep-in-async"]\n')
        await told(editor, uri, "did you mean `blocking-sleep-in-async`", version=1)
        [problem] = editor.publishes[-1].diagnostics
        assert problem.range == lsp.Range(lsp.Position(1, 10), lsp.Position(1, 34))
        editor.replace(uri, "slep", "sleep")
        await told(editor, uri, version=2)
        editor.replace(uri, "]\n", "]\npreview = 1\nignroe = []\n")
        await told(editor, uri, "did you mean `ignore`", "`preview` must be true or false", version=3)
        editor.replace(uri, "[]", "[")
        await told(editor, uri, "no valid TOML", version=4)


async def test_settings_count_when_they_are_saved(tmp_path: Path) -> None:
    config = tmp_path / "hexguard.toml"
    write_files(tmp_path, {"hexguard.toml": "", "app.py": SLEEP})
    async with Editor(tmp_path) as editor:
        python = editor.open(tmp_path / "app.py")
        await editor.findings(python, FOUND)
        uri = editor.open(config)
        editor.change(uri, (0, 0), (0, 0), f'ignore = ["{FOUND}", "nothing"]\n')
        await told(editor, uri, "`nothing`", version=2)
        editor.replace(python, "sleep(1)", "sleep(2)")
        assert [one.code for one in await editor.findings(python, FOUND)] == [FOUND]
        config.write_text(editor.texts[uri])
        editor.save(uri)
        await editor.findings(python)


async def test_the_file_on_disk_does_not_speak_over_the_open_document(tmp_path: Path) -> None:
    config = tmp_path / "hexguard.toml"
    write_files(tmp_path, {"hexguard.toml": 'ignore = ["from-disk"]\n', "app.py": SLEEP})
    async with Editor(tmp_path) as editor:
        python = editor.open(tmp_path / "app.py")
        await told(editor, config.as_uri(), "`from-disk`")
        uri = editor.open(config, 'ignore = ["from-editor"]\n')
        await told(editor, uri, "`from-editor`", version=1)
        config.write_text('ignore = ["from-disk-again"]\nselect = ["async"]\n')
        editor.save(python)
        editor.replace(python, "async def", "def")
        await editor.findings(python)
        await told(editor, uri, "`from-editor`", version=1)
        editor.close(uri)
        await told(editor, uri, "`from-disk-again`")
        editor.open(config, "")
        await told(editor, uri, version=1)
        editor.close(uri)
        await told(editor, uri, "`from-disk-again`")


async def test_what_was_said_goes_with_a_document_that_is_in_no_file(tmp_path: Path) -> None:
    async with Editor(tmp_path) as editor:
        uri = editor.open(tmp_path / "hexguard.toml", "selekt = []\n")
        await told(editor, uri, "did you mean `select`", version=1)
        editor.close(uri)
        await told(editor, uri)


def problems(folder: Path, name: str, text: str) -> list[str]:
    documents = SettingsDocuments()
    documents.open(Document.of((folder / name).as_uri(), text, 1))
    edited = documents.take_edited()
    assert edited
    assert documents.take_edited() is None
    return [problem.message for problem in edited[1]]


@pytest.mark.parametrize(
    ("name", "text", "beside", "parts"),
    [
        ("pyproject.toml", "[tool.other\n", {}, []),
        ("pyproject.toml", "[tool.other]\nignroe = 1\n", {}, []),
        ("pyproject.toml", '[project]\ndependencies = [\n"hexguard",\n', {}, []),
        ("pyproject.toml", "[project.scripts]\nhexguard = \n", {}, []),
        ("pyproject.toml", "[tool.hexguard\n", {}, ["no valid TOML"]),
        ("pyproject.toml", "[ tool . 'hexguard' ]\na = \n", {}, ["no valid TOML"]),
        ("pyproject.toml", "[tool]\nhexguard.ignroe = []\n", {}, ["did you mean `ignore`"]),
        ("pyproject.toml", "[tool.hexguard]\n", {"hexguard.toml": "a = ["}, ["is not read, because"]),
        ("pyproject.toml", "[tool.importlinter]\ncontracts = 1\n", {}, ["must be a list"]),
        ("pyproject.toml", "[tool.importlinter]\ncontracts = 1\n", {"setup.cfg": "[importlinter]\n"}, []),
        ("hexguard.toml", "[tool.hexguard]\n", {"pyproject.toml": "["}, ["there is no setting `tool`"]),
        (".hexguard.toml", "preview = true\n", {"hexguard.toml": ""}, ["this file is not read, because"]),
        (".hexguard.toml", "preview = true\n", {"setup.cfg": "[importlinter]\n"}, []),
    ],
)
def test_what_is_wrong_depends_on_the_files_beside(
    tmp_path: Path, name: str, text: str, beside: dict[str, str], parts: list[str]
) -> None:
    write_files(tmp_path, beside)
    found = problems(tmp_path, name, text)
    assert len(found) == len(parts)
    assert all(part in one for part, one in zip(parts, found, strict=True))


async def test_a_file_beside_may_change(tmp_path: Path) -> None:
    async with Editor(tmp_path) as editor:
        uri = editor.open(tmp_path / "pyproject.toml", "[tool.hexguard]\nx = 1\n")
        await told(editor, uri, "there is no setting `x`", version=1)
        (tmp_path / "hexguard.toml").write_text("")
        editor.save((tmp_path / "hexguard.toml").as_uri())
        await told(editor, uri, "is not read, because there is `hexguard.toml`", version=1)


def test_open_documents_are_known_by_path(tmp_path: Path) -> None:
    documents = SettingsDocuments()
    path = tmp_path / "pyproject.toml"
    first, second = (Document.of(path.as_uri(), "", version) for version in (1, 2))
    assert documents.get(str(path)) is None
    documents.open(first)
    documents.open(second)
    assert documents.get(str(path)) is second
    documents.close(path.as_uri())
    assert documents.get(str(path)) is None
    assert documents.take_edited() is None
    assert documents.take_closed() == (path.as_uri(),)
    assert documents.take_closed() == ()


async def test_actions_and_diagnostics_of_settings_documents_are_none(tmp_path: Path) -> None:
    async with Editor(tmp_path, can=PULLING) as editor:
        uri = editor.open(tmp_path / "pyproject.toml", "[tool.hexguard]\nignroe = []\n")
        assert await editor.actions(uri, "ignroe") == []
        report = await editor.pull(uri)
        assert isinstance(report, lsp.RelatedFullDocumentDiagnosticReport)
        assert list(report.items) == []


@pytest.mark.parametrize(
    ("marked", "parts"),
    [
        ("select = ['|async']", ["The family `async`:", "- [blocking-sleep-in-async](", "): "]),
        ("ignore = ['bare-|except']", ["**What it does**", "[bare-except]("]),
        ("extend-select = ['|all']", [f"All {len(CATALOGUE)} rules:", "- [bare-except]("]),
        (
            "select = ['AP-|09']",
            ["The guideline AP-09:", "- [blocking-http-in-async](", "- [blocking-sleep-in-async]("],
        ),
        ("select = ['ap-|09']", ["The guideline ap-09:"]),
        ("ignore = ['unused-|suppression']", ["Suppressions that suppress nothing.", "**What it does**"]),
        ("[severity]\nbare|-except = 'nit'", ["**What it does**"]),
        ("[severity]\n|async = 'nit'", ["The family `async`:"]),
        ("[options.bare-|except]", ["**What it does**"]),
        ("[per-file-ignores]\n'tests/*' = ['|async']", ["The family `async`:"]),
        ("pre|set = 'simple'", ["Which style decides", "It takes one of `simple`, "]),
        ("swit|ches = {}", ["What holds where guidelines disagree", '`"pooling.pre_ping" = "off"`']),
        (
            "switches.'pooling.pre|_ping' = 'on'",
            ["**pooling.pre_ping**", "- `on` (the default): ", "`pool-pre-ping-missing`"],
        ),
        ("switches.pooling.pre-|ping = 'on'", ["**pooling.pre_ping**"]),
        ("switches.pooling.pre_ping = 'o|n'", ["**pooling.pre_ping**"]),
        ("[switches.sql|alchemy]", ["- `sqlalchemy.loading`: "]),
        ("[switches]\nsqlalchemy.load|ing = 'raise'", ["- `selectin` (chosen by the preset `layered`): "]),
        ("[switches]\nunk|nown = 'raise'", None),
        ("[switches]\nunknown = 'ra|ise'", None),
        ("preset = 'sim|ple'", ["It takes one of `simple`, "]),
        ("baseline| = 'x'", ["It takes a path"]),
        ("[sev|erity]", ["How severe"]),
        ("severity.async = 'n|it'", ["How severe"]),
        ("unsafe_|fixes = true", ["Whether fixes that may change"]),
        ("ignore = ['unknown|']", None),
        ("unkn|own = 1", None),
        ("[per-file-ignores]\n'tes|ts/*' = ['async']", None),
        ("src = ['as|ync']", None),
        ("# asy|nc", None),
        ("select = [|", None),
    ],
)
def test_settings_are_explained(marked: str, parts: list[str] | None) -> None:
    offset, text = marked.index("|"), marked.replace("|", "", 1)
    for name, before in (("hexguard.toml", ""), (".hexguard.toml", "x = 1\r\n"), ("pyproject.toml", "[tool]\n")):
        if name == "pyproject.toml" and text.startswith("["):
            continue
        whole = before + ("hexguard." if name == "pyproject.toml" and not text.startswith("#") else "") + text
        found = explained_setting(name, whole, len(whole) - len(text) + offset)
        if parts is None:
            assert found is None
            continue
        assert found
        assert all(part in found[0] for part in parts)
        word = whole[found[1].start : found[1].end]
        assert word
        assert not {"'", "[", " "} & set(word)


async def test_hover_in_a_settings_document(tmp_path: Path) -> None:
    async with Editor(tmp_path) as editor:
        uri = editor.open(
            tmp_path / "pyproject.toml", "[project]\nname = 'ignore'\n\n[tool.hexguard]\nselect = ['async']\n"
        )
        assert "The family `async`" in await editor.hover(uri, "async")
        assert "Which rules run." in await editor.hover(uri, "select")
        assert await editor.hover(uri, "ignore") == ""
        editor.replace(uri, "'async'", "'bare-except'")
        assert "**What it does**" in await editor.hover(uri, "bare-except")


async def test_hover_on_what_the_engine_itself_reports(tmp_path: Path) -> None:
    async with Editor(tmp_path) as editor:
        uri = editor.open(tmp_path / "app.py", "x = 1  # hexguard: ignore[unused-suppression]\n")
        assert "Suppressions that suppress nothing." in await editor.hover(uri, "unused-suppression")
