"""What can be completed, and where: every offer leads to a text that says what was chosen, and prose gets none."""

import tomllib
from pathlib import Path

import pytest
from lsprotocol import types as lsp

from hexguard.app.root import Root
from hexguard.lsp.completing import Completion, in_comment, in_settings
from hexguard.lsp.directives import directive_at
from hexguard.lsp.roots import Home
from hexguard.settings.load import load
from hexguard.settings.schema import KEYS, spelled
from hexguard.settings.switches import SWITCHES
from hexguard.text.document import Document
from hexguard_rules.catalogue import CATALOGUE
from support.editor import PUSHED, Editor, capabilities

RULE = "blocking-sleep-in-async"
SLEEP = "import time\n\n\nasync def wait() -> None:\n    time.sleep(1)"
FAMILIES = sorted(CATALOGUE.families)
RULES = sorted(CATALOGUE.names)
ALL_KEYS = [spelled(field) for field in KEYS]
TABLES = [spelled(field) for field, key in KEYS.items() if key.names or key.holds == "tables"]
SWITCH_NAMES = list(SWITCHES)


def check(found: list[Completion], text: str, chosen: str | None) -> str | None:
    """The text after the completion `chosen` was taken; `None` if nothing is offered at all."""
    if chosen is None:
        assert found == []
        return None
    [one] = [one for one in found if one.label == chosen]
    return text[: one.span.start] + one.text + text[one.span.end :]


def in_python(folder: Path, marked: str) -> tuple[list[Completion], str]:
    """What is offered at the `|` of a Python document, and its text."""
    offset, text = marked.index("|"), marked.replace("|", "", 1)
    path = str(folder / "app.py")
    document = Document.of(path, text, 1)
    directive = directive_at(document, offset)
    if directive is None:
        return [], text
    root = Root(folder)
    root.open(path, document)
    return in_comment(Home(root, path), directive), text


@pytest.mark.parametrize(
    ("marked", "chosen", "expected"),
    [
        ("x = 1  # hexguard: ignore[|", RULE, f"x = 1  # hexguard: ignore[{RULE}"),
        ("x = 1  # hexguard: ignore[|] why", RULE, f"x = 1  # hexguard: ignore[{RULE}] why"),
        ("x = 1  # hexguard: ignore[block|]", RULE, f"x = 1  # hexguard: ignore[{RULE}]"),
        ("x = 1  # hexguard: ignore[blocking-|calls]", RULE, f"x = 1  # hexguard: ignore[{RULE}]"),
        ("x = 1  # hexguard: ignore[bare-except,|]", RULE, f"x = 1  # hexguard: ignore[bare-except,{RULE}]"),
        ("x = 1  # hexguard: ignore[bare-except, blo|", RULE, f"x = 1  # hexguard: ignore[bare-except, {RULE}"),
        ("x = 1  # type: ignore  # hexguard: ignore[|]", RULE, f"x = 1  # type: ignore  # hexguard: ignore[{RULE}]"),
        ("#hexguard:ignore-file[|]\r\nx = 1", RULE, f"#hexguard:ignore-file[{RULE}]\r\nx = 1"),
        ("# hexguard: |", "ignore", "# hexguard: ignore"),
        ("# hexguard: ig|", "ignore-file", "# hexguard: ignore-file"),
        ("def f():\n    x = 1  # hexguard:|\n", "ignore", "def f():\n    x = 1  # hexguard:ignore\n"),
        # Nowhere else.
        ("x = 1  # hexguard| ", None, None),
        ("x = 1  # hexguard: ignore[bare-except] |", None, None),
        ("x = 1  # hexguard: ignore[bare-except]|", None, None),
        ('x = "# hexguard: ignore[|"', None, None),
        ('x = """\n# hexguard: |\n"""', None, None),
        ("# write `# hexguard: ignore[|` here", None, None),
        ("hexguard = ignore[|", None, None),
        ("x = [|", None, None),
        ("|", None, None),
    ],
)
def test_names_are_completed_in_comments_and_nowhere_else(
    tmp_path: Path, marked: str, chosen: str | None, expected: str | None
) -> None:
    found, text = in_python(tmp_path, marked)
    assert check(found, text, chosen) == expected


