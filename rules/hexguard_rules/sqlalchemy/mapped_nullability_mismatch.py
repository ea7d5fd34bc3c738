"""Columns whose annotation and `nullable` say different things.

## What it does
Reports `Mapped[str]` with `nullable=True`, and `Mapped[str | None]` with `nullable=False`.

## Why it matters
The argument wins in the database and the annotation in the type checker, so one of them is wrong.
Code that the checker found clean meets a `None`, or handles one that never comes.

## Fix safety
Unsafe: the table stays as it is, but a type checker may now find places that forget about `None`.

## Known limits
Only `nullable=True` and `nullable=False` are compared.
An annotation that is an alias of a type, or stands in quotes as a whole, is left alone.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import (
    Attribute,
    Binary,
    Call,
    Constant,
    ConstantKind,
    Expr,
    Name,
    Subscript,
)
from hexguard.facts.model import Assignment
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard_rules.knowledge.sqlalchemy import COLUMN_NAMES, COLUMNS

TITLE = "Let the annotation say what `nullable` says"

RULE = Rule(
    name="mapped-nullability-mismatch",
    message="`nullable={nullable}` decides for the table, and the annotation says the opposite",
    doc=__doc__,
    severity=Severity.IMPORTANT,
    requires=("sqlalchemy>=2.0", "python>=3.10"),
    examples=(
        Bad(
            """
            from sqlalchemy import String
            from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

            class Base(DeclarativeBase): ...

            class User(Base):
                __tablename__ = "users"
                id: Mapped[int] = mapped_column(primary_key=True)
                name: Mapped[str] = mapped_column(String(50), nullable=True)
            #                                                 ^^^^^^^^^^^^^
                email: Mapped[str | None] = mapped_column(nullable=False, index=True)
            #                                             ^^^^^^^^^^^^^^
            """,
            fixed="""
            from sqlalchemy import String
            from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

            class Base(DeclarativeBase): ...

            class User(Base):
                __tablename__ = "users"
                id: Mapped[int] = mapped_column(primary_key=True)
                name: Mapped[str | None] = mapped_column(String(50))
                email: Mapped[str] = mapped_column(index=True)
            """,
        ),
        Bad(
            """
            from typing import Optional as Maybe
            from sqlalchemy import orm

            class Named:
                name: orm.Mapped[Maybe[str]] = orm.mapped_column(
                    nullable=False,
            #       ^^^^^^^^^^^^^^
                )
                nick: orm.Mapped[dict[str, int]] = orm.mapped_column(nullable=True)
            #                                                        ^^^^^^^^^^^^^
            """,
            fixed="""
            from sqlalchemy import orm

            class Named:
                name: orm.Mapped[str] = orm.mapped_column()
                nick: orm.Mapped[dict[str, int] | None] = orm.mapped_column()
            """,
        ),
        Bad(
            """
            from sqlalchemy.orm import Mapped, mapped_column

            class Named:
                name: Mapped[
                    str  # short
                    | None
                ] = mapped_column(nullable=False)
            #                     ^^^^^^^^^^^^^^
            """,
            why="a comment would be lost",
        ),
        Good(
            """
            from sqlalchemy.orm import Mapped, mapped_column
            from app.types import Text, is_open

            class Named:
                name: Mapped[str | None] = mapped_column(nullable=True)
                nick: Mapped[str] = mapped_column(nullable=False)
                note: Mapped[str | None]
                text: Mapped[Text] = mapped_column(nullable=True)
                size: Mapped[int] = mapped_column(nullable=is_open)
            """,
            why="both say the same, or one of them is not known",
        ),
        Good(
            """
            from app.forms import Mapped, mapped_column

            class Form:
                name: Mapped[str] = mapped_column(nullable=True)
            """,
            why="a column of something else",
        ),
    ),
)


@RULE.check(Assignment)
def check(assignment: Assignment, view: View) -> Iterator[Finding[Assignment]]:
    match assignment:
        case Assignment(annotation=Subscript(value=mapped, items=(inner,)), value=Call() as call):
            nullable = call.keyword("nullable") if call.method in COLUMN_NAMES else None
            said = _SAID.get(nullable.value.kind) if nullable and isinstance(nullable.value, Constant) else None
            if nullable is None or said is None or view.name(mapped) != "sqlalchemy.orm.Mapped":
                return
            if _may_be_none(inner, view) is (not said) and view.callee(call) in COLUMNS:
                yield RULE.at(assignment, nullable.node, nullable=str(said))
        case _:
            return


_SAID = {ConstantKind.TRUE: True, ConstantKind.FALSE: False}


def _may_be_none(annotation: Expr, view: View) -> bool | None:
    """Whether the annotation of a column allows `None`; `None` if that is not known."""
    match annotation:
        case Binary(op="|"):
            return any(_is_none(side) for side in _sides(annotation)) or None
        case Subscript(value=base) if (name := view.name(base)).startswith(("typing.", "builtins.")):
            return True if name == "typing.Optional" else None if name in _OPEN else False
        case Name() | Attribute():
            return False if view.name(annotation) in _PLAIN else None
        case _:
            return None


_OPEN = frozenset({"typing.Union", "typing.Annotated"})

_PLAIN = frozenset(
    {
        "builtins.bool",
        "builtins.bytes",
        "builtins.dict",
        "builtins.float",
        "builtins.int",
        "builtins.list",
        "builtins.str",
        "datetime.date",
        "datetime.datetime",
        "datetime.time",
        "datetime.timedelta",
        "decimal.Decimal",
        "uuid.UUID",
    }
)
"""Types of which it is known that they are no alias with `None` in it."""


def _sides(expr: Expr) -> Iterator[Expr]:
    if isinstance(expr, Binary) and expr.op == "|":
        yield from _sides(expr.left)
        yield from _sides(expr.right)
    else:
        yield expr


def _is_none(expr: Expr) -> bool:
    return isinstance(expr, Constant) and expr.kind is ConstantKind.NONE


@RULE.fix(Applicability.UNSAFE)
def follow_nullable(finding: Finding[Assignment], edits: Edits) -> Fix | Refusal | None:
    match finding.fact:
        case Assignment(annotation=Subscript(items=(inner,)), value=Call() as call):
            pass
        case _:
            return None
    nullable, text = call.keyword("nullable"), edits.text(inner.node)
    if nullable is None:
        return None
    if "#" in text or "\n" in text:
        return Refusal(TITLE, "the annotation takes several lines")
    removed = edits.remove_argument(call, nullable)
    if finding["nullable"] == "True":
        return Fix(TITLE, (edits.insert_after(inner.node, " | None"), *removed))
    written = " | ".join(edits.text(side.node) for side in _sides(inner) if not _is_none(side))
    if isinstance(inner, Subscript):
        written = edits.text(inner.items[0].node)
        return Fix(TITLE, (edits.replace(inner.node, written), *removed, *edits.forget(inner.value)))
    return Fix(TITLE, (edits.replace(inner.node, written), *removed))
