"""Which keys the database makes: the body of a model, and the name of its generated key."""

import textwrap

import pytest

from hexguard.index.frameworks import Frameworks
from hexguard.index.keys import generated_key, may_link, only_key
from hexguard.index.reads import Reader
from hexguard.index.resolve import Resolver
from hexguard_rules.knowledge import KNOWLEDGE
from support.project import MemoryProject

HEAD = """
import uuid
import sqlalchemy as sa
from typing import Optional
from sqlalchemy import BigInteger, Column, Identity, Integer, String
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column
from sqlmodel import Field, SQLModel

class Base(DeclarativeBase):
    pass

class Keyed:
    id: Mapped[int] = mapped_column(primary_key=True)

"""


def frameworks_of(body: str, head: str) -> Frameworks:
    code = f"{HEAD}{head}\n{textwrap.indent(body, '    ')}\n    name = Column(String)\n"
    modules = MemoryProject({"app/main.py": code}).workspace.modules
    return Frameworks(Resolver(Reader(modules), KNOWLEDGE), KNOWLEDGE)


def check(body: str, expected: str, head: str = "class User(Base):") -> None:
    assert generated_key("app.main.User", frameworks_of(body, head)) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("id: Mapped[int] = mapped_column(primary_key=True)", "id"),
        ("key: Mapped[int | None] = mapped_column(primary_key=True, index=True)", "key"),
        ("id = Column(Integer, primary_key=True)", "id"),
        ("id = sa.Column('user_id', BigInteger, primary_key=True, autoincrement=True)", "id"),
        ("id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=sa.text('x()'))", "id"),
        ("id: Mapped[uuid.UUID] = mapped_column(sa.Uuid, primary_key=True, server_default=sa.text('x()'))", "id"),
        ("id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)", ""),
        ("id: Mapped[uuid.UUID] = mapped_column(primary_key=True)", ""),
        ("id: Mapped[int] = mapped_column(primary_key=True, default=number)", ""),
        ("id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)", ""),
        ("id: Mapped[int] = mapped_column(primary_key=True, server_default=None)", ""),
        ("id: Mapped[int] = mapped_column(primary_key=True, **options)", ""),
        ("id: Mapped[int] = mapped_column(sa.ForeignKey('people.id'), primary_key=True)", ""),
        ("id = Column(Integer, Identity(), primary_key=True)", ""),
        ("id = Column(String, primary_key=True)", ""),
        ("id = Column(String, primary_key=False)", ""),
        ("id = Column(Integer, primary_key=True)\nother = Column(Integer, primary_key=True)", ""),
    ],
)
def test_the_key_of_a_model(body: str, expected: str) -> None:
    check(body, expected)


@pytest.mark.parametrize(
    ("head", "body", "expected"),
    [
        ("class User(Keyed, Base):", "age: Mapped[int]", "id"),
        ("class User(Keyed, Base):", "id = Column(String, primary_key=True)", ""),
        ("class User(Keyed):", "age: Mapped[int]", ""),
        ("class User(MappedAsDataclass, Base):", "id: Mapped[int] = mapped_column(primary_key=True)", ""),
        ("class User(SQLModel, table=True):", "id: int | None = Field(default=None, primary_key=True)", "id"),
        ("class User(SQLModel, table=True):", "id: Optional[int] = Field(default=None, primary_key=True)", "id"),
        (
            "class User(SQLModel, table=True):",
            "id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)",
            "",
        ),
        ("class User(SQLModel, table=True):", "id: int = Field(primary_key=True)", ""),
        ("class User(SQLModel):", "id: int | None = Field(default=None, primary_key=True)", ""),
    ],
)
def test_the_key_by_the_bases(head: str, body: str, expected: str) -> None:
    check(body, expected, head)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("id: Mapped[int] = mapped_column(primary_key=True)", ("id", "int")),
        ("key: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)", ("key", "UUID")),
        ("id = Column(BigInteger, primary_key=True)", ("id", "int")),
        ("id: Mapped[int] = mapped_column(sa.ForeignKey('people.id'), primary_key=True)", ("id", "int")),
        ("id = Column(Integer, sa.ForeignKey('people.id'), primary_key=True)", ("", "")),
        ("id: Mapped[str] = mapped_column(primary_key=True)", ("", "")),
        ("id = Column(Integer, primary_key=True)\nother = Column(Integer, primary_key=True)", ("", "")),
        ("age: Mapped[int]", ("", "")),
    ],
)
def test_the_only_key_and_its_type(body: str, expected: tuple[str, str]) -> None:
    assert only_key("app.main.User", frameworks_of(body, "class User(Base):")) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("team: Mapped['Team'] = sa.orm.relationship()", True),
        ("team = SQLModel.Relationship(back_populates='users')", True),
        ("team: Mapped[int]", False),
        ("team = Column(Integer)", False),
        ("team = 1 if Base else 2", True),
        ("@property\ndef team(self): ...", True),
        ("other: Mapped[int]", True),
    ],
)
def test_what_may_lead_to_other_rows(body: str, expected: bool) -> None:
    assert may_link("app.main.User", "team", frameworks_of(body, "class User(Base):")) is expected
