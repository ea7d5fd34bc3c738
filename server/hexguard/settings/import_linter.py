"""Reads the contracts that a project already declares for import-linter, so that nobody has to write them twice.

Contracts of the types that Hexguard does not know are left to import-linter.
"""

import configparser
import re
from collections.abc import Mapping

from hexguard.settings.contracts import IMPORT_LINTER, KINDS, read_contract
from hexguard.settings.locate import KeyPath, Place, Places
from hexguard.settings.model import Contract
from hexguard.settings.report import RejectedError, Report, array, is_table, table
from hexguard.text.span import Span

_SECTION = "importlinter"
_LISTS = {"layers", "containers", "source_modules", "forbidden_modules", "modules", "ignore_imports"}
_INI_LINE = re.compile(r"^(?:\[(?P<section>[^\]\r\n]+)\]|(?P<key>[^\s#;=:\[][^=:\r\n]*?)[ \t]*[=:])", re.MULTILINE)


def is_configured_by(text: str) -> bool:
    """Say whether an ini text holds settings of import-linter."""
    return f"[{_SECTION}]" in text


def from_toml(raw: object, path: KeyPath, report: Report) -> tuple[Contract, ...]:
    """Read `[tool.importlinter]`; `path` is where it stands."""
    if not is_table(raw) or "contracts" not in raw:
        return ()
    at = (*path, "contracts")
    try:
        members = array(raw["contracts"], at)
    except RejectedError as error:
        report.rejected(error)
        return ()
    found: list[Contract] = []
    for index, member in enumerate(members):
        found.extend(_contract(member, (*at, index), report, f"contract {index + 1}"))
    return tuple(found)


def from_ini(text: str, report: Report) -> tuple[Contract, ...]:
    """Read the sections `importlinter:contract:...` of an ini text."""
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except configparser.Error as error:
        first_line = error.message.splitlines()[0]
        report.rejected(RejectedError((), f"this is no valid ini file: {first_line}"))
        return ()
    found: list[Contract] = []
    for section in parser.sections():
        if section.startswith(f"{_SECTION}:"):
            values = {key: value.strip() for key, value in parser[section].items()}
            found.extend(_contract(values, (section,), report, section.rpartition(":")[2]))
    return tuple(found)


def locate_ini(text: str) -> Places:
    """Find every section and key of an ini text, in code points; keys are in lower case, as the parser has them."""
    places: dict[KeyPath, Place] = {}
    section = ""
    for match in _INI_LINE.finditer(text):
        key = match["key"]
        if key is None:
            section = match["section"]
        span = Span(*match.span() if key is None else match.span("key"))
        places.setdefault((section,) if key is None else (section, key.lower()), Place(span, span))
    return Places(places)


def _contract(raw: object, path: KeyPath, report: Report, name: str) -> tuple[Contract, ...]:
    try:
        values = _as_lists(table(raw, path))
        if values.get("type") not in KINDS:
            return ()
        return read_contract(values, path, IMPORT_LINTER, name)
    except RejectedError as error:
        report.rejected(error)
        return ()


def _as_lists(raw: Mapping[str, object]) -> dict[str, object]:
    """Give the table with the lists that import-linter accepts as plain strings made into lists."""
    return {
        key: [line.strip() for line in value.splitlines() if line.strip()]
        if isinstance(value, str) and key in _LISTS
        else value
        for key, value in raw.items()
    }
