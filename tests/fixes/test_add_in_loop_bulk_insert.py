"""One call that adds all objects, or inserts their columns, leaves the rows of a loop that adds them one by one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.generated import examples, indented, laid_out
from support.mended import FIXES, mended, refactored
from support.observed import outcome

RULE = "add-in-loop-bulk-insert"

MODELS = """
class Base(DeclarativeBase):
    pass

class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    nick: Mapped[str | None] = mapped_column("nick_name")
    kind: Mapped[str] = mapped_column(default="guest")
    number: Mapped[int] = mapped_column(server_default="7")
    orders: Mapped[list["Order"]] = relationship()

class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
"""
SYNC = f"""
import sqlalchemy as sa
from sqlalchemy import ForeignKey, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship
{MODELS}
def run(rows):
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        fill(session, rows)
        session.commit()
    with Session(engine) as session:
        found = session.execute(sa.select(User.name, User.nick, User.kind, User.number)).all()
    engine.dispose()
    return sorted(tuple(row) for row in found)

"""
ASYNC = f"""
import sqlalchemy as sa
from sqlalchemy import ForeignKey
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.pool import StaticPool
{MODELS}
async def upper(text):
    return text.upper()

async def run(rows):
    engine = create_async_engine("sqlite+aiosqlite://", poolclass=StaticPool)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with AsyncSession(engine) as session:
        await fill(session, rows)
        await session.commit()
    async with AsyncSession(engine) as session:
        found = (await session.execute(sa.select(User.name, User.nick, User.kind, User.number))).all()
    await engine.dispose()
    return sorted(tuple(row) for row in found)

"""
ROWS = [("Ada", "a"), ("Bob", None), ("Eve", "e")]
LOOPS = (
    "for name, nick in rows:\n    session.add(User({given}))\n",
    "for name, nick in rows:\n    user = User({given})\n    session.add(user)\n",
    "for (name, nick) in sorted(rows):\n    session.add(\n        User({given})\n    )\nprint('added')\n",
    "if rows:\n    for name, nick in rows or []:\n        session.add(User({given}))\n",
    "for name, nick in rows if rows else []:\n    session.add(User({given}))\n",
    "for number, (name, nick) in enumerate(rows):\n    session.add(User({given}, number=number))\n",
    "for name, nick in rows:\n    session.add(User({given}))\nprint([name for name, _ in rows])\n",
    "users = [User({given}) for name, nick in rows]\nfor user in users:\n    session.add(user)\n",
)
GIVEN = (
    "name=name",
    "name=name, nick=nick",
    "name=name.upper(),\n            nick=nick or (name + 'y'),\n        ",
    "nick=(nick), kind='admin', name=f'{{name}}!'",
    "name=name, orders=[Order()]",
    "name=[part for part in name][0], nick='x'",
)
NO_OBJECTS = frozenset({"name=name, orders=[Order()]"})
WAITING = "name=await upper(name), nick=nick"


@st.composite
def programs(draw: st.DrawFn) -> str:
    is_async = draw(st.booleans())
    given = draw(st.sampled_from((*GIVEN, WAITING) if is_async else GIVEN))
    body = indented(draw(st.sampled_from(LOOPS)).replace("{given}", given.replace("{{", "{").replace("}}", "}")))
    signature = "async def fill(session: AsyncSession, rows)" if is_async else "def fill(session: Session, rows)"
    signature = signature.replace("rows)", "rows: list[tuple[str, str | None]])")
    return draw(laid_out(f"{ASYNC if is_async else SYNC}{signature}:\n{body}\n", most=2))


@examples(15)
@given(programs())
def test_all_objects_are_added(code: str) -> None:
    after = mended(code, RULE, FIXES)
    if after is not None:
        assert outcome(after, ROWS) == outcome(code, ROWS), after
        assert outcome(after, []).result == []


@examples(15)
@given(programs())
def test_all_rows_are_inserted(code: str) -> None:
    after = refactored(code, RULE)
    if after is not None:
        assert outcome(after, ROWS) == outcome(code, ROWS), after
        assert outcome(after, ROWS).error == ""
        assert outcome(after, []) == outcome(code, []), after


def program(body: str, given: str = GIVEN[1], model: str = "") -> str:
    code = SYNC.replace("\nclass Order", f"{indented(model)}\n\nclass Order")
    filled = indented(body.replace("{given}", given.replace("{{", "{").replace("}}", "}")))
    return f"{code}def fill(session: Session, rows: list[tuple[str, str | None]]):\n{filled}"


def test_each_loop_is_written_as_one_call() -> None:
    assert [mended(program(loop), RULE, FIXES) is not None for loop in LOOPS] == [True] * len(LOOPS)
    assert [refactored(program(loop), RULE) is not None for loop in LOOPS] == [*[True] * 5, False, True, False]


@pytest.mark.parametrize("given", GIVEN)
def test_columns_alone_can_be_inserted(given: str) -> None:
    after = refactored(program(LOOPS[0], given), RULE)
    assert (after is None) is (given in NO_OBJECTS)
    if after is not None:
        assert outcome(after, ROWS) == outcome(program(LOOPS[0], given), ROWS)


@pytest.mark.parametrize(
    "model",
    [
        "def __init__(self, **given):\n    super().__init__(kind='made', **given)",
        "@sa.orm.validates('name')\ndef check(self, key, value):\n    return value.upper()",
    ],
)
def test_a_model_that_changes_what_it_is_given_needs_objects(model: str) -> None:
    assert refactored(program(LOOPS[0], model=model), RULE) is None
    after = mended(program(LOOPS[0], model=model), RULE, FIXES)
    assert after is not None
    assert outcome(after, ROWS) == outcome(program(LOOPS[0], model=model), ROWS)


@pytest.mark.parametrize(
    "body",
    [
        "for name, nick in rows:\n    session.add(User({given}))\nprint(name)\n",
        "for name, nick in (kept := rows):\n    session.add(User({given}))\n",
        "for name, nick in rows:\n    session.add(User(name=session.scalar(sa.select(sa.literal(name)))))\n",
        "for name, nick in rows:\n    # one by one\n    session.add(User({given}))\n",
        "for name, nick in rows:\n    session.add((yield User({given})))\n",
        "for name, nick in rows:\n    session.add(User({given}))\nelse:\n    pass\n",
        "for name, nick in rows:\n    session.add(User({given}))\n    continue\n",
        "for name, nick in rows:\n    user: User = User({given})\n    session.add(user)\n",
    ],
)
def test_what_says_more_stays_a_loop(body: str) -> None:
    assert mended(program(body), RULE, FIXES) is None
    assert refactored(program(body), RULE) is None


def test_rows_that_are_pending_are_sent_before() -> None:
    body = "first = User(name='first')\nsession.add(first)\n" + LOOPS[0] + "assert first.id == 1\n"
    after = refactored(program(body), RULE)
    assert after is not None
    assert outcome(after, ROWS).error == ""
