"""What expressions mean: `reveal(expr)  # meaning` in a fixture says what resolving must give (`?` for unknown)."""

import re
import textwrap

import pytest

from hexguard.facts.expressions import Call, Name
from hexguard.index.breaches import Breaches
from hexguard.index.effects import Effects
from hexguard.index.reads import Reader
from hexguard.index.values import Place, Value
from hexguard.rule.view import View
from hexguard_rules.knowledge import KNOWLEDGE
from support.fixture import parse_fixture
from support.project import MemoryProject

EFFECTS = Effects(KNOWLEDGE)
BREACHES = Breaches((), ())
REVEAL = re.compile(r"reveal\(.*\)  # (.+)$", re.MULTILINE)


def shown(value: Value | None) -> str:
    if value is None:
        return "?"
    return f"instance {value.name}" if value.instance else value.name


def check(code: str) -> None:
    fixture = parse_fixture(code)
    project = MemoryProject(fixture.files)
    expected = [meaning for _, text in sorted(fixture.modules.items()) for meaning in REVEAL.findall(text)]
    found: list[str] = []
    for path in sorted(fixture.modules):
        file = project.workspace.file(path)
        assert file is not None
        for position, lowered in enumerate(file.blocks):
            place: Place = project.workspace.place(path, position)
            view = View(
                lowered.facts, place, project.composition.project, Reader(project.workspace.modules), EFFECTS, BREACHES
            )
            found.extend(
                shown(view.value(call.args[0]))
                for call in lowered.facts.of_type(Call)
                if isinstance(call.func, Name) and call.func.id == "reveal"
            )
    assert expected, "the fixture reveals nothing"
    assert found == expected


