"""Writes what settings may be as a JSON schema, so that any editor with a server for TOML completes and checks them."""

import json
import re
from collections.abc import Iterator

from hexguard.settings.schema import BOOLEANS, KEYS, Key, spelled
from hexguard.settings.switches import GROUPS, SWITCHES, Switch
from hexguard_rules.catalogue import CATALOGUE

JSON = dict[str, object]

_CODE = re.compile(r"`([^`]*)`")
_SELECTORS = "selectors"


def settings_schema() -> str:
    """The schema of `hexguard.toml`, and of the table `tool.hexguard`, as a text.

    Keys are in kebab case and in snake case, as TOML may spell them.
    """
    properties: dict[str, JSON] = {}
    for field, key in KEYS.items():
        properties[spelled(field)] = properties[field] = {"description": plain(key.told), **_in_toml(field, key)}
    schema: JSON = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Settings of Hexguard",
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "definitions": {_SELECTORS: _value(KEYS["select"])},
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def key_schema(key: Key) -> JSON:
    """What a key may hold; names that the server knows are completed."""
    return _table(key) if key.names else _value(key)


def plain(markdown: str) -> str:
    """A text without the marks of code."""
    return _CODE.sub(r"\1", markdown)


def _in_toml(field: str, key: Key) -> JSON:
    """The same with what only a file may write: layers as a list of tables, switches in tables of their own."""
    if field == "layers":
        return {
            "anyOf": [key_schema(key), {"type": "array", "items": {"type": "object", "required": ["name", "modules"]}}]
        }
    if key.names == "switch":
        whole = {name: _switch(switch) for name, switch in SWITCHES.items()}
        return {"type": "object", "properties": {**whole, **{group: _group(group) for group in GROUPS}}}
    if key.holds == "selectors":
        # The names of all rules are written once.
        selectors: JSON = {"$ref": f"#/definitions/{_SELECTORS}"}
        return {"type": "object", "additionalProperties": selectors} if key.names else selectors
    return key_schema(key)


def _group(group: str) -> JSON:
    switches = {switch.name.removeprefix(f"{group}."): _switch(switch) for switch in GROUPS[group]}
    return {"type": "object", "properties": switches}


def _value(key: Key) -> JSON:
    match key.holds:
        case "selectors":
            names = dict(_selectors())
            items: JSON = {"type": "string", "enum": list(names), "enumDescriptions": list(names.values())}
            return {"type": "array", "items": items, "uniqueItems": True}
        case "choice" if key.choices == BOOLEANS:
            return {"type": "boolean"}
        case "choice":
            return {"type": "string", "enum": list(key.choices)}
        case "text":
            return {"type": "string"}
        case "texts":
            return {"type": "array", "items": {"type": "string"}}
        case "tables":
            return {"type": "array", "items": {"type": "object"}}
        case "switches":
            return {"type": "string"}


def _table(key: Key) -> JSON:
    """A table whose values are as the key says."""
    if key.names == "switch":
        return {"type": "object", "properties": {name: _switch(switch) for name, switch in SWITCHES.items()}}
    inner: JSON = {"type": "object"} if key.holds == "tables" else _value(key)
    known = dict(_selectors()) if key.names == "selector" else {rule.name: rule.summary for rule in CATALOGUE}
    table: JSON = {"type": "object", "additionalProperties": inner}
    if key.names != "free":
        table["properties"] = {name: {**inner, "description": told} for name, told in known.items() if name != "all"}
    return table


def _switch(switch: Switch) -> JSON:
    means = [plain(meaning) for meaning in switch.choices.values()]
    return {"type": "string", "enum": list(switch.choices), "enumDescriptions": means, "description": switch.does}


def _selectors() -> Iterator[tuple[str, str]]:
    """All that names rules, with what it says."""
    yield "all", "All rules."
    for family in CATALOGUE.families:
        yield family, f"The rules of the family {family}."
    for rule in CATALOGUE:
        yield rule.name, plain(rule.summary)
    for alias in sorted({alias for rule in CATALOGUE for alias in rule.aliases}):
        yield alias, f"Guideline {alias}: {', '.join(rule.name for rule in CATALOGUE.select(alias))}."
