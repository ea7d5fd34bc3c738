"""Writes settings into the file of a project, so that the person who wrote that file finds it as it was.

What has a place in the text is put there directly; tables in rarer forms are left to tomlkit.
"""

import bisect
import re
import tomllib
from collections.abc import Mapping, MutableMapping
from typing import TypeGuard

from hexguard.settings.arrays import with_member
from hexguard.settings.locate import KeyPath, Place, Places, locate
from hexguard.settings.names import OWN_FILES, PYPROJECT, table_in
from hexguard.settings.report import is_array, is_table
from hexguard.settings.schema import field_of
from hexguard.text.edit import Edit, apply
from hexguard.text.span import Span

_IGNORE = "ignore"
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_END_OF_LINE = re.compile(r"[^\r\n]*")
_LINE_END = re.compile(r"\r?\n")
_BOM = "\ufeff"


class UnwritableError(ValueError):
    """A file that cannot be changed by itself; the message says why, for the person who has to do it."""


def settings_file(texts: Mapping[str, str]) -> str:
    """Give the name of the file that a new setting belongs into; `texts` are the files at the root by their names.

    It is the one whose settings count, else `pyproject.toml`, else a file that is not there yet.
    """
    return next((name for name in (*OWN_FILES, PYPROJECT) if name in texts), OWN_FILES[0])


def ignoring(name: str, text: str, rule: str) -> str:
    """Give the text of the file called `name` with `rule` among those that are ignored.

    A rule that is there already changes nothing. A list that was sorted stays sorted.
    Raises `UnwritableError` if the text is no TOML, or if what has to change is not what it should be.
    """
    bom, text = (_BOM, text[1:]) if text.startswith(_BOM) else ("", text)
    base: KeyPath = table_in(name)
    own = _own_table(_parsed(name, text), base, name)
    # Of several spellings of a key, the last one counts.
    key = next((key for key in reversed(tuple(own)) if field_of(key) == _IGNORE), _IGNORE)
    names = _names(own.get(key, []), name)
    if rule in names:
        return bom + text
    index = bisect.bisect(names, rule) if names == sorted(names) else len(names)
    wanted = [*names[:index], rule, *names[index:]]
    place = (index, len(names))
    result = _with_name(text, (*base, key), rule, place) if key in own else _with_key(text, base, rule)
    if not _says(result, text, (*base, key), wanted):
        raise UnwritableError(f"`{name}` is written in a way that only a person can change: add `{rule}` to `ignore`")
    return bom + result


