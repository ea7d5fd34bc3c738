"""The schema of the settings knows what the reader of the settings knows."""

import json

import pytest

from hexguard.settings.report import is_table
from hexguard.settings.schema import KEYS, spelled
from hexguard.settings.switches import SWITCHES
from hexguard_dev.json_schema import settings_schema

SCHEMA: dict[str, object] = json.loads(settings_schema())


def at(*path: str) -> dict[str, object]:
    """What the schema says at a path of keys."""
    found: object = SCHEMA
    for step in path:
        assert is_table(found)
        found = found[step]
    assert is_table(found)
    return dict(found)


@pytest.mark.parametrize("field", KEYS)
def test_every_key_is_there_in_both_spellings(field: str) -> None:
    properties = at("properties")
    assert properties[field] == properties[spelled(field)]
    assert at("properties", field)["description"]


def test_every_switch_is_there_whole_and_in_tables() -> None:
    for name, switch in SWITCHES.items():
        group, _, last = name.partition(".")
        whole = at("properties", "switches", "properties", name)
        assert whole == at("properties", "switches", "properties", group, "properties", last)
        assert whole["enum"] == list(switch.choices)


def test_names_of_rules_are_written_once() -> None:
    reference = {"$ref": "#/definitions/selectors"}
    assert at("properties", "ignore").items() >= reference.items()
    assert at("properties", "per-file-ignores", "additionalProperties") == reference
    assert settings_schema().count('"blocking-sleep-in-async",') == 1
