"""Which loops stand around a place, and which of them go through things one by one."""

from collections.abc import Iterator
from typing import cast

import msgspec

from hexguard.facts.block import BlockFacts
from hexguard.facts.expressions import Call, Collection, Context, Name
from hexguard.facts.model import Loop, Return


def loops_around(block: BlockFacts, node: int, context: Context) -> Iterator[Loop]:
    """The loops of the same function whose body holds a node, outermost first."""
    if not context.in_loop:
        return
    scope = block.function_scope(context.scope)
    for loop in block.of_type(Loop):
        if loop.body[0] <= node < loop.body[1] and block.function_scope(loop.context.scope) == scope:
            yield loop


def is_per_item(loop: Loop, block: BlockFacts) -> bool:
    """Whether a loop goes through all items of something that may hold many.

    Loops over what is written out, over numbers, chunks and attempts do not, nor do those that return or break.
    """
    if loop.kind != "for" or loop.is_async or loop.breaks or not _may_be_many(loop.source):
        return False
    if any(part in name for name in names_in(loop.target) for part in _NOT_ITEMS):
        return False
    scope = block.function_scope(loop.context.scope)
    returns = (found for found in block.of_type(Return) if loop.body[0] <= found.node < loop.body[1])
    return not any(block.function_scope(found.context.scope) == scope for found in returns)


def names_in(value: object) -> Iterator[str]:
    """The names that an expression mentions, also deep inside."""
    match value:
        case Name(id=name):
            yield name
        case Context():
            # It holds what stands around the expression.
            pass
        case tuple():
            # What a tuple of a fact holds is told by the types of its fields, which are not looked at here.
            for part in cast("tuple[object, ...]", value):
                yield from names_in(part)
        case msgspec.Struct():
            for field in value.__struct_fields__:
                yield from names_in(getattr(value, field))
        case _:
            pass


def last_node(value: object) -> int:
    """The last node of an expression: what is evaluated after it has a greater id; -1 if there is none."""
    match value:
        case Context():
            return -1
        case tuple():
            # As above, the fields of an expression are expressions, or tuples of them.
            return max((last_node(part) for part in cast("tuple[object, ...]", value)), default=-1)
        case msgspec.Struct():
            inside = max((last_node(getattr(value, field)) for field in value.__struct_fields__), default=-1)
            return max(inside, int(getattr(value, "node", -1)))
        case _:
            return -1


def _may_be_many(source: object) -> bool:
    if isinstance(source, Call):
        if source.method in _WRAPPERS and source.args:
            return _may_be_many(source.args[0])
        return source.method not in _NUMBERS and not any(part in source.method for part in _NOT_ITEMS)
    return not isinstance(source, Collection)


_WRAPPERS = frozenset({"enumerate", "list", "reversed", "set", "sorted", "tqdm", "tuple"})
_NUMBERS = frozenset({"range", "count", "as_completed", "Retrying", "AsyncRetrying"})
_NOT_ITEMS = ("attempt", "batch", "chunk", "page", "partition", "retr", "slice")
"""Parts of names that tell loops over something else than items."""
