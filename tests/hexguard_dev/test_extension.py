"""What the VS Code extension knows of rules and settings is what the server knows."""

import json
import shutil
from pathlib import Path

import pytest

import hexguard
from hexguard.settings.report import is_array, is_table
from hexguard.settings.schema import KEYS
from hexguard_dev.extension import MANIFEST, RULES, check_files, files, outdated_files, properties, write_files
from hexguard_rules.catalogue import CATALOGUE

EXTENSION = Path(__file__).parents[2] / "clients" / "vscode"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The generated files of the extension, in a folder where they may be broken."""
    for name in (MANIFEST, RULES):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(EXTENSION / name, tmp_path / name)
    return tmp_path


def test_generated_files_are_fresh() -> None:
    assert outdated_files(EXTENSION) == [], "run `make docs`"


def test_what_is_outdated_is_told_and_written(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copy / RULES).unlink()
    manifest = (copy / MANIFEST).read_text("utf-8")
    (copy / MANIFEST).write_text(manifest.replace("hexguard.perFileIgnores", "hexguard.gone"), "utf-8")
    assert check_files(copy) == 1
    assert capsys.readouterr().err.count("run `make docs`") == 2
    assert write_files(copy) == 0
    assert "2 of them changed" in capsys.readouterr().out
    assert check_files(copy) == 0
    assert (copy / MANIFEST).read_text("utf-8") == manifest, "what is written by hand stays"


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("select", {"type": "array", "default": ["all"]}),
        ("preset", {"type": ["string", "null"], "enum": ["simple", "layered", "hexagonal", "django", None]}),
        ("preview", {"type": "boolean", "default": False}),
        ("python", {"type": ["string", "null"], "default": None}),
        ("severity", {"type": "object", "default": {}}),
        ("perFileIgnores", {"type": "object", "default": {}}),
        ("contracts", {"type": "array", "items": {"type": "object"}, "default": []}),
        ("src", {"type": "array", "items": {"type": "string"}, "default": [".", "src"]}),
        ("baseline", {"type": "string", "default": "hexguard-baseline.txt"}),
    ],
)
def test_a_key_becomes_a_setting(field: str, expected: dict[str, object]) -> None:
    found = properties()[f"hexguard.{field}"]
    assert {name: found[name] for name in expected} == expected
    assert found["scope"] == "resource"


def test_every_key_and_every_rule_is_there() -> None:
    assert len(properties()) == len(KEYS)
    items = properties()["hexguard.ignore"]["items"]
    assert is_table(items)
    assert is_array(items["enum"])
    assert set(CATALOGUE.names) | set(CATALOGUE.families) | {"all", "AP-09"} <= set(items["enum"])
    rules = json.loads(files(EXTENSION)[RULES])
    assert {rule["name"] for rule in rules} >= set(CATALOGUE.names)
    assert json.loads(files(EXTENSION)[MANIFEST])["version"] == hexguard.__version__
