"""Engines, pools and clients that a lifespan opens and never closes.

## What it does
Reports an engine, pool, client or producer that a function with `@asynccontextmanager` makes before its `yield`, and
closes nowhere: SQLAlchemy, httpx, aiohttp, redis, asyncpg, aiokafka, aio-pika, motor.

## Why it matters
Connections stay open on the server until it gives up on them, and messages that were not sent yet are lost.
Each restart and each test that starts the application adds some, until the database refuses new ones.

## Fix safety
Unsafe: what runs after the `yield`, or later, can no longer use it.
If the `yield` raises, it stays open; where that can be, write `try` and `finally`.

## Known limits
What is handed to another function, or kept in `self` or by `global`, may be closed elsewhere, so it is left alone.
An engine in a session maker is not.
Engines at module level are left alone.
No fix is offered for a `yield` in a `try`, since it belongs into the `finally`.
"""

from collections.abc import Iterator

from hexguard.facts.chains import dotted
from hexguard.facts.expressions import Await, Call, Yield
from hexguard.facts.loops import names_in
from hexguard.facts.model import Assignment, Function, Reference, With
from hexguard.facts.scopes import BindingKind
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard_rules.knowledge.pooling import CLOSERS, CLOSING, SESSION_MAKERS

RULE = Rule(
    name="pool-not-disposed",
    message="`{name}` is opened before the `yield` and never closed",
    doc=__doc__,
    severity=Severity.IMPORTANT,
    examples=(
        Bad(
            """
            from collections.abc import AsyncIterator
            from contextlib import asynccontextmanager

            import httpx
            from fastapi import FastAPI
            from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

            @asynccontextmanager
            async def lifespan(app: FastAPI) -> AsyncIterator[None]:
                engine = create_async_engine("postgresql+asyncpg://shop@db/shop")
            #   ^^^^^^
                app.state.make_session = async_sessionmaker(engine)
                app.state.client = httpx.AsyncClient()
            #   ^^^^^^^^^^^^^^^^
                yield
                print("bye")
            """,
            fixed="""
            from collections.abc import AsyncIterator
            from contextlib import asynccontextmanager

            import httpx
            from fastapi import FastAPI
            from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

            @asynccontextmanager
            async def lifespan(app: FastAPI) -> AsyncIterator[None]:
                engine = create_async_engine("postgresql+asyncpg://shop@db/shop")
            #   ^^^^^^
                app.state.make_session = async_sessionmaker(engine)
                app.state.client = httpx.AsyncClient()
            #   ^^^^^^^^^^^^^^^^
                yield
                await app.state.client.aclose()
                await engine.dispose()
                print("bye")
            """,
        ),
        Bad(
            """
            import contextlib
            from asyncpg import create_pool

            @contextlib.asynccontextmanager
            async def lifespan(app):
                app.state.pool = await create_pool("postgresql://shop@db/shop")
            #   ^^^^^^^^^^^^^^
                try:
                    yield {"pool": app.state.pool}
                finally:
                    print("bye")
            """,
            why="it belongs into the `finally`, which a person has to write",
        ),
        Good(
            """
            from contextlib import AsyncExitStack, asynccontextmanager

            import httpx
            from redis.asyncio import Redis
            from sqlalchemy.ext.asyncio import create_async_engine

            @asynccontextmanager
            async def lifespan(app):
                engine = create_async_engine("postgresql+asyncpg://shop@db/shop")
                redis = Redis()
                app.state.redis = redis
                client = httpx.AsyncClient()
                other = httpx.AsyncClient()
                async with AsyncExitStack() as stack, other:
                    stack.push_async_callback(client.aclose)
                    yield
                await engine.dispose()
                await app.state.redis.aclose()
            """,
            why="each is closed, by whichever name or way",
        ),
        Good(
            """
            from contextlib import asynccontextmanager

            import httpx

            @asynccontextmanager
            async def lifespan(app):
                client = httpx.AsyncClient()
                app.state.prices = Prices(client)
                yield
                await app.state.prices.close()

            class Prices:
                @asynccontextmanager
                async def connected(self):
                    global last
                    self.client = httpx.AsyncClient()
                    last = httpx.AsyncClient()
                    yield self.client
            """,
            why="what has the client now may close it",
        ),
    ),
)


@RULE.check(Assignment)
def check(assignment: Assignment, view: View) -> Iterator[Finding[Assignment]]:
    value = assignment.value.value if isinstance(assignment.value, Await) else assignment.value
    name = dotted(assignment.target)
    if not name or not isinstance(value, Call) or assignment.op or not assignment.context.in_async:
        return
    opener = view.callee(value)
    function = view.function(assignment.context) if opener in CLOSING else None
    if function is None or not _is_lifespan(function, view) or _is_kept_elsewhere(name, function, view):
        return
    names = {name, *_others(assignment, view)}
    if _yields_after(assignment, view) and not _is_closed(names, view) and not _is_handed_over(names, view):
        yield RULE.at(assignment, assignment.target.node, name=name, opener=opener)


def _is_lifespan(function: Function, view: View) -> bool:
    return function.is_generator and any(
        view.name(decorator) == "contextlib.asynccontextmanager" for decorator in function.decorators
    )


def _is_kept_elsewhere(name: str, function: Function, view: View) -> bool:
    """Whether it goes to an object or a module that outlives the function, where another one may close it."""
    scope, root = view.block.scopes[function.scope], name.partition(".")[0]
    is_outer = any(binding.kind is BindingKind.OUTER for binding in scope.bindings.get(root, ()))
    return is_outer or root == scope.first_parameter


def _others(assignment: Assignment, view: View) -> Iterator[str]:
    """Other names for the same: `app.state.client = client`."""
    for other in view.block.of_type(Assignment):
        if other.value is not None and other.node != assignment.node:
            given, target = dotted(other.value), dotted(other.target)
            if given and target and given == dotted(assignment.target):
                yield target


def _yields_after(assignment: Assignment, view: View) -> bool:
    scope = view.block.function_scope(assignment.context.scope)
    yields = (found for found in view.block.of_type(Yield) if found.node > assignment.node)
    return any(view.block.function_scope(found.context.scope) == scope for found in yields)


def _is_closed(names: set[str], view: View) -> bool:
    closing = {f"{name}.{closer}" for name in names for closer in CLOSERS}
    entered = (dotted(item.value) for item in view.block.of_type(With))
    return any(dotted(found.expr) in closing for found in view.block.of_type(Reference)) or not names.isdisjoint(
        entered
    )


def _is_handed_over(names: set[str], view: View) -> bool:
    """Whether another call is given it, or the object that holds it: that one may close it."""
    roots = {name.partition(".")[0] for name in names}
    for call in view.block.of_type(Call):
        given = (*call.args, *(keyword.value for keyword in call.keywords))
        if roots.intersection(names_in(given)) and view.callee(call) not in SESSION_MAKERS:
            return True
    return False


@RULE.fix(Applicability.UNSAFE)
def close_it(finding: Finding[Assignment], edits: Edits) -> Fix | Refusal:
    title, name = "Close it after the `yield`", edits.text(finding.node)
    yields = [fact for fact in edits.facts() if isinstance(fact, Yield)]
    if len(yields) != 1 or yields[0].context.in_try:
        return Refusal(title, "the `yield` stands in a `try`, so it belongs into the `finally`")
    if name != finding["name"]:
        return Refusal(title, "its name is written in several lines")
    added = edits.lines_after(yields[0].node, CLOSING[finding["opener"]].format(name=name))
    return Fix(title, (added,)) if added else Refusal(title, "the `yield` shares its line with something else")
