"""Tells what a settings file means by what stands at an offset, or what it expects there."""

from typing import Literal

import msgspec

from hexguard.settings.names import table_in
from hexguard.settings.schema import KEYS, Key, field_of
from hexguard.settings.slots import Slot, slot_at
from hexguard.settings.switches import GROUPS, SWITCHES, Switch


class Expected(msgspec.Struct, frozen=True):
    """A place in a settings file, and what belongs there.

    It is a key of our table, a selector, the name of a rule or a switch, or one of the choices of `key` or `switch`.
    `key` is the one in whose table or value the place is; a list of selectors needs none.
    `group` is the first part of the name of a switch, if that stands before the place.
    """

    slot: Slot
    what: Literal["key", "selector", "rule", "switch", "choice"]
    key: Key | None = None
    switch: Switch | None = None
    group: str = ""


def expected_at(name: str, text: str, offset: int) -> Expected | None:
    """Give what belongs at an offset, in code points, of the file called `name`; None if it is nothing that we know."""
    slot, base = slot_at(text, offset), table_in(name)
    if slot is None or slot.path[: len(base)] != base:
        return None
    path = slot.path[len(base) :]
    key = KEYS.get(field_of(path[0])) if path else None
    if key is not None and key.names == "switch":
        return _expected_of_switches(slot, path[1:], key)
    if slot.role in {"key", "header"}:
        return _expected_key(slot, path, key)
    if key is None or len(path) != (1 if key.names is None else 2):
        return None
    if key.holds == "selectors" and slot.role == "member":
        return Expected(slot, "selector")
    return Expected(slot, "choice", key) if key.holds == "choice" and slot.role == "value" else None


def _expected_of_switches(slot: Slot, path: tuple[str, ...], key: Key) -> Expected | None:
    """What belongs into the table of switches; `path` is what stands before it there, in one part or in two."""
    name = field_of(".".join(path))
    if slot.role == "value":
        switch = SWITCHES.get(name)
        return Expected(slot, "choice", key, switch) if switch else None
    is_name = slot.role in {"key", "header"} and (not path or name in GROUPS)
    return Expected(slot, "switch", key, group=name) if is_name else None


def _expected_key(slot: Slot, path: tuple[str, ...], key: Key | None) -> Expected | None:
    if not path:
        return Expected(slot, "key")
    if len(path) > 1 or key is None or key.names not in {"selector", "rule"}:
        return None
    return Expected(slot, "selector" if key.names == "selector" else "rule", key)
