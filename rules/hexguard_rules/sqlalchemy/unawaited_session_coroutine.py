"""Calls on an `AsyncSession` that nobody awaits.

## What it does
Reports a statement that calls a coroutine method of the `AsyncSession` of SQLAlchemy or SQLModel and throws the coroutine away.

## Why it matters
The coroutine never runs: `session.commit()` without `await` commits nothing, raises nothing, and the request still answers 200.

## Fix safety
Unsafe: from now on the call takes effect.
That is the point, but a person should see it.

## Known limits
The session is recognised by its annotation, by what made it, or by the dependency that gives it.
One that comes out of an unannotated attribute is missed rather than guessed.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import Call
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard_rules.knowledge.sqlalchemy import COROUTINE_METHODS

RULE = Rule(
    name="unawaited-session-coroutine",
    message="`{method}` is never awaited, so it does nothing",
    doc=__doc__,
    severity=Severity.BLOCKING,
    requires=("sqlalchemy>=1.4",),
    examples=(
        Bad(
            """
            from sqlalchemy.ext.asyncio import AsyncSession

            async def rename(session: AsyncSession, user: User) -> None:
                user.name = "Ada"
                session.commit()
            #   ^^^^^^^^^^^^^^^^
            """,
            fixed="""
            from sqlalchemy.ext.asyncio import AsyncSession

            async def rename(session: AsyncSession, user: User) -> None:
                user.name = "Ada"
                await session.commit()
            """,
        ),
        Bad(
            """
            from sqlalchemy.ext.asyncio import AsyncSession

            def rename(session: AsyncSession) -> None:
                session.commit()
            #   ^^^^^^^^^^^^^^^^
            """,
            why="`await` is not allowed here, so there is nothing to offer",
        ),
        Bad(
            """
            from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

            make_session = async_sessionmaker(create_async_engine("sqlite+aiosqlite://"))

            class UserRepository:
                def __init__(self) -> None:
                    self.session = make_session()

                async def remove(self, user: User) -> None:
                    self.session.delete(user)
            #       ^^^^^^^^^^^^^^^^^^^^^^^^^
            """,
            fixed="""
            from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

            make_session = async_sessionmaker(create_async_engine("sqlite+aiosqlite://"))

            class UserRepository:
                def __init__(self) -> None:
                    self.session = make_session()

                async def remove(self, user: User) -> None:
                    await self.session.delete(user)
            """,
        ),
        Bad(
            """
            from sqlmodel.ext.asyncio.session import AsyncSession

            async def save(session: AsyncSession, user: User) -> None:
                session.add(user)
                session.commit()
            #   ^^^^^^^^^^^^^^^^
            """,
            fixed="""
            from sqlmodel.ext.asyncio.session import AsyncSession

            async def save(session: AsyncSession, user: User) -> None:
                session.add(user)
                await session.commit()
            """,
        ),
        Good(
            """
            import asyncio
            from sqlalchemy.ext.asyncio import AsyncSession

            async def save(first: AsyncSession, second: AsyncSession) -> None:
                await asyncio.gather(first.commit(), second.commit())
            """,
            why="the coroutines are handed to something that awaits them",
        ),
        Good(
            """
            from sqlalchemy.ext.asyncio import AsyncSession

            async def register(session: AsyncSession, user: User) -> None:
                session.add(user)
                session.expunge(user)
            """,
            why="these methods are plain functions",
        ),
    ),
)


@RULE.check(Call, callees=COROUTINE_METHODS)
def check(call: Call, view: View) -> Iterator[Finding[Call]]:
    if call.discarded:
        yield RULE.at(call, method=view.callee(call).rpartition(".")[2])


@RULE.fix(Applicability.UNSAFE)
def add_await(finding: Finding[Call], edits: Edits) -> Fix | Refusal:
    call, title = finding.fact, f"Await `{finding['method']}`"
    if not call.in_async:
        return Refusal(title, "`await` is only allowed in an `async def`")
    return Fix(title, (edits.insert_before(call.node, "await "),))
