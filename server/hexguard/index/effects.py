"""Effects: properties of functions that spread from callee to caller, such as *blocks the thread*.

A function blocks if it calls a blocking function of a library, or a project function that blocks.
The chain to the nearest such call is kept, so that it can be shown.
"""

from collections import deque

import msgspec

from hexguard.facts.expressions import Attribute, Call, Expr, Free
from hexguard.facts.summary import FunctionSymbol
from hexguard.index.knowledge import Knowledge
from hexguard.index.reads import Reader
from hexguard.index.resolve import Resolver
from hexguard.index.values import LocatedFunction, Place

MAX_FUNCTIONS = 2_000
"""A search that meets more functions than this gives up and says that nothing is known."""


class Step(msgspec.Struct, frozen=True, gc=False):
    """One call of a chain: in the function `caller`, its call number `ordinal`, to `callee` (qualified names)."""

    module: str
    caller: str
    ordinal: int
    callee: str


class Chain(msgspec.Struct, frozen=True, gc=False):
    """How a function comes to block: calls from it down to the primitive, a blocking function of a library."""

    steps: tuple[Step, ...]
    primitive: str
    reason: str


def blocking_chain(start: LocatedFunction, reader: Reader, knowledge: Knowledge) -> Chain | None:
    """The shortest chain of calls from the sync function `start` to something that blocks the thread."""
    resolver = Resolver(reader, knowledge)
    queue: deque[tuple[LocatedFunction, tuple[Step, ...]]] = deque([(start, ())])
    seen = {start.name}
    while queue:
        function, path = queue.popleft()
        if not _runs_at_once(function.symbol, resolver, function.place, knowledge):
            continue
        for site in reader.calls(function.module, function.qualname):
            callee = resolver.value(site.callee, function.place)
            if callee is None or callee.instance:
                continue
            steps = (*path, Step(function.module, function.qualname, site.ordinal, callee.name))
            if reason := knowledge.blocking.get(callee.name):
                return Chain(steps, callee.name, reason)
            found = resolver.function_of(callee.name) or resolver.function_of(f"{callee.name}.__init__")
            if found and found.name not in seen and len(seen) < MAX_FUNCTIONS:
                seen.add(found.name)
                queue.append((found, steps))
    return None


def _runs_at_once(function: FunctionSymbol, resolver: Resolver, place: Place, knowledge: Knowledge) -> bool:
    """Whether calling the function runs its body then and there, in the same thread.

    A coroutine or generator only starts later, and an unknown decorator may hand the body to a thread.
    """
    if function.is_async or function.is_generator:
        return False
    return all(_is_transparent(decorator, resolver, place, knowledge) for decorator in function.decorators)


def _is_transparent(decorator: Expr, resolver: Resolver, place: Place, knowledge: Knowledge) -> bool:
    named = decorator.func if isinstance(decorator, Call) else decorator
    if not isinstance(named, Free | Attribute):
        return False
    value = resolver.value(named, place)
    return value is not None and value.name in knowledge.transparent_decorators
