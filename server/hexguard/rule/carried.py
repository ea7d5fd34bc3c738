"""What calls and arguments bring along: a session, or an object of the project that was made with it.

A value counts by what it is; what cannot be resolved, or belongs to the whole module, is not told.
"""

from collections.abc import Iterator

import msgspec

from hexguard.facts.chains import dotted
from hexguard.facts.expressions import Attribute, Call, Expr, Name
from hexguard.facts.localize import find
from hexguard.facts.model import Function
from hexguard.facts.scopes import Binding, BindingKind
from hexguard.index.holders import Held
from hexguard.rule.view import View

MAX_STEPS = 3
"""Longer chains of names, constructors and nested functions are not followed."""


class Carried(msgspec.Struct, frozen=True, gc=False):
    """Something held, as the code calls it: `session`, `self.session`. `scope` binds the first part of the name."""

    scope: int
    name: str


class Carriers:
    """Tells what the expressions of one block bring along."""

    __slots__ = ("_held", "_view")

    def __init__(self, view: View, held: Held) -> None:
        self._view = view
        self._held = held

    def itself(self, expr: Expr) -> Carried | None:
        """The thing itself, if an expression is a name of it."""
        name, root = dotted(expr), _root(expr)
        if not name or root is None:
            return None
        scope, bindings = find(root.id, root.scope, self._view.block)
        if scope <= 0 or (isinstance(expr, Name) and self._is_stand_in(bindings)):
            return None
        value = self._view.value(expr)
        if value is None or not value.instance or value.name not in self._held.kinds:
            return None
        if isinstance(expr, Attribute) and not self._holds(expr.value, expr.attr):
            return None
        return Carried(scope, name)

    def _holds(self, owner: Expr, attr: str) -> bool:
        value = self._view.value(owner)
        if value is None or not value.instance:
            return False
        return attr in self._view.holders.attributes(value.name, self._held)

    def _is_stand_in(self, bindings: tuple[Binding, ...]) -> bool:
        made = (found.value for found in bindings if isinstance(found.value, Call))
        values = (self._view.value(call.func) for call in made)
        return any(value and value.name in self._held.makers for value in values)

    def brought(self, expr: Expr, steps: int = MAX_STEPS) -> Carried | None:
        """The thing itself, or that with which an object of the project was made: `session` for `Users(session)`."""
        if found := self.itself(expr):
            return found
        if not steps:
            return None
        if isinstance(expr, Name):
            scope, bindings = find(expr.id, expr.scope, self._view.block)
            made = bindings[0].value if scope > 0 and len(bindings) == 1 else None
            is_made = isinstance(made, Call) and bindings[0].kind is BindingKind.VALUE
            return self.brought(made, steps - 1) if made and is_made else None
        if isinstance(expr, Call) and self._view.holders.attributes(self._view.callee(expr), self._held):
            return next((found for given in _given(expr) if (found := self.brought(given, steps - 1))), None)
        return None

    def used(self, call: Call, steps: int = MAX_STEPS) -> Iterator[Carried]:
        """What the coroutine of a call uses: what it is given, what its object holds, what is around its function."""
        for given in _given(call):
            if found := self.brought(given):
                yield found
        if isinstance(call.func, Attribute):
            if found := self.through(call.func, awaited=True):
                yield found
        elif isinstance(call.func, Name) and steps:
            yield from self.closed_over(call.func, steps)

    def through(self, method: Attribute, *, awaited: bool = False) -> Carried | None:
        """What a method uses that is bound to its object: `session` for `Users(session).get` and `session.get`."""
        owner = method.value
        if found := self.itself(owner):
            return found
        attr = self._view.holders.used(self._view.name(method), self._held, awaited=awaited)
        if not attr:
            return None
        if found := self.brought(owner):
            return found
        root = _root(owner)
        scope = find(root.id, root.scope, self._view.block)[0] if root else -1
        is_named = scope > 0 and bool(dotted(owner))
        return Carried(scope, f"{dotted(owner)}.{attr}") if is_named and self._holds(owner, attr) else None

    def closed_over(self, name: Name, steps: int = MAX_STEPS, *, awaited: bool = True) -> Iterator[Carried]:
        """What the calls of a nested function use of the functions around it, unless a lock is around them.

        With `awaited`, only calls that are awaited count.
        """
        block = self._view.block
        bindings = find(name.id, name.scope, block)[1]
        inner = block.facts[bindings[0].detail] if len(bindings) == 1 and bindings[0].detail >= 0 else None
        if not isinstance(inner, Function):
            return
        for call in block.of_type(Call):
            is_inside = block.function_scope(call.context.scope) == inner.scope and (call.awaited or not awaited)
            if is_inside and not any(self._is_guard(value) for value in call.context.withs):
                yield from (found for found in self.used(call, steps - 1) if found.scope < inner.scope)

    def _is_guard(self, expr: Expr) -> bool:
        value = self._view.value(expr)
        return value is None or value.name in self._held.guards


def _given(call: Call) -> tuple[Expr, ...]:
    return (*call.args, *(keyword.value for keyword in call.keywords))


def _root(expr: Expr) -> Name | None:
    while isinstance(expr, Attribute):
        expr = expr.value
    return expr if isinstance(expr, Name) else None
