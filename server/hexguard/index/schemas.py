"""Says what Pydantic makes of a class, through base classes in other files: its fields and its settings.

Nothing is guessed by name: a class is a schema if a base class of the library is among its ancestors.
"""

from collections.abc import Iterator

import msgspec

from hexguard.facts.expressions import Attribute, Call, Expr, Free, Subscript
from hexguard.facts.summary import ClassSymbol, VariableSymbol
from hexguard.index.knowledge import Knowledge
from hexguard.index.resolve import Resolver
from hexguard.index.values import Place


class Ancestor(msgspec.Struct, frozen=True, gc=False):
    """A class that another one comes from, or that class itself; without `symbol` it belongs to a library."""

    name: str
    module: str = ""
    symbol: ClassSymbol | None = None


class Schema(msgspec.Struct, frozen=True):
    """A class that Pydantic builds from its annotations.

    `lineage` has the class and its ancestors, itself first; a base that nothing is known about makes it uncertain.
    `options` are what `model_config` or a class `Config` sets, the nearest first; `None` where some may be hidden.
    """

    name: str
    lineage: tuple[Ancestor, ...]
    is_settings: bool
    is_certain: bool
    options: dict[str, Expr] | None

    def members(self) -> frozenset[str]:
        """The names that the class itself binds."""
        symbol = self.lineage[0].symbol
        return frozenset(symbol.members) if symbol else frozenset()

    def n_bindings(self, name: str) -> int:
        """How often the class itself binds a name."""
        symbol = self.lineage[0].symbol
        return len(symbol.members.get(name, ())) if symbol else 0

    def overrides(self, name: str) -> bool:
        """Whether the class, or an ancestor in the project, has a member of this name."""
        return any(ancestor.symbol and name in ancestor.symbol.members for ancestor in self.lineage)

    def fields(self) -> dict[str, VariableSymbol]:
        """The annotated variables of the class and of its ancestors in the project, the nearest of each name."""
        found: dict[str, VariableSymbol] = {}
        for ancestor in self.lineage:
            members = ancestor.symbol.members if ancestor.symbol else {}
            for name, bindings in members.items():
                last = bindings[-1]
                if isinstance(last, VariableSymbol) and last.annotation is not None:
                    found.setdefault(name, last)
        return found


class Schemas:
    """Recognizes schemas with the help of a resolver."""

    __slots__ = ("_knowledge", "_resolver")

    def __init__(self, resolver: Resolver, knowledge: Knowledge) -> None:
        self._resolver = resolver
        self._knowledge = knowledge

    def of(self, name: str, bases: tuple[Expr, ...] | None = None, place: Place | None = None) -> Schema | None:
        """The schema that the class with this qualified name is; `None` for any other class.

        A class that only its block knows is given by its localized `bases` and their `place`.
        """
        if bases is None or place is None:
            lineage = list(self._ancestors([name]))
        else:
            named = [self._base(base, place.module) for base in bases]
            lineage = [Ancestor(name, place.module), *self._ancestors(named)]
        names = {ancestor.name for ancestor in lineage}
        if names.isdisjoint(self._knowledge.schema_bases):
            return None
        is_settings = not names.isdisjoint(self._knowledge.settings_bases)
        return Schema(name, tuple(lineage), is_settings, "" not in names, _options(lineage))

    def _ancestors(self, pending: list[str]) -> Iterator[Ancestor]:
        """The classes with these names and all that they come from; one without a name is not known."""
        seen: set[str] = set()
        while pending:
            current = pending.pop(0)
            if current in seen:
                continue
            seen.add(current)
            found = self._resolver.class_of(current) if current else None
            if found is None:
                yield Ancestor(current)
                continue
            module, symbol = found
            yield Ancestor(current, module, symbol)
            pending.extend(self._base(base, module) for base in symbol.bases)

    def _base(self, base: Expr, module: str) -> str:
        named = base.value if isinstance(base, Subscript) else base
        value = self._resolver.value(named, Place(module)) if isinstance(named, Free | Attribute) else None
        return value.name if value and not value.instance else ""


def _options(lineage: list[Ancestor]) -> dict[str, Expr] | None:
    found: dict[str, Expr] = {}
    for ancestor in lineage:
        members = ancestor.symbol.members if ancestor.symbol else {}
        if (own := _own_options(members.get("Config", ()), members.get("model_config", ()))) is None:
            return None
        for name, value in own.items():
            found.setdefault(name, value)
    return found


def _own_options(*bindings: object) -> dict[str, Expr] | None:
    """The settings of one class; `None` if they come from somewhere else."""
    match bindings:
        case ((), ()):
            return {}
        case ((ClassSymbol(bases=(), members=members),), ()):
            found = {name: bound[-1] for name, bound in members.items()}
            if all(isinstance(one, VariableSymbol) and one.value is not None for one in found.values()):
                return {name: one.value for name, one in found.items() if isinstance(one, VariableSymbol) and one.value}
            return None
        case ((), (VariableSymbol(value=Call(func=Free() | Attribute() as func, args=(), keywords=keywords)),)):
            if (func.id if isinstance(func, Free) else func.attr) not in _MAKERS:
                return None
            return {keyword.name: keyword.value for keyword in keywords}
        case _:
            return None


_MAKERS = frozenset({"ConfigDict", "SettingsConfigDict", "dict"})
