"""The imports between the modules of a project, as links of chains."""

import msgspec

from hexguard.facts.summary import ImportSymbol
from hexguard.index.reads import Reader
from hexguard.index.resolve import Resolver

UNPLACED = -1
"""The ordinal of a link that nobody needs to find in the text."""


class Link(msgspec.Struct, frozen=True, gc=False):
    """One import of a chain: in `module`, its import number `ordinal`, of the module `imported`."""

    module: str
    ordinal: int
    imported: str
    type_checking: bool = False


def links(importer: str, reader: Reader, resolver: Resolver) -> tuple[Link, ...]:
    """The imports of a module that reach a module of the project, in the order of the text."""
    found = [
        Link(importer, ordinal, target, symbol.type_checking)
        for ordinal, symbol in enumerate(reader.imports(importer))
        if (target := _target(symbol, importer, reader, resolver)) and target != importer
    ]
    return tuple(found)


def link_of(symbol: ImportSymbol, importer: str, reader: Reader, resolver: Resolver) -> Link | None:
    """The link that one import makes, wherever in the module it stands."""
    target = _target(symbol, importer, reader, resolver)
    return Link(importer, UNPLACED, target, symbol.type_checking) if target and target != importer else None


def _target(symbol: ImportSymbol, importer: str, reader: Reader, resolver: Resolver) -> str | None:
    """The module that an import loads: `from a import b` loads `a.b` if that is a module, else `a`."""
    base = resolver.absolute(symbol.module, symbol.level, importer)
    if not base or not reader.has_package(base.partition(".")[0]):
        return None
    if symbol.name is not None and symbol.name != "*":
        inner = f"{base}.{symbol.name}"
        if reader.has_package(inner):
            return inner
    return base if reader.has_package(base) else None
