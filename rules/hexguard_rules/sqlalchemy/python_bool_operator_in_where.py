"""Conditions of a query that are joined by `and`, `or`, `not`, `in` or `is`.

## What it does
Reports the operators of Python that no library can overload, applied to columns in the arguments of `where()`,
`filter()`, `having()`, `join()`, `and_()` or `or_()`.

## Why it matters
Python answers them at once, before there is a query: `a and b` is one of the two, `not a` and `a is None` are `False`.
The statement then runs without the other condition, and reads or deletes the wrong rows.

## Fix safety
Unsafe: the statement gets the conditions that were meant, so it gives other rows than before.

## Known limits
A column is recognized by the class that it belongs to; aliases made by `aliased()` and columns of subqueries are missed.
What stands left of `and` or `or` decides: a flag of Python there (`flag and User.age > 3`) is left alone.
Conditions that are kept in a variable first are missed.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import Call, Expr
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard_rules.knowledge.statements import FILTERS
from hexguard_rules.rewrites.conditions import (
    answered_by_python,
    as_sql,
    functions_of,
    is_all_sql,
    operator,
    parts,
)

RULE = Rule(
    name="python-bool-operator-in-where",
    message="`{op}` is answered by Python at once, so the condition never reaches the database",
    doc=__doc__,
    severity=Severity.BLOCKING,
    requires=("sqlalchemy>=1.4",),
    examples=(
        Bad(
            """
            from sqlalchemy import select
            from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

            class Base(DeclarativeBase): ...

            class User(Base):
                __tablename__ = "users"
                id: Mapped[int] = mapped_column(primary_key=True)
                name: Mapped[str | None]

            adults = select(User).where(User.id > 3 and User.name == "Ada" and User.name.is_not(None))
            #                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            others = select(User).where(not (User.id == 3))
            #                           ^^^^^^^^^^^^^^^^^^
            """,
            fixed="""
            from sqlalchemy import and_, not_, select
            from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

            class Base(DeclarativeBase): ...

            class User(Base):
                __tablename__ = "users"
                id: Mapped[int] = mapped_column(primary_key=True)
                name: Mapped[str | None]

            adults = select(User).where(and_(User.id > 3, User.name == "Ada", User.name.is_not(None)))
            others = select(User).where(not_(User.id == 3))
            """,
        ),
        Bad(
            """
            #- app/models.py
            import sqlalchemy as sa
            from sqlalchemy.orm import declarative_base

            Base = declarative_base()

            class User(Base):
                __tablename__ = "users"
                id = sa.Column(sa.Integer, primary_key=True)
                name = sa.Column(sa.String)
            #- app/users.py
            import sqlalchemy as sa
            from sqlalchemy.orm import Session
            from app.models import User as Person

            def find(session: Session, ids: list[int]) -> list[Person]:
                known = session.query(Person).filter(Person.id in ids, Person.name is not None)
            #                                        ^^^^^^^^^^^^^^^^
            #                                                          ^^^^^^^^^^^^^^^^^^^^^^^
                one = sa.or_(Person.name == "Ada", Person.id not in ids or Person.name is None)
            #                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                return known.filter(one).all()
            """,
            fixed="""
            #- app/models.py
            import sqlalchemy as sa
            from sqlalchemy.orm import declarative_base

            Base = declarative_base()

            class User(Base):
                __tablename__ = "users"
                id = sa.Column(sa.Integer, primary_key=True)
                name = sa.Column(sa.String)
            #- app/users.py
            import sqlalchemy as sa
            from sqlalchemy.orm import Session
            from app.models import User as Person

            def find(session: Session, ids: list[int]) -> list[Person]:
                known = session.query(Person).filter(Person.id.in_(ids), Person.name.is_not(None))
                one = sa.or_(Person.name == "Ada", sa.or_(Person.id.not_in(ids), Person.name.is_(None)))
                return known.filter(one).all()
            """,
        ),
        Bad(
            """
            from sqlalchemy import select
            from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

            class Base(DeclarativeBase): ...

            class User(Base):
                __tablename__ = "users"
                id: Mapped[int] = mapped_column(primary_key=True)

            def find(flag: bool) -> object:
                return select(User).where(
                    User.id > 3 or flag,
            #       ^^^^^^^^^^^^^^^^^^^
                    User.id > 3  # many
            #       ^^^^^^^^^^^^^^^^^^^
                    and User.id < 9,
                )
            """,
            why="a flag is no condition, so what is meant is for a person to say, and a comment would be lost",
        ),
        Good(
            """
            from sqlalchemy import and_, select
            from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

            class Base(DeclarativeBase): ...

            class User(Base):
                __tablename__ = "users"
                id: Mapped[int] = mapped_column(primary_key=True)

            def find(user: User, ids: list[int], flag: bool) -> object:
                if user.id in ids and user.id is not None:
                    return select(User).where((User.id == user.id) & User.id.in_(ids) | and_(User.id > 3))
                return select(User).where(User.id > 3 if flag else User.id == (user.id or 7), flag and User.id > 9)
            """,
            why="operators that SQLAlchemy overloads, and operators on values of Python",
        ),
        Good(
            """
            def find(rows: list[object], User: object) -> object:
                return filter(User.id > 3 and User.id < 9, rows)
            """,
            why="nothing of SQLAlchemy",
        ),
    ),
)


@RULE.check(Call, methods=FILTERS)
def check(call: Call, view: View) -> Iterator[Finding[Call]]:
    for condition in _conditions(call):
        for found in answered_by_python(condition, view):
            reason = "" if is_all_sql(found, view) else "a value of Python stands among the conditions"
            yield RULE.at(call, found.node, op=operator(found), reason=reason)


def _conditions(call: Call) -> tuple[Expr, ...]:
    return (*call.args, *(keyword.value for keyword in call.keywords if keyword.name == "onclause"))


@RULE.fix(Applicability.UNSAFE)
def say_it_in_sql(finding: Finding[Call], edits: Edits) -> Fix | Refusal | None:
    title = "Ask the database"
    whole = next(
        (found for condition in _conditions(finding.fact) for found in parts(condition) if found.node == finding.node),
        None,
    )
    if whole is None or finding["reason"]:
        return Refusal(title, finding["reason"]) if whole else None
    if "#" in edits.text(whole.node):
        return Refusal(title, "a comment would be lost")
    names = functions_of(whole)
    spelled = edits.spell_all([f"sqlalchemy.{name}" for name in names], finding.fact.context)
    if spelled is None:
        return Refusal(title, "every name for the function means something else here")
    texts, imports = spelled
    return Fix(title, (edits.replace(whole.node, as_sql(whole, edits, dict(zip(names, texts, strict=True)))), *imports))
