"""Each key of the table is described, so that editors can explain and complete what `load` reads."""

import msgspec
import pytest

from hexguard.settings.load import load
from hexguard.settings.model import Settings
from hexguard.settings.schema import KEYS, Key, field_of, spelled

VALUES = {
    "selectors": '["all"]',
    "text": '"3.12"',
    "texts": '["x"]',
    "tables": "{}",
    "switches": '"off"',
}


def written(field: str, key: Key, choice: str = "") -> str:
    """A line with a value of the kind that the key is said to hold."""
    value = VALUES.get(key.holds) or (choice if choice in {"true", "false"} else f'"{choice}"')
    if field == "contracts":
        value = "[]"
    member = '"pooling.pre_ping"' if key.names == "switch" else "all"
    name = f"{spelled(field)}.{member}" if key.names else spelled(field)
    return f"{name} = {value}\n"


def test_every_field_has_a_key() -> None:
    assert set(KEYS) == {field.name for field in msgspec.structs.fields(Settings)}


@pytest.mark.parametrize("field", KEYS)
def test_a_key_says_what_it_does_and_takes(field: str) -> None:
    key = KEYS[field]
    assert key.does.endswith(".")
    assert not key.takes.endswith(".")
    assert "\n" not in key.told
    assert bool(key.choices) == (key.holds == "choice")
    assert all(f"`{choice}`" in key.takes for choice in key.choices)
    assert field_of(spelled(field)) == field


@pytest.mark.parametrize("field", KEYS)
def test_a_key_takes_what_it_is_said_to_take(field: str) -> None:
    key = KEYS[field]
    for choice in key.choices or ("",):
        loaded = load({"hexguard.toml": written(field, key, choice)}, {"all"})
        assert loaded.problems == ()
    wrong = load({"hexguard.toml": f"{spelled(field)} = 1979-05-27\n"}, {"all"})
    assert len(wrong.problems) == 1
