"""What a missing `await` and expired objects do to a real database, before and after their fixes."""

import gc
import warnings
from collections.abc import Generator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import MissingGreenlet, StatementError

from support.generated import examples, indented, laid_out
from support.mended import FIXES, fixed, loaded, mended
from support.observed import Outcome, outcome

RULES = ("unawaited-session-coroutine", "missing-expire-on-commit-false")
UNAWAITED, EXPIRING_RULE = RULES

TABLES = """
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.pool import StaticPool

class Base(DeclarativeBase):
    pass

class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]

engine = create_async_engine("sqlite+aiosqlite://", poolclass=StaticPool)

async def create() -> None:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
"""
FORGOTTEN_COMMIT = f"""{TABLES}
make_session = async_sessionmaker(engine, expire_on_commit=False)

async def save(session: AsyncSession) -> None:
    session.add(User(name="Ada"))
    session.commit()

async def run() -> bool:
    await create()
    async with make_session() as session:
        await save(session)
    async with make_session() as session:
        found = await session.get(User, 1)
    await engine.dispose()
    return found is not None
"""
EXPIRING = f"""{TABLES}
make_session = async_sessionmaker(engine)

async def run() -> str:
    await create()
    async with make_session() as session:
        user = User(name="Ada")
        session.add(user)
        await session.commit()
        try:
            return user.name
        finally:
            await engine.dispose()
"""


@contextmanager
def coroutines_forgotten() -> Generator[None]:
    """That nobody awaits a coroutine is the defect here, so nobody is warned of it."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "coroutine .* was never awaited", RuntimeWarning)
        yield
        gc.collect()


async def test_the_commit_takes_effect() -> None:
    with coroutines_forgotten():
        assert not await loaded(FORGOTTEN_COMMIT).run()
    assert await loaded(fixed(FORGOTTEN_COMMIT, UNAWAITED)).run()


async def test_objects_can_be_read_after_the_commit() -> None:
    with coroutines_forgotten():
        with pytest.raises((MissingGreenlet, StatementError), match="greenlet_spawn") as caught:
            await loaded(EXPIRING).run()
        del caught
    assert await loaded(fixed(EXPIRING, EXPIRING_RULE)).run() == "Ada"


HEADER = f"""{TABLES}
import sqlalchemy as sa
from contextlib import nullcontext
from sqlalchemy import event

make_session = async_sessionmaker(engine, expire_on_commit=False)
sent = []

@event.listens_for(engine.sync_engine, "before_cursor_execute")
def note(connection, cursor, statement, parameters, context, many):
    sent.append((" ".join(statement.split()), parameters))

class Users:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session

"""
CALLS = (
    "commit()",
    "flush()",
    "rollback()",
    "close()",
    "delete(user)",
    "refresh(user)",
    "refresh(user, ['name'])",
    "execute(sa.update(User).values(name='eve'))",
    "execute(sa.text('UPDATE users SET name = :name'), {'name': 'bob'})",
    "scalar(sa.select(User.name))",
    "merge(User(id=7, name='new'))",
    "get(User, 1)",
    "run_sync(lambda session: session.add(User(name='sync')))",
    "execute(\n    sa.delete(User),  # all of them\n)",
    "refresh(None)",
)
WRONG_USE = ("", "UnmappedInstanceError", "InvalidRequestError", "ObjectDeletedError")
"""The errors of calls that are made twice, or after the session is closed; nobody saw them without `await`."""

SITES = (
    "{it}",
    "({it})",
    "if True:\n    {it}",
    "for _ in range(2):\n    {it}",
    "try:\n    {it}\nfinally:\n    log.append('finally')",
    "with nullcontext():\n    {it}",
    "log.append(1); {it}; log.append(2)",
    "while True:\n    {it}\n    break",
    "{it}  # forgotten",
    "if log is None: pass\nelse: {it}",
    "{it}\n{it}",
)
SESSIONS = {
    "session": "async def use(session: AsyncSession, user, log):\n{body}\n    return log\n",
    "self.session": (
        "    async def use(self, user, log):\n{deeper}\n        return log\n\n"
        "async def use(session, user, log):\n"
        "    return await Users(session).use(user, log)\n"
    ),
}
RUN = """
async def run(log):
    await create()
    try:
        async with make_session() as session:
            user = User(name="Ada")
            session.add(user)
            await session.flush()
            sent.clear()
            await use(session, user, log)
            kept = [str(one) for one in sent]
            await session.commit()
        async with make_session() as session:
            left = (await session.execute(sa.select(User.id, User.name))).all()
        return kept, [tuple(row) for row in left], log
    finally:
        await engine.dispose()
