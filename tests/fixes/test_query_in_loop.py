"""Rows that are read in front of a loop are those that it would have asked for, in one statement."""

from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.generated import examples, indented, laid_out
from support.mended import refactored
from support.observed import outcome

RULE = "query-in-loop"

MODELS = """
class Base(DeclarativeBase):
    pass

class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column("user_id", primary_key=True)
    name: Mapped[str]
    orders: Mapped[list["Order"]] = relationship({lazy})

class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.user_id"), index=True)

SENT = []

def note(connection, cursor, statement, *rest):
    if statement.startswith("SELECT"):
        SENT.append(statement)
"""
SYNC = f"""
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship
{MODELS}
def run(ids):
    engine = sa.create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all([User(name=name) for name in ("Ada", "Bob", "Eve")])
        session.commit()
    with Session(engine) as session:
        sa.event.listen(engine, "before_cursor_execute", note)
        result = use(session, ids)
    engine.dispose()
    return result, len(SENT)

"""
ASYNC = f"""
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.pool import StaticPool
{MODELS}
async def run(ids):
    engine = create_async_engine("sqlite+aiosqlite://", poolclass=StaticPool)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with AsyncSession(engine) as session:
        session.add_all([User(name=name) for name in ("Ada", "Bob", "Eve")])
        await session.commit()
    async with AsyncSession(engine) as session:
        sa.event.listen(engine.sync_engine, "before_cursor_execute", note)
        result = await use(session, ids)
    await engine.dispose()
    return result, len(SENT)

"""
LOOKUPS = (
    "{wait}session.get(User, key)",
    "{wait}session.scalar(sa.select(User).where(User.id == key))",
    "({wait}session.execute(sa.select(User).where(User.id == key))).scalar_one_or_none()",
    "({wait}session.scalars(sa.select(User).where(User.id == key))).first()",
    "({wait}session.execute(sa.select(User).where(User.id == key))).scalar()",
)
LOOPS = (
    "for key in ids:\n    user = {lookup}\n    result.append(user.name if user else None)\n",
    "for key in ids:\n    if (user := {lookup}) is not None:\n        result.append((key, user.name))\n",
    "if ids:\n    for key in ids:\n        result.append(getattr({lookup}, 'name', None))\n    result.append('end')\n",
    "for key in ids:\n    if key == 2:\n        continue\n    user = {lookup}\n    result.append(user and user.name)\n",
)
SOURCES = ("ids: list[int]", "ids: Sequence[int]", "ids: set[int]")
IDS = [3, 1, 9, 1, 2]


def program(loop: str, lookup: str, *, is_async: bool, source: str = SOURCES[0], lazy: str = "") -> str:
    body = loop.replace("{lookup}", lookup).replace("{wait}", "await " if is_async else "")
    body = indented(f"result: list[object] = []\n{body}return result\n")
    head = "async def use(session: AsyncSession, " if is_async else "def use(session: Session, "
    code = f"{ASYNC if is_async else SYNC}{head}{source}):\n{body}"
    return "from collections.abc import Sequence\n" + code.replace("{lazy}", lazy)


@st.composite
def programs(draw: st.DrawFn) -> str:
    loop, lookup = draw(st.sampled_from(LOOPS)), draw(st.sampled_from(LOOKUPS))
    source = draw(st.sampled_from(SOURCES))
    return draw(laid_out(program(loop, lookup, is_async=draw(st.booleans()), source=source), most=2))


def check(code: str) -> bool:
    after = refactored(code, RULE)
    if after is None:
        return False
    for ids in (IDS, [], [9]):
        (found, _), (found_after, n_sent) = used(code, ids), used(after, ids)
        assert found == found_after, after
        assert n_sent <= 1
    return True


def used(code: str, ids: list[int]) -> tuple[list[object], int]:
    """What a program finds, and how many statements it sends for that."""
    result = outcome(code, ids).result
    assert isinstance(result, tuple), outcome(code, ids)
    # What a program gives is only known when it has run; those here give both.
    return cast("tuple[list[object], int]", result)


@examples(15)
@given(programs())
def test_it_finds_the_same(code: str) -> None:
    check(code)


def test_each_form_is_rewritten() -> None:
    assert all(check(program(LOOPS[0], lookup, is_async=True)) for lookup in LOOKUPS)
    assert all(check(program(loop, LOOKUPS[0], is_async=False)) for loop in LOOPS)


@pytest.mark.parametrize(
    ("loop", "lookup"),
    [
        (LOOPS[0], "session.get_one(User, key)"),
        (LOOPS[0], "session.get(User, key, populate_existing=True)"),
        (LOOPS[0], "session.get(User, key + 1)"),
        (LOOPS[0], "session.execute(sa.select(User).where(User.id == key)).scalar_one()"),
        (LOOPS[0], "session.scalar(sa.select(User).where(User.name == key))"),
        (LOOPS[0], "session.scalar(sa.select(User).where(User.id == key, User.name != ''))"),
        (LOOPS[0], "session.scalar(sa.select(User).where(User.id == key).with_for_update())"),
        (LOOPS[0], "session.scalar(sa.select(User.name).where(User.id == key))"),
        (LOOPS[0] + "    session.commit()\n", LOOKUPS[0]),
        ("for key in ids:\n    key = 1\n    result.append({lookup})\n", LOOKUPS[0]),
        ("for key in iter(ids):\n    result.append({lookup})\n", LOOKUPS[0]),
        ("for key in ids:\n    for other in ids:\n        result.append({lookup})\n", LOOKUPS[0]),
        ("for key in ids:\n    session = Session()\n    result.append({lookup})\n", LOOKUPS[0]),
        ("user_by_id = ids\nfor key in ids:\n    result.append({lookup})\n", LOOKUPS[0]),
        ("result += [{lookup} for key in ids]\n", LOOKUPS[0]),
    ],
)
def test_what_is_not_certain_stays(loop: str, lookup: str) -> None:
    assert refactored(program(loop, lookup, is_async=False), RULE) is None


@pytest.mark.parametrize("source", ["ids: list[str]", "ids", "ids: Iterator[int]", "ids: dict[int, str]"])
def test_keys_of_another_kind_stay(source: str) -> None:
    assert refactored(program(LOOPS[0], LOOKUPS[0], is_async=False, source=source), RULE) is None


def test_a_model_that_is_loaded_by_joins_stays() -> None:
    assert refactored(program(LOOPS[0], LOOKUPS[0], is_async=False, lazy="lazy='joined'"), RULE) is None
