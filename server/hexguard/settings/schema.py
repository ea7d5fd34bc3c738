"""Which keys there are and what each may hold: the one description that TOML and editors share."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Literal, TypeVar, get_args

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
    is_table,
    naming,
    one_of,
    string,
    strings,
    table,
)
from hexguard.settings.switches import SWITCHES

PRESETS: tuple[Preset, ...] = get_args(Preset)
SEVERITIES = tuple(severity.value for severity in Severity)

BOOLEANS = ("true", "false")

_T = TypeVar("_T")
_Reader = Callable[[object, KeyPath, Report], object]
_CAPITAL = re.compile(r"(?<=[a-z0-9])[A-Z]")
_PYTHON = re.compile(r"(3)\.(\d{1,3})")


class Key(msgspec.Struct, frozen=True):
    """A key of the table: how its value is read, what it does in one sentence, and what it takes in words.

    `holds` is what its value is: a list of selectors, one of `choices`, a string, a list of strings, tables, or one of
    the choices of a switch. With `names`, the value is a table, each of whose values is that;
    its keys are selectors, names of rules, names of switches, or whatever the user likes.
    """

    read: _Reader
    does: str
    takes: str
    holds: Literal["selectors", "choice", "text", "texts", "tables", "switches"]
    names: Literal["selector", "rule", "switch", "free"] | None = None
    choices: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """What it does and what it takes, in Markdown."""
        return f"{self.does} It takes {self.takes}."


def read(raw: Mapping[str, object], base: Settings, path: KeyPath, report: Report) -> Settings:
    """Put what `raw` declares over `base`; `path` is where `raw` stands in its source.

    Lists and single values replace those of `base`, tables of rules are joined with them.
    Keys may be in kebab case, snake case or camel case; a null is as good as no key.
    A value that cannot be used goes to the report and leaves that of `base`.
    """
    changes: dict[str, object] = {}
    for key, value in raw.items():
        field = field_of(key)
        known = KEYS.get(field)
        if known is None or value is None:
            continue
        try:
            changes[field] = known.read(value, (*path, key), report)
        except RejectedError as error:
            report.rejected(error)
    joined: dict[str, Mapping[str, object]] = {
        "switches": base.switches,
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
    known = [spelled(field) for field in KEYS]
    return tuple((key, did_you_mean(spelled(field_of(key)), known)) for key in raw if field_of(key) not in KEYS)


def field_of(key: str) -> str:
    """Give the name of the field of `Settings` that a key in any spelling stands for."""
    return _CAPITAL.sub(lambda match: f"_{match.group()}", key).replace("-", "_").lower()


def spelled(field: str) -> str:
    """Give the key that stands for a field of `Settings`, as TOML spells it."""
    return field.replace("_", "-")


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


def _switches(value: object, path: KeyPath, report: Report) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, choice, at in _with_whole_names(table(value, path), path):
        switch = SWITCHES.get(field_of(name))
        if switch is None:
            report.doubtful_key(at, f"there is no switch `{name}`{did_you_mean(field_of(name), SWITCHES)}")
            continue
        try:
            found[switch.name] = one_of(choice, at, switch.choices)
        except RejectedError as error:
            report.rejected(error)
    return found


def _with_whole_names(raw: Mapping[str, object], path: KeyPath) -> Iterator[tuple[str, object, KeyPath]]:
    """Give the entries of a table and of the tables in it; the name of the latter begins that of the former."""
    for name, entry in raw.items():
        if is_table(entry):
            yield from ((f"{name}.{rest}", inner, (*path, name, rest)) for rest, inner in entry.items())
        else:
            yield name, entry, (*path, name)


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


def _file(value: object, path: KeyPath, _report: Report) -> str:
    name = string(value, path)
    if not name.strip() or not name.isprintable():
        raise RejectedError(path, f"{naming(path)} must be the path of a file")
    return name


def _folder(value: object, path: KeyPath, _report: Report) -> str:
    name = string(value, path)
    if not name.strip() or not name.isprintable():
        raise RejectedError(path, f"{naming(path)} must be the path of a folder")
    return name


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


KEYS: Mapping[str, Key] = {
    "select": Key(
        _selectors, "Which rules run.", "a list of rules, families, ids of guidelines, or `all`", "selectors"
    ),
    "ignore": Key(_selectors, "Which rules never run.", "a list of rules, families or ids of guidelines", "selectors"),
    "extend_select": Key(
        _selectors, "Which rules run besides those of `select`.", "a list of rules, families or ids", "selectors"
    ),
    "preset": Key(
        _preset,
        "Which style decides where guidelines disagree: its layers and contracts, and the defaults of the switches.",
        "one of " + ", ".join(f"`{name}`" for name in PRESETS),
        "choice",
        choices=PRESETS,
    ),
    "switches": Key(
        _switches,
        "What holds where guidelines disagree, whatever the preset chooses.",
        'a table from switch to one of its choices, such as `"pooling.pre_ping" = "off"`',
        "switches",
        names="switch",
    ),
    "severity": Key(
        _severity,
        "How severe the findings of a rule or of a family are.",
        "a table from rule or family to one of " + ", ".join(f"`{name}`" for name in SEVERITIES),
        "choice",
        names="selector",
        choices=SEVERITIES,
    ),
    "exclude": Key(_strings, "Which files are not checked.", "a list of patterns as in `.gitignore`", "texts"),
    "src": Key(
        _strings, "Which folders imports start from.", "a list of folders, relative to the root of the project", "texts"
    ),
    "python": Key(
        _python, "The lowest version of Python that the project supports.", 'a string such as `"3.11"`', "text"
    ),
    "preview": Key(_boolean, "Whether rules in preview run.", "`true` or `false`", "choice", choices=BOOLEANS),
    "unsafe_fixes": Key(
        _boolean,
        "Whether fixes that may change what the code does are applied with the others.",
        "`true` or `false`",
        "choice",
        choices=BOOLEANS,
    ),
    "baseline": Key(
        _file,
        "Which file lists the findings that are left alone, if it exists.",
        "a path, relative to the root of the project",
        "text",
    ),
    "environment": Key(
        _folder,
        "Which virtual environment has the libraries of the project; without it, `.venv`, `venv` or `env`.",
        "a path, relative to the root of the project",
        "text",
    ),
    "layers": Key(
        _layers,
        "The layers of the architecture, and the modules that belong to each.",
        "a table from name to module patterns, or a list of tables with `name` and `modules`",
        "texts",
        names="free",
    ),
    "contracts": Key(
        read_contracts,
        "What a layer or a module may import.",
        "a list of tables with `kind`, which is `layers`, `forbidden` or `independence`, and what that needs",
        "tables",
    ),
    "options": Key(_options, "The options of single rules.", "a table from rule to a table", "tables", names="rule"),
    "per_file_ignores": Key(
        _per_file_ignores,
        "Which rules never run on some files.",
        "a table from pattern as in `.gitignore` to a list of rules, families or ids of guidelines",
        "selectors",
        names="free",
    ),
}
"""Every key of the table by the field of `Settings` that it fills: the one description of what the user can declare."""
