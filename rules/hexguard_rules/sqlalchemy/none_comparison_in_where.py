"""Columns that are compared with `None` by `==` or `!=`.

## What it does
Reports `==` and `!=` between `None` and a column of a SQLAlchemy model, or SQL made of one.

## Why it matters
SQLAlchemy turns the comparison into `IS NULL`, but it reads like a mistake of Python, and linters "mend" it to `is None`.
That is answered by Python at once, is always false, and the query then finds no row.
`is_(None)` and `is_not(None)` say what is meant and stay as they are.

## Known limits
A column is recognized by the class that it belongs to; aliases made by `aliased()` and columns of subqueries are missed.
No fix where a comment stands inside the comparison.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import Compare, Constant, ConstantKind, Expr
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard_rules.rewrites.conditions import is_sql, with_parentheses

RULE = Rule(
    name="none-comparison-in-where",
    message="`{op} None` invites a change to `is`, which Python answers without asking the database",
    doc=__doc__,
    severity=Severity.NIT,
    requires=("sqlalchemy>=1.4",),
    examples=(
        Bad(
            """
            from sqlalchemy import select
            from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

            class Base(DeclarativeBase): ...

            class Order(Base):
                __tablename__ = "orders"
                id: Mapped[int] = mapped_column(primary_key=True)
                note: Mapped[str | None]

            with_note = select(Order).where(Order.note != None)
            #                               ^^^^^^^^^^^^^^^^^^
            without = select(Order).where((None == Order.note) | (Order.id > 7))
            #                              ^^^^^^^^^^^^^^^^^^
            """,
            fixed="""
            from sqlalchemy import select
            from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

            class Base(DeclarativeBase): ...

            class Order(Base):
                __tablename__ = "orders"
                id: Mapped[int] = mapped_column(primary_key=True)
                note: Mapped[str | None]

            with_note = select(Order).where(Order.note.is_not(None))
            without = select(Order).where((Order.note.is_(None)) | (Order.id > 7))
            """,
        ),
        Bad(
            """
            #- app/models.py
            import sqlalchemy as sa
            from sqlalchemy.orm import declarative_base

            Base = declarative_base()

            class Order(Base):
                __tablename__ = "orders"
                id = sa.Column(sa.Integer, primary_key=True)
                paid = sa.Column(sa.Integer)
            #- app/orders.py
            import sqlalchemy as sa
            from sqlalchemy.orm import Session
            from app import models

            def unpaid(session: Session) -> list[models.Order]:
                def is_open() -> object:
                    return sa.func.abs(models.Order.paid) == None
            #              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

                return list(session.scalars(sa.select(models.Order).where(is_open(), models.Order.paid + 1 == None)))
            #                                                                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            """,
            fixed="""
            #- app/models.py
            import sqlalchemy as sa
            from sqlalchemy.orm import declarative_base

            Base = declarative_base()

            class Order(Base):
                __tablename__ = "orders"
                id = sa.Column(sa.Integer, primary_key=True)
                paid = sa.Column(sa.Integer)
            #- app/orders.py
            import sqlalchemy as sa
            from sqlalchemy.orm import Session
            from app import models

            def unpaid(session: Session) -> list[models.Order]:
                def is_open() -> object:
                    return sa.func.abs(models.Order.paid).is_(None)

                return list(session.scalars(sa.select(models.Order).where(is_open(), (models.Order.paid + 1).is_(None))))
            """,
        ),
        Bad(
            """
            #- app/models/__init__.py
            from .order import *
            #- app/models/order.py
            from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

            class Base(DeclarativeBase): ...

            class Order(Base):
                __tablename__ = "orders"
                id: Mapped[int] = mapped_column(primary_key=True)
                note: Mapped[str | None]
            #- app/orders.py
            from sqlalchemy import select
            from app.models import Order

            with_note = select(Order).where(Order.note != None)
            #                               ^^^^^^^^^^^^^^^^^^
            """,
            fixed="""
            #- app/models/__init__.py
            from .order import *
            #- app/models/order.py
            from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

            class Base(DeclarativeBase): ...

            class Order(Base):
                __tablename__ = "orders"
                id: Mapped[int] = mapped_column(primary_key=True)
                note: Mapped[str | None]
            #- app/orders.py
            from sqlalchemy import select
            from app.models import Order

            with_note = select(Order).where(Order.note.is_not(None))
            """,
        ),
        Bad(
            """
            from sqlalchemy import Column, Integer, select
            from sqlalchemy.orm import DeclarativeBase

            class Base(DeclarativeBase): ...

            class Order(Base):
                __tablename__ = "orders"
                id = Column(Integer, primary_key=True)

            query = select(Order).where(
                None == Order  # all of them
            #   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                .id,
            )
            """,
            why="a comment would be lost",
        ),
        Good(
            """
            from sqlalchemy import select
            from sqlalchemy.orm import DeclarativeBase, Mapped, composite, mapped_column, relationship

            class Base(DeclarativeBase): ...

            class Order(Base):
                __tablename__ = "orders"
                id: Mapped[int] = mapped_column(primary_key=True)
                note: Mapped[str | None]
                parent: Mapped["Order | None"] = relationship()
                place: Mapped["Point"] = composite()

                def is_plain(self) -> bool:
                    return self.note == None

            def roots(order: Order) -> object:
                if order.note == None:
                    return select(Order).where(Order.note.is_(None))
                return select(Order).where(Order.parent == None, Order.place == None)
            """,
            why="the value of one object is a value of Python, and a relationship or a composite has no `is_()`",
        ),
    ),
)

_METHODS = {"==": "is_", "!=": "is_not"}


@RULE.check(Compare)
def check(compare: Compare, view: View) -> Iterator[Finding[Compare]]:
    if len(compare.ops) != 1 or compare.ops[0] not in _METHODS:
        return
    column = _beside_none(compare)
    if column is not None and is_sql(column, view):
        yield RULE.at(compare, op=compare.ops[0])


def _beside_none(compare: Compare) -> Expr | None:
    """What is compared with `None`."""
    match compare.operands:
        case (Constant(kind=ConstantKind.NONE), other) | (other, Constant(kind=ConstantKind.NONE)):
            return other
        case _:
            return None


@RULE.fix(Applicability.SAFE)
def ask_for_null(finding: Finding[Compare], edits: Edits) -> Fix | Refusal | None:
    compare = finding.fact
    column, method = _beside_none(compare), _METHODS[finding["op"]]
    title = f"Use `{method}(None)`"
    if column is None:
        return None
    if "#" in edits.text(compare.node):
        return Refusal(title, "a comment would be lost")
    return Fix(title, (edits.replace(compare.node, f"{with_parentheses(column, edits)}.{method}(None)"),))
