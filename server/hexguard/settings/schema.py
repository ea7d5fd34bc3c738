"""Which keys there are and what each may hold: the one description that TOML and editors share."""

import re
from collections.abc import Callable, Mapping
from typing import TypeVar, get_args

import msgspec

from hexguard.settings.contracts import read_contracts
from hexguard.settings.locate import KeyPath
from hexguard.settings.model import Layer, Preset, Settings, Severity
from hexguard.settings.report import (
    RejectedError,
    Report,
    array,
    boolean,
    did_you_mean,
    is_array,
    naming,
    one_of,
    string,
    strings,
    table,
)

PRESETS: tuple[Preset, ...] = get_args(Preset)
SEVERITIES = tuple(severity.value for severity in Severity)

_T = TypeVar("_T")
_Reader = Callable[[object, KeyPath, Report], object]
_CAPITAL = re.compile(r"(?<=[a-z0-9])[A-Z]")
_PYTHON = re.compile(r"(3)\.(\d{1,3})")


def read(raw: Mapping[str, object], base: Settings, path: KeyPath, report: Report) -> Settings:
    """Put what `raw` declares over `base`; `path` is where `raw` stands in its source.

    Lists and single values replace those of `base`, tables of rules are joined with them.
    Keys may be in kebab case, snake case or camel case; a null is as good as no key.
    A value that cannot be used goes to the report and leaves that of `base`.
    """
    changes: dict[str, object] = {}
    for key, value in raw.items():
        field = field_of(key)
        reader = _READERS.get(field)
        if reader is None or value is None:
            continue
        try:
            changes[field] = reader(value, (*path, key), report)
        except RejectedError as error:
            report.rejected(error)
    joined: dict[str, Mapping[str, object]] = {
        "severity": base.severity,
        "options": base.options,
        "per_file_ignores": base.per_file_ignores,
    }
    for field, before in joined.items():
        change = changes.get(field)
        if isinstance(change, dict):
            changes[field] = {**before, **change}
    return msgspec.structs.replace(base, **changes)


def unknown_keys(raw: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """Give each key that means nothing, with `; did you mean ...?` or an empty string."""
    known = [field.replace("_", "-") for field in _READERS]
    return tuple(
        (key, did_you_mean(field_of(key).replace("_", "-"), known)) for key in raw if field_of(key) not in _READERS
    )


def field_of(key: str) -> str:
    """Give the name of the field of `Settings` that a key in any spelling stands for."""
    return _CAPITAL.sub(lambda match: f"_{match.group()}", key).replace("-", "_").lower()


def _strings(value: object, path: KeyPath, _report: Report) -> tuple[str, ...]:
    return strings(value, path)


def _boolean(value: object, path: KeyPath, _report: Report) -> bool:
    return boolean(value, path)


def _selectors(value: object, path: KeyPath, report: Report) -> tuple[str, ...]:
    names = strings(value, path)
    for index, name in enumerate(names):
        report.check_selector(name, (*path, index))
    return names


def _preset(value: object, path: KeyPath, _report: Report) -> str:
    return one_of(value, path, PRESETS)


def _python(value: object, path: KeyPath, _report: Report) -> tuple[int, int]:
    match = _PYTHON.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise RejectedError(path, f'{naming(path)} must be a string such as "3.11"')
    return int(match[1]), int(match[2])


def _severity(value: object, path: KeyPath, report: Report) -> dict[str, Severity]:
    def one(name: str, entry: object, at: KeyPath) -> Severity:
        severity = Severity(one_of(entry, at, SEVERITIES))
        report.check_selector(name, at)
        return severity

    return _entries(value, path, report, one)


def _options(value: object, path: KeyPath, report: Report) -> dict[str, Mapping[str, object]]:
    def one(name: str, entry: object, at: KeyPath) -> Mapping[str, object]:
        options = table(entry, at)
        report.check_selector(name, at)
        return options

    return _entries(value, path, report, one)


def _per_file_ignores(value: object, path: KeyPath, report: Report) -> dict[str, tuple[str, ...]]:
    return _entries(value, path, report, lambda _pattern, entry, at: _selectors(entry, at, report))


def _entries(value: object, path: KeyPath, report: Report, one: Callable[[str, object, KeyPath], _T]) -> dict[str, _T]:
    """Read a table entry by entry, so that a bad one costs only itself."""
    found: dict[str, _T] = {}
    for name, entry in table(value, path).items():
        try:
            found[name] = one(name, entry, (*path, name))
        except RejectedError as error:
            report.rejected(error)
    return found


def _layers(value: object, path: KeyPath, report: Report) -> tuple[Layer, ...]:
    if is_array(value):
        return _layer_list(value, path, report)
    found = _entries(value, path, report, lambda name, entry, at: Layer(name, _modules(entry, at)))
    return tuple(found.values())


def _layer_list(value: object, path: KeyPath, report: Report) -> tuple[Layer, ...]:
    found: list[Layer] = []
    for index, member in enumerate(array(value, path)):
        at = (*path, index)
        try:
            raw = table(member, at)
            if "name" not in raw or "modules" not in raw:
                raise RejectedError(at, "a layer needs `name` and `modules`")
            found.append(Layer(string(raw["name"], (*at, "name")), _modules(raw["modules"], (*at, "modules"))))
        except RejectedError as error:
            report.rejected(error)
    return tuple(found)


def _modules(value: object, path: KeyPath) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else strings(value, path)


_READERS: Mapping[str, _Reader] = {
    "select": _selectors,
    "ignore": _selectors,
    "extend_select": _selectors,
    "preset": _preset,
    "severity": _severity,
    "exclude": _strings,
    "src": _strings,
    "python": _python,
    "preview": _boolean,
    "unsafe_fixes": _boolean,
    "layers": _layers,
    "contracts": read_contracts,
    "options": _options,
    "per_file_ignores": _per_file_ignores,
}
