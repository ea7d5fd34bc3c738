"""SQL that is handed to `execute()` as a plain string.

## What it does
Reports a string literal as the statement of `execute()`, `scalar()` or `scalars()` of a session or connection.

## Why it matters
SQLAlchemy 2 takes no strings there: the call raises `ArgumentError`, or `ObjectNotExecutableError` on a connection.
Code that came from version 1.4 fails when it is reached, not when it is deployed.

## Fix safety
Unsafe: the statement runs instead of raising.
`text()` takes a word after a colon for a parameter, so there is no fix where one stands in quotes.

## Known limits
A string in a variable is missed.
So is an f-string: there the way out is not `text()`, which would leave it open to injection.
"""

import re
from ast import literal_eval
from collections.abc import Iterator

from hexguard.facts.expressions import Call, Constant, ConstantKind, Expr
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard_rules.knowledge.sqlalchemy import RUNNERS

TITLE = "Wrap the statement in `text()`"

RULE = Rule(
    name="execute-raw-string",
    message="`{method}` takes no plain string since SQLAlchemy 2 and raises `ArgumentError`",
    doc=__doc__,
    severity=Severity.BLOCKING,
    requires=("sqlalchemy>=2.0",),
    examples=(
        Bad(
            """
            from sqlalchemy.ext.asyncio import AsyncSession

            async def is_alive(session: AsyncSession) -> bool:
                return await session.scalar("SELECT 1") == 1
            #                               ^^^^^^^^^^
            """,
            fixed="""
            from sqlalchemy import text
            from sqlalchemy.ext.asyncio import AsyncSession

            async def is_alive(session: AsyncSession) -> bool:
                return await session.scalar(text("SELECT 1")) == 1
            """,
        ),
        Bad(
            """
            import sqlalchemy as sa

            engine = sa.create_engine("sqlite://")

            class Orders:
                def close(self, day: int) -> None:
                    with engine.begin() as connection:
                        connection.execute(
                            "UPDATE orders SET open = 0 "  # all of them
            #               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                            "WHERE day < :day",
                            {"day": day},
                        )
            """,
            fixed="""
            import sqlalchemy as sa

            engine = sa.create_engine("sqlite://")

            class Orders:
                def close(self, day: int) -> None:
                    with engine.begin() as connection:
                        connection.execute(
                            sa.text("UPDATE orders SET open = 0 "  # all of them
                            "WHERE day < :day"),
                            {"day": day},
                        )
            """,
        ),
        Bad(
            """
            from sqlalchemy.orm import Session as Work

            def find(session: Work, day: int) -> object:
                session.execute("SELECT * FROM orders WHERE day = %s", (day,))
            #                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                return session.execute("SELECT * FROM orders WHERE time = '12:30'")
            #                          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            """,
            why="parameters of the driver and a colon in quotes would mean something else to `text()`",
        ),
        Good(
            """
            import sqlite3
            from sqlalchemy import Connection, text
            from sqlalchemy.ext.asyncio import AsyncSession

            async def find(session: AsyncSession, connection: Connection, raw: sqlite3.Connection, day: int) -> None:
                await session.execute(text("SELECT 1"))
                connection.exec_driver_sql("SELECT 1")
                raw.execute("SELECT 1")
            """,
            why="these take what they are given",
        ),
        Good(
            """
            from sqlalchemy.orm import Session

            def find(session: Session, table: str) -> None:
                query = "SELECT 1"
                session.execute(query)
                session.execute(f"SELECT * FROM {table}")
            """,
            why="missed: a variable is not followed, and an f-string needs another remedy",
        ),
    ),
)

_AMBIGUOUS = re.compile(r"%[s(]|\?|\\|'[^']*:\w[^']*'|--.*:\w")
"""What means one thing to a driver and another to `text()`."""


@RULE.check(Call, callees=RUNNERS)
def check(call: Call, view: View) -> Iterator[Finding[Call]]:
    statement = call.argument(0, "statement")
    if _is_string(statement) and statement is not None:
        yield RULE.at(call, statement.node, method=call.method)


def _is_string(expr: Expr | None) -> bool:
    return isinstance(expr, Constant) and expr.kind is ConstantKind.STRING


def _content(statement: Expr, edits: Edits) -> str:
    """What the string says, however it is quoted and put together."""
    return str(literal_eval(f"({edits.text(statement.node)}\n)"))


@RULE.fix(Applicability.UNSAFE)
def wrap_in_text(finding: Finding[Call], edits: Edits) -> Fix | Refusal | None:
    call = finding.fact
    statement = call.argument(0, "statement")
    if statement is None:
        return None
    if _AMBIGUOUS.search(_content(statement, edits)):
        return Refusal(TITLE, "it has parameters of the driver, or a colon that `text()` would take for one")
    spelled = edits.spell("sqlalchemy.text", call.context)
    if spelled is None:
        return Refusal(TITLE, "every name for `text` means something else here")
    opening = edits.insert_before(statement.node, f"{spelled.text}(")
    return Fix(TITLE, (opening, edits.insert_after(statement.node, ")"), *spelled.edits))
