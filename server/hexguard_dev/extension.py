"""Writes what the VS Code extension knows of rules and settings, so that its lists never differ from the server's."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

import hexguard
from hexguard.app.page import OWN_PAGES, fix_words, own_fix_words
from hexguard.rule.rule import Rule
from hexguard.settings.model import Settings
from hexguard.settings.schema import KEYS, Key
from hexguard_dev import generated
from hexguard_dev.json_schema import JSON, key_schema
from hexguard_rules.catalogue import CATALOGUE

MANIFEST = "package.json"
RULES = "src/generated/rules.json"

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
    return generated.write(folder, files(folder), outdated_files(folder), "files of the extension")


def check_files(folder: Path) -> int:
    """Say which files are outdated; 1 if there are any."""
    return generated.check(f"{folder.name}/{name}" for name in outdated_files(folder))


def properties() -> dict[str, JSON]:
    """The settings of a project as VS Code declares them, one for each key of `hexguard.toml`."""
    found = enumerate(KEYS.items())
    return {f"hexguard.{_camel(field)}": _property(field, key, order) for order, (field, key) in found}


def _property(field: str, key: Key, order: int) -> JSON:
    schema: JSON = {"scope": "resource", "order": order, "markdownDescription": key.told}
    schema |= key_schema(key)
    default: object = msgspec.json.decode(msgspec.json.encode(getattr(Settings(), field)))
    # What is detected unless it is set has no value to show.
    if default is None:
        schema["type"] = [schema["type"], "null"]
        schema |= {"enum": [*key.choices, None]} if key.choices else {}
    return {**schema, "default": {} if key.names else default}


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


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _text(path: Path) -> str:
    return path.read_text("utf-8") if path.is_file() else ""
