"""What objects of a project hold: its classes, their attributes, and what their methods come to use."""

import pytest

from hexguard.index.frameworks import Frameworks
from hexguard.index.holders import Held, Holders
from hexguard.index.reads import Reader
from hexguard.index.resolve import Resolver
from hexguard_rules.knowledge import KNOWLEDGE
from support.fixture import parse_fixture
from support.project import MemoryProject

PROJECT = """
#- app/main.py
import asyncio
from dataclasses import dataclass
from sqlalchemy.ext.asyncio import AsyncSession, async_scoped_session, async_sessionmaker

make_session = async_sessionmaker()

class Base:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session
        self.maker = make_session

    async def get(self, key: int) -> object:
        return await self.session.get(object, key)

    async def own(self) -> None:
        async with self.maker() as session:
            await session.commit()

    def add(self, row: object) -> None:
        self.session.add(row)

    async def again(self) -> None:
        await self.again()

class Users(Base):
    async def first(self) -> object:
        return await self.get(1)

@dataclass
class Orders:
    db: AsyncSession
    size: int = 3

class Service:
    def __init__(self, users: Users) -> None:
        self.users = users

    async def load(self) -> object:
        return await self.users.first()

    async def size(self) -> int:
        return 1

class Guarded:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session
        self.lock = asyncio.Lock()

class Scoped:
    def __init__(self) -> None:
        self.session = async_scoped_session(make_session, scopefunc=asyncio.current_task)

class Linked:
    def __init__(self, other: "Linked") -> None:
        self.other = other
"""
HELD = Held(
    kinds=frozenset({"sqlalchemy.ext.asyncio.AsyncSession"}),
    makers=frozenset({"sqlalchemy.ext.asyncio.async_scoped_session"}),
    guards=frozenset({"asyncio.Lock"}),
)


def holders() -> Holders:
    modules = MemoryProject(parse_fixture(PROJECT).files).workspace.modules
    reader = Reader(modules)
    resolver = Resolver(reader, KNOWLEDGE)
    return Holders(resolver, reader, Frameworks(resolver, KNOWLEDGE))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Base", {"session"}),
        ("Users", {"session"}),
        ("Orders", {"db"}),
        ("Service", {"users"}),
        ("Guarded", set[str]()),
        ("Scoped", set[str]()),
        ("Linked", set[str]()),
        ("Missing", set[str]()),
    ],
)
def test_attributes(name: str, expected: set[str]) -> None:
    assert holders().attributes(f"app.main.{name}", HELD) == expected


@pytest.mark.parametrize(
    ("method", "awaited", "expected"),
    [
        ("Base.get", True, "session"),
        ("Users.first", True, "session"),
        ("Service.load", True, "users"),
        ("Service.size", True, ""),
        ("Base.own", True, ""),
        ("Base.add", True, ""),
        ("Base.add", False, "session"),
        ("Base.again", True, ""),
        ("Base.missing", True, ""),
    ],
)
def test_used(method: str, awaited: bool, expected: str) -> None:
    assert holders().used(f"app.main.{method}", HELD, awaited=awaited) == expected
