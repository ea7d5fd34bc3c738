"""What stands around the calls of a `try`, and what may run after one of its handlers."""

from collections.abc import Iterator

from hexguard.facts.block import BlockFacts
from hexguard.facts.choices import excludes
from hexguard.facts.expressions import Call
from hexguard.facts.model import Handler, With


def entered_between(handler: Handler, call: Call, block: BlockFacts) -> Iterator[With]:
    """What `with` enters around a call of the same function, but not around the handler."""
    around = {value.node for value in call.context.withs} - {value.node for value in handler.context.withs}
    return (found for found in block.of_type(With) if found.value.node in around)


def is_caught_before(call: Call, outer: Handler, block: BlockFacts) -> bool:
    """Whether another handler, inside the `try` of `outer`, catches what a call raises."""
    start, end = outer.tried
    inner = (handler.tried for handler in block.of_type(Handler) if start <= handler.node < end)
    return any(first <= call.node < last for first, last in inner)


def reached(handler: Handler, block: BlockFacts) -> Iterator[Call]:
    """The calls of the function that may run in one run with a handler, in the order of the text.

    Those of other handlers, and of branches beside the one that it stands in, are left out.
    """
    scope, (start, end) = block.function_scope(handler.context.scope), handler.body
    calls = (call for call in block.of_type(Call) if block.function_scope(call.context.scope) == scope)
    for call in sorted(calls, key=lambda call: call.node):
        is_elsewhere = call.context.in_handler and not handler.context.in_handler
        if (start <= call.node < end or not is_elsewhere) and not excludes(start, call.node, block):
            yield call