@pytest.mark.parametrize(
    "marked",
    [
        f"{SLEEP}  # hexguard: ignore[|]\n",
        f"{SLEEP}  # hexguard: ignore[|\n",
        f"{SLEEP}  # hexguard: ignore[bare-except, |] why\n    time.sleep(2)\n",
        SLEEP.replace("    time", "    # hexguard: ignore[|]\n    time"),
        SLEEP.replace("    time", "    # hexguard: ignore[|\n    # and more\n\n    time"),
        SLEEP.replace("sleep(1)", "sleep(\n        1\n    )  # hexguard: ignore[|"),
        f"# hexguard: ignore-file[|]\n{SLEEP}\n",
    ],
)
def test_what_is_reported_there_comes_first(tmp_path: Path, marked: str) -> None:
    found, _ = in_python(tmp_path, marked)
    assert [one.label for one in found if one.is_near] == [RULE]


@pytest.mark.parametrize(
    "marked", [f"{SLEEP}\nx = 1  # hexguard: ignore[|]\n", f"# hexguard: ignore[|]\nx = 1\n{SLEEP}\n"]
)
def test_what_is_reported_elsewhere_does_not(tmp_path: Path, marked: str) -> None:
    found, _ = in_python(tmp_path, marked)
    assert [one.label for one in found] == RULES
    assert not any(one.is_near for one in found)


def test_a_name_that_is_there_is_not_offered_again(tmp_path: Path) -> None:
    found, _ = in_python(tmp_path, "x = 1  # hexguard: ignore[bare-except, |, utcnow-deprecated]")
    assert [one.label for one in found] == [name for name in RULES if name not in {"bare-except", "utcnow-deprecated"}]


def offered(marked: str, name: str = "hexguard.toml") -> tuple[list[Completion], str]:
    text = marked.replace("|", "", 1)
    return in_settings(name, text, marked.index("|")), text


