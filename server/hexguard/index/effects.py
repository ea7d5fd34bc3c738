"""Effects: properties of functions that spread from callee to caller, such as *blocks the thread*.

A function blocks if it calls a blocking function of a library, or a project function that blocks.
The chain to the nearest such call is kept, so that it can be shown.
"""

from collections import deque
from collections.abc import Callable, Iterator

import msgspec

from hexguard.facts.expressions import Attribute, Call, Expr, Free
from hexguard.facts.summary import FunctionSymbol
from hexguard.index.knowledge import Knowledge
from hexguard.index.memo import Memo
from hexguard.index.reads import Reader
from hexguard.index.resolve import Resolver
from hexguard.index.values import LocatedFunction, Place

MAX_CALLS = 4
"""A chain of more calls is not followed: each call may hang on a condition, so its end says little about its start."""


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


class _Edge(msgspec.Struct, frozen=True, gc=False):
    """One call of a function: `reason` if the callee blocks by itself, `target` if it is a function of the project."""

    ordinal: int
    callee: str
    reason: str
    target: LocatedFunction | None


class Effects:
    """The effects of functions; what a function calls is worked out once, and kept while what that came from holds."""

    __slots__ = ("_edges", "_knowledge", "_told")

    def __init__(self, knowledge: Knowledge, told: Callable[[str], None] | None = None) -> None:
        """`told` hears the name of each function whose calls are worked out."""
        self._knowledge = knowledge
        self._told = told
        self._edges: Memo[tuple[_Edge, ...]] = Memo()

    @property
    def memo(self) -> Memo[tuple[_Edge, ...]]:
        """What is kept, with what it came from."""
        return self._edges

    def blocking_chain(self, start: LocatedFunction, reader: Reader) -> Chain | None:
        """The shortest chain of calls from the sync function `start` to something that blocks the thread.

        `reader` is told everything that the answer depends on.
        """
        queue: deque[tuple[LocatedFunction, tuple[Step, ...]]] = deque([(start, ())])
        seen = {start.name}
        while queue:
            function, path = queue.popleft()
            for edge in self._calls(function, reader):
                steps = (*path, Step(function.module, function.qualname, edge.ordinal, edge.callee))
                if edge.reason:
                    return Chain(steps, edge.callee, edge.reason)
                if edge.target and edge.target.name not in seen and len(steps) < MAX_CALLS:
                    seen.add(edge.target.name)
                    queue.append((edge.target, steps))
        return None

    def _calls(self, function: LocatedFunction, reader: Reader) -> tuple[_Edge, ...]:
        def edges(inner: Reader) -> tuple[_Edge, ...]:
            if self._told:
                self._told(function.name)
            return tuple(_edges(function, inner, self._knowledge))

        return self._edges.ask(("edges", function.module, function.qualname), reader, edges)


def _edges(function: LocatedFunction, reader: Reader, knowledge: Knowledge) -> Iterator[_Edge]:
    resolver = Resolver(reader, knowledge)
    # The symbol itself is asked for again, so that another signature is noticed.
    resolver.function_of(function.name)
    if not _runs_at_once(function.symbol, resolver, function.place, knowledge):
        return
    for site in reader.calls(function.module, function.qualname):
        # Nobody waits for long because of what is done once.
        callee = None if site.is_once else resolver.value(site.callee, function.place)
        if callee is None or callee.instance:
            continue
        name = resolver.documented(callee.name)
        reason = knowledge.blocking.get(name, "")
        target = None if reason else resolver.callable_of(name)
        if reason or target:
            yield _Edge(site.ordinal, name, reason, target)


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
