"""Engines and drivers of which one is async and the other is not.

## What it does
Reports `create_async_engine` for an address with a sync driver (`postgresql://`, `sqlite:///`, `mysql+pymysql://`),
and `create_engine` for one with an async driver (`postgresql+asyncpg://`).

## Why it matters
An async engine refuses a sync driver where it is made, so the application does not start.
A sync engine takes an async driver, and fails at the first connection.

## Fix safety
Unsafe: another driver is used, which has to be installed: `asyncpg`, `asyncmy` or `aiosqlite`.
It may read values, parameters and options of the address differently.

## Known limits
The address is looked up where it is written in the code: in the call, a variable, a setting, or a default of `os.getenv`.
A fix is offered only for an address in the call itself, and for an async engine.
`postgresql+psycopg` and `oracle+oracledb` are both, so they are left alone.
"""

import re
from collections.abc import Iterator

from hexguard.facts.expressions import Call, Constant, ConstantKind, Expr, FormattedString
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard_rules.knowledge.engines import (
    ASYNC_DRIVERS,
    ASYNC_ENGINE,
    ASYNC_SIBLINGS,
    SYNC_DRIVERS,
    SYNC_ENGINE,
)

RULE = Rule(
    name="async-engine-sync-driver-url",
    message="`{maker}` cannot use the driver of `{scheme}`",
    doc=__doc__,
    severity=Severity.BLOCKING,
    requires=("sqlalchemy>=1.4",),
    examples=(
        Bad(
            """
            from sqlalchemy.ext.asyncio import create_async_engine

            engine = create_async_engine("postgresql://shop@db/shop")
            #                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^
            """,
            fixed="""
            from sqlalchemy.ext.asyncio import create_async_engine

            engine = create_async_engine("postgresql+asyncpg://shop@db/shop")
            """,
        ),
        Bad(
            """
            from sqlalchemy.ext import asyncio as sa

            class Database:
                cache = sa.create_async_engine(url='sqlite:///:memory:')
            #                                      ^^^^^^^^^^^^^^^^^^^^

                def connect(self, host: str) -> None:
                    self.engine = sa.create_async_engine(f"mysql+pymysql://shop@{host}/shop")
            #                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            """,
            fixed="""
            from sqlalchemy.ext import asyncio as sa

            class Database:
                cache = sa.create_async_engine(url='sqlite+aiosqlite:///:memory:')

                def connect(self, host: str) -> None:
                    self.engine = sa.create_async_engine(f"mysql+asyncmy://shop@{host}/shop")
            """,
        ),
        Bad(
            """
            #- app/settings.py
            import os

            DATABASE_URL = os.getenv("DATABASE_URL", "postgresql+psycopg2://shop@localhost/shop")
            #- app/database.py
            from sqlalchemy import create_engine
            from sqlalchemy.ext.asyncio import create_async_engine
            from app.settings import DATABASE_URL

            engine = create_async_engine(DATABASE_URL)
            #                            ^^^^^^^^^^^^
            migrations = create_engine("postgresql+asyncpg://shop@db/shop")
            #                          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            """,
            why="the address is written elsewhere, or the engine is the one that has to change",
        ),
        Good(
            """
            from sqlalchemy import create_engine
            from sqlalchemy.ext.asyncio import create_async_engine

            def make(url: str) -> list[object]:
                return [
                    create_async_engine("postgresql+asyncpg://shop@db/shop"),
                    create_async_engine("postgresql+psycopg://shop@db/shop"),
                    create_async_engine("sqlite+aiosqlite://"),
                    create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://")),
                    create_async_engine(f"{url}/shop"),
                    create_engine("postgresql://shop@db/shop"),
                ]
            """,
            why="driver and engine agree, or nobody knows",
        ),
        Good(
            """
            from sqlalchemy.ext.asyncio import create_async_engine

            URL = "postgresql://shop@db/shop"
            URL = URL.replace("postgresql://", "postgresql+asyncpg://")

            engine = create_async_engine(URL)
            """,
            why="the address is another one by then",
        ),
    ),
)


@RULE.check(Call, callees=[ASYNC_ENGINE, SYNC_ENGINE])
def check(call: Call, view: View) -> Iterator[Finding[Call]]:
    maker = view.callee(call)
    wrong, url = SYNC_DRIVERS if maker == ASYNC_ENGINE else ASYNC_DRIVERS, call.argument(0, "url")
    if url and (scheme := _scheme(url, view)).lower() in wrong:
        yield RULE.at(call, url.node, maker=maker.rpartition(".")[2], scheme=f"{scheme}://")


def _scheme(url: Expr, view: View) -> str:
    """`postgresql+asyncpg` of an address, as far as the code says it."""
    match view.literal(url):
        case Constant(kind=ConstantKind.STRING, text=text) | FormattedString(start=text):
            found = _SCHEME.match(text)
            return found[1] if found else ""
        case _:
            return ""


_SCHEME = re.compile(r"[a-zA-Z]*[\"']+(\w+(?:\+\w+)?)://")


@RULE.fix(Applicability.UNSAFE)
def name_the_driver(finding: Finding[Call], edits: Edits) -> Fix | Refusal:
    title = "Name an async driver"
    scheme = finding["scheme"].removesuffix("://")
    text = edits.text(finding.node)
    found = _SCHEME.match(text)
    if finding["maker"] == SYNC_ENGINE.rpartition(".")[2]:
        return Refusal(title, "the engine is not async, so either of the two may be meant")
    if found is None or found[1] != scheme:
        return Refusal(title, "the address is written elsewhere")
    dialect = scheme.partition("+")[0]
    after = f"{text[: found.start(1)]}{dialect}+{ASYNC_SIBLINGS[dialect.lower()]}{text[found.end(1) :]}"
    return Fix(title, (edits.replace(finding.node, after),))
