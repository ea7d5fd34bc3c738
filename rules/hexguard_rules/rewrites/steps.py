"""What the methods between `query()` and the end of its chain become, and what they ask of the statement."""

from collections.abc import Iterable, Iterator, Sequence
from typing import cast

import msgspec

from hexguard.facts.chains import chain_from, dotted
from hexguard.facts.expressions import Attribute, Call, Constant, ConstantKind, Context, Expr, Name, Starred
from hexguard.facts.model import Assignment
from hexguard.facts.summary import ClassSymbol, Symbol, VariableSymbol
from hexguard.rule import Edits, View
from hexguard.text.edit import Edit

_SAME = (
    "distinct",
    "filter_by",
    "group_by",
    "having",
    "limit",
    "offset",
    "options",
    "order_by",
    "select_from",
    "where",
    "with_for_update",
    "execution_options",
)
_STEPS = {name: name for name in (*_SAME, "join", "outerjoin")} | {"filter": "where"}
_DUPLICATING = frozenset({"join", "outerjoin", "options", "select_from"})
_FROM = frozenset({"join", "outerjoin", "select_from"})
_AFTER_LIMIT = frozenset({"limit", "offset", "options", "with_for_update", "execution_options"})
_TABLE_MAKERS = frozenset({"aliased", "alias", "subquery", "cte", "lateral", "with_polymorphic", "table", "values"})


def renamed(edits: Edits, steps: Iterable[Call]) -> tuple[Edit, ...] | None:
    """The edits that turn the methods between into those of a statement; `None` if one has no counterpart."""
    made: list[Edit] = []
    for step in steps:
        name = _STEPS.get(step.method)
        if name is None or not isinstance(step.func, Attribute) or _means_otherwise(step):
            return None
        if name != step.method:
            made.append(edits.rename_attribute(step.func, name))
    return tuple(made)


def _means_otherwise(step: Call) -> bool:
    """`join("addresses")`: SQLAlchemy 2 takes no strings here; a `Query` that yields in parts keeps duplicates."""
    if step.method == "execution_options":
        return step.has_unpacking or step.keyword("yield_per") is not None
    return step.method in ("join", "outerjoin", "options") and any(
        isinstance(argument, Constant) and argument.kind is ConstantKind.STRING for argument in step.args
    )


def means_the_same(steps: Sequence[Call], selected: Sequence[Expr], gives_entities: bool) -> bool:
    """Whether a statement does after these steps what a query for `selected` does."""
    if not gives_entities and any(step.method == "options" for step in steps):
        return False
    is_one_table = _filters_one_table(steps, selected, gives_entities)
    return is_one_table and _is_in_order(steps) and _orders_by_selected(steps, selected)


def _is_in_order(steps: Sequence[Call]) -> bool:
    """Whether `Query` takes the steps in this order; a statement takes them in any."""
    if any(step.method == "select_from" for step in steps[1:]):
        return False
    limits = [number for number, step in enumerate(steps) if step.method in ("limit", "offset")]
    return not limits or all(step.method in _AFTER_LIMIT for step in steps[limits[0] :])


def _filters_one_table(steps: Sequence[Call], selected: Sequence[Expr], gives_entities: bool) -> bool:
    """Whether `filter_by()` means the only table there is: `Query` takes the last one, a statement may take any."""
    filtered = [number for number, step in enumerate(steps) if step.method == "filter_by" and _is_given(step)]
    if not filtered:
        return True
    owners = {dotted(expr.value) if isinstance(expr, Attribute) else "" for expr in selected}
    is_one = gives_entities or (len(owners) == 1 and "" not in owners)
    return is_one and not any(step.method in _FROM for step in steps[: filtered[-1]])


def _is_given(step: Call) -> bool:
    """Whether a call has arguments; `**criteria` is one of `args`."""
    return bool(step.args or step.keywords)