CASES = {
    "imports": """
        import os.path
        import time as clock
        from time import sleep as pause
        from datetime import datetime
        reveal(clock.sleep)  # time.sleep
        reveal(pause)  # time.sleep
        reveal(os.path.join)  # os.path.join
        reveal(datetime.utcnow)  # datetime.datetime.utcnow
        """,
    "builtins, unless the module binds the name": """
        def list(): ...
        reveal(set)  # builtins.set
        reveal(list)  # app.main.list
        reveal(undefined)  # ?
        """,
    "a star import may bind anything": """
        from helpers import *
        reveal(open)  # ?
        """,
    "a star import of the project is followed, also behind another one": """
        #- app/a.py
        from app.models import *
        from app.models import Order
        reveal(User)  # app.models.user.User
        reveal(Order)  # app.models.order.Order
        reveal(_hidden)  # ?
        reveal(len)  # ?
        #- app/models/__init__.py
        from .user import *
        from .order import *
        #- app/models/user.py
        class User: ...
        def _hidden(): ...
        #- app/models/order.py
        from app.models.user import User
        class Order: ...
        """,
    "what a library offers, through star imports of the project": """
        #- app/a.py
        from app.first import *
        from app.second import *
        reveal(Session)  # sqlalchemy.orm.Session
        reveal(Engine)  # ?
        reveal(both)  # ?
        #- app/first.py
        from sqlalchemy.orm import Session
        from sqlalchemy import Engine
        both = []
        #- app/second.py
        from sqlalchemy.orm import Session
        class Engine: ...
        if Session:
            def both(): ...
        else:
            def both(): ...
        """,
    "two star imports that bring different things, a library, or each other": """
        #- app/a.py
        from app.first import *
        from app.second import *
        reveal(User)  # ?
        reveal(Order)  # app.first.Order
        #- app/b.py
        from app.first import *
        from sqlalchemy import *
        reveal(Order)  # ?
        #- app/first.py
        from app.second import *
        class User: ...
        class Order: ...
        #- app/second.py
        from app.first import *
        class User: ...
        """,
    "conditional imports agree or are unknown": """
        try:
            import requests
        except ImportError:
            requests = None
        try:
            import ujson as json
        except ImportError:
            import json
        reveal(requests.get)  # requests.get
        reveal(json.loads)  # ?
        """,
    "names under TYPE_CHECKING": """
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            from sqlalchemy.orm import Session
        def find(session: "Session") -> None:
            reveal(session.query)  # sqlalchemy.orm.Session.query
        """,
    "aliases of library names": """
        from sqlalchemy.orm.session import Session
        def find(session: Session) -> None:
            reveal(session)  # instance sqlalchemy.orm.Session
        """,
    "shadowing": """
        import time
        def wait(time: object) -> None:
            reveal(time.sleep)  # builtins.object.sleep
        def later() -> None:
            def time() -> None: ...
            reveal(time)  # app.main.later.<locals>.time
        seconds = [
            reveal(time)  # ?
            for time in (1, 2)
        ]
        """,
    "re-assignment to something else is unknown": """
        import requests
        def fetch() -> None:
            client = requests.Session()
            reveal(client.get)  # requests.Session.get
        def other(make) -> None:
            client = requests.Session()
            client = make()
            reveal(client)  # ?
        """,
    "a name made from itself": """
        def grow(query) -> None:
            query = query.filter(1)
            query = query.filter(2)
            reveal(query)  # ?
        """,
    "optional, annotated, union": """
        from typing import Annotated, Optional
        import requests
        from fastapi import Depends
        def a(x: Optional[requests.Session], y: requests.Session | None, z: Annotated[requests.Session, 1]) -> None:
            reveal(x)  # instance requests.Session
            reveal(y)  # instance requests.Session
            reveal(z)  # instance requests.Session
        def b(x: requests.Session | int) -> None:
            reveal(x)  # ?
        """,
    "dependencies, through an alias in another file": """
        #- app/db.py
        from collections.abc import AsyncIterator
        from typing import Annotated
        from fastapi import Depends
        from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
        make = async_sessionmaker()
        async def get_session() -> AsyncIterator[AsyncSession]:
            async with make() as session:
                reveal(session)  # instance sqlalchemy.ext.asyncio.AsyncSession
                yield session
        SessionDep = Annotated[AsyncSession, Depends(get_session)]
        #- app/deps.py
        from app.db import SessionDep
        #- app/main.py
        from fastapi import Depends
        from app.db import get_session
        from . import deps
        async def route(session: deps.SessionDep, other=Depends(get_session)) -> None:
            reveal(session.commit)  # sqlalchemy.ext.asyncio.AsyncSession.commit
            reveal(other)  # instance sqlalchemy.ext.asyncio.AsyncSession
        """,
    "attributes set in __init__, with and without annotation": """
        import requests
        class Client:
            timeout: int = 3
            def __init__(self, session: requests.Session) -> None:
                self.session = session
                self.other = requests.Session()
                self.unsure = session if session else None
            def get(self) -> None:
                reveal(self.session.get)  # requests.Session.get
                reveal(self.other)  # instance requests.Session
                reveal(self.get)  # app.main.Client.get
                reveal(self.missing)  # ?
                reveal(self.timeout)  # instance builtins.int
        """,
    "what a method gives that is like its owner": """
        from pydantic import BaseModel
        class User(BaseModel): ...
        def load(row):
            user = User.from_orm(row)
            reveal(user)  # instance app.main.User
            reveal(user.copy(update={}))  # instance app.main.User
            reveal(user.copy().dict)  # pydantic.BaseModel.dict
        """,
    "a type variable with a bound": """
        #- app/schemas.py
        from typing import TypeVar
        from pydantic import BaseModel
        Schema = TypeVar("Schema", bound=BaseModel)
        Late = TypeVar("Late", bound="BaseModel")
        Any = TypeVar("Any")
        #- app/repositories.py
        from typing import Generic
        from app.schemas import Any, Late, Schema
        class Repository(Generic[Schema]):
            def __init__(self, schema: type[Schema]) -> None:
                self.schema = schema
            def find(self, first: Schema, late: Late, other: Any):
                reveal(self.schema)  # pydantic.BaseModel
                reveal(first)  # instance pydantic.BaseModel
                reveal(late)  # instance pydantic.BaseModel
                reveal(other)  # ?
        """,
    "members of a generic base": """
        #- app/repositories.py
        from abc import ABC
        from typing import Generic, TypeVar
        from sqlalchemy.orm import Session
        Model = TypeVar("Model")
        class Repository(Generic[Model]):
            def __init__(self, session: Session) -> None:
                self.session = session
        #- app/users.py
        from typing import Generic
        from app.repositories import Model, Repository
        class Users(Repository[int]):
            def find(self):
                reveal(self.session)  # instance sqlalchemy.orm.Session
        class Named(Generic[Model], Repository[Model]):
            def find(self):
                reveal(self.session)  # instance sqlalchemy.orm.Session
        """,
    "inheritance in the project and into a library": """
        import requests
        class Base:
            def __init__(self) -> None:
                self.session = requests.Session()
        class Client(Base):
            def get(self) -> None:
                reveal(self.session)  # instance requests.Session
        class Own(requests.Session):
            def ping(self) -> None:
                reveal(self.get)  # requests.Session.get
                reveal(self.ping)  # app.main.Own.ping
        """,
    "what functions return, by annotation or by their only value": """
        import requests
        def annotated() -> requests.Session: ...
        def plain():
            return requests.Session()
        async def later() -> requests.Session: ...
        async def run() -> None:
            reveal(annotated())  # instance requests.Session
            reveal(plain())  # instance requests.Session
            reveal(later())  # ?
            reveal(await later())  # instance requests.Session
        """,
    "properties and class methods": """
        import requests
        class Client:
            @property
            def session(self) -> requests.Session: ...
            @classmethod
            def make(cls) -> "Client":
                reveal(cls)  # app.main.Client
                reveal(cls.make)  # app.main.Client.make
                return cls()
            def use(self) -> None:
                reveal(self.session.get)  # requests.Session.get
                reveal(Client.make())  # instance app.main.Client
        """,
    "re-exports and packages": """
        #- app/__init__.py
        from .rates import load as load_rates
        #- app/main.py
        import app
        from app import load_rates, rates
        reveal(load_rates)  # app.rates.load
        reveal(app.load_rates)  # app.rates.load
        reveal(rates.load)  # app.rates.load
        #- app/rates.py
        def load() -> None: ...
        """,
    "imports that go round in circles": """
        #- app/a.py
        from app.b import name
        #- app/b.py
        from app.a import name
        #- app/main.py
        from app.a import name
        reveal(name)  # ?
        """,
    "imports inside functions": """
        def run() -> None:
            import time as clock
            from os import system
            reveal(clock.sleep)  # time.sleep
            reveal(system)  # os.system
        """,
    "loops over annotated containers": """
        import requests
        def run(clients: list[requests.Session], unknown) -> None:
            for client in clients:
                reveal(client)  # instance requests.Session
            for other in unknown:
                reveal(other)  # ?
        """,
    "context managers": """
        import requests
        def run() -> None:
            with requests.Session() as session:
                reveal(session)  # instance requests.Session
        """,
    "globals declared in a function": """
        import requests
        client = None
        def connect() -> None:
            global client
            client = requests.Session()
            reveal(client)  # ?
        """,
    "what runs in a thread": """
        import asyncio
        import boto3
        from smtplib import SMTP
        async def send(path):
            reveal(await asyncio.to_thread(SMTP, "mail.example"))  # instance smtplib.SMTP
            client = await asyncio.to_thread(boto3.client, "s3")
            reveal(client)  # instance botocore.client.BaseClient
            reveal(await asyncio.to_thread(path.open))  # ?
            reveal(await asyncio.to_thread())  # ?
            async with asyncio.TaskGroup() as group:
                reveal(group)  # instance asyncio.TaskGroup
    """,
}


@pytest.mark.parametrize("code", CASES.values(), ids=CASES.keys())
def test_meaning(code: str) -> None:
    check(textwrap.dedent(code))
