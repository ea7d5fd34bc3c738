"""What expressions bring along: `brought(x)  # session` in a fixture says which session `x` hangs on (`-` for none)."""

import re
import textwrap
from collections.abc import Iterator

import pytest

from hexguard.facts.expressions import Attribute, Call, Expr, Name
from hexguard.index.breaches import Breaches
from hexguard.index.effects import Effects
from hexguard.index.reads import Reader
from hexguard.rule.carried import Carried, Carriers
from hexguard.rule.loaded import loaded_by
from hexguard.rule.view import View
from hexguard_rules.knowledge import KNOWLEDGE
from hexguard_rules.knowledge.sessions import FOR_ONE_TASK, ROWS
from support.fixture import parse_fixture
from support.project import MemoryProject

ASKED = re.compile(r"\b(?:itself|brought|used|through|loaded)\(.*\)  # (.+)$", re.MULTILINE)

START = """
import asyncio
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_scoped_session, async_sessionmaker
from sqlalchemy.orm import DeclarativeBase

make = async_sessionmaker()
shared = make()

class User(DeclarativeBase):
    __tablename__ = "users"

class Users:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session
    async def get(self) -> User: return await self.session.get(User, 1)
    async def wait(self) -> None: await asyncio.sleep(1)

class Service:
    def __init__(self, users: Users) -> None:
        self.users = users
    async def get(self) -> User: return await self.users.get()

async def find_user(session: AsyncSession) -> User: ...
async def count_users(session: AsyncSession) -> int: ...
"""

CASES = {
    "itself": """
        async def run(session: AsyncSession, users: Users, maybe: AsyncSession | None, other: object) -> None:
            itself(session)  # session
            itself(maybe)  # maybe
            itself(users.session)  # users.session
            itself(users)  # -
            itself(other)  # -
            itself(shared)  # -
            itself(session.bind)  # -
            async with make() as own:
                itself(own)  # own
            scoped = async_scoped_session(make, scopefunc=asyncio.current_task)
            itself(scoped)  # -
        """,
    "brought": """
        async def run(session: AsyncSession, users: Users) -> None:
            brought(session)  # session
            brought(Users(session))  # session
            brought(Service(users=Users(session)))  # session
            own = Users(session)
            brought(own)  # session
            brought(Service(own))  # session
            brought(dict(session))  # -
            brought(users)  # -
            brought(User(session))  # -
            own_too = Users(session)
            own_too = Users(make())
            brought(own_too)  # -
        """,
    "used": """
        class Report:
            def __init__(self, session: AsyncSession) -> None:
                self.session = session
            async def one(self) -> None: await self.session.commit()
            async def run(self, users: Users, service: Service) -> None:
                used(self.one())  # self.session
                used(load(self.session, db=users.session))  # self.session users.session
                used(users.get())  # users.session
                used(service.get())  # service.users
                used(users.wait())  # -
                used(Users(self.session).get())  # self.session
                used(self.session.commit())  # self.session
                used(unknown.get())  # -
        """,
    "closures": """
        async def run(session: AsyncSession, lock: asyncio.Lock, limit: asyncio.Semaphore) -> None:
            async def one() -> None:
                async with limit:
                    await session.commit()
            async def alone() -> None:
                async with lock:
                    await session.commit()
            async def own() -> None:
                async with make() as session:
                    await session.commit()
            async def later() -> None:
                session.commit()
            async def nested() -> None:
                await one()
            used(one())  # session
            used(alone())  # -
            used(own())  # -
            used(later())  # -
            used(nested())  # session
        """,
    "through": """
        async def run(session: AsyncSession, users: Users) -> None:
            through(session.commit)  # session
            through(users.get)  # users.session
            through(users.wait)  # -
            through(Users(session).get)  # session
            through(make().commit)  # -
        """,
    "loaded": """
        async def run(session: AsyncSession, user: User, users: list[int]) -> None:
            loaded(await session.get(User, 1))  # session
            loaded(await session.scalar(select(User).where(User.id == 1)))  # session
            loaded((await session.scalars(select(User))).all())  # session
            loaded(await session.scalar(select(func.count())))  # -
            loaded(await session.scalar(select(User.id, User.name)))  # -
            result = await session.execute(select(User).limit(1))
            loaded(result.scalars().first())  # session
            loaded(result.rowcount)  # -
            loaded(len(result.all()))  # -
            found = await find_user(session)
            loaded(found)  # session
            number = await count_users(session)
            loaded(number)  # -
            made = User()
            loaded(made)  # -
            session.add(user)
            loaded(user)  # session
            loaded(user.name)  # -
            loaded([session.scalar(user) for user in users])  # -
        """,
}


def asked(name: str, expr: Expr, view: View) -> Iterator[Carried | None]:
    carriers = Carriers(view, FOR_ONE_TASK)
    match name, expr:
        case "itself", _:
            yield carriers.itself(expr)
        case "brought", _:
            yield carriers.brought(expr)
        case "loaded", _:
            yield loaded_by(expr, carriers, view, ROWS)
        case "used", Call():
            yield from carriers.used(expr)
        case "through", Attribute():
            yield carriers.through(expr)
        case _:
            pytest.fail(f"nothing to ask about {expr}")


def check(code: str) -> None:
    text = START + textwrap.dedent(code)
    project = MemoryProject(parse_fixture(text).files)
    file = project.workspace.file("app/main.py")
    assert file is not None
    found: list[str] = []
    for position, lowered in enumerate(file.blocks):
        reader, place = Reader(project.workspace.modules), project.workspace.place("app/main.py", position)
        view = View(lowered.facts, place, project.composition.project, reader, Effects(KNOWLEDGE), Breaches((), ()))
        for call in lowered.facts.of_type(Call):
            if isinstance(call.func, Name) and call.func.id in ("itself", "brought", "used", "through", "loaded"):
                names = " ".join(carried.name for carried in asked(call.func.id, call.args[0], view) if carried)
                found.append(names or "-")
    assert found == ASKED.findall(text)


@pytest.mark.parametrize("code", CASES.values(), ids=CASES)
def test_carried(code: str) -> None:
    check(code)
