"""Objects of the project that hold something of a library, such as a repository with its session.

Only what a method reaches through its own instance counts: what it is given or opens itself belongs to somebody else.
"""

from collections import deque
from collections.abc import Iterator

import msgspec

from hexguard.facts.expressions import Attribute, Call, Expr, Self
from hexguard.facts.summary import VariableSymbol
from hexguard.index.frameworks import Frameworks
from hexguard.index.reads import Reader
from hexguard.index.resolve import Resolver
from hexguard.index.values import Place, Value

MAX_CALLS = 4
"""A chain of more calls is not followed."""

MAX_CLASSES = 30
"""So many classes are looked into to tell what an object holds."""


class Held(msgspec.Struct, frozen=True):
    """What objects hold: instances of `kinds`.

    `makers` give stand-ins for them that do not count; a class that also holds one of `guards` takes care by itself.
    """

    kinds: frozenset[str]
    makers: frozenset[str] = frozenset()
    guards: frozenset[str] = frozenset()


class Holders:
    """Tells which attributes of an object hold something, and through which of them a method uses it."""

    __slots__ = ("_frameworks", "_reader", "_resolver")

    def __init__(self, resolver: Resolver, reader: Reader, frameworks: Frameworks) -> None:
        self._resolver = resolver
        self._reader = reader
        self._frameworks = frameworks

    def attributes(self, name: str, held: Held) -> frozenset[str]:
        """The attributes by which instances of the class with this qualified name hold something.

        That is the thing itself, or an object of the project that holds it in turn.
        """
        return self._attributes(name, held, {})

    def _attributes(self, name: str, held: Held, known: dict[str, frozenset[str]]) -> frozenset[str]:
        """The same, where some classes are `known`, since objects hold each other."""
        if name not in known:
            known[name] = frozenset()
            kinds = {attr: value.name for attr, value in self._typed(name, held)}
            if held.guards.isdisjoint(kinds.values()):
                known[name] = frozenset(
                    attr
                    for attr, kind in kinds.items()
                    if kind in held.kinds or (len(known) < MAX_CLASSES and self._attributes(kind, held, known))
                )
        return known[name]

    def _typed(self, name: str, held: Held) -> Iterator[tuple[str, Value]]:
        """The attributes of the instances of a class whose type is certain."""
        for module, symbol in self._frameworks.classes(name):
            place = Place(module, symbol.qualname)
            declared = {
                attr: tuple(found for found in bound if isinstance(found, VariableSymbol) and found.annotation)
                for attr, bound in symbol.members.items()
            }
            for attr, variables in (*symbol.attributes.items(), *declared.items()):
                value = self._resolver.attribute(Value(name, instance=True), attr) if variables else None
                is_made = any(self._is_made(found.value, held, place) for found in variables)
                if value and value.instance and not is_made:
                    yield attr, value

    def _is_made(self, value: Expr | None, held: Held, place: Place) -> bool:
        func = self._resolver.value(value.func, place) if isinstance(value, Call) and held.makers else None
        return func is not None and func.name in held.makers

    def used(self, method: str, held: Held, *, awaited: bool = False) -> str:
        """The attribute through which the method with this qualified name comes to call something that is held.

        Empty if that is not certain. With `awaited`, only calls that are awaited count.
        """
        queue: deque[tuple[str, str, int]] = deque([(method, "", 0)])
        seen = {method}
        while queue:
            name, first, depth = queue.popleft()
            for callee, attr in self._calls(name, awaited):
                used = first or attr
                if attr and callee.rpartition(".")[0] in held.kinds:
                    return used
                if callee not in seen and depth < MAX_CALLS:
                    seen.add(callee)
                    queue.append((callee, used, depth + 1))
        return ""

    def _calls(self, name: str, awaited: bool) -> Iterator[tuple[str, str]]:
        """What a method calls through its instance, with the attribute that it goes through (empty for its own)."""
        found = self._resolver.function_of(name)
        for site in self._reader.calls(found.module, found.qualname) if found else ():
            path = _path(site.callee)
            value = self._resolver.value(site.callee, found.place) if path and found else None
            if value and not value.instance and (site.awaited or not awaited):
                yield value.name, path[0] if len(path) > 1 else ""


def _path(callee: Expr) -> tuple[str, ...]:
    """The names after `self` in what is called; empty if it does not start there."""
    names: list[str] = []
    while isinstance(callee, Attribute):
        names.append(callee.attr)
        callee = callee.value
    return tuple(reversed(names)) if isinstance(callee, Self) else ()
