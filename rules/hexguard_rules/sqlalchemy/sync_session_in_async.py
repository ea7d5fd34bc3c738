"""Sync sessions that hold up the event loop.

## What it does
Reports calls of a sync `Session` that wait for the database in an `async def`.

## Why it matters
The event loop runs in one thread.
Until the database answers, every other request, task and timer of the process waits as well.
With a pool that is used up, the process may wait for itself forever.

The session can become an `AsyncSession` whose calls are awaited, together with what makes it and all that it is given to.

## What the rewrite does
It makes a route a plain `def`, which FastAPI runs in a thread, if nothing in it is awaited.

## Known limits
The session is recognized by its annotation, by what made it, or by the dependency that gives it.
A nested `def` or `lambda` is left alone, since `run_sync` or a thread may run it.
Results that are read later are not followed, and neither is lazy loading.
Modules of tests, and commands of Typer and Click, are left alone: nobody else waits for their event loop.
"""

import re
from collections.abc import Iterator

from hexguard.facts.expressions import Call
from hexguard.facts.model import Fact, Function, Reference
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard.text.edit import Edit
from hexguard.text.span import Span
from hexguard_rules.knowledge.commands import COMMANDS
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
            fixed="""
            from fastapi import APIRouter, Depends
            from sqlalchemy import select
            from sqlalchemy.orm import Session

            from app.database import get_session

            router = APIRouter()

            @router.get("/users/{user_id}")
            def user(user_id: int, session: Session = Depends(get_session)) -> object:
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
            why="who calls this method awaits it",
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
        Good(
            """
            #- tests/test_users.py
            from sqlalchemy.orm import Session

            async def test_saves(session: Session) -> None:
                session.commit()
            """,
            why="nobody else waits for the event loop of a test",
        ),
        Good(
            """
            import typer
            from sqlalchemy.orm import Session
            from app.cli import with_loop

            orders = typer.Typer()

            @orders.command("close")
            @with_loop
            async def close_orders(session: Session) -> None:
                session.commit()
            """,
            why="nobody else waits for the event loop of a command",
        ),
    ),
)


@RULE.check(Call, methods=WAITING_NAMES)
def check(call: Call, view: View) -> Iterator[Finding[Call]]:
    may_wait = call.in_async and not call.awaited and not view.is_test
    if may_wait and view.callee(call).rpartition(".")[0] in SYNC_SESSIONS and not _is_in_command(call, view):
        is_route = view.frameworks.route(view.function_name(call.context)) is not None
        yield RULE.at(call, call.func.node, method=call.method, route="route" if is_route else "")


@RULE.fix(Applicability.REFACTOR)
def run_in_thread(finding: Finding[Call], edits: Edits) -> Fix | Refusal:
    title, at = "Make the route a plain `def`, which runs in a thread", edits.span(finding.node).start
    functions = [fact for fact in edits.facts() if isinstance(fact, Function)]
    around = [fact for fact in functions if edits.span(fact.node).start <= at < edits.span(fact.node).end]
    if not around or not finding["route"]:
        return Refusal(title, "this is no route: what calls it awaits it, and gives it the session")
    function = around[-1]
    name, whole = edits.span(function.name_node), edits.span(function.node)
    head = _HEAD.search(edits.slice(Span(whole.start, name.start)))
    text = edits.slice(Span(name.start, whole.end))
    if head is None or _LOOP.search(text) or function.is_generator:
        return Refusal(title, "it awaits something, or uses the event loop")
    if len(function.decorators) > 1 or any(_calls(function.name, part.facts.facts) for part in edits.parts()):
        return Refusal(title, "another decorator, or a function of this file, may await it")
    start = whole.start + head.start()
    return Fix(title, (Edit(Span(start, start + len(head[1])), ""),))


_HEAD = re.compile(r"(async(?:[ \t\f]|\\\r?\n)+)def\b[\s\\]*$")
_LOOP = re.compile(r"\b(?:async|await|asyncio|anyio)\b")


def _calls(name: str, facts: tuple[Fact, ...]) -> bool:
    return any(isinstance(fact, Reference) and fact.root == name for fact in facts)


def _is_in_command(call: Call, view: View) -> bool:
    """Whether the call stands in a command of a command line, for whose event loop nobody else waits."""
    function = view.function(call.context)
    decorators = function.decorators if function else ()
    return any(isinstance(one, Call) and view.name(one.func) in COMMANDS for one in decorators)
