"""Sessions and connections that nobody closes.

## What it does
Reports a session, or a connection of an engine, that a function opens for a local variable and neither closes nor gives
away.

## Why it matters
Its connection goes back to the pool when the garbage collector finds it, if at all.
Under load the pool runs out before, and all requests wait for a connection until they fail.

## What the rewrite does
It opens the session by `with`, or `async with`, and puts the rest of the body under it.
Objects that are used after the function were cut off from their session before as well, when it was collected.

## Known limits
A session that is returned, yielded, kept, or handed to another function is left alone, since that one may close it.
A `close()` that an error skips is not reported, and neither is a session on a connection that another one has.
`Session()` without arguments has no engine to connect to, and is left alone.
Modules of tests are left alone, and so are migrations of Alembic, to which the connection belongs there.
"""

from collections.abc import Iterator

from hexguard.facts.chains import dotted
from hexguard.facts.expressions import Call, Expr, Name
from hexguard.facts.model import Assignment, Reference, With
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard_rules.knowledge.pooling import CLOSERS
from hexguard_rules.knowledge.sessions import CONNECTIONS, CONNECTS, MAKERS, SESSIONS
from hexguard_rules.knowledge.sqlalchemy import ASYNC_SESSIONS
from hexguard_rules.rewrites.wrapping import wrapped_rest

RULE = Rule(
    name="session-not-closed",
    message="`{name}` is opened here and never closed",
    doc=__doc__,
    severity=Severity.BLOCKING,
    aliases=("AP-07",),
    requires=("sqlalchemy>=1.4",),
    examples=(
        Bad(
            """
            from sqlalchemy import create_engine, select
            from sqlalchemy.orm import Session as Db, sessionmaker

            engine = create_engine("sqlite://")
            make_session = sessionmaker(engine)

            def names() -> list[str]:
                session = make_session()
            #   ^^^^^^^
                return list(session.scalars(select(User.name)))

            class Users:
                def remove_all(self) -> None:
                    session = Db(engine)
            #       ^^^^^^^
                    with session.begin():
                        session.execute(delete(User))
                    connection = engine.connect()
            #       ^^^^^^^^^^
                    connection.exec_driver_sql("VACUUM")
            """,
            fixed="""
            from sqlalchemy import create_engine, select
            from sqlalchemy.orm import Session as Db, sessionmaker

            engine = create_engine("sqlite://")
            make_session = sessionmaker(engine)

            def names() -> list[str]:
                with make_session() as session:
            #   ^^^^^^^
                    return list(session.scalars(select(User.name)))

            class Users:
                def remove_all(self) -> None:
                    with Db(engine) as session:
            #       ^^^^^^^
                        with session.begin():
                            session.execute(delete(User))
                        with engine.connect() as connection:
            #       ^^^^^^^^^^
                            connection.exec_driver_sql("VACUUM")
            """,
        ),
        Bad(
            """
            from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

            async def save(make: async_sessionmaker[AsyncSession], user: User) -> None:
                session: AsyncSession = make()
            #   ^^^^^^^
                session.add(user)
                await session.commit()
            """,
            fixed="""
            from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

            async def save(make: async_sessionmaker[AsyncSession], user: User) -> None:
                async with make() as session:
            #   ^^^^^^^
                    session.add(user)
                    await session.commit()
            """,
        ),
        Bad(
            """
            from sqlalchemy.orm import Session, sessionmaker

            make_session = sessionmaker()

            def users() -> object:
                session = make_session()
            #   ^^^^^^^
                query = session.query(User)
                return query.filter_by(is_active=True)
            """,
            why="what is returned still needs the session",
        ),
        Good(
            """
            from contextlib import closing
            from sqlalchemy.orm import Session, sessionmaker

            make_session = sessionmaker()

            def use() -> None:
                with make_session() as first:
                    first.commit()
                second = make_session()
                try:
                    second.commit()
                finally:
                    second.close()
                third = Session()
                with third:
                    third.commit()
                fourth = Session()
                with closing(fourth):
                    fourth.commit()
            """,
            why="each is closed, in whichever way",
        ),
        Good(
            """
            from sqlalchemy.orm import Session, scoped_session, sessionmaker

            make_session = sessionmaker()
            registry = scoped_session(make_session)

            def get_session():
                session = make_session()
                return session

            class Users:
                def __init__(self) -> None:
                    session = Session()
                    self.session = session
                    other = make_session()
                    self.close = other.close

                def add(self, user: User) -> None:
                    session = registry()
                    session.add(user)
                    kept = make_session()
                    self.keep(kept)

            def count(outer: Session) -> None:
                inner = Session(bind=outer.connection())
                inner.execute(delete(User))
            """,
            why="somebody else has it now, or a registry keeps it",
        ),
        Good(
            """
            #- migrations/versions/0007_names.py
            from alembic import op
            from sqlalchemy.orm import Session

            def upgrade() -> None:
                session = Session(bind=op.get_bind())
                session.query(User).update({"name": "Ada"})
                session.commit()
            """,
            why="the connection is that of the migration",
        ),
        Good(
            """
            from sqlalchemy.orm import Session

            def related(order: Order) -> list[object]:
                session = Session()
                session.add(order)
                return list(session.new)
            """,
            why="a session without an engine holds no connection",
        ),
    ),
)