def _orders_by_selected(steps: Sequence[Call], selected: Sequence[Expr]) -> bool:
    """Whether a `distinct()` query orders by nothing but what it selects; `Query` selects the rest as well."""
    if not any(step.method == "distinct" for step in steps):
        return True
    columns = {dotted(expr) for expr in selected}
    orders = [_ordered(argument) for step in steps if step.method == "order_by" for argument in step.args]
    return all(name and (name in columns or name.rpartition(".")[0] in columns) for name in orders)


def _ordered(expr: Expr) -> str:
    """`User.name` of `User.name.desc()`; empty for anything else than a dotted name."""
    match expr:
        case Call(func=Attribute(value=value, attr="asc" | "desc"), args=()):
            return dotted(value)
        case _:
            return dotted(expr)


def may_duplicate(steps: Iterable[Call]) -> bool:
    """Whether the steps themselves may bring an entity several times."""
    return any(step.method in _DUPLICATING for step in steps)


def names_other_tables(query: Call, view: View) -> bool:
    """Whether the steps of a query may name another table than that of its entity, which multiplies the rows.

    The steps are those of its chain, or all of the block if the query is kept for later.
    """
    facts = view.block.facts
    chain = chain_from(query, facts)
    is_open = len(chain) == 1 or chain[-1].method in _STEPS
    is_kept = is_open and any(isinstance(fact, Assignment) and fact.value == chain[-1] for fact in facts)
    calls = [fact for fact in facts if isinstance(fact, Call)] if is_kept else chain[1:]
    entity = dotted(query.args[0])
    return any(_may_be_table(found, entity, view) for call in calls if call.method in _STEPS for found in _given(call))


def _given(call: Call) -> Iterator[Expr]:
    """What the arguments of a step name; an argument that is a mere variable comes as what hides something."""
    for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
        if isinstance(argument, Starred):
            yield argument
        elif isinstance(argument, Name) and call.method not in ("limit", "offset", "filter_by"):
            yield Starred(argument.node, argument, double=False)
        else:
            yield from _tops(argument)


def _tops(value: object) -> Iterator[Expr]:
    """The dotted names inside an expression, each as long as it goes."""
    match value:
        case Name() | Attribute() if dotted(value):
            yield value
        case Context():
            pass
        case tuple():
            # The fields of an expression are expressions, or tuples of them.
            for item in cast("tuple[object, ...]", value):
                yield from _tops(item)
        case msgspec.Struct():
            for field in value.__struct_fields__:
                yield from _tops(getattr(value, field))
        case _:
            pass


def _may_be_table(expr: Expr, entity: str, view: View) -> bool:
    name = dotted(expr)
    if not name:
        return True
    if name == entity or name.startswith(f"{entity}."):
        return False
    owner = _class_in(expr)
    if owner is None:
        return _is_made_table(name.partition(".")[0], expr, view)
    bindings = view.bindings(owner)
    is_plain = bool(bindings) and all(isinstance(symbol, ClassSymbol) for symbol in bindings)
    return not is_plain or view.frameworks.model(view.name(owner)) is not None


def _class_in(expr: Expr) -> Expr | None:
    """`models.User` of `models.User.name`: the first part that is written like a class."""
    found = None
    while isinstance(expr, Attribute | Name):
        name = expr.attr if isinstance(expr, Attribute) else expr.id
        if name[:1].isupper() and not name.isupper():
            found = expr
        if isinstance(expr, Name):
            break
        expr = expr.value
    return found


def _is_made_table(name: str, expr: Expr, view: View) -> bool:
    """Whether a variable was made by `aliased()` or the like, in this block or in the module."""
    while isinstance(expr, Attribute):
        expr = expr.value
    symbols: tuple[Symbol, ...] = view.bindings(expr)
    values = [symbol.value for symbol in symbols if isinstance(symbol, VariableSymbol)]
    values += [
        fact.value
        for fact in view.block.of_type(Assignment)
        if isinstance(fact.target, Name) and fact.target.id == name
    ]
    return any(isinstance(value, Call) and _last_name(value.func) in _TABLE_MAKERS for value in values)


def _last_name(expr: Expr) -> str:
    match expr:
        case Attribute(attr=name) | Name(id=name):
            return name
        case _:
            return str(getattr(expr, "id", ""))
