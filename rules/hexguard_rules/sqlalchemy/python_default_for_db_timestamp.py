"""Timestamps of rows that Python sets instead of the database.

## What it does
Reports a column whose `default` is `datetime.now`, `datetime.utcnow`, or a lambda that calls one of them.

## Why it matters
Rows that come in another way (a bulk insert, a migration, a script in SQL) get no time at all.
Several servers have several clocks, while `server_default=func.now()` is the one of the database, in the transaction.

## Fix safety
A rewrite on request: the table needs a migration, and the time is that of the database: its zone, and the start of the transaction.
The attribute is only known after the insert.

## Known limits
Functions of the project that tell the time are not followed.
Modules of tests, and tables that a function describes for itself, are left alone.
`onupdate` is left alone, because no default of the server does the same.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import Attribute, Call, Expr, Lambda
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard_rules.knowledge.defaults import NOW
from hexguard_rules.knowledge.sqlalchemy import COLUMNS

TITLE = "Use `server_default=func.now()`"

RULE = Rule(
    name="python-default-for-db-timestamp",
    message="`{function}` sets the time in Python, so rows written in another way have none",
    doc=__doc__,
    severity=Severity.NIT,
    examples=(
        Bad(
            """
            from datetime import UTC, datetime

            from sqlalchemy import DateTime
            from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

            class Base(DeclarativeBase): ...

            class Order(Base):
                __tablename__ = "orders"
                id: Mapped[int] = mapped_column(primary_key=True)
                created: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=lambda: datetime.now(UTC))
            #                                                                              ^^^^^^^^^^^^^^^^^^^^^^^^^
            """,
            fixed="""
            from datetime import datetime

            from sqlalchemy import DateTime, func
            from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

            class Base(DeclarativeBase): ...

            class Order(Base):
                __tablename__ = "orders"
                id: Mapped[int] = mapped_column(primary_key=True)
                created: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
            """,
        ),
        Bad(
            """
            import datetime as dt
            import sqlalchemy as sa

            class Created:
                created_at = sa.Column(
                    sa.DateTime,
                    default=dt.datetime.utcnow,  # never changes
            #               ^^^^^^^^^^^^^^^^^^
                    nullable=False,
                )
            """,
            fixed="""
            import sqlalchemy as sa

            class Created:
                created_at = sa.Column(
                    sa.DateTime,
                    server_default=sa.func.now(),  # never changes
                    nullable=False,
                )
            """,
        ),
        Bad(
            """
            from datetime import datetime
            from sqlalchemy import Column, DateTime

            class Created:
                created_at = Column(DateTime, default=(lambda: datetime  # local
            #                                          ^^^^^^^^^^^^^^^^^^^^^^^^^
                    .now()))
            """,
            why="a comment would be lost",
        ),
        Good(
            """
            from datetime import datetime
            from sqlalchemy import Column, DateTime, func
            from app.clock import now

            class Created:
                created_at = Column(DateTime, server_default=func.now(), onupdate=datetime.now)
                seen_at = Column(DateTime, default=datetime.now, server_default=func.now())
                due_at = Column(DateTime, default=now)
            """,
            why="the database sets it, or nothing is known about the function",
        ),
        Good(
            """
            from datetime import datetime, timedelta
            from sqlalchemy import Column, DateTime

            class Token:
                expires_at = Column(DateTime, default=lambda: datetime.now() + timedelta(days=1))
            """,
            why="this is no time at which the row was written",
        ),
        Good(
            """
            #- scripts/first_user.py
            from datetime import UTC, datetime
            from sqlalchemy import Column, DateTime, MetaData, Table, insert

            def first_user() -> object:
                users = Table("users", MetaData(), Column("created", DateTime, default=lambda: datetime.now(UTC)))
                return insert(users).values(name="Ada")
            """,
            why="what a function describes for itself is not the table that is created",
        ),
    ),
)


@RULE.check(Call, callees=COLUMNS)
def check(call: Call, view: View) -> Iterator[Finding[Call]]:
    default = call.keyword("default")
    if default is None or call.keyword("server_default") or call.has_unpacking:
        return
    told = _told(default.value)
    if told is not None and view.name(told) in NOW and not view.is_test:
        owner = view.class_at(call.context)
        if not view.frameworks.is_dataclass(owner) if owner else view.function(call.context) is None:
            yield RULE.at(call, default.value.node, function=told.attr)


def _told(default: Expr) -> Attribute | None:
    """The function that a default calls, as far as it is written as `datetime.now`."""
    match default:
        case Attribute():
            return default
        case Lambda(body=Call(func=Attribute() as func)):
            return func
        case _:
            return None


@RULE.fix(Applicability.REFACTOR)
def let_the_database_tell(finding: Finding[Call], edits: Edits) -> Fix | Refusal | None:
    call = finding.fact
    default = call.keyword("default")
    if default is None:
        return None
    if "#" in edits.text(default.node):
        return Refusal(TITLE, "a comment would be lost")
    spelled = edits.exchange("sqlalchemy.func", call.context, default.value)
    if spelled is None:
        return Refusal(TITLE, "every name for `func` means something else here")
    return Fix(TITLE, (edits.replace(default.node, f"server_default={spelled.text}.now()"), *spelled.edits))