@pytest.mark.parametrize(
    ("marked", "labels"),
    [
        ("|", ALL_KEYS),
        ("[tool.hexguard]\n|", ALL_KEYS),
        ("[tool.hexguard]\nse|", ALL_KEYS),
        ("[tool]\nhexguard.|", ALL_KEYS),
        ("[tool.hexguard]\nignore = []\npre|", [key for key in ALL_KEYS if key != "ignore"]),
        ("[tool.hexguard]\nseverity.x = 'nit'\nse|\n[other]\nignore = 1", ALL_KEYS),
        ("[tool.hexguard.|", TABLES),
        ("[tool.hexguard.sev|erity]", TABLES),
        ("[tool.hexguard]\nselect = [|", ["all", *FAMILIES, *RULES]),
        ("[tool.hexguard]\nselect = ['all', |]", [*FAMILIES, *RULES]),
        ("[tool.hexguard]\nextend-select = [\n  'all', # why, ]\n  |\n]", [*FAMILIES, *RULES]),
        ("[tool.hexguard]\nper-file-ignores.'a' = ['|']", ["all", *FAMILIES, *RULES]),
        ("[tool.hexguard.per-file-ignores]\n'a, b' = [|]", ["all", *FAMILIES, *RULES]),
        ("[tool.hexguard]\nper-file-ignores = { 'a' = [|] }", ["all", *FAMILIES, *RULES]),
        ("[tool.hexguard.severity]\n|", [*FAMILIES, *RULES]),
        ("[tool.hexguard]\nseverity.|", [*FAMILIES, *RULES]),
        ("[tool.hexguard]\nseverity = { |", [*FAMILIES, *RULES]),
        ("[tool.hexguard.options.|]", RULES),
        ("[tool.hexguard.severity]\nasync = |", ["blocking", "important", "nit", "suggestion"]),
        ("[tool.hexguard]\nseverity = { async = '|' }", ["blocking", "important", "nit", "suggestion"]),
        ("[tool.hexguard]\npreset = |", ["simple", "layered", "hexagonal", "django"]),
        ("[tool.hexguard.switches]\n|", SWITCH_NAMES),
        ("[tool.hexguard.switches]\n'async.gather' = 'report'\n'po|'", SWITCH_NAMES[1:]),
        ("[tool.hexguard]\nswitches.|", SWITCH_NAMES),
        ("[tool.hexguard]\nswitches = { | }", SWITCH_NAMES),
        ("[tool.hexguard.switches.|]", ["async", "pooling", "sqlalchemy"]),
        ("[tool.hexguard.switches.pooling.|]", []),
        ("[tool.hexguard.switches]\npo|.pre_ping = 'on'", ["async", "pooling", "sqlalchemy"]),
        ("[tool.hexguard.switches]\npooling.|", ["engine_scope", "http_client_scope", "pre_ping"]),
        ("[tool.hexguard.switches.pooling]\npre_ping = 'off'\n|", ["engine_scope", "http_client_scope"]),
        ("[tool.hexguard.switches.unknown]\n|", []),
        ("[tool.hexguard.switches.pooling]\npre_ping = |", ["on", "off"]),
        ("[tool.hexguard.switches]\n'sqlalchemy.loading' = '|'", ["raise", "raise_on_sql", "selectin"]),
        ("[tool.hexguard]\nswitches.pooling.http-client-scope = '|'", ["shared", "call"]),
        ("[tool.hexguard.switches]\nunknown = |", []),
        ("[tool.hexguard]\nswitches = |", []),
        ("[tool.hexguard]\nswitches = [|", []),
        ("[tool.hexguard]\npreview = |", ["true", "false"]),
        ("[tool.hexguard]\npreview = '|'", []),
        ("[tool.hexguard]\nselect = |", []),
        ("[tool.hexguard]\nselect = ['all' |]", []),
        ("[tool.hexguard]\nselect = ['all'] |", []),
        ("[tool.hexguard]\npython = |", []),
        ("[tool.hexguard]\n# pre|", []),
        ("[tool.hexguard]\nsrc = ['|']", []),
        ("[tool.hexguard.options.bare-except]\n|", []),
        ("[[tool.hexguard.contracts]]\n|", []),
        ("[tool.other]\n|", []),
        ("[project]\nname = '|'", []),
    ],
)
def test_what_is_offered_in_settings(marked: str, labels: list[str]) -> None:
    is_own = "tool" not in marked and "project" not in marked
    found, _ = offered(marked, "hexguard.toml" if is_own else "pyproject.toml")
    assert [one.label for one in found] == labels


@pytest.mark.parametrize(
    ("marked", "chosen", "expected"),
    [
        ("|", "select", "select = "),
        ("sel|", "select", "select = "),
        ("s|el = []", "select", "select = []"),
        ('"se|', "select", '"select"'),
        ("sev|", "severity", "severity"),
        ("[sev|", "severity", "[severity"),
        ("select = [|", "async", 'select = ["async"'),
        ("select = [as|]", "async", 'select = ["async"]'),
        ("select = ['|']", "async", "select = ['async']"),
        ('select = ["as|', "async", 'select = ["async"'),
        ('select = ["as|]', "async", 'select = ["async"]'),
        ('select = ["as|, "all"]', "async", 'select = ["async", "all"]'),
        ('select = ["x|y"]', "async", 'select = ["async"]'),
        ("[severity]\n|", "async", "[severity]\nasync = "),
        ("[severity]\na| = 'nit'", "async", "[severity]\nasync = 'nit'"),
        ("[severity]\nasync = |", "nit", '[severity]\nasync = "nit"'),
        ("preview = t|", "true", "preview = true"),
        ("preset = |\nignore = []", "django", 'preset = "django"\nignore = []'),
        ("[switches]\n|", "pooling.pre_ping", "[switches]\npooling.pre_ping = "),
        ("[switches]\npo| = 'on'", "pooling.pre_ping", "[switches]\npooling.pre_ping = 'on'"),
        ("[switches]\npo|.pre_ping = 'on'", "pooling", "[switches]\npooling.pre_ping = 'on'"),
        ("switches = { '|", "pooling.pre_ping", "switches = { 'pooling.pre_ping'"),
        ("switches.pooling.|", "pre_ping", "switches.pooling.pre_ping = "),
        ("[switches]\nasync.gather = |", "report", '[switches]\nasync.gather = "report"'),
        ('select = ["""|"""]', None, None),
    ],
)
def test_what_is_chosen_is_valid_toml(marked: str, chosen: str | None, expected: str | None) -> None:
    found, text = offered(marked)
    assert check(found, text, chosen) == expected


