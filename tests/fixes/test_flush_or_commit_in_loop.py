"""One flush or commit behind the loop leaves the same rows as one for each item, with fewer commits."""

from hypothesis import given
from hypothesis import strategies as st

from support.generated import examples, indented, laid_out
from support.mended import refactored
from support.observed import outcome

RULE = "flush-or-commit-in-loop"

SYNC = """
import sqlalchemy as sa
from sqlalchemy import create_engine, event
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

class Base(DeclarativeBase):
    pass

class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]

def run(log):
    engine = create_engine("sqlite://")
    event.listen(engine, "commit", lambda connection: log.append("commit"))
    Base.metadata.create_all(engine)
    log.clear()
    with Session(engine) as session:
        fill(session, ["Ada", "Bob", "Eve"])
    with Session(engine) as session:
        found = session.execute(sa.select(User.id, User.name)).all()
    engine.dispose()
    return [tuple(row) for row in found]

"""
ASYNC = """
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.pool import StaticPool

class Base(DeclarativeBase):
    pass

class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]

async def run(log):
    engine = create_async_engine("sqlite+aiosqlite://", poolclass=StaticPool)
    event.listen(engine.sync_engine, "commit", lambda connection: log.append("commit"))
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    log.clear()
    async with AsyncSession(engine) as session:
        await fill(session, ["Ada", "Bob", "Eve"])
    async with AsyncSession(engine) as session:
        found = (await session.execute(sa.select(User.id, User.name))).all()
    await engine.dispose()
    return [tuple(row) for row in found]

"""
LOOPS = (
    "for name in names:\n    session.add(User(name=name))\n    {call}\n",
    "for number, name in enumerate(names):\n    user = User(name=name)\n    session.add(user)\n    {call}\n",
    "for name in names:\n    if name != 'Bob':\n        session.add(User(name=name))\n    {call}\nprint('done')\n",
    "for name in names:\n    session.add(\n        User(name=name),\n    )\n    {call}\nelse:\n    print('all')\n",
    "if names:\n    for name in sorted(names):\n        session.add(User(name=name))\n        {call}\n",
    "for name in names:\n    session.add(User(name=name)); {call}\n",
    "for name in names:\n    if name:\n        session.add(User(name=name))\n        {call}\n",
)


@st.composite
def programs(draw: st.DrawFn) -> str:
    is_async, method = draw(st.booleans()), draw(st.sampled_from(("commit", "flush")))
    call = f"await session.{method}()" if is_async else f"session.{method}()"
    last = call.replace("flush", "commit")
    body = indented(draw(st.sampled_from(LOOPS)).replace("{call}", call) + last)
    signature = "async def fill(session: AsyncSession, names)" if is_async else "def fill(session: Session, names)"
    return draw(laid_out(f"{ASYNC if is_async else SYNC}{signature}:\n{body}\n", most=2))


@examples(30)
@given(programs())
def test_the_same_rows_are_there_in_the_end(code: str) -> None:
    after = refactored(code, RULE)
    if after is None:
        return
    before_log: list[str] = []
    after_log: list[str] = []
    assert outcome(after, after_log) == outcome(code, before_log), after
    assert len(after_log) <= len(before_log)
    assert outcome(after, []).error == ""


def test_each_layout_that_can_be_moved_is_moved() -> None:
    moved = [
        refactored(
            f"{SYNC}def fill(session: Session, names):\n{indented(loop.replace('{call}', 'session.commit()'))}", RULE
        )
        is not None
        for loop in LOOPS
    ]
    assert moved == [True, True, True, False, True, False, False]
