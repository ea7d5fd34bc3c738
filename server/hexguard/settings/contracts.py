"""Reads contracts, in Hexguard's own words and in those of import-linter, into the same values."""

from collections.abc import Mapping
from typing import get_args

import msgspec

from hexguard.settings.locate import KeyPath
from hexguard.settings.model import Contract, ContractKind
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

KINDS: tuple[ContractKind, ...] = get_args(ContractKind)


class Dialect(msgspec.Struct, frozen=True):
    """How a format spells the fields of a contract."""

    kind: str
    source: str
    forbidden: str
    members: str
    allow_indirect: str

    def known_keys(self) -> tuple[str, ...]:
        """Give every key that a contract may have in this dialect."""
        own = ("name", self.kind, self.source, self.forbidden, self.members, self.allow_indirect)
        return (*dict.fromkeys(own), "layers", "containers", "ignore_imports")


OWN = Dialect(kind="kind", source="source", forbidden="forbidden", members="source", allow_indirect="allow_indirect")
IMPORT_LINTER = Dialect(
    kind="type",
    source="source_modules",
    forbidden="forbidden_modules",
    members="modules",
    allow_indirect="allow_indirect_imports",
)


def read_contracts(value: object, path: KeyPath, report: Report) -> tuple[Contract, ...]:
    """Read Hexguard's own `contracts`; one that cannot be used is reported and left out, the others stay.

    Raises `RejectedError` if the value is no array at all.
    """
    found: list[Contract] = []
    for index, member in enumerate(array(value, path)):
        at = (*path, index)
        try:
            raw, spelling = _normalized(table(member, at))
            _warn_of_unknown_keys(spelling, at, report)
            found.extend(_ContractReader(raw, at, OWN, spelling).read(f"contract {index + 1}"))
        except RejectedError as error:
            report.rejected(error)
    return tuple(found)


def read_contract(raw: Mapping[str, object], path: KeyPath, dialect: Dialect, name: str) -> tuple[Contract, ...]:
    """Read one contract; it becomes several if some of its layers have independent siblings.

    `name` is used if the contract has none.
    Raises `RejectedError` if it cannot be used.
    """
    return _ContractReader(raw, path, dialect, {}).read(name)


def _warn_of_unknown_keys(spelling: Mapping[str, str], path: KeyPath, report: Report) -> None:
    known = OWN.known_keys()
    spelled_well = [name.replace("_", "-") for name in known]
    for key, spelled in spelling.items():
        if key not in known:
            hint = did_you_mean(spelled, spelled_well)
            report.doubtful_key((*path, spelled), f"a contract has no `{spelled}`{hint}")


def _normalized(raw: Mapping[str, object]) -> tuple[dict[str, object], dict[str, str]]:
    """Give the table with snake-case keys, and how the user spelled each."""
    spelling = {key.replace("-", "_"): key for key in raw}
    return {key: raw[spelled] for key, spelled in spelling.items()}, spelling


class _ContractReader:
    """One contract on its way in: its raw values, where they stand, and how its keys are spelled."""

    def __init__(self, raw: Mapping[str, object], path: KeyPath, dialect: Dialect, spelling: Mapping[str, str]) -> None:
        self.raw = raw
        self.path = path
        self.dialect = dialect
        self.spelling = spelling

    def read(self, default_name: str) -> tuple[Contract, ...]:
        name = string(self.raw.get("name", default_name), self.at("name"))
        kind = self.kind()
        base = Contract(
            name=name,
            kind=kind,
            containers=self.names("containers"),
            ignore_imports=self.ignored(),
            allow_indirect=self.allow_indirect(),
        )
        if kind == "layers":
            return self.layers(base)
        if kind == "forbidden":
            source, forbidden = self.required(self.dialect.source), self.required(self.dialect.forbidden)
            return (msgspec.structs.replace(base, containers=(), source=source, forbidden=forbidden),)
        return (msgspec.structs.replace(base, source=self.required(self.dialect.members)),)

    def kind(self) -> ContractKind:
        key = self.dialect.kind
        if key not in self.raw:
            raise RejectedError(self.path, f"a contract needs `{key}`: one of {', '.join(KINDS)}")
        chosen = one_of(self.raw[key], self.at(key), KINDS)
        return next(kind for kind in KINDS if kind == chosen)

    def layers(self, base: Contract) -> tuple[Contract, ...]:
        self.require("layers")
        path = self.at("layers")
        layers: list[tuple[str, ...]] = []
        apart: list[Contract] = []
        for index, layer in enumerate(array(self.raw["layers"], path)):
            names, independent = _siblings(layer, (*path, index))
            layers.append(names)
            if independent:
                apart.append(msgspec.structs.replace(base, kind="independence", source=names))
        return (msgspec.structs.replace(base, layers=tuple(layers)), *apart)

    def ignored(self) -> tuple[tuple[str, str], ...]:
        if "ignore_imports" not in self.raw:
            return ()
        path = self.at("ignore_imports")
        return tuple(
            _import(member, (*path, index)) for index, member in enumerate(array(self.raw["ignore_imports"], path))
        )

    def allow_indirect(self) -> bool:
        key = self.dialect.allow_indirect
        value = self.raw.get(key, False)
        if self.dialect is IMPORT_LINTER and isinstance(value, str):
            return value in {"True", "true"}
        return boolean(value, self.at(key))

    def required(self, key: str) -> tuple[str, ...]:
        self.require(key)
        return self.names(key)

    def require(self, key: str) -> None:
        if not self.raw.get(key):
            spelled = self.spelling.get(key, key)
            raise RejectedError(self.path, f"a contract of this kind needs `{spelled}`")

    def names(self, key: str) -> tuple[str, ...]:
        return strings(self.raw.get(key, []), self.at(key))

    def at(self, key: str) -> KeyPath:
        return (*self.path, self.spelling.get(key, key))


def _siblings(layer: object, path: KeyPath) -> tuple[tuple[str, ...], bool]:
    """Give the names that share one layer, and whether they must not import each other (`a | b`)."""
    if is_array(layer):
        return strings(layer, path), False
    text = string(layer, path)
    if "|" in text and ":" in text:
        raise RejectedError(path, f"{naming(path)} must separate siblings by `|` or by `:`, not by both")
    independent = "|" in text
    names = tuple(_without_parentheses(name) for name in text.split("|" if independent else ":"))
    if not all(names):
        raise RejectedError(path, f"{naming(path)} names an empty layer")
    return names, independent


def _without_parentheses(name: str) -> str:
    """Drop what marks a layer as optional: a layer without modules restricts nothing anyway."""
    name = name.strip()
    return name[1:-1].strip() if name.startswith("(") and name.endswith(")") else name


def _import(value: object, path: KeyPath) -> tuple[str, str]:
    importer, arrow, imported = string(value, path).partition("->")
    if not (importer.strip() and arrow and imported.strip()):
        raise RejectedError(path, f"{naming(path)} must be written `importer -> imported`")
    return importer.strip(), imported.strip()
