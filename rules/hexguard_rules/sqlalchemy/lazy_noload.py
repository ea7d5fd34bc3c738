"""Relationships that are never loaded and look empty.

## What it does
Reports `lazy="noload"` and `lazy=None` of a relationship, and the loader option `noload()`.

## Why it matters
Reading the attribute gives `[]` or `None`, whatever the database holds, and nothing says that it was not asked.
Code then deletes, counts or answers by a wrong value; SQLAlchemy 2.1 deprecates the option for that reason.

## Fix safety
Unsafe: reading what is not loaded raises `InvalidRequestError` from now on.
With `selectin` as the choice of the switch `sqlalchemy.loading` it is loaded instead, which costs a query.

## Known limits
A loading strategy that comes from a variable, and `noload` under another name, are not followed.
Modules of tests are left alone.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import Call, Constant, ConstantKind, Expr
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard_rules.knowledge.sqlalchemy import LOADER_OPTIONS, RELATIONSHIPS
from hexguard_rules.rewrites.loading import loading, with_option

RULE = Rule(
    name="lazy-noload",
    message="`{written}` makes the relationship look empty, whatever the database holds",
    doc=__doc__,
    severity=Severity.IMPORTANT,
    requires=("sqlalchemy>=1.4",),
    examples=(
        Bad(
            """
            from sqlalchemy.orm import DeclarativeBase, Mapped, relationship

            class Base(DeclarativeBase): ...

            class User(Base):
                __tablename__ = "users"
                orders: Mapped[list["Order"]] = relationship(lazy="noload")  # many
            #                                                ^^^^^^^^^^^^^
                notes: Mapped[list["Note"]] = relationship(lazy=None)
            #                                              ^^^^^^^^^
            """,
            fixed="""
            from sqlalchemy.orm import DeclarativeBase, Mapped, relationship

            class Base(DeclarativeBase): ...

            class User(Base):
                __tablename__ = "users"
                orders: Mapped[list["Order"]] = relationship(lazy="raise")  # many
                notes: Mapped[list["Note"]] = relationship(lazy="raise")
            """,
        ),
        Bad(
            """
            #- pyproject.toml
            [tool.hexguard.switches]
            sqlalchemy.loading = "selectin"
            #- app/models.py
            from sqlalchemy.orm import Mapped, noload, relationship

            class User:
                orders: Mapped[list["Order"]] = relationship(lazy="noload")
            #                                                ^^^^^^^^^^^^^

            options = noload(User.orders)
            #         ^^^^^^
            """,
            fixed="""
            #- app/models.py
            from sqlalchemy.orm import Mapped, relationship, selectinload

            class User:
                orders: Mapped[list["Order"]] = relationship(lazy="selectin")

            options = selectinload(User.orders)
            """,
        ),
        Bad(
            """
            from sqlalchemy import select
            from sqlalchemy.orm import Session, noload

            class User: ...

            def find(session: Session) -> list[User]:
                def load() -> object:
                    return noload(User.notes)
            #              ^^^^^^

                return session.scalars(select(User).options(noload(User.orders), load())).all()
            #                                               ^^^^^^
            """,
            fixed="""
            from sqlalchemy import select
            from sqlalchemy.orm import Session, raiseload

            class User: ...

            def find(session: Session) -> list[User]:
                def load() -> object:
                    return raiseload(User.notes)

                return session.scalars(select(User).options(raiseload(User.orders), load())).all()
            """,
        ),
        Bad(
            """
            from sqlalchemy.orm import joinedload

            class User: ...

            options = joinedload(User.orders).noload("*")
            #         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            """,
            fixed="""
            from sqlalchemy.orm import joinedload

            class User: ...

            options = joinedload(User.orders).raiseload("*")
            """,
        ),
        Good(
            """
            from sqlalchemy.orm import DeclarativeBase, Mapped, raiseload, relationship

            class Base(DeclarativeBase): ...

            class User(Base):
                __tablename__ = "users"
                orders: Mapped[list["Order"]] = relationship(lazy="raise")
                notes: Mapped[list["Note"]] = relationship(lazy="selectin")
                roles: Mapped[list["Role"]] = relationship()

            options = raiseload(User.orders)
            """,
            why="what is not loaded says so, or is loaded",
        ),
        Good(
            """
            from app.images import noload, relationship

            picture = relationship(lazy="noload")
            other = noload(picture)
            """,
            why="functions of something else",
        ),
        Good(
            """
            #- tests/models.py
            from sqlalchemy.orm import Mapped, relationship

            class User:
                orders: Mapped[list["Order"]] = relationship(lazy="noload")
            """,
            why="a test says what it expects of the relationship",
        ),
    ),
)


_NOLOAD = "sqlalchemy.orm.noload"


@RULE.check(Call, callees={*RELATIONSHIPS, _NOLOAD}, methods=["noload"])
def check(call: Call, view: View) -> Iterator[Finding[Call]]:
    lazy = call.keyword("lazy")
    if view.is_test:
        return
    if view.callee(call) not in RELATIONSHIPS:
        if view.callee(call) == _NOLOAD or _continues_option(call, view):
            yield RULE.at(call, call.func.node, written="noload()")
    elif lazy is not None and _is_noload(lazy.value):
        written = "lazy=None" if _is_none(lazy.value) else 'lazy="noload"'
        yield RULE.at(call, lazy.node, written=written)


def _continues_option(call: Call, view: View) -> bool:
    """Whether the call is a step of a loader option: `joinedload(User.orders).noload("*")`."""
    first = call.receiver
    while isinstance(first, Call) and isinstance(first.receiver, Call):
        first = first.receiver
    return isinstance(first, Call) and view.callee(first) in LOADER_OPTIONS


def _is_noload(lazy: Expr) -> bool:
    is_named = isinstance(lazy, Constant) and lazy.kind is ConstantKind.STRING and lazy.text.strip("\"'") == "noload"
    return is_named or _is_none(lazy)


def _is_none(lazy: Expr) -> bool:
    return isinstance(lazy, Constant) and lazy.kind is ConstantKind.NONE


@RULE.fix(Applicability.UNSAFE)
def load_otherwise(finding: Finding[Call], edits: Edits) -> Fix | Refusal:
    call = finding.fact
    if lazy := call.keyword("lazy"):
        chosen = loading(edits)
        return Fix(chosen.title, (edits.replace(lazy.value.node, edits.quoted(chosen.lazy)),))
    return with_option(call, edits)
