"""Generators that give a value while they hold a cancel scope.

## What it does
Reports `yield` in an async generator inside `asyncio.timeout()`, `asyncio.TaskGroup()`, or a scope of anyio or trio.

## Why it matters
A scope cancels the task that entered it, which is that of whoever reads the generator.
While the generator stands at its `yield`, a timeout or a failed task cancels code outside of the scope, and where the
generator is not read to its end, the scope is left in another task or never.

## How to fix
Let the scope end before the `yield`, or give the values through a queue from an `@asynccontextmanager`.

## Known limits
A generator with a decorator, such as `@asynccontextmanager` or a fixture, is left alone.
So is one with a single `yield` outside of loops, which may be a dependency that a framework enters and leaves.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import Call, Yield
from hexguard.rule import Bad, Finding, Good, Rule, Severity, View
from hexguard_rules.knowledge.tasks import CANCEL_SCOPES

RULE = Rule(
    name="yield-in-cancel-scope",
    message="`yield` inside `{scope}` lets the scope cancel the reader of the generator",
    doc=__doc__,
    severity=Severity.IMPORTANT,
    examples=(
        Bad(
            """
            import asyncio
            from collections.abc import AsyncIterator

            async def lines(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
                async with asyncio.timeout(30):
                    while line := await reader.readline():
                        yield line
            #           ^^^^^^^^^^
            """,
        ),
        Bad(
            """
            from asyncio import TaskGroup as Group
            from collections.abc import AsyncIterator
            import anyio

            class Feed:
                async def prices(self, codes: list[str]) -> AsyncIterator[float]:
                    async with self.client, Group() as group:
                        tasks = [group.create_task(self.price(code)) for code in codes]
                        for task in tasks:
                            price = yield await task
            #                       ^^^^^^^^^^^^^^^^
                    with anyio.move_on_after(5):
                        yield 0.0
            #           ^^^^^^^^^
            """,
        ),
        Good(
            """
            import asyncio
            from collections.abc import AsyncIterator
            from contextlib import asynccontextmanager

            @asynccontextmanager
            async def workers(names: list[str]) -> AsyncIterator[asyncio.TaskGroup]:
                async with asyncio.TaskGroup() as group:
                    for name in names:
                        group.create_task(work(name))
                    yield group

            async def get_client() -> AsyncIterator[Client]:
                async with asyncio.timeout(60):
                    yield Client()
            """,
            why="a context manager and a dependency are entered and left by one task",
        ),
        Good(
            """
            import asyncio
            from collections.abc import AsyncIterator

            async def lines(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
                while True:
                    async with asyncio.timeout(30):
                        line = await reader.readline()
                    yield line

            async def collect(client: Client) -> None:
                async with asyncio.timeout(30):
                    def codes():
                        yield 1
                        yield 2

                    await client.send(codes())
            """,
            why="the scope ends before the `yield`, or belongs to the function around the generator",
        ),
    ),
)


@RULE.check(Yield)
def check(given: Yield, view: View) -> Iterator[Finding[Yield]]:
    scope = next((name for name in _entered(given, view) if name in CANCEL_SCOPES), "")
    if scope and _is_read_by_anybody(given, view):
        yield RULE.at(given, scope=scope)


def _entered(given: Yield, view: View) -> Iterator[str]:
    return (view.callee(value) for value in given.context.withs if isinstance(value, Call))


def _is_read_by_anybody(given: Yield, view: View) -> bool:
    """Whether the generator is no context manager, fixture or dependency."""
    block, context = view.block, given.context
    function = view.function(context)
    if function is None or not function.is_async or function.decorators:
        return False
    yields = [one for one in block.of_type(Yield) if block.function_scope(one.context.scope) == function.scope]
    return context.in_loop or len(yields) > 1
