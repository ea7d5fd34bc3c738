"""Async sessions that expire their objects on commit.

## What it does
Reports what makes async sessions without `expire_on_commit=False`.
That is `async_sessionmaker(...)`, `AsyncSession(...)` and `sessionmaker(class_=AsyncSession)`.

## Why it matters
After `commit()` every attribute of every object is expired, and reading one loads it again.
In async code that load cannot wait, so it raises `MissingGreenlet`, often while the response is being built.

## Fix safety
Unsafe: objects keep the values that they had at the commit.
Code that relied on fresh values of server-side defaults or triggers needs a `refresh`.

## Known limits
A session maker that is changed later by `configure()`, or given the argument in each call, is reported all the same.
A value that is not written as `True` or `False` is believed.
Modules of tests are left alone: a test that reads an expired attribute fails by itself.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import Call, Constant, ConstantKind, Expr, Starred, Subscript
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Rule, Severity, View
from hexguard_rules.knowledge.sqlalchemy import ASYNC_SESSION_MAKER, ASYNC_SESSIONS, SESSION_MAKER

RULE = Rule(
    name="missing-expire-on-commit-false",
    message="`{maker}` expires objects on commit; reading one then raises `MissingGreenlet`",
    doc=__doc__,
    severity=Severity.BLOCKING,
    aliases=("AP-08",),
    requires=("sqlalchemy>=1.4",),
    examples=(
        Bad(
            """
            from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

            engine = create_async_engine("postgresql+asyncpg://")
            make_session = async_sessionmaker(engine)
            #              ^^^^^^^^^^^^^^^^^^
            """,
            fixed="""
            from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

            engine = create_async_engine("postgresql+asyncpg://")
            make_session = async_sessionmaker(engine, expire_on_commit=False)
            """,
        ),
        Bad(
            """
            from sqlalchemy.ext import asyncio as sa
            from sqlalchemy.orm import sessionmaker

            class Database:
                maker = sessionmaker(
            #           ^^^^^^^^^^^^
                    class_=sa.AsyncSession,
                    autoflush=False,  # explicit flushes only
                )

                def session(self) -> sa.AsyncSession:
                    return sa.AsyncSession(self.engine, expire_on_commit=True)
            #              ^^^^^^^^^^^^^^^
            """,
            fixed="""
            from sqlalchemy.ext import asyncio as sa
            from sqlalchemy.orm import sessionmaker

            class Database:
                maker = sessionmaker(
                    class_=sa.AsyncSession,
                    autoflush=False,  # explicit flushes only
                    expire_on_commit=False,
                )

                def session(self) -> sa.AsyncSession:
                    return sa.AsyncSession(self.engine, expire_on_commit=False)
            """,
        ),
        Bad(
            """
            from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

            def make() -> async_sessionmaker[AsyncSession]:
                return async_sessionmaker[AsyncSession]()
            #          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            """,
            fixed="""
            from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

            def make() -> async_sessionmaker[AsyncSession]:
                return async_sessionmaker[AsyncSession](expire_on_commit=False)
            """,
        ),
        Good(
            """
            from sqlalchemy.ext.asyncio import async_sessionmaker

            def make(options: dict[str, object], keep: bool) -> list[object]:
                return [
                    async_sessionmaker(expire_on_commit=False),
                    async_sessionmaker(**options),
                    async_sessionmaker(expire_on_commit=not keep),
                ]
            """,
            why="the argument is given, or may be",
        ),
        Good(
            """
            from sqlalchemy.orm import Session, sessionmaker

            make_session = sessionmaker(class_=Session)
            """,
            why="a sync session can load an expired attribute when it is read",
        ),
        Good(
            """
            from sqlalchemy.ext.asyncio import async_sessionmaker

            make_session = async_sessionmaker(expire_on_commit=False)

            async def first(query: object) -> object:
                async with make_session() as session:
                    return await session.scalar(query)
            """,
            why="a session has what its maker was given",
        ),
        Good(
            """
            #- tests/test_users.py
            from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

            async def test_reads(engine: AsyncEngine, query: object) -> None:
                async with AsyncSession(engine) as session:
                    assert await session.scalar(query) == 1
            """,
            why="a test that reads an expired attribute fails by itself",
        ),
    ),
)


@RULE.check(Call)
def check(call: Call, view: View) -> Iterator[Finding[Call]]:
    func = call.func.value if isinstance(call.func, Subscript) else call.func
    maker = view.name(func)
    if _makes_async_sessions(maker, call, view) and not _is_settled(call) and not view.is_test:
        yield RULE.at(call, call.func.node, maker=maker.rpartition(".")[2])


def _makes_async_sessions(maker: str, call: Call, view: View) -> bool:
    if maker == SESSION_MAKER:
        class_ = call.keyword("class_")
        return class_ is not None and view.name(class_.value) in ASYNC_SESSIONS
    return maker == ASYNC_SESSION_MAKER or maker in ASYNC_SESSIONS


def _is_settled(call: Call) -> bool:
    """Whether the argument is written and not `True`, or hidden in an unpacked mapping."""
    if given := call.keyword("expire_on_commit"):
        return not _is_true(given.value)
    return any(isinstance(argument, Starred) and argument.double for argument in call.args)


def _is_true(value: Expr) -> bool:
    return isinstance(value, Constant) and value.kind is ConstantKind.TRUE


@RULE.fix(Applicability.UNSAFE)
def keep_objects(finding: Finding[Call], edits: Edits) -> Fix | None:
    call = finding.fact
    given = call.keyword("expire_on_commit")
    if given and "#" in edits.text(given.node):
        return None
    argument = "expire_on_commit=False"
    edit = edits.replace(given.node, argument) if given else edits.add_argument(call, argument)
    return Fix("Keep the values of objects on commit", (edit,))