@RULE.check(Assignment)
def check(assignment: Assignment, view: View) -> Iterator[Finding[Assignment]]:
    call, target = assignment.value, assignment.target
    if not isinstance(call, Call) or not isinstance(target, Name) or assignment.op or not _opens(call, view):
        return
    is_local = view.block.function_scope(assignment.context.scope) > 0
    is_exempt = view.is_test or (view.imports("alembic") and view.calls(f"{view.module}.upgrade"))
    if is_local and not is_exempt and not _is_closed(target.id, view) and not _is_given_away(target.id, view):
        yield RULE.at(assignment, target.node, name=target.id, opener=_opener(call, view))


def _opener(call: Call, view: View) -> str:
    """By which word it is opened; empty for an async connection, which other code may start."""
    maker = view.value(call.func)
    name = maker.name if maker else ""
    if name in CONNECTS:
        return "" if "asyncio" in name else "with"
    return "async with" if name in ASYNC_SESSIONS or "asyncio" in name else "with"


def _opens(call: Call, view: View) -> bool:
    maker = view.value(call.func)
    bind = call.argument(0, "bind")
    if maker is None or (bind and _is_borrowed(bind, view)):
        return False
    if maker.instance:
        return maker.name in MAKERS
    # A session that is told of no engine has no connection that it could hold.
    return maker.name in CONNECTS or (maker.name in SESSIONS and bool(call.args or call.keywords))


def _is_borrowed(bind: Expr, view: View) -> bool:
    """Whether the session works on a connection that another one has: `Session(bind=other.connection())`."""
    value = view.value(bind)
    return isinstance(bind, Call) or (value is not None and value.name in CONNECTIONS)


def _is_closed(name: str, view: View) -> bool:
    closing = {f"{name}.{closer}" for closer in CLOSERS}
    entered = (dotted(item.value) for item in view.block.of_type(With))
    return name in entered or any(dotted(found.expr) in closing for found in view.block.of_type(Reference))


def _is_given_away(name: str, view: View) -> bool:
    """Whether the session itself, and not only what it gives, is read anywhere: somebody else has it then."""
    return any(isinstance(found.expr, Name) and found.expr.id == name for found in view.block.of_type(Reference))


@RULE.fix(Applicability.REFACTOR)
def open_by_with(finding: Finding[Assignment], edits: Edits) -> Fix | Refusal:
    opened, opener = finding.fact, finding["opener"]
    title = "Open it by `with`"
    if not opener or (opener != "with" and not opened.context.in_async):
        return Refusal(title, "it is async, and `async with` is not allowed here or would start it twice")
    made = wrapped_rest(opened, opener, edits)
    return Refusal(title, made) if isinstance(made, str) else Fix(title, made)
