"""What a missing `await` and expired objects do to a real database, before and after their fixes."""

import gc
import warnings
from collections.abc import Generator
from contextlib import contextmanager

import pytest
from sqlalchemy.exc import MissingGreenlet, StatementError

from support.mended import fixed, loaded

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
    assert await loaded(fixed(FORGOTTEN_COMMIT, "unawaited-session-coroutine")).run()


async def test_objects_can_be_read_after_the_commit() -> None:
    with coroutines_forgotten():
        with pytest.raises((MissingGreenlet, StatementError), match="greenlet_spawn") as caught:
            await loaded(EXPIRING).run()
        del caught
    assert await loaded(fixed(EXPIRING, "missing-expire-on-commit-false")).run() == "Ada"
