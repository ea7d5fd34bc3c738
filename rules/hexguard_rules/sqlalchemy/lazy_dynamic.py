"""Relationships that are a `Query` instead of a collection.

## What it does
Reports `lazy="dynamic"` of a relationship, `dynamic_loader()` and the annotation `DynamicMapped`.

## Why it matters
The attribute is a `Query` of the legacy API, which loads when it is iterated: with an `AsyncSession` that raises `MissingGreenlet`.
`WriteOnlyMapped` is the successor for large collections: it gives a statement, which any session runs.

## How to fix
Write `orders: WriteOnlyMapped["Order"] = relationship()`, and rewrite what uses it: `user.orders.filter(...)` becomes
`session.scalars(user.orders.select().where(...))`, `append()` becomes `add()`.
Where the collection is small, a plain `Mapped[list["Order"]]` with `selectinload()` will do.

## Known limits
There is no fix, because the code that uses the attribute has to change with it.
A loading strategy that comes from a variable, and `DynamicMapped` under another name, are not followed.
"""

from collections.abc import Iterator

from hexguard.facts.chains import dotted
from hexguard.facts.expressions import Attribute, Call, Constant, ConstantKind, Expr, Name, Subscript
from hexguard.facts.model import Assignment
from hexguard.rule import Bad, Finding, Good, Rule, Severity, View
from hexguard_rules.knowledge.sqlalchemy import RELATIONSHIPS

RULE = Rule(
    name="lazy-dynamic",
    message="`{written}` gives a legacy `Query`, which no `AsyncSession` can run",
    doc=__doc__,
    severity=Severity.IMPORTANT,
    requires=("sqlalchemy>=2.0",),
    examples=(
        Bad(
            """
            from sqlalchemy.orm import DeclarativeBase, DynamicMapped, backref, dynamic_loader, relationship

            class Base(DeclarativeBase): ...

            class User(Base):
                __tablename__ = "users"
                orders = relationship("Order", lazy="dynamic")
            #                                  ^^^^^^^^^^^^^^
                notes: DynamicMapped["Note"] = relationship()
            #          ^^^^^^^^^^^^^
                roles = dynamic_loader("Role")
            #           ^^^^^^^^^^^^^^
                teams = relationship("Team", backref=backref("users", lazy="dynamic"))
            #                                                         ^^^^^^^^^^^^^^
            """,
            why="what reads the attribute has to be rewritten as well, often in other files",
        ),
        Bad(
            """
            from sqlalchemy import orm as o

            class Base(o.DeclarativeBase): ...

            def models() -> None:
                class User(Base):
                    __tablename__ = "users"
                    orders: o.DynamicMapped["Order"] = o.relationship(lazy="dynamic")
            #               ^^^^^^^^^^^^^^^
            """,
            why="said twice, and reported once; what uses it has to change",
        ),
        Good(
            """
            from sqlalchemy.orm import DeclarativeBase, Mapped, WriteOnlyMapped, relationship

            class Base(DeclarativeBase): ...

            class User(Base):
                __tablename__ = "users"
                orders: WriteOnlyMapped["Order"] = relationship()
                notes: Mapped[list["Note"]] = relationship(lazy="selectin")
            """,
            why="the successor, and an ordinary collection",
        ),
        Good(
            """
            from app.plots import relationship

            line = relationship(lazy="dynamic")
            """,
            why="a function of something else",
        ),
    ),
)


@RULE.check(Call, callees=RELATIONSHIPS)
def check(call: Call, view: View) -> Iterator[Finding[Call]]:
    callee, lazy = view.callee(call), call.keyword("lazy")
    if callee == "sqlalchemy.orm.dynamic_loader":
        yield RULE.at(call, call.func.node, written="dynamic_loader()")
    elif lazy is not None and _is_dynamic(lazy.value) and not _is_annotated(call, view):
        yield RULE.at(call, lazy.node, written='lazy="dynamic"')


@RULE.check(Assignment)
def check_annotation(assignment: Assignment, view: View) -> Iterator[Finding[Assignment]]:
    match assignment.annotation:
        case Subscript(value=mapped) if _is_dynamic_mapped(mapped, view):
            yield RULE.at(assignment, mapped.node, written="DynamicMapped")
        case _:
            return


def _is_annotated(call: Call, view: View) -> bool:
    """Whether the annotation of the attribute says it already."""
    return any(
        fact.value is call
        and isinstance(fact.annotation, Subscript)
        and _is_dynamic_mapped(fact.annotation.value, view)
        for fact in view.block.of_type(Assignment)
    )


def _is_dynamic_mapped(mapped: Expr, view: View) -> bool:
    is_called_so = isinstance(mapped, Name | Attribute) and dotted(mapped).rpartition(".")[2] == "DynamicMapped"
    return is_called_so and view.name(mapped) == "sqlalchemy.orm.DynamicMapped"


def _is_dynamic(lazy: Expr) -> bool:
    return isinstance(lazy, Constant) and lazy.kind is ConstantKind.STRING and lazy.text.strip("\"'") == "dynamic"
