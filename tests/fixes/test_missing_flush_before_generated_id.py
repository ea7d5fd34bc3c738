"""With a flush after `add`, the key that was `None` is there, and the rows are the same but for what refers to it."""

from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.generated import examples, indented, laid_out
from support.mended import FIXES, mended
from support.observed import outcome

RULE = "missing-flush-before-generated-id"

MODELS = """
class Base(DeclarativeBase):
    pass

class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    orders: Mapped[list["Order"]] = relationship()
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"), index=True)
    team: Mapped["Team | None"] = relationship()

class Team(Base):
    __tablename__ = "teams"
    id: Mapped[int] = mapped_column(primary_key=True)

class Numbered(Base):
    __tablename__ = "numbered"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]

    def __init__(self, name):
        super().__init__(id=7, name=name)

class New(BaseModel):
    name: str

class Known(New):
    id: int

class Open(New):
    model_config = ConfigDict(extra="allow")

class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
"""
SYNC = f"""
import logging
import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict
from sqlalchemy import ForeignKey, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship
{MODELS}
logger = logging.getLogger("shop")

def run(names):
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(User(name="first"))
        session.commit()
        result = create(session, names)
        session.commit()
        found = session.execute(sa.select(User.name).order_by(User.id)).scalars().all()
    engine.dispose()
    return result, list(found)

"""
ASYNC = f"""
import logging
import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict
from sqlalchemy import ForeignKey
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.pool import StaticPool
{MODELS}
logger = logging.getLogger("shop")

async def run(names):
    engine = create_async_engine("sqlite+aiosqlite://", poolclass=StaticPool)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with AsyncSession(engine) as session:
        session.add(User(name="first"))
        await session.commit()
        result = await create(session, names)
        await session.commit()
        found = (await session.execute(sa.select(User.name).order_by(User.id))).scalars().all()
    await engine.dispose()
    return result, list(found)

"""
READS = (
    "return [user.id]",
    "number = user.id\nreturn [number]",
    "logger.info('created %s', user.name)\nreturn [user.id]",
    "if names:\n    return [user.id]\nreturn [None]",
    "order = Order(user_id=user.id)\nsession.add(order)\nreturn [order.user_id]",
    "orders = [Order(user_id=user.id) for name in names]\nsession.add_all(orders)\nreturn [orders[0].user_id]",
    "for name in names:\n    print(name)\nreturn [user.id, str(user.id)]",
    "try:\n    return [user.id]\nfinally:\n    print(names)",
    "return [f'{user.id}']",
    "return [{'key': user.id}['key']]",
)
MAKES = (
    "user = User(name=names[0])\nsession.add(user)\n",
    "user = None\nif names:\n    user = User(name=names[0])\nsession.add(user)\n",
    "user: User = User()\nuser.name = str(names[0])\nsession.add(user)\n",
    "data = New(name=names[0])\nuser = User(**data.model_dump(exclude_unset=True))\nsession.add(user)\n",
    "user = User(\n    name=names[0],\n)\nsession.add(\n    user\n)\n",
)


def program(body: str, *, is_async: bool) -> str:
    if is_async:
        return f"{ASYNC}async def create(session: AsyncSession, names: list[str]):\n{indented(body)}\n"
    return f"{SYNC}def create(session: Session, names: list[str]):\n{indented(body)}\n"


def created(code: str) -> tuple[list[object], list[str]]:
    """The keys that a program gives, and the names in its rows afterwards."""
    result = outcome(code, ["Ada", "Bob"]).result
    assert isinstance(result, tuple)
    # What a program gives is only known when it has run; those here give both.
    return cast("tuple[list[object], list[str]]", result)


@st.composite
def programs(draw: st.DrawFn) -> str:
    body = draw(st.sampled_from(MAKES)) + draw(st.sampled_from(READS))
    return draw(laid_out(program(body, is_async=draw(st.booleans())), most=2))


@examples(15)
@given(programs())
def test_the_key_is_there(code: str) -> None:
    after = mended(code, RULE, FIXES)
    if after is None:
        return
    (keys, rows), (keys_after, rows_after) = created(code), created(after)
    assert {str(key) for key in keys} == {"None"}, code
    assert {str(key) for key in keys_after} == {"2"}, after
    assert rows == rows_after == ["first", "Ada"]


@pytest.mark.parametrize("is_async", [False, True])
def test_each_read_is_found_and_fixed(is_async: bool) -> None:
    codes = [program(MAKES[0] + read, is_async=is_async) for read in READS]
    codes += [program(make + READS[0], is_async=is_async) for make in MAKES]
    assert [mended(code, RULE, FIXES) is not None for code in codes] == [True] * len(codes)


@pytest.mark.parametrize(
    "between",
    [
        "session.flush()",
        "session.commit()",
        "print(session.scalars(sa.select(User)).all())",
        "print(session.query(User).count())",
        "print([one.name for one in query])",
        "for one in query:\n    print(one.name)",
        "print(old.orders)",
        "orders = old.orders\nfor order in orders:\n    print(order)",
        "with session.begin_nested():\n    pass",
        "user = old",
        "user.id = 2",
        "sa.orm.object_session(user).flush()",
    ],
)
def test_what_may_flush_between_is_believed(between: str) -> None:
    make = "old = session.get(User, 1)\nquery = session.query(User)\n" + MAKES[0]
    code = program(f"{make}{between}\nreturn [user.id]", is_async=False)
    assert mended(code, RULE, FIXES) is None
    assert created(code)[0] != [None]


@pytest.mark.parametrize(
    "make",
    [
        "user = User(name='new', id=7)\nsession.add(user)\n",
        "user = User(**{'name': 'new'}, id=7)\nsession.add(user)\n",
        "user = User(name='new')\nuser.id = 7\nsession.add(user)\n",
        "old = session.get(Team, 1)\nuser = User(name='new', team=old)\nsession.flush()\nsession.add(user)\n",
        "old = session.get(Team, 1)\nuser = User(name='new')\nuser.team = old\nsession.flush()\nsession.add(user)\n",
        "user = Numbered(name='new')\nsession.add(user)\n",
        "data: New = New(name='new')\nuser = User(**data.model_dump(by_alias=True))\nsession.add(user)\n",
        "data: Known = Known(name='new', id=7)\nuser = User(**data.model_dump())\nsession.add(user)\n",
        "data: Open = Open(name='new', id=7)\nuser = User(**data.model_dump())\nsession.add(user)\n",
    ],
)
def test_what_may_have_a_key_already_is_left_alone(make: str) -> None:
    assert mended(program(f"{make}return [user.id]", is_async=False), RULE, FIXES) is None


def test_what_is_given_later_would_be_missing() -> None:
    body = "user = User()\nsession.add(user)\nuser.name = names[0]\nreturn [user.id]"
    assert mended(program(body, is_async=False), RULE, FIXES) is None
    assert (
        mended(program("user = User(name=''); session.add(user)\nreturn user.id", is_async=True), RULE, FIXES) is None
    )
