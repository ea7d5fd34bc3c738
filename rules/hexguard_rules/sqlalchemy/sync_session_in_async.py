"""Sync sessions that hold up the event loop.

## What it does
Reports calls of a sync `Session` that wait for the database in an `async def`.

## Why it matters
The event loop runs in one thread.
Until the database answers, every other request, task and timer of the process waits as well.
With a pool that is used up, the process may wait for itself forever.

## How to fix
Make it an `AsyncSession` and await its calls, or make the function a plain `def`, which FastAPI runs in a thread.

## Known limits
The session is recognized by its annotation, by what made it, or by the dependency that gives it.
A nested `def` or `lambda` is left alone, since `run_sync` or a thread may run it.
Results that are read later are not followed, and neither is lazy loading.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import Call
from hexguard.rule import Bad, Finding, Good, Rule, Severity, View
from hexguard_rules.knowledge.sessions import SYNC_SESSIONS, WAITING_NAMES

RULE = Rule(
    name="sync-session-in-async",
    message="`Session.{method}` waits for the database and stops the event loop meanwhile",
    doc=__doc__,
    severity=Severity.BLOCKING,
    requires=("sqlalchemy>=1.4",),
    examples=(
        Bad(
            """
            from fastapi import APIRouter, Depends
            from sqlalchemy import select
            from sqlalchemy.orm import Session

            from app.database import get_session

            router = APIRouter()

            @router.get("/users/{user_id}")
            async def user(user_id: int, session: Session = Depends(get_session)) -> object:
                return session.scalar(select(User).where(User.id == user_id))
            #          ^^^^^^^^^^^^^^
            """,
        ),
        Bad(
            """
            from sqlalchemy import orm

            make_session = orm.sessionmaker()

            class Users:
                def __init__(self) -> None:
                    self.session = make_session()

                async def rename(self, user_id: int, name: str) -> None:
                    self.session.get(User, user_id).name = name
            #       ^^^^^^^^^^^^^^^^
                    self.session.commit()
            #       ^^^^^^^^^^^^^^^^^^^
                    with make_session() as other:
                        other.query(User).filter_by(name=name).all()
            #           ^^^^^^^^^^^
            """,
        ),
        Good(
            """
            import asyncio
            from sqlalchemy import select
            from sqlalchemy.ext.asyncio import AsyncSession
            from sqlalchemy.orm import Session

            def count(session: Session) -> int:
                return len(session.scalars(select(User)).all())

            async def users(session: AsyncSession, sync: Session) -> int:
                def load(inner: Session) -> object:
                    return inner.get(User, 1)

                sync.add(User())
                await session.run_sync(load)
                await asyncio.to_thread(sync.commit)
                return await session.run_sync(count) + len((await session.scalars(select(User))).all())
            """,
            why="nobody waits on the event loop: the session is async, or it is used in a thread",
        ),
        Good(
            """
            class Session:
                def get(self, key: str) -> str:
                    return key

            async def read(session: Session) -> str:
                return session.get("user")
            """,
            why="this session is one of the project's own",
        ),
    ),
)


@RULE.check(Call)
def check(call: Call, view: View) -> Iterator[Finding[Call]]:
    may_wait = call.in_async and not call.awaited and call.method in WAITING_NAMES
    if may_wait and view.callee(call).rpartition(".")[0] in SYNC_SESSIONS:
        yield RULE.at(call, call.func.node, method=call.method)
