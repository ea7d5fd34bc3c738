"""Says all that a name of the project may stand for, where one certain meaning is not enough to know."""

from collections.abc import Iterator

from hexguard.facts.expressions import Attribute, Expr, Free
from hexguard.facts.summary import ImportSymbol, Symbol
from hexguard.index.reads import Reader
from hexguard.index.resolve import Resolver
from hexguard.index.values import Place


def bindings_of(expr: Expr, place: Place, reader: Reader, resolver: Resolver) -> Iterator[Symbol]:
    """All that the modules of the project bind to the localized name, or name of a module, `expr`.

    Imports inside the project are followed; one that is left leads out of it. Nothing for builtins and doubt.
    """
    match expr:
        case Free(id=name):
            yield from _bound((place.module, name), set(), reader, resolver)
        case Attribute(value=inner, attr=attr):
            module = resolver.value(inner, place)
            if module and not module.instance:
                yield from _bound((module.name, attr), set(), reader, resolver)
        case _:
            pass


def _bound(
    asked: tuple[str, str], followed: set[tuple[str, str]], reader: Reader, resolver: Resolver
) -> Iterator[Symbol]:
    """What a module binds to a name; each pair is followed once, for imports may go in circles and branch."""
    if asked in followed:
        return
    followed.add(asked)
    module, name = asked
    for symbol in reader.symbol(module, name) if reader.has_module(module) else ():
        target = resolver.absolute(symbol.module, symbol.level, module) if isinstance(symbol, ImportSymbol) else ""
        if isinstance(symbol, ImportSymbol) and symbol.name and reader.has_module(target):
            yield from _bound((target, symbol.name), followed, reader, resolver)
        else:
            yield symbol
