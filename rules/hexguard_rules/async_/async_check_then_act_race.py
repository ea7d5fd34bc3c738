"""Shared values that are checked, and set after an `await`.

## What it does
Reports a global name, an attribute of a class, or an entry of a global dictionary that a coroutine checks in a condition
and then sets, with an `await` in between and no lock.

## Why it matters
Other tasks run during the `await`, and see the same unset value.
So the work is done twice, a connection is opened twice and one of them is never closed, or an update is lost.

## How to fix
Take an `asyncio.Lock` around the check and the assignment, or keep the task that does the work instead of its result.

## Known limits
Attributes of `self` are left alone, since it is not known whether tasks share the object.
Anything in a `with` is left alone, since it may be a lock, and so is a value that is checked again after the `await`.
Of dictionaries, `in` and `not in` count as checks, and setting a constant, such as `None`, counts as no work.
What only runs at the start of the program is reported as well; it is off by default, since the open projects that it was
tried on have too few of these places to judge.
"""

from collections.abc import Iterator

from hexguard.facts.chains import dotted
from hexguard.facts.expressions import Attribute, Compare, Constant, Expr, Name, Subscript
from hexguard.facts.localize import find
from hexguard.facts.model import Assignment, Fact, Reference
from hexguard.facts.scopes import BindingKind
from hexguard.facts.waits import is_wait
from hexguard.rule import Bad, Finding, Good, Rule, Severity, View

RULE = Rule(
    name="async-check-then-act-race",
    message="`{name}` is set after an `await`, when its check may no longer hold",
    doc=__doc__,
    severity=Severity.IMPORTANT,
    aliases=("AP-14", "AP-22"),
    preview=True,
    examples=(
        Bad(
            """
            rates: dict[str, float] = {}

            async def rate(code: str) -> float:
                if code in rates:
                    return rates[code]
                found = await fetch(code)
                rates[code] = found
            #   ^^^^^^^^^^^
                return found
            """,
        ),
        Bad(
            """
            class Shop:
                pool: Pool | None = None

            _client = None

            async def client() -> Client:
                global _client
                if not _client:
                    _client = await connect()
            #       ^^^^^^^
                return _client

            async def pool() -> Pool:
                if Shop.pool is None:
                    async with Starter() as starter:
                        options = starter.options
                    Shop.pool = Pool(options)
            #       ^^^^^^^^^
                return Shop.pool
            """,
        ),
        Good(
            """
            import asyncio

            lock = asyncio.Lock()
            rates: dict[str, float] = {}

            async def rate(code: str) -> float:
                async with lock:
                    if code not in rates:
                        rates[code] = await fetch(code)
                return rates[code]
            """,
            why="only one task at a time checks and sets",
        ),
        Good(
            """
            import asyncio

            loading: dict[str, asyncio.Task[float]] = {}

            async def rate(code: str) -> float:
                if code not in loading:
                    loading[code] = asyncio.create_task(fetch(code))
                return await loading[code]
            """,
            why="nothing is awaited between the check and the assignment",
        ),
        Good(
            """
            rates: dict[str, float] = {}
            names: dict[str, str] = {}

            async def rate(code: str, other: str) -> float:
                if code not in rates:
                    found = await fetch(code)
                    if code not in rates:
                        rates[code] = found
                if other in names:
                    await report(other)
                names[code] = other
                return rates[code]

            async def refresh(code: str) -> None:
                rates[code] = await fetch(code)

            async def close() -> None:
                global rates
                if rates["EUR"] > 0:
                    await report("EUR")
                rates = {}

            async def stop() -> None:
                global names
                if names is not None:
                    await report("names")
                    names = None
            """,
            why="it is checked again, the check was about something else or is missing, or nothing is lost by it",
        ),
        Good(
            """
            async def collect(codes: list[str], seen: dict[str, float]) -> dict[str, float]:
                found: dict[str, float] = {}
                for code in codes:
                    if code not in found and code not in seen:
                        found[code] = await fetch(code)
                        seen[code] = found[code]
                return found

            async def stream(queue: Queue) -> None:
                batch = None

                async def flush() -> None:
                    nonlocal batch
                    if batch is None:
                        batch = await queue.open()

                await flush()

            class Client:
                async def connect(self) -> None:
                    if self.session is None:
                        self.session = await open_session()
            """,
            why="no other task has these values, and perhaps none has this object; missed if one does",
        ),
    ),
)


@RULE.check(Assignment)
def check(kept: Assignment, view: View) -> Iterator[Finding[Assignment]]:
    if not kept.context.in_async or kept.context.withs or kept.op or isinstance(kept.value, Constant | None):
        return
    place = kept.target.value if isinstance(kept.target, Subscript) else kept.target
    if _is_shared(place, view) and _is_outdated(kept, dotted(place), view):
        yield RULE.at(kept, kept.target.node, name=dotted(place))


def _is_shared(place: Expr, view: View) -> bool:
    """Whether a name, or the first of a dotted one, is one of the module, which all tasks have."""
    root = place
    while isinstance(root, Attribute):
        root = root.value
    if not isinstance(root, Name) or find(root.id, root.scope, view.block)[0] >= 0:
        return False
    # A name that is `nonlocal` belongs to a function around, of which each call may have its own task.
    bound = [scope.bindings[root.id] for scope in view.block.scopes[1:] if root.id in scope.bindings]
    return all(any(binding.kind is BindingKind.OUTER for binding in bindings) for bindings in bound)


def _is_outdated(kept: Assignment, name: str, view: View) -> bool:
    """Whether something was awaited between the last check and the assignment."""
    block, scope = view.block, view.block.function_scope(kept.context.scope)
    looked_into = {one.value.node for one in block.of_type(Subscript) if not isinstance(kept.target, Subscript)}
    asked = {
        found.node
        for found in block.of_type(Reference)
        if found.context.in_condition and dotted(found.expr) == name
        if block.function_scope(found.context.scope) == scope and found.node not in looked_into
    }
    if not asked:
        return False
    is_checked = is_waited = False
    for fact in block.facts:
        if fact is kept:
            break
        if _is_check(fact, kept.target, asked):
            is_checked, is_waited = True, False
        elif is_wait(fact) and block.function_scope(fact.context.scope) == scope:
            is_waited = is_checked
    return is_waited


def _is_check(fact: Fact, target: Expr, asked: set[int]) -> bool:
    """Whether a fact is the check of a name, or of the entry of a dictionary."""
    if not isinstance(target, Subscript):
        return isinstance(fact, Reference) and fact.node in asked
    return (
        isinstance(fact, Compare)
        and fact.ops[0] in ("in", "not in")
        and fact.operands[1].node in asked
        and _is_same(fact.operands[:1], target.items)
    )


def _is_same(left: tuple[Expr, ...], right: tuple[Expr, ...]) -> bool:
    return len(left) == len(right) == 1 and bool(_spelled(left[0])) and _spelled(left[0]) == _spelled(right[0])


def _spelled(key: Expr) -> str:
    return key.text if isinstance(key, Constant) else dotted(key)