def _parsed(name: str, text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnwritableError(f"`{name}` is no valid TOML, so nothing can be written into it: {error}") from error


def _own_table(raw: Mapping[str, object], base: KeyPath, name: str) -> Mapping[str, object]:
    table: object = raw
    for part in base:
        table = table.get(str(part), {}) if is_table(table) else table
    if not is_table(table):
        raise UnwritableError(
            f"`{'.'.join(map(str, base))}` in `{name}` is no table, so nothing can be written into it"
        )
    return table


def _names(value: object, name: str) -> list[str]:
    if not is_array(value) or not all(isinstance(member, str) for member in value):
        raise UnwritableError(f"`ignore` in `{name}` is no list of strings, so nothing can be added to it")
    return [str(member) for member in value]


def _says(result: str, before: str, path: KeyPath, wanted: list[str]) -> bool:
    """Whether a text says what the one before it said, apart from the list at `path`."""
    try:
        # Numbers stay text, because some of them do not equal themselves.
        after, expected = tomllib.loads(result, parse_float=str), tomllib.loads(before, parse_float=str)
    except ValueError:
        return False
    table: object = expected
    for part in path[:-1]:
        table = table.setdefault(str(part), {}) if _is_open(table) else None
    if not _is_open(table):
        return False
    table[str(path[-1])] = wanted
    return after == expected


def _with_name(text: str, path: KeyPath, rule: str, place: tuple[int, int]) -> str:
    """Put a name into the list that is there; `place` is its index, and how many there are already."""
    index, n_names = place
    places = locate(text).by_path
    members = [places[(*path, number)].value for number in range(n_names)]
    quote = text[members[0].start] if members else '"'
    return apply(text, with_member(text, places[path].value, members, index, _quoted(rule, quote)))


def _with_key(text: str, base: KeyPath, rule: str) -> str:
    """Put the key where a person would: after the last key of the table, else below its header."""
    line = f"{_IGNORE} = [{_quoted(rule)}]"
    end = "\r\n" if "\r\n" in text else "\n"
    places = locate(text)
    above = _last_key(text, places, base) or _header(text, places, base)
    if above:
        rest = _END_OF_LINE.match(text, above.value.end)
        at = rest.end() if rest else len(text)
        indent = text[text.rfind("\n", 0, above.key.start) + 1 : above.key.start]
        return apply(text, [Edit(Span(at, at), f"{end}{indent}{line}")])
    if not base and places.by_path:
        at = _top(text, min(place.key.start for place in places.by_path.values()))
        return apply(text, [Edit(Span(at, at), f"{line}{end}{end}")])
    if base in places.by_path:
        return _by_tomlkit(text, base, rule)
    ended = "" if not text or text.endswith("\n") else end
    header = f"{end if text else ''}[{'.'.join(map(str, base))}]{end}" if base else ""
    return f"{text}{ended}{header}{line}{end}"


def _last_key(text: str, places: Places, base: KeyPath) -> Place | None:
    """The last key that stands alone on its line in the table itself."""
    if _is_inline(text, places, base):
        return None
    found = [
        place
        for path, place in places.by_path.items()
        if path[:-1] == base and place.key != place.value and _BARE_KEY.fullmatch(text, place.key.start, place.key.end)
    ]
    return max(found, key=lambda place: place.key, default=None)


def _header(text: str, places: Places, base: KeyPath) -> Place | None:
    """The header of the table, unless only headers of tables inside it name it."""
    place = places.by_path.get(base)
    if place is None or not text.startswith("[", place.key.start):
        return None
    is_implied = any(other == place and len(path) > len(base) for path, other in places.by_path.items())
    return None if is_implied else place


def _top(text: str, offset: int) -> int:
    """The start of the comment that stands right above a line, or of the line itself."""
    start = text.rfind("\n", 0, offset) + 1
    while start and text[text.rfind("\n", 0, start - 1) + 1 : start].lstrip(" \t").startswith("#"):
        start = text.rfind("\n", 0, start - 1) + 1
    return start


def _is_inline(text: str, places: Places, base: KeyPath) -> bool:
    return any(
        text.startswith("{", places.by_path[base[:length]].value.start)
        for length in range(1, len(base) + 1)
        if base[:length] in places.by_path
    )


def _quoted(rule: str, quote: str = '"') -> str:
    if quote == "'" and "'" not in rule:
        return f"'{rule}'"
    escaped = rule.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _by_tomlkit(text: str, base: KeyPath, rule: str) -> str:
    """Let tomlkit put the key into a table in braces or with dots, and take over only what it changed."""
    # Nothing else needs it, and it takes as long to load as all of the settings.
    import tomlkit  # noqa: PLC0415
    from tomlkit.exceptions import TOMLKitError  # noqa: PLC0415 - the same

    try:
        document = tomlkit.parse(text)
        table: object = document
        for part in base:
            table = table[str(part)] if is_table(table) else None
        if _is_open(table):
            table[_IGNORE] = [rule]
        after = tomlkit.dumps(document)
    # A text that it does not understand stays as it is, and whoever asked is told.
    except (TOMLKitError, ValueError, KeyError):
        return text
    return _taken_over(text, after)


def _is_open(value: object) -> TypeGuard[MutableMapping[str, object]]:
    return isinstance(value, MutableMapping)


def _taken_over(text: str, after: str) -> str:
    """The new text; what is new in it has the line ends of the old one."""
    start = _n_same(text, after)
    n_same = _n_same(text[start:][::-1], after[start:][::-1])
    new = after[start : len(after) - n_same]
    if "\r\n" in text:
        new = _LINE_END.sub("\r\n", new)
    return text[:start] + new + text[len(text) - n_same :]


def _n_same(first: str, second: str) -> int:
    """How many characters two texts have in common at the start."""
    pairs = zip(first, second, strict=False)
    return next((index for index, (a, b) in enumerate(pairs) if a != b), min(len(first), len(second)))
