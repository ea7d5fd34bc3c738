"""Where nothing fails, the fix changes nothing; where something does, the session can be used afterwards."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.generated import examples, indented, laid_out, ways_to_import
from support.mended import FIXES, fixed, mended
from support.observed import Outcome, outcome

RULE = "missing-rollback-on-error"

SYNC = """
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

class Base(DeclarativeBase):
    pass

class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)

def run(names, log):
    engine = sa.create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        try:
            fill(session, names, log)
        except sa.exc.SQLAlchemyError as error:
            log.append(type(error).__name__)
    with Session(engine) as session:
        found = session.scalars(sa.select(User.name).order_by(User.id)).all()
    engine.dispose()
    return list(found), log

"""
ASYNC = """
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.pool import StaticPool

class Base(DeclarativeBase):
    pass

class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)

async def run(names, log):
    engine = create_async_engine("sqlite+aiosqlite://", poolclass=StaticPool)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with AsyncSession(engine) as session:
        try:
            await fill(session, names, log)
        except sa.exc.SQLAlchemyError as error:
            log.append(type(error).__name__)
    async with AsyncSession(engine) as session:
        found = (await session.scalars(sa.select(User.name).order_by(User.id))).all()
    await engine.dispose()
    return list(found), log

"""
HANDLERS = (
    "except {error}:\n    if len(log) > 50:\n        raise\n    log.append('failed')",
    "except {error}:\n    log.append('failed')",
    "except {error}:  # as it happens\n    # Nobody minds.\n    log.append('failed')",
    "except {error} as error:\n    log.append(type(error).__name__)",
    "except ({error}, KeyError):\n    pass",
    "except {error}:\n    pass  # never mind",
    "except (\n    KeyError,\n    {error},\n) as error:\n\n    log.append('failed')\n    log.append('again')",
    "except KeyError:\n    raise\nexcept {error}:\n    if log:\n        log.append('no')\nelse:\n    log.append('yes')",
    'except {error}:\n    log.append("""a\n  b""")\nfinally:\n    log.append("next")',
)
SITES = (
    "for name in names:\n    try:\n        session.add(User(name=name))\n        {send}\n{handler}",
    "for name in names:\n    session.add(User(name=name))\n    try:\n        {send}\n{handler}\n    log.append(name)",
    "while names:\n    try:\n        session.add(User(name=names.pop()))\n        {send}\n{handler}",
)


@st.composite
def programs(draw: st.DrawFn) -> str:
    is_async, method = draw(st.booleans()), draw(st.sampled_from(("commit", "flush")))
    await_ = "await " if is_async else ""
    name = draw(st.sampled_from(("sqlalchemy.exc.IntegrityError", "sqlalchemy.exc.SQLAlchemyError")))
    error = draw(ways_to_import(name))
    handler = indented(draw(st.sampled_from(HANDLERS)).replace("{error}", error.text))
    send = f"{await_}session.{method}()"
    body = draw(st.sampled_from(SITES)).replace("{send}", send).replace("{handler}", handler)
    kind = "AsyncSession" if is_async else "Session"
    signature = f"{'async ' if is_async else ''}def fill(session: {kind}, names, log)"
    lines = indented(f"{body}\n{await_}session.commit()\nlog.append('end')")
    start = ASYNC if is_async else SYNC
    return draw(laid_out(f"{error.statement}\n{start}{signature}:\n{lines}\n", most=2))


@examples(30)
@given(programs())
def test_errors_are_over_after_the_handler(code: str) -> None:
    after = mended(code, RULE, FIXES)
    if after is None:
        return
    assert outcome(after, ["Ada", "Bob"], []) == outcome(code, ["Ada", "Bob"], []), after
    before_names, _ = result(outcome(code, ["Ada", "Bob", "Ada", "Eve"], []))
    names, log = result(outcome(after, ["Ada", "Bob", "Ada", "Eve"], []))
    assert "PendingRollbackError" not in log
    assert log[-1] == "end"
    assert set(before_names) <= set(names), after
    assert "flush" in code or set(names) == {"Ada", "Bob", "Eve"}, after


def result(found: Outcome) -> tuple[list[str], list[str]]:
    assert not found.error, found
    return msgspec.convert(found.result, tuple[list[str], list[str]])


@pytest.mark.parametrize("handler", HANDLERS)
@pytest.mark.parametrize("site", SITES)
def test_each_form_is_fixed(site: str, handler: str) -> None:
    body = site.replace("{send}", "session.commit()").replace("{handler}", indented(handler))
    body = body.replace("{error}", "sa.exc.IntegrityError")
    code = f"{SYNC}def fill(session: Session, names, log):\n{indented(body)}\n"
    assert mended(code, RULE, FIXES) is not None


def test_the_handler_itself_can_ask_again() -> None:
    code = f"""{SYNC}
def fill(session: Session, names, log):
    session.add(User(name="Ada"))
    session.commit()
    try:
        session.add(User(name="Ada"))
        session.flush()
    except sa.exc.IntegrityError:
        log.append(session.scalar(sa.select(User.name)))
        raise
"""
    assert outcome(code, [], []).result == (["Ada"], ["PendingRollbackError"])
    assert outcome(fixed(code, RULE), [], []).result == (["Ada"], ["Ada", "IntegrityError"])


@pytest.mark.parametrize(
    "handler", ["except Exception: log.append(1)", "except (\n    Exception,  # all: each\n):\n    log.append(1)"]
)
def test_these_forms_are_left_alone(handler: str) -> None:
    site = SITES[0].replace("{send}", "session.commit()").replace("{handler}", indented(handler))
    assert mended(f"{SYNC}def fill(session: Session, names, log):\n{indented(site)}\n", RULE, FIXES) is None
