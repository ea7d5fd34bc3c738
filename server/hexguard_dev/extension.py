"""Writes what the VS Code extension knows of rules and settings, so that its lists never differ from the server's."""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

import hexguard
from hexguard.app.page import OWN_PAGES, fix_words, own_fix_words
from hexguard.rule.rule import Rule
from hexguard.settings.model import Settings
from hexguard.settings.schema import BOOLEANS, KEYS, Key
from hexguard.settings.switches import SWITCHES, Switch
from hexguard_rules.catalogue import CATALOGUE

MANIFEST = "package.json"
RULES = "src/generated/rules.json"

JSON = dict[str, object]

_CODE = re.compile(r"`([^`]*)`")
_UNDERSCORE = re.compile(r"_([a-z])")


def files(folder: Path) -> dict[str, str]:
    """The text that each generated file of the extension in `folder` should have, by its path there."""
    manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    manifest["version"] = hexguard.__version__
    # The first part of the configuration is about the extension itself, and written by hand.
    manifest["contributes"]["configuration"][1]["properties"] = properties()
    return {MANIFEST: _json(manifest), RULES: _json(list(_rules()))}


def outdated_files(folder: Path) -> list[str]:
    """The generated files of the extension that differ from what would be written."""
    return sorted(name for name, text in files(folder).items() if _text(folder / name) != text)


def write_files(folder: Path) -> int:
    """Write what is outdated, and say so."""
    changed, wanted = outdated_files(folder), files(folder)
    for name in changed:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(wanted[name], "utf-8", newline="\n")
    print(f"{len(wanted)} files of the extension, {len(changed)} of them changed")
    return 0


def check_files(folder: Path) -> int:
    """Say which files are outdated; 1 if there are any."""
    changed = outdated_files(folder)
    for name in changed:
        print(f"{folder.name}/{name} is not up to date; run `make docs`", file=sys.stderr)
    return 1 if changed else 0


def properties() -> dict[str, JSON]:
    """The settings of a project as VS Code declares them, one for each key of `hexguard.toml`."""
    found = enumerate(KEYS.items())
    return {f"hexguard.{_camel(field)}": _property(field, key, order) for order, (field, key) in found}


def _property(field: str, key: Key, order: int) -> JSON:
    schema: JSON = {"scope": "resource", "order": order, "markdownDescription": key.told}
    schema |= _table(key) if key.names else _value(key)
    default: object = msgspec.json.decode(msgspec.json.encode(getattr(Settings(), field)))
    # What is detected unless it is set has no value to show.
    if default is None:
        schema["type"] = [schema["type"], "null"]
        schema |= {"enum": [*key.choices, None]} if key.choices else {}
    return {**schema, "default": {} if key.names else default}


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
    """A table whose values are as the key says; names that the server knows are completed."""
    if key.names == "switch":
        return {"type": "object", "properties": {name: _switch(switch) for name, switch in SWITCHES.items()}}
    inner: JSON = {"type": "object"} if key.holds == "tables" else _value(key)
    known = dict(_selectors()) if key.names == "selector" else {rule.name: rule.summary for rule in CATALOGUE}
    table: JSON = {"type": "object", "additionalProperties": inner}
    if key.names != "free":
        table["properties"] = {name: {**inner, "description": told} for name, told in known.items() if name != "all"}
    return table


def _switch(switch: Switch) -> JSON:
    means = [_plain(meaning) for meaning in switch.choices.values()]
    return {"type": "string", "enum": list(switch.choices), "enumDescriptions": means, "description": switch.does}


def _selectors() -> Iterator[tuple[str, str]]:
    """All that names rules, with what it says."""
    yield "all", "All rules."
    for family in CATALOGUE.families:
        yield family, f"The rules of the family {family}."
    for rule in CATALOGUE:
        yield rule.name, _plain(rule.summary)
    for alias in sorted({alias for rule in CATALOGUE for alias in rule.aliases}):
        yield alias, f"Guideline {alias}: {', '.join(rule.name for rule in CATALOGUE.select(alias))}."


def _rules() -> Iterator[Mapping[str, object]]:
    for rule in sorted(CATALOGUE, key=lambda rule: rule.name):
        yield _rule(rule)
    for name, page in OWN_PAGES.items():
        summary = page.partition("\n")[0]
        yield {"name": name, "family": "suppression", "severity": "nit", "fix": own_fix_words(name), "summary": summary}


def _rule(rule: Rule) -> JSON:
    return {
        "name": rule.name,
        "family": rule.family,
        "severity": rule.severity.value,
        "fix": fix_words(rule),
        "summary": rule.summary,
    }


def _camel(field: str) -> str:
    return _UNDERSCORE.sub(lambda match: match[1].upper(), field)


def _plain(markdown: str) -> str:
    return _CODE.sub(r"\1", markdown)


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _text(path: Path) -> str:
    return path.read_text("utf-8") if path.is_file() else ""