"""


@st.composite
def forgetful(draw: st.DrawFn) -> tuple[str, str]:
    """A program that forgets to await, and the same with each `await` written."""
    owner = draw(st.sampled_from(sorted(SESSIONS)))
    site, call = draw(st.sampled_from(SITES)), draw(st.sampled_from(CALLS))
    code = site.replace("{it}", f"AWAIT{owner}.{call}")
    code = SESSIONS[owner].replace("{body}", indented(code)).replace("{deeper}", indented(code, 2))
    code = draw(laid_out(HEADER + code + RUN))
    return code.replace("AWAIT", ""), code.replace("AWAIT", "await ")


@examples(12)
@given(forgetful())
def test_each_call_is_awaited_where_it_stands(programs: tuple[str, str]) -> None:
    forgetting, awaiting = programs
    after = mended(forgetting, UNAWAITED, FIXES)
    assert after == awaiting
    with coroutines_forgotten():
        forgot = outcome(forgetting, [])
    assert str(forgot.result).startswith("([], [(1, 'Ada')], "), "the forgotten call had an effect"
    assert outcome(awaiting, []).error in WRONG_USE


MAKERS = (
    "async_sessionmaker(engine{more})",
    "async_sessionmaker(bind=engine{more})",
    "async_sessionmaker[AsyncSession](engine{more})",
    "async_sessionmaker(engine, class_=AsyncSession{more})",
    "async_sessionmaker(\n    engine{more},  # the only one\n)",
    "async_sessionmaker(*[engine]{more})",
    "sessionmaker(engine, class_=AsyncSession{more})",
    "sessionmaker(\n    bind=engine,\n    class_=AsyncSession{more},\n)",
    "partial(AsyncSession, engine{more})",
    "lambda: AsyncSession(engine{more})",
    "(lambda: AsyncSession(bind=engine{more}))",
)
MORE = (
    "",
    ", autoflush=False",
    ", expire_on_commit=True",
    ", info={'a': 1}, autoflush=False",
    ", expire_on_commit  =  True, autoflush=True",
)
EXPIRES = """
async def run(log):
    await create()
    try:
        async with make_session() as session:
            log.append((session.sync_session.autoflush, session.info, type(session).__name__))
            user = User(name="Ada")
            session.add(user)
            await session.commit()
            return user.name, log
    finally:
        await engine.dispose()
"""


@st.composite
def expiring(draw: st.DrawFn) -> str:
    maker = draw(st.sampled_from(MAKERS)).replace("{more}", draw(st.sampled_from(MORE)))
    imports = "from functools import partial\nfrom sqlalchemy.orm import sessionmaker\n"
    return draw(laid_out(f"{TABLES}{imports}\nmake_session = {maker}\n{EXPIRES}"))


@examples(12)
@given(expiring())
def test_objects_keep_their_values_and_the_rest_of_the_session_is_the_same(code: str) -> None:
    after = mended(code, EXPIRING_RULE, FIXES)
    if after is None:
        return
    before_log: list[object] = []
    with coroutines_forgotten():
        assert outcome(code, before_log).error in ("MissingGreenlet", "StatementError")
    assert outcome(after, []) == Outcome(("Ada", before_log)), after
