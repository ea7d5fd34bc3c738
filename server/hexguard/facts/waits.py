"""Where a coroutine may wait, which is where others run and where it can be canceled."""

from collections.abc import Iterable, Iterator
from typing import TypeAlias, TypeGuard

from hexguard.facts.block import BlockFacts
from hexguard.facts.expressions import Await, Call, Constant, ConstantKind, Context, Expr, Yield
from hexguard.facts.model import Assignment, Fact, Handler, Loop, Raise, Reference, Return, With

Wait: TypeAlias = Await | With | Loop
Placed: TypeAlias = Assignment | Await | Call | Handler | Loop | Raise | Reference | Return | With | Yield

FAR = 1 << 32
"""A node id beyond those of any block."""


def waits(block: BlockFacts, nodes: tuple[int, int], scope: int) -> Iterator[Wait]:
    """What waits among some nodes (a half-open range of ids) of the function with the scope `scope`.

    Nested functions are left out, since they run at another time; `async` clauses of comprehensions have no facts.
    """
    return (fact for fact in inside(block, nodes, scope) if is_wait(fact))


def is_about_another_task(block: BlockFacts, waiting: Iterable[Wait], scope: int) -> bool:
    """Whether a cancellation that arrives in `waiting` may be that of another task, which the function waits for.

    So it is where the function with the scope `scope` cancels something, and where it only awaits what it was given.
    """
    calls = (call for call in block.of_type(Call) if block.function_scope(call.context.scope) == scope)
    return all(_is_for_another(wait) for wait in waiting) or any(call.method in _CANCELING for call in calls)


def goes_on(block: BlockFacts, handler: Handler) -> bool:
    """Whether a function gives a value, turns its loop once more, or waits again after a handler has run."""
    scope = block.function_scope(handler.context.scope)
    if any(isinstance(fact, Return) and not _is_none(fact.value) for fact in inside(block, handler.body, scope)):
        return True
    if handler.last == "return":
        return False
    if handler.context.in_loop and handler.last != "break":
        return True
    clauses = (fact.body[1] for fact in block.of_type(Handler) if fact.tried == handler.tried)
    return any(waits(block, (max(clauses), FAR), scope))


def is_shielded(context: Context) -> bool:
    """Whether a place stands in a scope that keeps cancellation out (`with CancelScope(shield=True):`)."""
    return any(isinstance(value, Call) and value.keyword("shield") for value in context.withs)


def inside(block: BlockFacts, nodes: tuple[int, int], scope: int) -> Iterator[Placed]:
    """The facts among some nodes (a half-open range of ids) that belong to the function with the scope `scope`.

    Facts that do not say where they stand, such as comparisons, are left out.
    """
    start, end = nodes
    for fact in block.facts:
        if start <= fact.node < end and isinstance(fact, Placed) and block.function_scope(fact.context.scope) == scope:
            yield fact


def is_wait(fact: Fact) -> TypeGuard[Wait]:
    """Whether a fact is an `await`, an `async with` or an `async for`."""
    return isinstance(fact, Await) or (isinstance(fact, With | Loop) and fact.is_async)


def _is_for_another(wait: Wait) -> bool:
    if not isinstance(wait, Await):
        return False
    value = wait.value
    if isinstance(value, Call) and value.method in _PASSING_ON:
        return not value.args or not isinstance(value.args[0], Call)
    return not isinstance(value, Call)


def _is_none(value: Expr | None) -> bool:
    return value is None or (isinstance(value, Constant) and value.kind is ConstantKind.NONE)


_CANCELING = frozenset({"cancel", "uncancel"})
_PASSING_ON = frozenset({"gather", "shield", "wait_for", "wrap_future"})
