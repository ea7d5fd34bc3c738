"""Whoever asks is told the page of a rule and what holds for a project, without any file being written."""

from collections.abc import Mapping
from pathlib import Path

import pytest

import hexguard
from hexguard.app.page import own_page, rule_page
from hexguard.engine.suppress import UNUSED
from hexguard.lsp.features.information import EXPLAIN, PROJECT
from hexguard.lsp.server import create
from hexguard.settings.report import is_table
from hexguard_rules.catalogue import CATALOGUE
from support.in_process import connected

SLEEP = "blocking-sleep-in-async"


async def check(method: str, params: Mapping[str, object], opened: Path | None = None) -> object:
    """What the server answers, when it has taken in the document that was opened."""
    async with connected(create()) as client:
        if opened:
            document = {"uri": opened.as_uri(), "languageId": "python", "version": 1, "text": "x = 1\n"}
            client.say("textDocument/didOpen", {"textDocument": document})
        client.say(method, params, 7)
        answer = await client.until(lambda message: message.get("id") == 7)
        return answer["result"]


@pytest.mark.parametrize(
    ("name", "text"),
    [(SLEEP, rule_page(CATALOGUE[SLEEP])), (UNUSED, own_page(UNUSED))],
)
async def test_the_page_of_a_rule_is_told(name: str, text: str) -> None:
    assert await check(EXPLAIN, {"name": name}) == {"name": name, "text": text}


@pytest.mark.parametrize("params", [{"name": "no-such-rule"}, {"name": 3}, {}])
async def test_what_is_no_rule_has_no_page(params: dict[str, object]) -> None:
    assert await check(EXPLAIN, params) is None


SETTINGS: dict[str, tuple[dict[str, str], dict[str, object]]] = {
    "nothing declared": ({}, {"settings": [], "settingsFile": "hexguard.toml", "preset": None, "problems": 0}),
    "a file of our own": (
        {"hexguard.toml": 'preset = "layered"\nselect = ["blocking-sleep-in-async", "bare-except"]\n'},
        {"settings": ["hexguard.toml"], "settingsFile": "hexguard.toml", "preset": "layered", "rules": 2},
    ),
    "a file with a mistake": (
        {"pyproject.toml": '[tool.hexguard]\npreset = "tall"\nbaseline = "known.txt"\n'},
        {"settings": ["pyproject.toml"], "settingsFile": "pyproject.toml", "baseline": "known.txt", "problems": 1},
    ),
}


@pytest.mark.parametrize(("files", "expected"), SETTINGS.values(), ids=SETTINGS)
async def test_what_holds_for_a_project_is_told(
    tmp_path: Path, files: dict[str, str], expected: dict[str, object]
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    (tmp_path / ".git").mkdir()
    answer = await check(PROJECT, {"uri": (tmp_path / "app.py").as_uri()}, tmp_path / "app.py")
    assert is_table(answer)
    assert answer["version"] == hexguard.__version__
    assert is_table(answer["project"])
    assert answer["project"]["path"] == str(tmp_path)
    assert {name: answer["project"][name] for name in expected} == expected


async def test_a_document_that_is_not_open_has_no_project(tmp_path: Path) -> None:
    answer = await check(PROJECT, {"uri": (tmp_path / "app.py").as_uri()})
    assert is_table(answer)
    assert answer["project"] is None
