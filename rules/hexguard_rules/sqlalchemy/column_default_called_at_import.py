"""Column defaults that are worked out once, when the module is imported.

## What it does
Reports `default=` and `onupdate=` of a column whose value is a call for something new, like `datetime.now()` or `uuid4()`.
A list, a dict or a set is reported as well.

## Why it matters
The value is made at import, so every row gets the time at which the process started, or the same key.
A list or a dict is one object that all rows share until they are read again.

## Fix safety
Unsafe: each row gets a value of its own from now on.
That is the point, but rows that were written before keep what they have.

## Known limits
Calls of functions of the project are not followed, and migrations are left alone, where no row is made.
In models that are dataclasses `default` belongs to the dataclass, so there is no fix; `insert_default` takes a function there.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import Attribute, Binary, Call, Collection, Comprehension, Dictionary, Expr, Keyword
from hexguard.facts.model import Reference
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard.rule.source import root_name
from hexguard_rules.knowledge.defaults import CONTAINERS, FRESH
from hexguard_rules.knowledge.sqlalchemy import COLUMNS

TITLE = "Make a value for each row"

RULE = Rule(
    name="column-default-called-at-import",
    message="`{default}` is evaluated once at import, so all rows share its value",
    doc=__doc__,
    severity=Severity.BLOCKING,
    examples=(
        Bad(
            """
            from datetime import UTC, datetime
            from uuid import UUID, uuid4

            from sqlalchemy import DateTime
            from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

            class Base(DeclarativeBase): ...

            class Order(Base):
                __tablename__ = "orders"
                id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4())
            #                                                              ^^^^^^^
                placed: Mapped[datetime] = mapped_column(
                    DateTime(timezone=True),
                    default=datetime.now(UTC),  # when it came in
            #               ^^^^^^^^^^^^^^^^^
                )
            """,
            fixed="""
            from datetime import UTC, datetime
            from uuid import UUID, uuid4

            from sqlalchemy import DateTime
            from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

            class Base(DeclarativeBase): ...

            class Order(Base):
                __tablename__ = "orders"
                id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
                placed: Mapped[datetime] = mapped_column(
                    DateTime(timezone=True),
                    default=lambda: datetime.now(UTC),  # when it came in
                )
            """,
        ),
        Bad(
            """
            import uuid
            import sqlalchemy as sa
            from sqlalchemy.orm import declarative_base

            Base = declarative_base()

            class Order(Base):
                __tablename__ = "orders"
                id = sa.Column(sa.String, primary_key=True, default=str(uuid.uuid4()))
            #                                                       ^^^^^^^^^^^^^^^^^
                tags = sa.Column(sa.JSON, default=[])
            #                                     ^^
                extra = sa.Column(sa.JSON, default=dict(), onupdate={"changed": True})
            #                                      ^^^^^^
            #                                                       ^^^^^^^^^^^^^^^^^

            table = sa.Table("keys", Base.metadata, sa.Column("key", sa.String, default=uuid.uuid4().hex))
            #                                                                           ^^^^^^^^^^^^^^^^
            """,
            fixed="""
            import uuid
            import sqlalchemy as sa
            from sqlalchemy.orm import declarative_base

            Base = declarative_base()

            class Order(Base):
                __tablename__ = "orders"
                id = sa.Column(sa.String, primary_key=True, default=lambda: str(uuid.uuid4()))
                tags = sa.Column(sa.JSON, default=list)
                extra = sa.Column(sa.JSON, default=dict, onupdate=lambda: {"changed": True})

            table = sa.Table("keys", Base.metadata, sa.Column("key", sa.String, default=lambda: uuid.uuid4().hex))
            """,
        ),
        Bad(
            """
            from datetime import UTC, datetime
            from sqlalchemy import Column, DateTime, Integer
            from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column

            class Base(DeclarativeBase): ...

            class Order(Base):
                __tablename__ = "orders"
                id = Column(Integer, primary_key=True)
                ZONE = UTC
                placed = Column(DateTime(timezone=True), default=datetime.now(ZONE))
            #                                                    ^^^^^^^^^^^^^^^^^^

            class Line(MappedAsDataclass, Base):
                __tablename__ = "lines"
                id: Mapped[int] = mapped_column(primary_key=True)
                placed: Mapped[datetime] = mapped_column(default=datetime.now())
            #                                                    ^^^^^^^^^^^^^^
            """,
            why="a function would not see the name of the class, and a dataclass would keep it as the value",
        ),
        Good(
            """
            from datetime import UTC, datetime
            from uuid import UUID, uuid4

            from sqlalchemy import JSON, Column, func
            from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

            class Base(DeclarativeBase): ...

            class Order(Base):
                __tablename__ = "orders"
                id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
                placed: Mapped[datetime] = mapped_column(default=lambda: datetime.now(UTC), onupdate=func.now())
                tags = Column(JSON, default=list)
                size: Mapped[int] = mapped_column(default=0)
                kind: Mapped[str] = mapped_column(default=str("plain"))
            """,
            why="functions, SQL, and values that nobody can change",
        ),
        Good(
            """
            from datetime import datetime
            from app.reports import Column

            class Report:
                made = Column(default=datetime.now())
                rows = Column(default=[])
            """,
            why="a column of something else",
        ),
        Good(
            """
            from alembic import op
            import sqlalchemy as sa

            def upgrade() -> None:
                op.add_column("orders", sa.Column("tags", sa.JSON, default=[]))
            """,
            why="a migration has tables as they were once",
        ),
    ),
)


@RULE.check(Call, callees=COLUMNS)
def check(call: Call, view: View) -> Iterator[Finding[Call]]:
    for given in _defaults(call):
        written = _written(given.value, view)
        if written and not view.imports("alembic"):
            owner = view.class_at(call.context)
            is_dataclass = bool(owner) and given.name == "default" and view.frameworks.is_dataclass(owner)
            container = view.callee(given.value) in CONTAINERS if isinstance(given.value, Call) else False
            yield RULE.at(
                call,
                given.value.node,
                default=written,
                reason="`default` is that of the dataclass here" if is_dataclass else "",
                takes_function="yes"
                if isinstance(given.value, Call) and (container or view.callee(given.value) in FRESH)
                else "",
            )


def _defaults(call: Call) -> Iterator[Keyword]:
    return (given for given in call.keywords if given.name in ("default", "onupdate", "insert_default"))


def _written(value: Expr, view: View) -> str:
    """How a value that is made at import is written in short; empty for any other."""
    match value:
        case Dictionary() | Comprehension(kind="dict"):
            return "{}"
        case Collection(kind="list" | "set") | Comprehension(kind="list" | "set"):
            return "[]" if value.kind == "list" else "set()"
        case Call() if (callee := view.callee(value)) in CONTAINERS:
            return CONTAINERS[callee]
        case Call():
            return _fresh(value, view)
        case Attribute(value=inner):
            return _fresh(inner, view)
        case Binary():
            return _fresh(value, view)
        case _:
            return ""


def _fresh(value: Expr, view: View) -> str:
    match value:
        case Call() if view.callee(value) in FRESH:
            return f"{value.method}()"
        case Call():
            inside = (*value.args, *((value.receiver,) if value.receiver else ()))
            return next((written for part in inside if (written := _fresh(part, view))), "")
        case Attribute(value=inner):
            return _fresh(inner, view)
        case Binary(left=left, right=right):
            return _fresh(left, view) or _fresh(right, view)
        case _:
            return ""


@RULE.fix(Applicability.UNSAFE)
def give_a_function(finding: Finding[Call], edits: Edits) -> Fix | Refusal | None:
    value = next((given.value for given in _defaults(finding.fact) if given.value.node == finding.node), None)
    if value is None:
        return None
    if finding["reason"]:
        return Refusal(TITLE, finding["reason"])
    if _reads_the_class(value, edits):
        return Refusal(TITLE, "a function does not see the other names of the class")
    if "#" in edits.text(value.node):
        return Refusal(TITLE, "a comment stands inside the value")
    return Fix(TITLE, (edits.replace(value.node, _function(value, finding, edits)),))


def _function(value: Expr, finding: Finding[Call], edits: Edits) -> str:
    match value:
        case Call(func=func, args=(), keywords=()) if finding["takes_function"]:
            return edits.text(func.node)
        case Dictionary(entries=()) if edits.is_unused("dict"):
            return "dict"
        case Collection(kind="list", items=()) if edits.is_unused("list"):
            return "list"
        case _:
            return f"lambda: {edits.text(value.node)}"


def _reads_the_class(value: Expr, edits: Edits) -> bool:
    whole = edits.span(value.node)
    references = (fact for fact in edits.facts() if isinstance(fact, Reference))
    spans = [(root_name(fact), edits.span(fact.node)) for fact in references]
    names = {name for name, span in spans if whole.start <= span.start and span.end <= whole.end}
    members = (part.facts.scopes[0].bindings for part in edits.parts() if part.facts.is_member)
    return any(name in bindings for bindings in members for name in names)
