"""Which coroutines a function starts side by side, and whether two of them can run at the same time.

Everything is told from the text of one block; what the calls are is asked elsewhere.
"""

from collections.abc import Iterable, Iterator

import msgspec

from hexguard.facts.block import BlockFacts
from hexguard.facts.chains import dotted
from hexguard.facts.choices import excludes
from hexguard.facts.expressions import Attribute, Await, Call, Collection, Comprehension, Expr, Name, Starred
from hexguard.facts.localize import find
from hexguard.facts.loops import names_in
from hexguard.facts.model import Assignment, Loop, Reference, Return, With
from hexguard.facts.scopes import ScopeKind
from hexguard.facts.waits import inside, waits


class Started(msgspec.Struct, frozen=True, gc=False):
    """A call that makes a coroutine, which then runs beside others.

    `loops` are those that make it again and again before it is awaited; `in_comprehension`: a comprehension does.
    """

    call: Call
    loops: tuple[Loop, ...] = ()
    in_comprehension: bool = False


def given(call: Call, block: BlockFacts) -> Iterator[Started]:
    """The coroutines that are handed to `gather(a(), *b)`, also by means of a list that a local name holds."""
    for argument in call.args:
        if isinstance(argument, Starred):
            yield from _listed(argument.value, call, block)
        elif isinstance(argument, Call):
            yield Started(argument)


def _listed(expr: Expr, by: Call, block: BlockFacts) -> Iterator[Started]:
    """The calls among the items of a list that is handed to the call `by`."""
    match expr:
        case Comprehension(elements=(Call() as made,)):
            yield Started(made, in_comprehension=True)
        case Collection(items=items):
            yield from (Started(item) for item in items if isinstance(item, Call))
        case Name(id=name, scope=scope):
            index, bindings = find(name, scope, block)
            if index > 0 and len(bindings) == 1 and bindings[0].value is not None:
                if not isinstance(bindings[0].value, Name):
                    yield from _listed(bindings[0].value, by, block)
                yield from _appended(name, by, block)
        case _:
            pass


def _appended(name: str, by: Call, block: BlockFacts) -> Iterator[Started]:
    scope = block.function_scope(by.context.scope)
    for added in block.of_type(Call):
        match added:
            case Call(func=Attribute(value=Name(id=owner), attr="append"), args=(Call() as made,)) if owner == name:
                if block.function_scope(added.context.scope) == scope and added.node < by.node:
                    yield Started(made, tuple(_loops(added, block, by.node)))
            case _:
                pass


def task(maker: Call, made: Call, block: BlockFacts) -> Started:
    """The coroutine of the call `made`, which `maker` (`create_task(made())`) starts at once.

    A loop that awaits the task in each round, leaves after it, or has the group of the task inside, does not count.
    """
    names = holding(maker, block)
    loops = tuple(
        loop
        for loop in _loops(maker, block, _group(maker, block))
        if not maker.awaited
        and not loop.breaks
        and not _mentions(waits(block, loop.body, block.function_scope(maker.context.scope)), maker, names)
        and not _returns_between(maker.node, loop.body[1], maker, block)
    )
    in_comprehension = not maker.awaited and block.scopes[maker.context.scope].kind is ScopeKind.COMPREHENSION
    return Started(made, loops, in_comprehension)


def runs_beside(first: Call, second: Call, block: BlockFacts) -> bool:
    """Whether the task of the call `second` starts while that of `first`, which stands before it, may still run."""
    scope = block.function_scope(first.context.scope)
    group = _group(first, block)
    is_over = group >= 0 and all(value.node != group for value in second.context.withs)
    if is_over or first.awaited or excludes(first.node, second.node, block):
        return False
    between = waits(block, (first.node, second.node), scope)
    return not _mentions(between, first, holding(first, block)) and not _returns_between(
        first.node, second.node, first, block
    )


def is_left(call: Call, block: BlockFacts) -> bool:
    """Whether nobody waits for the task of a call: it is thrown away, or only put aside (`running.add(task)`)."""
    if call.discarded:
        return True
    held = {
        found.target.id
        for found in block.of_type(Assignment)
        if found.value == call and isinstance(found.target, Name) and not found.op
    }
    aside = [found for found in block.of_type(Call) if found.method in _PUTTING_ASIDE and len(found.args) == 1]
    aside = [found for found in aside if found.args[0] == call or held & set(names_in(found.args))]
    names = held.union(*(names_in(found.func) for found in aside))
    returned = {name for found in block.of_type(Return) for name in names_in(found.value)}
    if not names or names & (awaited_names(block, block.function_scope(call.context.scope)) | returned):
        return False
    harmless = {found.args[0].node for found in aside}
    uses = (found for found in block.of_type(Reference) if found.root in held)
    return all(use.node in harmless or dotted(use.expr) == f"{use.root}.add_done_callback" for use in uses)


def awaited_names(block: BlockFacts, scope: int) -> frozenset[str]:
    """All names in what the function with this scope awaits."""
    found = (fact for fact in block.of_type(Await) if block.function_scope(fact.context.scope) == scope)
    return frozenset(name for fact in found for name in names_in(fact.value))


def holding(maker: Call, block: BlockFacts) -> frozenset[str]:
    """The local names that hold the task of a call: by assignment, or in a list that it is added to."""
    names: set[str] = set()
    for fact in block.facts:
        match fact:
            case Assignment(target=target, value=Call(node=node)) if node == maker.node:
                names.update(names_in(target))
            case Call(func=Attribute(value=owner, attr=attr), args=(Call(node=node),)) if (
                attr in _PUTTING_ASIDE and node == maker.node
            ):
                names.update(names_in(owner))
            case _:
                pass
    return frozenset(names)


def _loops(call: Call, block: BlockFacts, outside: int) -> Iterator[Loop]:
    """The loops of the same function around a call that do not hold the node `outside` as well."""
    scope = block.function_scope(call.context.scope)
    for loop in block.of_type(Loop) if call.context.in_loop else ():
        start, end = loop.body
        is_around = start <= call.node < end and not start <= outside < end
        if is_around and block.function_scope(loop.context.scope) == scope:
            yield loop


def _group(maker: Call, block: BlockFacts) -> int:
    """The node of what the `with` enters that the group of a task comes from; -1 for a task without one."""
    group = maker.receiver
    nodes = {value.node for value in maker.context.withs}
    for found in block.of_type(With):
        is_it = isinstance(group, Name) and isinstance(found.target, Name) and found.target.id == group.id
        if is_it and found.value.node in nodes:
            return found.value.node
    return -1


def _mentions(found: Iterable[object], maker: Call, names: frozenset[str]) -> bool:
    """Whether something that is awaited has one of some names in it, or the call itself."""
    for wait in found:
        if isinstance(wait, Await) and (not names.isdisjoint(names_in(wait.value)) or _holds(wait.value, maker.node)):
            return True
    return False


def _holds(expr: object, node: int) -> bool:
    """Whether a call with this node is among the arguments of an expression, or of one inside."""
    if not isinstance(expr, Call):
        return False
    return any(
        isinstance(part, Call) and (part.node == node or _holds(part, node))
        for part in (*expr.args, *(keyword.value for keyword in expr.keywords))
    )


def _returns_between(start: int, end: int, maker: Call, block: BlockFacts) -> bool:
    scope = block.function_scope(maker.context.scope)
    return any(isinstance(fact, Return) for fact in inside(block, (start, end), scope))


_PUTTING_ASIDE = frozenset({"add", "append"})
