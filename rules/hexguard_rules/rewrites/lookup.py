"""Reads the rows of all items of a loop at once, so that the loop only looks them up."""

import re
from collections.abc import Iterable

import msgspec

from hexguard.facts.chains import dotted
from hexguard.facts.expressions import Attribute, Await, Call, Compare, Expr, Name
from hexguard.facts.loops import loops_around, names_in
from hexguard.facts.model import Assignment, Fact, Loop, Reference, With
from hexguard.index.keys import only_key
from hexguard.rule import Edits, View
from hexguard.text.edit import Edit
from hexguard.text.span import Span

MAX_WIDTH = 100


class Lookup(msgspec.Struct, frozen=True):
    """A call that asks for the row of `model` whose `column` is `item`; `column` is empty where that is the key."""

    model: Expr
    column: str
    item: Name


def lookup_of(call: Call) -> Lookup | None:
    """What `session.get(Model, item)`, or a call with `select(Model).where(Model.id == item)`, asks for."""
    match call:
        case Call(args=(model, Name() as item), keywords=()) if call.method == "get":
            return Lookup(model, "", item)
        case Call(args=(Call(func=Attribute(value=Call(args=(model,), keywords=()) as start, attr="where")) as query,)):
            is_plain = not query.keywords and not call.keywords and start.method == "select"
        case _:
            return None
    match query.args:
        case (Compare(ops=("==",), operands=(Attribute(value=owner, attr=column), Name() as item)),) if is_plain:
            return Lookup(model, column, item) if dotted(owner) and dotted(owner) == dotted(model) else None
        case _:
            return None


def asked_together(call: Call, view: View) -> tuple[str, str]:
    """The key by which all rows can be read before the loop around a call, or the reason why that is not certain."""
    loops, lookup = list(loops_around(view.block, call.node, call.context)), lookup_of(call)
    if len(loops) != 1 or call.context.scope != loops[0].context.scope or view.function(call.context) is None:
        return "", "it stands in a comprehension, in several loops, or in no function"
    loop, whole = loops[0], whole_of(call, view.block.facts)
    is_item = lookup and isinstance(loop.target, Name) and loop.target.id == lookup.item.id
    if lookup is None or not is_item or whole is None:
        return "", "it does not look up one row by the item itself"
    model, frameworks = view.name(lookup.model), view.frameworks
    key, kind = only_key(model, frameworks)
    found, item, source = frameworks.model(model), view.value(lookup.item), view.value(loop.source)
    if found is None or not key or lookup.column not in ("", key):
        return "", "the item is not known to be the primary key"
    if item is None or item.name != _KINDS[kind] or source is None or source.name not in _LISTS:
        return "", f"the loop is not known to go through a list of `{kind}`"
    if not isinstance(loop.source, Name) or any(one.lazy in ("joined", "False") for one in found.relationships):
        return "", "the model loads others by a join, or the items come from a call"
    return (key, "") if _is_alone(call, lookup.item.id, loop, view.block.facts) else ("", _NOT_ALONE)


_KINDS = {"int": "builtins.int", "UUID": "uuid.UUID"}
_LISTS = frozenset(
    {
        *(f"builtins.{name}" for name in ("frozenset", "list", "set")),
        *(f"{module}.{name}" for module in ("collections.abc", "typing") for name in ("Collection", "Sequence", "Set")),
        *(f"typing.{name}" for name in ("FrozenSet", "List")),
    }
)
"""What can be gone through twice."""

_NOT_ALONE = "the loop uses the session for more, opens it, or changes its item"


def whole_of(call: Call, facts: Iterable[Fact]) -> int | None:
    """The node of the expression that gives the row or `None`, steps on a result included."""
    facts = tuple(facts)
    node = next((fact.node for fact in facts if isinstance(fact, Await) and fact.value == call), call.node)
    for step in _STEPS.get(call.method, (("unknown",),)):
        calls = (fact for fact in facts if isinstance(fact, Call) and not fact.args and not fact.keywords)
        after = next((fact for fact in calls if fact.receiver is not None and fact.receiver.node == node), None)
        if after is None or after.method not in step:
            return None
        node = after.node
    return node


_STEPS: dict[str, tuple[tuple[str, ...], ...]] = {
    "get": (),
    "scalar": (),
    "scalars": (("first", "one_or_none"),),
    "execute": (("scalar", "scalar_one_or_none"),),
}
"""What follows a call before there is a row, or `None` for none."""


def _is_alone(call: Call, item: str, loop: Loop, facts: Iterable[Fact]) -> bool:
    """Whether nothing else in a loop has to do with the session, and nothing changes the item."""
    receiver = dotted(call.receiver) if call.receiver else ""
    inside = [fact for fact in facts if loop.body[0] <= fact.node < loop.body[1]]
    bound = {name for fact in inside if isinstance(fact, Assignment | Loop | With) for name in names_in(fact.target)}
    read = [dotted(fact.expr) for fact in inside if isinstance(fact, Reference) and fact.node != call.func.node]
    is_used = any(f"{name}.".startswith(f"{receiver}.") for name in read)
    return bool(receiver) and not is_used and item not in bound and receiver.partition(".")[0] not in bound


def read_before(call: Call, key: str, is_async: bool, edits: Edits) -> tuple[Edit, ...] | str:
    """Edits that read the rows in front of the loop, and take one out of them in it; a reason where they cannot."""
    loop = [fact for fact in edits.facts() if isinstance(fact, Loop) and fact.body[0] <= call.node < fact.body[1]][-1]
    lookup, whole, span = lookup_of(call), whole_of(call, edits.facts()), edits.span(loop.node)
    before = edits.slice(Span(edits.line_start(span.start), span.start))
    if lookup is None or whole is None or call.receiver is None or before.strip() or "#" in edits.text(whole):
        return "it shares its lines with something else, or a comment would be lost"
    model, item = edits.text(lookup.model.node), edits.text(lookup.item.node)
    rows = f"{re.sub(r'(?<=[a-z0-9])(?=[A-Z])', '_', model.rpartition('.')[2]).lower()}_by_{key}"
    spelled = edits.spell("sqlalchemy.select", call.context)
    if spelled is None or not edits.is_unused(rows) or not edits.is_unused("found"):
        return f"`select`, `found` or `{rows}` means something else here"
    query = f"{spelled.text}({model}).where({model}.{key}.in_({edits.text(loop.source.node)}))"
    asked = f"{'await ' if is_async else ''}{edits.text(call.receiver.node)}.scalars({query})"
    made = _dictionary(rows, key, asked, before, edits.unit(call.context) or "    ", edits.newline)
    return (edits.insert_at(span.start, made), edits.replace(whole, f"{rows}.get({item})"), *spelled.edits)


def _dictionary(rows: str, key: str, asked: str, before: str, unit: str, newline: str) -> str:
    each = f"found.{key}: found", f"for found in {asked}"
    one = f"{rows} = {{{each[0]} {each[1]}}}"
    if len(before + one) > MAX_WIDTH:
        one = f"{rows} = {{{newline}{before}{unit}{each[0]}{newline}{before}{unit}{each[1]}{newline}{before}}}"
    return f"{one}{newline}{before}"
