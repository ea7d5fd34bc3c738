"""What a function does with an object that it is given, since one that it only reads is the same for the next call."""

from collections.abc import Callable, Iterator

from hexguard.facts.block import BlockFacts
from hexguard.facts.expressions import (
    Attribute,
    Boolean,
    Call,
    Collection,
    Conditional,
    Dictionary,
    Expr,
    Name,
    Subscript,
    Yield,
)
from hexguard.facts.loops import last_node, names_in
from hexguard.facts.model import Assignment, Fact, Reference, Return


def is_changed_or_kept(block: BlockFacts, name: str, scope: int, keeps: Callable[[Call], bool]) -> bool:
    """Whether a function changes the object in one of its parameters, keeps it in another object, or gives it back.

    `scope` is the one of the function; what local names and nested functions do with the object counts.
    Of what is called with it, only that counts of which `keeps` says that it keeps its arguments.
    What is done after the name got another object does not count.
    """
    names, end = {name}, _end(block, name, scope)
    for fact in block.facts:
        used = [found for found in _touched(fact, keeps) if found.id in names and _owner(block, found) == scope]
        if not any(found.id != name or found.node < end for found in used):
            continue
        if not isinstance(fact, Assignment) or fact.op or not isinstance(fact.target, Name):
            return True
        names.add(fact.target.id)
    return False


def _end(block: BlockFacts, name: str, scope: int) -> int:
    """The node from which on a name stands for another object, made of the first: `names = sorted(names)`."""
    for fact in block.of_type(Assignment):
        target = fact.target
        is_other = isinstance(target, Name) and (target.id, target.scope) == (name, scope) and not fact.op
        if is_other and name in names_in(fact.value) and all(kept.id != name for kept in _same(fact.value)):
            return last_node(fact.value) + 1
    return _NEVER


def _owner(block: BlockFacts, name: Name) -> int:
    """The scope that binds a name; -1 if none of the block does."""
    scope = name.scope
    while scope >= 0 and name.id not in block.scopes[scope].bindings:
        scope = block.scopes[scope].parent
    return scope


def _touched(fact: Fact, keeps: Callable[[Call], bool]) -> Iterator[Name]:
    """The names whose objects a fact changes, keeps, gives back, or gives a second name."""
    match fact:
        case Assignment(target=Name() as target, op=op, value=value):
            yield from [target] if op else (kept for kept in _same(value) if kept.id != target.id)
        case Assignment(target=target, value=value):
            yield from _changed(target)
            # What an entry of a local object holds goes where that object goes, which is not followed.
            yield from _same(value) if _outlives(target) else ()
        case Return(value=value) | Yield(value=value):
            yield from _held(value)
        case Reference(expr=Attribute(value=Name() as owner, attr=attr), called=True) if attr in _CHANGING_METHODS:
            yield owner
        case Call(args=args, keywords=keywords):
            given = [name for value in (*args, *(keyword.value for keyword in keywords)) for name in _same(value)]
            yield from given if given and keeps(fact) else ()
        case _:
            pass


def _changed(target: Expr) -> Iterator[Name]:
    match target:
        case Subscript(value=Name() as owner):
            yield owner
        case Collection(items=items):
            for item in items:
                yield from _changed(item)
        case _:
            pass


def _outlives(target: Expr) -> bool:
    """Whether what is assigned is an attribute, or an entry of what an attribute holds."""
    return isinstance(target, Attribute) or (isinstance(target, Subscript) and isinstance(target.value, Attribute))


def _held(value: Expr | None) -> Iterator[Name]:
    """The names whose objects an expression is or holds."""
    match value:
        case Collection(items=items):
            for item in items:
                yield from _held(item)
        case Dictionary(entries=entries):
            for key, item in entries:
                # What is unpacked is copied.
                yield from _held(item) if key is not None else ()
        case _:
            yield from _same(value)


def _same(value: Expr | None) -> Iterator[Name]:
    """The names whose objects an expression is."""
    match value:
        case Name():
            yield value
        case Boolean(op=op, left=left, right=right):
            # `given or other` does not give what is empty, as most defaults are.
            yield from _same(left) if op == "and" else ()
            yield from _same(right)
        case Conditional(body=body, orelse=orelse):
            yield from _same(body)
            yield from _same(orelse)
        case _:
            pass


_NEVER = 2**62

_CHANGING_METHODS = frozenset(
    {"add", "append", "appendleft", "clear", "difference_update", "discard", "extend", "extendleft", "insert"}
    | {"intersection_update", "move_to_end", "pop", "popitem", "popleft", "remove", "reverse", "rotate", "setdefault"}
    | {"sort", "subtract", "symmetric_difference_update", "update"}
)
"""Methods of lists, dicts, sets and their kin that change their object."""