@pytest.mark.parametrize(
    "marked",
    [
        "select = [|]",
        "ignore = ['|']",
        "severity = { | = 'nit' }",
        "preset = |",
        "preview = |",
        "switches.pooling.pre_ping = |",
        "[switches]\n'sqlalchemy.loading' = '|'",
    ],
)
def test_whatever_is_chosen_has_no_problems(marked: str) -> None:
    found, text = offered(marked)
    selectors = {"all", *CATALOGUE.names, *CATALOGUE.families}
    assert found
    for one in found:
        after = text[: one.span.start] + one.text + text[one.span.end :]
        assert load({"hexguard.toml": after}, selectors).problems == ()
        assert one.says


@pytest.mark.parametrize(
    "text",
    [
        "select = ['async', 'AP-09']\n[severity]\nx = 'nit'\n",
        "a = [[1, { b = 'c' }]]\n'd' = '''e'''\n",
        "switches = { 'async.gather' = 'report' }\n[switches.pooling]\npre_ping = 'on'\n",
    ],
)
def test_no_place_is_too_odd(text: str) -> None:
    for end in range(len(text) + 1):
        for offset in range(end + 1):
            for one in in_settings("hexguard.toml", text[:end], offset):
                assert 0 <= one.span.start <= offset <= one.span.end <= end


async def completed(editor: Editor, uri: str, old: str) -> list[lsp.CompletionItem]:
    """What is offered behind the only occurrence of `old`."""
    before = editor.texts[uri].partition(old)[0] + old
    position = lsp.Position(*editor.position(before))
    params = lsp.CompletionParams(lsp.TextDocumentIdentifier(uri), position)
    answer = await editor.client.text_document_completion_async(params)
    assert answer is None or isinstance(answer, lsp.CompletionList)
    return list(answer.items) if answer else []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
async def test_a_client_gets_edits_in_its_encoding(tmp_path: Path, encoding: str) -> None:
    can = capabilities({"general": {"positionEncodings": [encoding]}})
    async with Editor(tmp_path, can=can) as editor:
        uri = editor.open(tmp_path / "app.py", f"{SLEEP}; '🦀é'  # hexguard: ignore[blo]\n")
        first, *_ = sorted(await completed(editor, uri, "[blo"), key=lambda item: item.sort_text or "")
        assert (first.label, first.kind) == (RULE, lsp.CompletionItemKind.EnumMember)
        assert isinstance(first.text_edit, lsp.TextEdit)
        take(editor, uri, first.text_edit)
        assert editor.texts[uri].endswith(f"; '🦀é'  # hexguard: ignore[{RULE}]\n")
        assert await completed(editor, uri, "time.") == []
        config = editor.open(tmp_path / "hexguard.toml", '# 🦀\nselect = [ "🦀", "as\n')
        [item] = [item for item in await completed(editor, config, '"as') if item.label == "async"]
        assert isinstance(item.text_edit, lsp.TextEdit)
        take(editor, config, item.text_edit)
        assert tomllib.loads(editor.texts[config].rstrip() + "]") == {"select": ["🦀", "async"]}


def take(editor: Editor, uri: str, edit: lsp.TextEdit) -> None:
    start, end = edit.range.start, edit.range.end
    editor.change(uri, (start.line, start.character), (end.line, end.character), edit.new_text)


async def test_no_document_no_completion(tmp_path: Path) -> None:
    async with Editor(tmp_path, can=PUSHED) as editor:
        editor.texts["file:///unknown.py"] = "# hexguard: "
        assert await completed(editor, "file:///unknown.py", "# hexguard: ") == []
        assert editor.server
        assert editor.server.capabilities.completion_provider
