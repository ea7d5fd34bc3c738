"""Rows of a model in the code of a function, and the session that they hang on.

Only what a session certainly gives or is given counts; single columns and numbers are no rows.
"""

import msgspec

from hexguard.facts.expressions import Attribute, Await, Call, Expr, Name
from hexguard.facts.localize import find
from hexguard.facts.scopes import BindingKind
from hexguard.rule.carried import Carried, Carriers
from hexguard.rule.view import View

MAX_STEPS = 8
"""Longer chains of calls and names are not followed to the session that gave a row."""


class Rows(msgspec.Struct, frozen=True):
    """How rows come out of a session: the names of its methods and of the steps after them.

    `getting` take a model and a key, `asking` take a statement, which begins with one of the functions `selects`.
    `ends` are steps that give one row or a list of them.
    """

    getting: frozenset[str]
    asking: frozenset[str]
    selects: frozenset[str]
    ends: frozenset[str]


def loaded_by(expr: Expr, carriers: Carriers, view: View, rows: Rows) -> Carried | None:
    """The session that gave the rows which an expression stands for, or that they were added to."""
    if isinstance(expr, Name) and (added := _added_to(expr, carriers, view)):
        return added
    call = _made(expr, view)
    if not isinstance(call, Call):
        return None
    if given := next((found for argument in call.args if (found := carriers.itself(argument))), None):
        return given if _is_row(expr, view) else None
    return _asked(call, carriers, view, rows)


def _added_to(name: Name, carriers: Carriers, view: View) -> Carried | None:
    """The session whose `add` was given a local name."""
    index, _ = find(name.id, name.scope, view.block)
    for call in view.block.of_type(Call):
        match call:
            case Call(func=Attribute(value=owner, attr="add"), args=(Name(id=id, scope=scope),)) if id == name.id:
                return carriers.itself(owner) if find(id, scope, view.block)[0] == index else None
            case _:
                pass
    return None


def _is_row(expr: Expr, view: View) -> bool:
    value = view.value(expr)
    return value is not None and value.instance and view.frameworks.model(value.name) is not None


def _asked(last: Call, carriers: Carriers, view: View, rows: Rows) -> Carried | None:
    """The session at the start of a chain such as `(await session.scalars(select(User))).first()`."""
    call: Expr | None = last
    for _ in range(MAX_STEPS):
        if not isinstance(call, Call) or not isinstance(call.func, Attribute):
            return None
        if source := carriers.itself(call.func.value):
            is_end = call == last or last.method in rows.ends
            return source if is_end and _gives_rows(call, view, rows) else None
        call = _made(call.func.value, view)
    return None


def _made(expr: Expr, view: View) -> Expr | None:
    """What a local name was given, and what is behind an `await`."""
    if isinstance(expr, Name):
        index, bindings = find(expr.id, expr.scope, view.block)
        given = bindings[0].value if index > 0 and len(bindings) == 1 else None
        is_made = isinstance(given, Await | Call) and bindings[0].kind is BindingKind.VALUE
        return _made(given, view) if given and is_made else None
    return expr.value if isinstance(expr, Await) else expr


def _gives_rows(call: Call, view: View, rows: Rows) -> bool:
    """Whether what a method of a session gives are rows of a model, and not numbers or single columns."""
    if call.method in rows.getting:
        return True
    if call.method == "query":
        asked = call.args
    else:
        query = _made(call.args[0], view) if call.method in rows.asking and call.args else None
        while isinstance(query, Call) and isinstance(query.func, Attribute) and isinstance(query.func.value, Call):
            query = query.func.value
        asked = query.args if isinstance(query, Call) and view.callee(query) in rows.selects else ()
    return len(asked) == 1 and view.frameworks.model(view.name(asked[0])) is not None
