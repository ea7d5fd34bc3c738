"""Engines that hand out connections which may be dead.

## What it does
Reports `create_engine` and `create_async_engine` without `pool_pre_ping` for a database that is reached over a network.

## Why it matters
A pool keeps connections while the database restarts, fails over, or a firewall forgets them.
The next request that is given one of them fails, and so does one for each connection of the pool.

## Fix safety
Unsafe: each checkout asks the database first, which costs a round trip.
An engine under very high load can say `pool_pre_ping=False`, which is left alone.

## Known limits
That the database is reached over a network is known from the address, where it or its default is written in the code,
from the type of a setting such as `PostgresDsn`, or from arguments that size the pool.
Where none of these is there, nothing is reported.
Engines with an own `poolclass`, modules of tests and examples, and modules that import Alembic are left alone.
"""

import re
from collections.abc import Iterator

from hexguard.facts.expressions import Call, Constant, ConstantKind, Expr, FormattedString, Starred
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Rule, Severity, View
from hexguard_rules.knowledge.pooling import (
    ENGINES,
    NETWORK_ADDRESSES,
    NETWORK_DIALECTS,
    POOL_SIZES,
    POOLS_THAT_KEEP,
)

RULE = Rule(
    name="pool-pre-ping-missing",
    message="`{maker}` without `pool_pre_ping=True` hands out connections that may be dead",
    doc=__doc__,
    severity=Severity.IMPORTANT,
    requires=("sqlalchemy>=1.2",),
    switch=("pooling.pre_ping", "on"),
    examples=(
        Bad(
            """
            from sqlalchemy.ext.asyncio import create_async_engine

            engine = create_async_engine("postgresql+asyncpg://shop@db/shop", pool_size=20)
            #        ^^^^^^^^^^^^^^^^^^^
            """,
            fixed="""
            from sqlalchemy.ext.asyncio import create_async_engine

            engine = create_async_engine("postgresql+asyncpg://shop@db/shop", pool_size=20, pool_pre_ping=True)
            """,
        ),
        Bad(
            """
            #- app/settings.py
            import os
            from pydantic import PostgresDsn
            from pydantic_settings import BaseSettings

            REPORTS_URL = os.getenv("REPORTS_URL", "mysql+pymysql://reports@db/reports")

            class Settings(BaseSettings):
                database_url: PostgresDsn
                archive_url: str = "mssql+pyodbc://archive"

            settings = Settings()
            #- app/database.py
            import sqlalchemy as sa
            from app.settings import REPORTS_URL, settings

            class Database:
                def __init__(self, host: str) -> None:
                    self.orders = sa.create_engine(str(settings.database_url))
            #                     ^^^^^^^^^^^^^^^^
                    self.archive = sa.create_engine(settings.archive_url)
            #                      ^^^^^^^^^^^^^^^^
                    self.reports = sa.create_engine(REPORTS_URL)
            #                      ^^^^^^^^^^^^^^^^
                    self.users = sa.create_engine(f"postgresql://users@{host}/users")
            #                    ^^^^^^^^^^^^^^^^
            """,
            fixed="""
            #- app/settings.py
            import os
            from pydantic import PostgresDsn
            from pydantic_settings import BaseSettings

            REPORTS_URL = os.getenv("REPORTS_URL", "mysql+pymysql://reports@db/reports")

            class Settings(BaseSettings):
                database_url: PostgresDsn
                archive_url: str = "mssql+pyodbc://archive"

            settings = Settings()
            #- app/database.py
            import sqlalchemy as sa
            from app.settings import REPORTS_URL, settings

            class Database:
                def __init__(self, host: str) -> None:
                    self.orders = sa.create_engine(str(settings.database_url), pool_pre_ping=True)
                    self.archive = sa.create_engine(settings.archive_url, pool_pre_ping=True)
                    self.reports = sa.create_engine(REPORTS_URL, pool_pre_ping=True)
                    self.users = sa.create_engine(f"postgresql://users@{host}/users", pool_pre_ping=True)
            """,
        ),
        Good(
            """
            from sqlalchemy import create_engine
            from sqlalchemy.pool import NullPool

            URL = "postgresql+psycopg://shop@db/shop"

            def make(options: dict[str, object]) -> list[object]:
                return [
                    create_engine(URL, pool_pre_ping=True),
                    create_engine(URL, pool_pre_ping=False),
                    create_engine(URL, poolclass=NullPool),
                    create_engine(URL, **options),
                    create_engine("sqlite:///shop.db", pool_size=5),
                ]
            """,
            why="it is set, may be set, nothing is kept, or there is no network",
        ),
        Good(
            """
            from sqlalchemy import create_engine

            def make(url: str) -> object:
                return create_engine(url)
            """,
            why="the address may be that of a file",
        ),
        Good(
            """
            #- tests/conftest.py
            from sqlalchemy import create_engine

            engine = create_engine("postgresql+psycopg://test@db/test")
            #- examples/orders.py
            from sqlalchemy import create_engine

            engine = create_engine("postgresql+psycopg://app:secret@localhost/app")
            #- migrations/env.py
            from alembic import context
            from sqlalchemy import create_engine

            with create_engine("postgresql+psycopg://shop@db/shop").connect() as connection:
                context.configure(connection=connection)
            """,
            why="tests, examples and migrations do not outlive the database",
        ),
    ),
)


@RULE.check(Call, callees=ENGINES)
def check(call: Call, view: View) -> Iterator[Finding[Call]]:
    is_short_lived = view.is_test or view.imports("alembic") or "examples" in view.module.split(".")
    if not is_short_lived and not _is_settled(call, view) and _is_remote(call, view):
        yield RULE.at(call, call.func.node, maker=view.callee(call).rpartition(".")[2])


def _is_settled(call: Call, view: View) -> bool:
    """Whether the argument is given, may be given by unpacking, or has no use for this pool."""
    if call.keyword("pool_pre_ping") or any(isinstance(argument, Starred) for argument in call.args):
        return True
    pool = call.keyword("poolclass") or call.keyword("pool")
    return pool is not None and view.name(pool.value) not in POOLS_THAT_KEEP


def _is_remote(call: Call, view: View) -> bool:
    url = call.argument(0, "url")
    dialect = _dialect(url, view) if url else ""
    return dialect in NETWORK_DIALECTS if dialect else any(call.keyword(name) for name in POOL_SIZES)


def _dialect(url: Expr, view: View) -> str:
    """The dialect of an address, as far as the code says it; empty where it does not."""
    if isinstance(url, Call) and len(url.args) == 1 and view.callee(url) == "builtins.str":
        return _dialect(url.args[0], view)
    value = view.value(url)
    if value and value.name in NETWORK_ADDRESSES:
        return "postgresql"
    match view.literal(url):
        case Constant(kind=ConstantKind.STRING, text=text) | FormattedString(start=text):
            found = _SCHEME.match(text)
            return found[1].lower() if found else ""
        case _:
            return ""


_SCHEME = re.compile(r"[a-zA-Z]*[\"']+(\w+)(?:\+\w+)?:")


@RULE.fix(Applicability.UNSAFE)
def ping_first(finding: Finding[Call], edits: Edits) -> Fix:
    return Fix("Ask whether a connection is alive", (edits.add_argument(finding.fact, "pool_pre_ping=True"),))
