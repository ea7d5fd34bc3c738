"""What functions, classes and variables are to FastAPI and SQLAlchemy: names of one project, and what each must be."""

import textwrap
from collections.abc import Callable

import pytest

from hexguard.index.frameworks import Dependency, Factory, Frameworks, Model, Relationship, Route
from hexguard.index.reads import Reader
from hexguard.index.resolve import Resolver
from hexguard_rules.knowledge import KNOWLEDGE
from support.fixture import parse_fixture
from support.project import MemoryProject

PROJECT = """
#- app/db.py
from collections.abc import AsyncIterator
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, as_declarative, declarative_base

engine = create_async_engine("sqlite+aiosqlite://", echo=True)
make_session = async_sessionmaker(engine, expire_on_commit=False)
sync_engine = create_engine("sqlite://")
LIMIT = 3

class Base(DeclarativeBase):
    pass

OldBase = declarative_base()

@as_declarative()
class DecoratedBase:
    pass

async def get_session() -> AsyncIterator[AsyncSession]:
    async with make_session() as session:
        yield session
#- app/models.py
from sqlalchemy.orm import Mapped, relationship
from app.db import Base, DecoratedBase, OldBase

class Timed(Base):
    __abstract__ = True

class User(Timed):
    __tablename__ = "users"
    orders: Mapped[list["Order"]] = relationship(back_populates="user", lazy="selectin")
    best: Mapped["Order | None"] = relationship()

class Order(OldBase):
    __tablename__ = "orders"
    user = relationship("User", lazy="joined")

class Parcel(DecoratedBase):
    __tablename__ = "parcels"

class Plain:
    orders = relationship("Order")
#- app/stock.py
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, MappedAsDataclass, mapped_column
from app.db import Base

class Keyed:
    __table_args__ = ()
    key = sa.Column(sa.Integer, primary_key=True)

class Item(Keyed, Base):
    name: Mapped[str]
    size: Mapped[int] = mapped_column(index=True)

class Made(MappedAsDataclass, Base):
    pass

@registry.mapped_as_dataclass()
class Decorated(Made):
    pass
#- app/main.py
from typing import Annotated
from fastapi import APIRouter, Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession
from app.db import get_session
from app import db

router = APIRouter(prefix="/orders")
app = FastAPI()

@router.get("/{order_id}", tags=["a"])
async def read(order: int, session: Annotated[AsyncSession, Depends(get_session)], other=Depends(db.get_session)): ...

@app.api_route("/both", methods=["get", "POST"])
def both() -> None: ...

@cache.get("/no")
def no_route() -> None: ...
"""


def check(question: str, name: str, expected: object) -> None:
    project = MemoryProject(parse_fixture(textwrap.dedent(PROJECT)).files)
    frameworks = Frameworks(Resolver(Reader(project.workspace.modules), KNOWLEDGE), KNOWLEDGE)
    questions = {
        "route": frameworks.route,
        "dependencies": frameworks.dependencies,
        "model": frameworks.model,
        "factory": frameworks.factory,
    }
    assert questions[question](name) == expected


@pytest.mark.parametrize(
    ("question", "name", "expected"),
    [
        ("route", "app.main.read", Route("app.main.read", ("GET",), "/{order_id}", is_async=True)),
        ("route", "app.main.both", Route("app.main.both", ("GET", "POST"), "/both", is_async=False)),
        ("route", "app.main.no_route", None),
        ("route", "app.main.missing", None),
        (
            "dependencies",
            "app.main.read",
            (Dependency("session", "app.db.get_session"), Dependency("other", "app.db.get_session")),
        ),
        ("dependencies", "app.main.both", ()),
        (
            "model",
            "app.models.User",
            Model(
                "app.models.User",
                "users",
                (
                    Relationship("orders", "app.models.Order", "selectin", is_collection=True),
                    Relationship("best", "app.models.Order", "", is_collection=False),
                ),
            ),
        ),
        (
            "model",
            "app.models.Order",
            Model(
                "app.models.Order", "orders", (Relationship("user", "app.models.User", "joined", is_collection=True),)
            ),
        ),
        ("model", "app.models.Parcel", Model("app.models.Parcel", "parcels", ())),
        ("model", "app.models.Plain", None),
        (
            "factory",
            "app.db.engine",
            Factory("app.db.engine", "sqlalchemy.ext.asyncio.AsyncEngine", {"echo": "True"}),
        ),
        (
            "factory",
            "app.db.make_session",
            Factory("app.db.make_session", "sqlalchemy.ext.asyncio.async_sessionmaker", {"expire_on_commit": "False"}),
        ),
        ("factory", "app.db.sync_engine", Factory("app.db.sync_engine", "sqlalchemy.Engine", {})),
        ("factory", "app.db.LIMIT", None),
    ],
)
def test_derived_fact(question: str, name: str, expected: object) -> None:
    check(question, name, expected)


def check_stock(question: str, name: str, expected: object) -> None:
    project = MemoryProject(parse_fixture(textwrap.dedent(PROJECT)).files)
    frameworks = Frameworks(Resolver(Reader(project.workspace.modules), KNOWLEDGE), KNOWLEDGE)
    questions: dict[str, Callable[[], object]] = {
        "columns": lambda: [(column.name, column.maker) for column in frameworks.columns(name)],
        "own": lambda: [column.name for column in frameworks.columns(name, own=True)],
        "dataclass": lambda: frameworks.is_dataclass(name),
        "table_args": lambda: len(frameworks.inherited(name, "__table_args__")),
    }
    assert questions[question]() == expected


@pytest.mark.parametrize(
    ("question", "name", "expected"),
    [
        ("columns", "app.stock.Item", [("size", "sqlalchemy.orm.mapped_column"), ("key", "sqlalchemy.Column")]),
        ("columns", "app.models.Missing", []),
        ("own", "app.stock.Item", ["size"]),
        ("own", "app.stock.Keyed", ["key"]),
        ("dataclass", "app.stock.Item", False),
        ("dataclass", "app.stock.Made", True),
        ("dataclass", "app.stock.Decorated", True),
        ("table_args", "app.stock.Item", 1),
        ("table_args", "app.models.User", 0),
    ],
)
def test_models_in_parts(question: str, name: str, expected: object) -> None:
    check_stock(question, name, expected)
