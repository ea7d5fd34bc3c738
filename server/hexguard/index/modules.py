"""Puts the summaries of a file's blocks together into what its module offers."""

from collections.abc import Sequence

import msgspec

from hexguard.facts.summary import (
    BlockSummary,
    CallSite,
    ClassSymbol,
    FunctionSymbol,
    ImportSymbol,
    Symbol,
    VariableSymbol,
)
from hexguard.syntax.blocks import BlockKind


class Place(msgspec.Struct, frozen=True, gc=False):
    """A block's part in its file: its kind, and for a member the position of the block that opens its class."""

    kind: BlockKind
    owner: int


class ModuleSummary(msgspec.Struct, frozen=True, gc=False):
    """What other files can observe of a module. `functions` and `calls` are by qualified name inside the module."""

    name: str
    is_package: bool
    symbols: dict[str, tuple[Symbol, ...]]
    functions: dict[str, FunctionSymbol]
    calls: dict[str, tuple[CallSite, ...]]
    imports: tuple[ImportSymbol, ...]

    @property
    def package(self) -> str:
        """The package that relative imports start from."""
        return self.name if self.is_package else self.name.rpartition(".")[0]


def assemble(name: str, is_package: bool, places: Sequence[Place], summaries: Sequence[BlockSummary]) -> ModuleSummary:
    """The summary of a module from those of its blocks, in the order of the text."""
    symbols: dict[str, tuple[Symbol, ...]] = {}
    functions: dict[str, FunctionSymbol] = {}
    calls: dict[str, tuple[CallSite, ...]] = {}
    imports: list[ImportSymbol] = []
    members: dict[int, list[BlockSummary]] = {}
    for place, summary in zip(places, summaries, strict=True):
        imports.extend(found.symbol for found in summary.imports)
        prefix = ""
        if place.kind is BlockKind.MEMBER:
            members.setdefault(place.owner, []).append(summary)
            prefix = class_name(summaries[place.owner]) + "."
        else:
            for bound, found in summary.symbols.items():
                symbols[bound] = symbols.get(bound, ()) + found
        functions.update({prefix + qualname: function for qualname, function in summary.functions.items()})
        calls.update({prefix + qualname: sites for qualname, sites in summary.calls.items()})
    for owner, parts in members.items():
        _complete_class(class_name(summaries[owner]), parts, symbols)
    return ModuleSummary(name, is_package, symbols, functions, calls, tuple(imports))


def class_name(header: BlockSummary) -> str:
    """The name of the class that a header block opens; empty if it is too broken to have one."""
    return next((name for name, found in header.symbols.items() if isinstance(found[0], ClassSymbol)), "")


def _complete_class(name: str, parts: list[BlockSummary], symbols: dict[str, tuple[Symbol, ...]]) -> None:
    """Give the class `name`, known so far by its header, the members that stand in blocks of their own."""
    found = symbols.get(name, ())
    if not found or not isinstance(found[-1], ClassSymbol):
        return
    members: dict[str, tuple[Symbol, ...]] = dict(found[-1].members)
    attributes: dict[str, tuple[VariableSymbol, ...]] = dict(found[-1].attributes)
    for part in parts:
        for bound, bindings in part.symbols.items():
            members[bound] = members.get(bound, ()) + bindings
        for attribute, values in part.attributes.items():
            attributes[attribute] = attributes.get(attribute, ()) + values
    completed = msgspec.structs.replace(found[-1], members=members, attributes=attributes)
    symbols[name] = (*found[:-1], completed)
