"""Sessions that all requests share.

## What it does
Reports a `Session` or `AsyncSession` that is made once, for a variable of the module or in the body of a class.

## Why it matters
A session is made for one thread or task at a time.
One that is shared mixes the transactions of all requests: one commits what another has half done, and an error in one
breaks all until somebody calls `rollback()`.

## How to fix
Keep the session maker at module level, and open a session for each request or job: `with make_session() as session:`.

## Known limits
A script that runs once and alone is reported as well, unless it opens the session by `with`.
Registries (`scoped_session`), modules of tests, and modules that import Alembic are left alone.
A session that is made in a function and kept by `global` is missed.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import Call
from hexguard.facts.model import Assignment
from hexguard.facts.scopes import ScopeKind
from hexguard.rule import Bad, Finding, Good, Rule, Severity, View
from hexguard_rules.knowledge.sessions import REGISTRIES, SESSIONS

RULE = Rule(
    name="global-session",
    message="`{session}` is made once and shared by all that run at the same time",
    doc=__doc__,
    severity=Severity.BLOCKING,
    requires=("sqlalchemy>=1.4",),
    examples=(
        Bad(
            """
            from sqlalchemy import create_engine
            from sqlalchemy.ext.asyncio import AsyncSession as Connection, async_sessionmaker, create_async_engine
            from sqlalchemy.orm import Session, sessionmaker

            make_session = sessionmaker(create_engine("sqlite://"))
            session = make_session()
            #         ^^^^^^^^^^^^^^
            other: Session = Session()
            #                ^^^^^^^^^

            class Users:
                session = Connection(create_async_engine("sqlite+aiosqlite://"))
            #             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            """,
        ),
        Bad(
            """
            #- app/database.py
            from sqlalchemy.orm import Session, sessionmaker

            SessionLocal = sessionmaker()

            def get_db() -> Session:
                return SessionLocal()
            #- app/users.py
            from app.database import get_db

            db = get_db()
            #    ^^^^^^^^
            """,
        ),
        Good(
            """
            from fastapi import Depends
            from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
            from sqlalchemy.orm import scoped_session, sessionmaker

            make_session = sessionmaker()
            async_session: async_sessionmaker[AsyncSession] = async_sessionmaker()
            registry = scoped_session(make_session)

            def get_session() -> AsyncSession:
                return async_session()

            class Users:
                other: AsyncSession = Depends(get_session)

                def __init__(self) -> None:
                    self.session = make_session()

            def count() -> int:
                session = make_session()
                return len(session.identity_map)
            """,
            why="what makes sessions may be shared, and a registry or a dependency gives each thread its own",
        ),
        Good(
            """
            #- tests/conftest.py
            from sqlalchemy.orm import Session

            session = Session()
            #- scripts/load.py
            from sqlalchemy.orm import Session

            with Session() as session:
                session.commit()
            """,
            why="a test runs alone, and a script that opens its session by `with` says that it ends",
        ),
        Good(
            """
            import requests

            session = requests.Session()
            """,
            why="this is no session of a database",
        ),
    ),
)


@RULE.check(Assignment)
def check(assignment: Assignment, view: View) -> Iterator[Finding[Assignment]]:
    call = assignment.value
    scope = assignment.context.scope
    is_once = view.block.scopes[scope].kind in _ONCE and view.block.function_scope(scope) == 0
    if not isinstance(call, Call) or assignment.op or not is_once:
        return
    made = view.value(call)
    if made and made.instance and made.name in SESSIONS and not _is_exempt(call, view):
        yield RULE.at(assignment, call.node, session=made.name.rpartition(".")[2])


_ONCE = (ScopeKind.BLOCK, ScopeKind.CLASS)


def _is_exempt(call: Call, view: View) -> bool:
    """Whether it is a registry or a dependency, each of which gives another session, or stands where one is enough."""
    maker = view.value(call.func)
    if maker is None or (maker.name in SESSIONS and maker.instance):
        return True
    is_other = maker.name in REGISTRIES or maker.name in view.project.knowledge.dependencies
    return is_other or view.is_test or view.imports("alembic")
