"""A session that is opened by `with` gives the same, and is closed when the function ends."""

from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.generated import examples, indented, laid_out
from support.mended import refactored
from support.observed import outcome

RULE = "session-not-closed"

MODELS = """
class Base(DeclarativeBase):
    pass

class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]

LOG = []
KEPT = []

class Kept:
    # What the garbage collector ends is ended at another time each run.
    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        KEPT.append(self)
"""
SYNC = f"""
import sqlalchemy as sa
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker
from sqlalchemy.pool import StaticPool
{MODELS}
class Closing(Kept, Session):
    def close(self):
        LOG.append("close")
        super().close()

engine = create_engine("sqlite://", poolclass=StaticPool)
make_session = sessionmaker(engine, class_=Closing)

def run(names):
    Base.metadata.create_all(engine)
    with Session(engine) as first:
        first.add(User(name="first"))
        first.commit()
    result = use(names)
    with Session(engine) as last:
        found = last.execute(sa.select(User.name)).scalars().all()
    engine.dispose()
    return result, list(found), LOG

"""
ASYNC = f"""
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.pool import StaticPool
{MODELS}
class Closing(Kept, AsyncSession):
    async def close(self):
        LOG.append("close")
        await super().close()

engine = create_async_engine("sqlite+aiosqlite://", poolclass=StaticPool)
make_session = async_sessionmaker(engine, class_=Closing)

async def run(names):
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with AsyncSession(engine) as first:
        first.add(User(name="first"))
        await first.commit()
    result = await use(names)
    async with AsyncSession(engine) as last:
        found = (await last.execute(sa.select(User.name))).scalars().all()
    await engine.dispose()
    return result, list(found), LOG

"""
BODIES = (
    "session = make_session()\nsession.add(User(name='second'))\n{wait}session.commit()\nreturn 1\n",
    "count = 0\nsession = make_session()\nfor name in names:\n    session.add(User(name=name))\n\n    count += 1\n"
    "{wait}session.commit()\nreturn count\n",
    "session = make_session(\n    expire_on_commit=False,\n)\n"
    "return ({wait}session.execute(sa.select(User.name))).scalars().all()\n",
    "try:\n    session = make_session()\n    session.add(User(name=None))\n    {wait}session.commit()\n"
    "except sa.exc.IntegrityError as error:\n    return 'refused'\nreturn 'added'\n",
    "if names:\n    session = make_session()\n    names = ({wait}session.scalars(sa.select(User.name))).all()\n"
    "    # kept\n    names = list(names)\nelse:\n    names = []\nreturn names\n",
    "for name in names:\n    session = make_session()\n    if name == 'Bob':\n        continue\n"
    "    session.add(User(name=name))\n    {wait}session.commit()\n",
)


def program(body: str, *, is_async: bool) -> str:
    body = indented(body.replace("{wait}", "await " if is_async else ""))
    return f"{ASYNC}async def use(names):\n{body}\n" if is_async else f"{SYNC}def use(names):\n{body}\n"


def used(code: str) -> tuple[object, list[str], list[str]]:
    """What a program gives, the names in its rows afterwards, and what was closed."""
    result = outcome(code, ["Ada", "Bob"]).result
    assert isinstance(result, tuple)
    # What a program gives is only known when it has run; those here give all three.
    return cast("tuple[object, list[str], list[str]]", result)


@st.composite
def programs(draw: st.DrawFn) -> str:
    return draw(laid_out(program(draw(st.sampled_from(BODIES)), is_async=draw(st.booleans())), most=3))


@examples(15)
@given(programs())
def test_it_gives_the_same_and_is_closed(code: str) -> None:
    after = refactored(code, RULE)
    if after is None:
        return
    (result, rows, log), (result_after, rows_after, log_after) = used(code), used(after)
    assert (result, rows) == (result_after, rows_after), after
    assert log == []
    assert set(log_after) == {"close"}


@pytest.mark.parametrize("is_async", [False, True])
def test_each_body_is_rewritten(is_async: bool) -> None:
    codes = [program(body, is_async=is_async) for body in BODIES]
    assert [refactored(code, RULE) is not None for code in codes] == [True] * len(codes)


@pytest.mark.parametrize(
    "body",
    [
        "session = make_session()\nreturn session.query(User)\n",
        "session = make_session()\nrows = session.scalars(sa.select(User))\nreturn rows\n",
        "session = make_session()\nreturn (user for user in session.scalars(sa.select(User)))\n",
        "session = make_session()\nLOG.rows = session.scalars(sa.select(User))\n",
        "session = make_session()\nrows = session.scalars(sa.select(User))\nLOG.append(rows)\n",
        "if names:\n    session = make_session()\nsession.commit()\n",
        "session = make_session()\ntext = '''\n  long'''\nsession.commit()\n",
        "session = make_session()\nsession.commit()\nsession = make_session()\nsession.commit()\n",
        "session = make_session()\ndef save():\n    session.commit()\nreturn save\n",
        "names = names; session = make_session()\nsession.commit()\n",
        "try:\n    session = make_session()\n    session.commit()\nfinally:\n    session.rollback()\n",
        "return 1\nsession = make_session()\n",
    ],
)
def test_what_would_change_is_left_alone(body: str) -> None:
    assert refactored(program(body, is_async=False), RULE) is None


def test_the_annotation_goes_with_its_import() -> None:
    code = program("session: Orm = make_session()\nsession.commit()\n", is_async=False)
    after = refactored(f"from sqlalchemy.orm import Session as Orm\n{code}", RULE)
    assert after == program("with make_session() as session:\n    session.commit()\n", is_async=False).lstrip()
