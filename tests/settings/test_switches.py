"""Each switch is described whole; what holds is what is declared, else what the preset chooses, else the default."""

import re
from collections.abc import Mapping

import pytest

from hexguard.settings.model import Preset
from hexguard.settings.schema import PRESETS
from hexguard.settings.switches import DEFAULTS, GROUPS, SWITCHES, switches_for
from hexguard_rules.catalogue import CATALOGUE

NAME = re.compile(r"[a-z]+\.[a-z_]+")


def check(declared: Mapping[str, str], preset: Preset | None, others: Mapping[str, str]) -> None:
    """`others` are the choices that differ from the defaults."""
    assert switches_for(declared, preset) == {**DEFAULTS, **others}


@pytest.mark.parametrize("name", SWITCHES)
def test_a_switch_is_described(name: str) -> None:
    switch = SWITCHES[name]
    assert NAME.fullmatch(name)
    assert switch in GROUPS[switch.group]
    assert len(switch.choices) > 1
    assert all(text.endswith(".") for text in (switch.does, *switch.choices.values()))
    assert all(f"- `{choice}`" in switch.told for choice in switch.choices)
    assert all(f"`{rule}`" in switch.told for rule in switch.rules)
    assert switch.rules
    assert set(switch.rules) <= set(CATALOGUE.names)


@pytest.mark.parametrize("name", SWITCHES)
def test_a_preset_that_chooses_otherwise_is_told(name: str) -> None:
    switch = SWITCHES[name]
    for preset, choice in switch.presets.items():
        assert choice in switch.choices
        assert choice != switch.default
        assert f"- `{choice}` (chosen by the preset `{preset}`): " in switch.told
    assert f"- `{switch.default}` (the default): " in switch.told


def test_rules_and_switches_name_each_other() -> None:
    waiting = {rule.name: rule.switch for rule in CATALOGUE if rule.switch}
    for rule, (name, choice) in waiting.items():
        assert rule in SWITCHES[name].rules
        assert choice in SWITCHES[name].choices
    for switch in SWITCHES.values():
        for rule in set(switch.rules) - set(waiting):
            shown = any(switch.name in example.code for example in CATALOGUE[rule].examples)
            assert shown, f"`{rule}` neither waits for `{switch.name}` nor shows what its fix writes"


@pytest.mark.parametrize(
    ("declared", "preset", "others"),
    [
        ({}, None, {}),
        ({}, "hexagonal", {}),
        ({}, "layered", {"sqlalchemy.loading": "selectin"}),
        ({}, "simple", {"async.gather": "report"}),
        ({"pooling.pre_ping": "off"}, None, {"pooling.pre_ping": "off"}),
        ({"sqlalchemy.loading": "raise_on_sql"}, "layered", {"sqlalchemy.loading": "raise_on_sql"}),
        ({"sqlalchemy.loading": "raise"}, "layered", {}),
    ],
)
def test_what_holds(declared: Mapping[str, str], preset: Preset | None, others: Mapping[str, str]) -> None:
    check(declared, preset, others)


def test_every_preset_chooses_all_switches() -> None:
    for preset in PRESETS:
        chosen = switches_for({}, preset)
        assert list(chosen) == list(SWITCHES)
        assert all(choice in SWITCHES[name].choices for name, choice in chosen.items())
