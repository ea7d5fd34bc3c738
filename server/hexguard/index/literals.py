"""Says which literal an expression is, where it is written elsewhere: behind variables, attributes and defaults."""

from hexguard.facts.expressions import Attribute, Call, Constant, Expr, FormattedString, Free
from hexguard.facts.summary import Symbol, VariableSymbol
from hexguard.index.resolve import Resolver
from hexguard.index.values import Place

MAX_STEPS = 5
"""A longer chain of names is not followed; this also ends cycles."""

_DEFAULTS = frozenset({"os.getenv", "os.environ.get"})


class Literals:
    """Follows localized expressions to literals."""

    __slots__ = ("_resolver",)

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver

    def of(self, expr: Expr | None, place: Place, steps: int = MAX_STEPS) -> Constant | FormattedString | None:
        """The literal that a localized expression is, or is by default; `None` if it may be any other.

        A variable is what its only assignment gives it, an attribute what its class says,
        and a variable of the environment what is written as its default.
        """
        if steps <= 0:
            return None
        match expr:
            case Constant() | FormattedString():
                return expr
            case Free():
                return self._defined(expr, place, steps)
            case Attribute(value=owner, attr=attr):
                return self._attribute(expr, owner, attr, place, steps)
            case Call(func=func):
                called = self._resolver.value(func, place)
                is_known = called is not None and called.name in _DEFAULTS
                return self.of(expr.argument(1, "default"), place, steps - 1) if is_known else None
            case _:
                return None

    def _attribute(
        self, expr: Expr, owner: Expr, attr: str, place: Place, steps: int
    ) -> Constant | FormattedString | None:
        value = self._resolver.value(owner, place)
        found = self._resolver.class_of(value.name) if value else None
        if found is None:
            return self._defined(expr, place, steps)
        module, symbol = found
        members = symbol.members.get(attr) or symbol.attributes.get(attr, ())
        return self._given(members[0], Place(module, symbol.qualname), steps) if len(members) == 1 else None

    def _defined(self, expr: Expr, place: Place, steps: int) -> Constant | FormattedString | None:
        found = self._resolver.definition(expr, place)
        return self._given(found[1], found[0], steps) if found else None

    def _given(self, symbol: Symbol, place: Place, steps: int) -> Constant | FormattedString | None:
        return self.of(symbol.value, place, steps - 1) if isinstance(symbol, VariableSymbol) else None
