"""Foreign keys of models that no index covers.

## What it does
Reports a column with a `ForeignKey` that has no index: no `index`, `unique` or `primary_key` of its own, and none that
begins with it in `__table_args__` or in a statement of the module.

## Why it matters
Only MySQL and MariaDB index a foreign key by themselves.
Elsewhere each join to the parent reads the whole table, and deleting a parent reads it again while it holds locks.

## Fix safety
Unsafe: the table needs a migration, and building the index locks it, unless PostgreSQL does it `CONCURRENTLY`.

## Known limits
An `Index` of another module, or in a variable, is not seen.
Models in a migration or a module of tests are left alone.
Where `__table_args__` is put together from parts, or is a method, nothing is reported.
A table so small that no index is worth it looks like any other.
Nothing is reported where the drivers among the dependencies are those of MySQL and MariaDB alone.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import (
    Attribute,
    Call,
    Collection,
    Constant,
    ConstantKind,
    Dictionary,
    Expr,
    Free,
    Name,
)
from hexguard.facts.model import Assignment
from hexguard.facts.summary import Symbol, VariableSymbol
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Rule, Severity, View
from hexguard_rules.knowledge.engines import DATABASE_PACKAGES, MYSQL_PACKAGES
from hexguard_rules.knowledge.sqlalchemy import COLUMN_NAMES, COLUMNS

RULE = Rule(
    name="foreign-key-without-index",
    message="`{column}` has no index, so joins and deletes of the parent read the whole table",
    doc=__doc__,
    severity=Severity.IMPORTANT,
    examples=(
        Bad(
            """
            from sqlalchemy import ForeignKey
            from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

            class Base(DeclarativeBase): ...

            class Line(Base):
                __tablename__ = "lines"
                id: Mapped[int] = mapped_column(primary_key=True)
                order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
            #                                         ^^^^^^^^^^^^^^^^^^^^^^^
            """,
            fixed="""
            from sqlalchemy import ForeignKey
            from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

            class Base(DeclarativeBase): ...

            class Line(Base):
                __tablename__ = "lines"
                id: Mapped[int] = mapped_column(primary_key=True)
                order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
            """,
        ),
        Bad(
            """
            import sqlalchemy as sa

            class Ordered:
                __table_args__ = (sa.Index("both", "kind", "order_id"), {"schema": "shop"})
                kind = sa.Column(sa.Integer)
                order_id = sa.Column(
                    "order",
                    sa.Integer,
                    sa.ForeignKey("orders.id", ondelete="CASCADE"),  # goes with it
            #       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                    index=False,
                )
            """,
            fixed="""
            import sqlalchemy as sa

            class Ordered:
                __table_args__ = (sa.Index("both", "kind", "order_id"), {"schema": "shop"})
                kind = sa.Column(sa.Integer)
                order_id = sa.Column(
                    "order",
                    sa.Integer,
                    sa.ForeignKey("orders.id", ondelete="CASCADE"),  # goes with it
                    index=True,
                )
            """,
        ),
        Good(
            """
            from sqlalchemy import ForeignKey, Index, UniqueConstraint
            from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

            class Base(DeclarativeBase): ...

            class Line(Base):
                __tablename__ = "lines"
                __table_args__ = (UniqueConstraint("item_id", "order_id"), Index("of_stock", "stock"))
                order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), primary_key=True)
                item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
                stock_id: Mapped[int] = mapped_column("stock", ForeignKey("stocks.id"))
                bill_id: Mapped[int] = mapped_column(ForeignKey("bills.id"), unique=True)
                note_id: Mapped[int] = mapped_column(ForeignKey("notes.id"), index=True)
            """,
            why="each has an index of its own, or begins one",
        ),
        Good(
            """
            #- app/base.py
            from sqlalchemy import Index
            from sqlalchemy.orm import DeclarativeBase

            class Base(DeclarativeBase): ...

            class Indexed(Base):
                __abstract__ = True
                __table_args__ = (Index("by_order", "order_id"),)
            #- app/models.py
            from sqlalchemy import Column, ForeignKey, Integer, Table
            from sqlalchemy.orm import declared_attr
            from app.base import Base, Indexed

            class Line(Indexed):
                __tablename__ = "lines"
                order_id = Column(Integer, ForeignKey("orders.id"))

            class Note(Base):
                __tablename__ = "notes"
                order_id = Column(Integer, ForeignKey("orders.id"))

                @declared_attr
                def __table_args__(cls) -> tuple[object, ...]:
                    return ()

            tags = Table("tags", Base.metadata, Column("order_id", ForeignKey("orders.id")))
            """,
            why="the index comes from a base class, may come from a method, or the table is no model",
        ),
        Good(
            """
            from alembic import op
            from sqlalchemy import Column, ForeignKey, Integer

            class Line:
                order_id = Column(Integer, ForeignKey("orders.id"))
            """,
            why="a migration has tables as they were once",
        ),
        Good(
            """
            #- pyproject.toml
            [project]
            dependencies = ["sqlalchemy", "PyMySQL"]
            #- app/models.py
            from sqlalchemy import Column, ForeignKey, Integer

            class Line:
                order_id = Column(Integer, ForeignKey("orders.id"))
            """,
            why="MySQL indexes a foreign key by itself",
        ),
        Good(
            """
            #- tests/models.py
            from sqlalchemy import Column, ForeignKey, Integer

            class Line:
                order_id = Column(Integer, ForeignKey("orders.id"))
            """,
            why="a table of tests is small",
        ),
        Good(
            """
            from sqlalchemy import Column, ForeignKey, Index, Integer, UniqueConstraint

            class Line:
                order_id = Column(Integer, ForeignKey("orders.id"))
                item_id = Column(Integer, ForeignKey("items.id"))

            Index("by_order", Line.order_id, Line.item_id)
            UniqueConstraint(Line.item_id, Line.order_id)
            """,
            why="indexes may stand behind the class",
        ),
    ),
)

_INDEXING = ("index", "unique", "primary_key")


@RULE.check(Assignment)
def check(assignment: Assignment, view: View) -> Iterator[Finding[Assignment]]:
    match assignment:
        case Assignment(target=Name(id=name), value=Call() as call) if call.method in COLUMN_NAMES:
            key = next((given for given in call.args if _is_foreign_key(given, view)), None)
            owner = view.class_at(assignment.context)
            is_plain = bool(owner) and not call.has_unpacking and not _is_indexed(call)
            if key is None or not is_plain or view.callee(call) not in COLUMNS or _is_exempt(view):
                return
            written = view.frameworks.inherited(owner, "__table_args__")
            if not _begins_index({name, _written_name(call)}, written) and not _is_indexed_below(name, owner, view):
                yield RULE.at(assignment, key.node, column=name)
        case _:
            return


def _is_exempt(view: View) -> bool:
    """Whether tables are not made from here, or have an index for each foreign key anyway."""
    drivers = DATABASE_PACKAGES & view.project.packages
    is_indexed = bool(drivers) and drivers <= MYSQL_PACKAGES
    return is_indexed or view.is_test or view.imports("alembic")


def _is_foreign_key(given: Expr, view: View) -> bool:
    return isinstance(given, Call) and given.method == "ForeignKey" and view.callee(given) == "sqlalchemy.ForeignKey"


def _is_indexed(call: Call) -> bool:
    """Whether the column says, or may say, that it is indexed."""
    given = (keyword.value for keyword in call.keywords if keyword.name in _INDEXING)
    return not all(isinstance(value, Constant) and value.kind in _OFF for value in given)


_OFF = (ConstantKind.FALSE, ConstantKind.NONE)


def _written_name(call: Call) -> str:
    first = call.args[0] if call.args else None
    return _text(first) if isinstance(first, Constant) else ""


def _begins_index(names: set[str], table_args: tuple[Symbol, ...]) -> bool:
    """Whether an index or constraint of the table begins with a column, or may do so."""
    match table_args:
        case ():
            return False
        case (VariableSymbol(value=Dictionary()),):
            return False
        case (VariableSymbol(value=Collection(kind="tuple", items=items)),):
            return any(_covers(item, names) for item in items)
        case _:
            return True


def _is_indexed_below(name: str, owner: str, view: View) -> bool:
    """Whether a statement of the module, `Index("by_order", Line.order_id)`, makes an index that begins with a column."""
    firsts = (_first_column(made) for made in view.made())
    return any(
        isinstance(first, Attribute) and first.attr == name and _text(first.value) == owner.rpartition(".")[2]
        for first in firsts
    )


def _first_column(made: Call) -> Expr | None:
    """The first column of an index or constraint; `None` for anything else, or if nothing is written there."""
    maker = made.func.id if isinstance(made.func, Free) else made.func.attr if isinstance(made.func, Attribute) else ""
    position = _FIRST_COLUMN.get(maker, len(made.args))
    return made.args[position] if position < len(made.args) else None


def _covers(item: Expr, names: set[str]) -> bool:
    match item:
        case Dictionary():
            return False
        case Call(func=Free(id=maker) | Attribute(attr=maker)):
            first = _first_column(item)
            return maker in _FIRST_COLUMN and (_text(first) in names if first else True)
        case _:
            return True


_FIRST_COLUMN = {"Index": 1, "UniqueConstraint": 0, "PrimaryKeyConstraint": 0}


def _text(expr: Expr | None) -> str:
    match expr:
        case Constant(kind=ConstantKind.STRING, text=text):
            return text.strip("\"'")
        case Free(id=name) | Attribute(attr=name):
            return name
        case _:
            return ""


@RULE.fix(Applicability.UNSAFE)
def add_index(finding: Finding[Assignment], edits: Edits) -> Fix | None:
    call = finding.fact.value
    if not isinstance(call, Call):
        return None
    written = call.keyword("index")
    edit = edits.replace(written.value.node, "True") if written else edits.add_argument(call, "index=True")
    return Fix("Index the column", (edit,))
