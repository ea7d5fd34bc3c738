"""Models that declare their columns by `Column`.

## What it does
Reports a declarative model whose body has `name = Column(...)`, once for each class.

## Why it matters
A type checker sees a `Column` where an object has a `str`, so that plugins, casts or `Any` are needed all over.
`name: Mapped[str] = mapped_column(...)` says what the attribute is, and decides by that whether it may be null.

## How to fix
The refactoring rewrites all columns of the class: the type in Python comes from the type of the column, and `None` is
added unless the column is a primary key or says `nullable=False`.
The table stays the same.
A column whose type says nothing about Python (JSON, enumerations, types of the project) gets `mapped_column` without
an annotation, which SQLAlchemy takes as well.

## Known limits
Relationships, classes inside functions and classes that are mixed in are left alone.
So are columns with an annotation, which SQLAlchemy 2 refuses by itself unless it is `Mapped[...]`.
A redundant `nullable` stays.
The models of a migration are not looked at.
"""

from collections.abc import Iterator

from hexguard.facts.model import Class
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard_rules.knowledge.sqlalchemy import COLUMN
from hexguard_rules.rewrites.mapped import as_mapped, declared, is_understood

TITLE = "Declare the columns by `Mapped` and `mapped_column`"

RULE = Rule(
    name="legacy-column-declaration",
    message="`{model}` declares columns by `Column`, so type checkers do not know its attributes",
    doc=__doc__,
    severity=Severity.IMPORTANT,
    requires=("sqlalchemy>=2.0", "python>=3.10"),
    examples=(
        Bad(
            """
            from sqlalchemy import Column, DateTime, ForeignKey, Integer, String
            from sqlalchemy.orm import DeclarativeBase, relationship

            class Base(DeclarativeBase): ...

            class Order(Base):
            #     ^^^^^
                __tablename__ = "orders"
                id = Column(Integer, primary_key=True)
                code = Column(String(20), nullable=False)  # printed
                placed = Column("placed_at", DateTime)
                user_id = Column(ForeignKey("users.id"))
                user = relationship("User")
            """,
            fixed="""
            from datetime import datetime

            from sqlalchemy import DateTime, ForeignKey, Integer, String
            from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

            class Base(DeclarativeBase): ...

            class Order(Base):
                __tablename__ = "orders"
                id: Mapped[int] = mapped_column(Integer, primary_key=True)
                code: Mapped[str] = mapped_column(String(20), nullable=False)  # printed
                placed: Mapped[datetime | None] = mapped_column("placed_at", DateTime)
                user_id = mapped_column(ForeignKey("users.id"))
                user = relationship("User")
            """,
        ),
        Bad(
            """
            #- app/base.py
            from sqlalchemy.orm import declarative_base

            Base = declarative_base()
            #- app/models.py
            import sqlalchemy as sa
            from app import base

            class Timed(base.Base):
                __abstract__ = True

            class Order(Timed):
            #     ^^^^^
                __tablename__ = "orders"
                id = sa.Column(sa.BigInteger, primary_key=True)
                extra = sa.Column(sa.JSON)
                date = sa.Column(sa.Date())

                def label(self) -> str:
                    return f"{self.id}"
            """,
            fixed="""
            #- app/base.py
            from sqlalchemy.orm import declarative_base

            Base = declarative_base()
            #- app/models.py
            import sqlalchemy as sa
            from app import base
            from sqlalchemy.orm import Mapped, mapped_column

            class Timed(base.Base):
                __abstract__ = True

            class Order(Timed):
                __tablename__ = "orders"
                id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
                extra = mapped_column(sa.JSON)
                date = mapped_column(sa.Date())

                def label(self) -> str:
                    return f"{self.id}"
            """,
        ),
        Bad(
            """
            from sqlalchemy import Column, Integer
            from sqlalchemy.orm import DeclarativeBase

            class Base(DeclarativeBase): ...

            OPTIONS = {"nullable": False}

            class Order(Base):
            #     ^^^^^
                __tablename__ = "orders"
                id = Column(Integer, primary_key=True)
                size = Column(Integer, **OPTIONS)
            """,
            why="whether the column may be null stands elsewhere",
        ),
        Good(
            """
            from sqlalchemy import Column, ForeignKey, Integer, Table
            from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

            class Base(DeclarativeBase): ...

            class Order(Base):
                __tablename__ = "orders"
                id: Mapped[int] = mapped_column(primary_key=True)

            class Mixin:
                size = Column(Integer)

            tags = Table("tags", Base.metadata, Column("order_id", ForeignKey("orders.id")))
            """,
            why="the present form, a class that is no model by itself, and a table without a class",
        ),
    ),
)


@RULE.check(Class)
def check(owner: Class, view: View) -> Iterator[Finding[Class]]:
    if not owner.bases or owner.context.scope or view.imports("alembic"):
        return
    name = f"{view.module}.{owner.qualname}"
    if view.frameworks.model(name) is None:
        return
    columns = [column for column in view.frameworks.columns(name, own=True) if column.maker == COLUMN]
    plain = [column for column in columns if column.annotation is None]
    if plain:
        is_dataclass = view.frameworks.is_dataclass(name)
        names = "" if is_dataclass else ",".join(sorted(column.name for column in plain))
        yield RULE.at(owner, owner.name_node, model=owner.name, names=names)


@RULE.fix(Applicability.REFACTOR)
def declare_mapped(finding: Finding[Class], edits: Edits) -> Fix | Refusal:
    columns = declared(finding.fact, edits)
    if ",".join(sorted(column.name for column in columns)) != finding["names"]:
        return Refusal(TITLE, "some column of the class is not declared in a plain way")
    if not all(is_understood(column) for column in columns):
        return Refusal(TITLE, "the arguments of a column stand elsewhere")
    made = as_mapped(finding.fact, columns, edits)
    return Fix(TITLE, made) if made else Refusal(TITLE, "a name that is needed means something else here")
