"""Writes the page about settings from their descriptions, so that it lists every key and every switch as they are."""

import json
from collections.abc import Iterator

import msgspec

from hexguard.settings.detection import TELLING
from hexguard.settings.layers import PRESET_CONTRACTS, PRESET_LAYERS
from hexguard.settings.model import Preset, Settings
from hexguard.settings.schema import KEYS, PRESETS, Key, spelled
from hexguard.settings.switches import SWITCHES, Switch
from hexguard_rules.catalogue import CATALOGUE

HEAD = """# Settings

This page is written by `make docs` from the descriptions that reading, completion and hover share.

Settings stand in `hexguard.toml`, in `.hexguard.toml`, or in the table `[tool.hexguard]` of `pyproject.toml`.
The first of these that is there counts, whole.
An editor may send the same keys, bare or under `hexguard`; they are put over those of the project.
A key may be written as `per-file-ignores`, `per_file_ignores` or `perFileIgnores`.

```toml
[tool.hexguard]
preset = "layered"
ignore = ["optional-union-syntax"]

[tool.hexguard.switches]
pooling.pre_ping = "off"
sqlalchemy.loading = "raise"
```"""

ON_PRESETS = """## Presets

A preset is a style in which a backend is built.
It decides where guidelines disagree: by its layers and contracts, and by what it chooses for the switches.
`preset = "layered"` declares one, and `hexguard check --preset layered` tries one.

Without that, a preset is recognized by the packages and modules of the project, down to the fifth level of folders:

- `django` by the dependency `django`, if there is no `fastapi`."""

ON_CONTRACTS = """A preset that was recognized decides the switches only.
Its contracts hold if it is declared: what looks like layers may be meant to import in any direction.
`hexguard doctor` says which preset holds, and by what it was recognized."""

ON_SWITCHES = """## Switches

A switch is one question on which guidelines disagree.
What is set here counts, else what the preset chooses, else the default.
Names may be written whole (`"pooling.pre_ping" = "off"`) or in tables (`[tool.hexguard.switches.pooling]`).
A rule that a switch turns off still runs if `select` or `extend-select` has its name."""


def settings_page() -> str:
    """The page, in Markdown."""
    parts = [HEAD, "## Keys"]
    for field, key in KEYS.items():
        parts += _key(field, key)
    parts += [_on_presets(), ON_CONTRACTS, _presets(), ON_SWITCHES]
    for switch in SWITCHES.values():
        parts += _switch(switch)
    return "\n\n".join(parts) + "\n"


def _key(field: str, key: Key) -> Iterator[str]:
    yield f"### `{spelled(field)}`"
    yield f"{key.does}\nIt takes {key.takes}.\nDefault: {_default(getattr(Settings(), field))}."


def _default(value: object) -> str:
    if value is None:
        return "what is detected"
    return f"`{json.dumps(msgspec.to_builtins(value))}`" if value or value is False else "empty"


def _on_presets() -> str:
    lines = [
        f"- `{preset}` by a folder with {'; with '.join(map(_one_of, lines))}." for preset, lines in TELLING.items()
    ]
    return "\n".join((ON_PRESETS, *lines))


def _one_of(names: tuple[str, ...]) -> str:
    quoted = ", ".join(f"`{name}`" for name in names)
    return f"one of {quoted}" if len(names) > 1 else quoted


def _presets() -> str:
    rows = ["| Preset | Layers | Contracts | Switches |", "|---|---|---|---|"]
    return "\n".join((*rows, *map(_preset, PRESETS)))


def _preset(preset: Preset) -> str:
    layers = ", ".join(f"`{layer.name}`" for layer in PRESET_LAYERS[preset])
    contracts = "; ".join(contract.name for contract in PRESET_CONTRACTS[preset])
    chosen = ((switch.name, switch.chosen_by(preset), switch.default) for switch in SWITCHES.values())
    switches = ", ".join(f'`{name} = "{choice}"`' for name, choice, default in chosen if choice != default)
    return f"| `{preset}` | {layers or 'none'} | {contracts or 'none'} | {switches or 'the defaults'} |"


def _switch(switch: Switch) -> Iterator[str]:
    yield f"### `{switch.name}`"
    links = ", ".join(f"[`{name}`](rules/{CATALOGUE[name].family}/{name}.md)" for name in switch.rules)
    yield switch.told.rpartition("\n")[0].rstrip()
    yield f"It concerns {links}."
