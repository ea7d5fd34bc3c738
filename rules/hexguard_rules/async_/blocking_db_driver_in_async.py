"""Database and cache drivers that hold up the event loop.

## What it does
Reports queries and commits by sqlite3, psycopg2, the sync side of psycopg, PyMySQL, mysql-connector, redis and pymongo,
and by an `Engine` or `Connection` of SQLAlchemy, in an `async def`.

## Why it matters
The event loop runs in one thread.
Until the database answers, every other request, task and timer of the process waits as well; under load, or behind a
lock in the database, that is seconds.

## Fix safety
Unsafe: the call then runs in a thread, at the same time as other code.
A transaction of a connection that other code uses meanwhile should not be shared with it.
An async driver is the better way: `redis.asyncio`, `psycopg.AsyncConnection`, `asyncpg`, `aiosqlite`, or
`create_async_engine` of SQLAlchemy.

## Known limits
A connection is followed from where it is made or annotated; `client["shop"]["orders"]` of pymongo is not.
Sessions of SQLAlchemy are not looked at here.
A nested `def` or `lambda` is left alone, since it may run in a thread or by `run_sync`.
A query behind a helper is reported by `blocking-call-transitive`.
No fix is offered for what belongs to one thread, such as a connection of sqlite3 and a cursor, in files that import
anyio or trio, and in comprehensions.
Nobody else waits in tests, in commands (`import click`, `import typer`, folders such as `scripts`, `cli` and
`migrations`, before `os.execvp()`) and at the start (a lifespan, names like `setup_database` and `initialize`): all of
these are left alone.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import Call
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard_rules.knowledge.drivers import DRIVERS, ONE_THREAD_ONLY

TITLE = "Run the query in a thread"

RULE = Rule(
    name="blocking-db-driver-in-async",
    message="`{name}` waits for the database and stops the event loop meanwhile",
    doc=__doc__,
    severity=Severity.BLOCKING,
    aliases=("AP-09",),
    examples=(
        Bad(
            """
            import asyncio
            from redis import Redis

            class Basket:
                def __init__(self, url: str) -> None:
                    self.redis = Redis.from_url(url)

                async def add(self, user_id: int, code: str) -> int:
                    self.redis.rpush(f"basket:{user_id}", code)
            #       ^^^^^^^^^^^^^^^^
                    return self.redis.llen(f"basket:{user_id}") + 1
            #              ^^^^^^^^^^^^^^^
            """,
            fixed="""
            import asyncio
            from redis import Redis

            class Basket:
                def __init__(self, url: str) -> None:
                    self.redis = Redis.from_url(url)

                async def add(self, user_id: int, code: str) -> int:
                    await asyncio.to_thread(self.redis.rpush, f"basket:{user_id}", code)
                    return await asyncio.to_thread(self.redis.llen, f"basket:{user_id}") + 1
            """,
        ),
        Bad(
            """
            import asyncio
            import psycopg2 as postgres

            async def count(url: str) -> int:
                with postgres.connect(url) as connection:
            #        ^^^^^^^^^^^^^^^^
                    connection.commit()
            #       ^^^^^^^^^^^^^^^^^
                    return connection.info.backend_pid
            """,
            fixed="""
            import asyncio
            import psycopg2 as postgres

            async def count(url: str) -> int:
                with await asyncio.to_thread(postgres.connect, url) as connection:
                    await asyncio.to_thread(connection.commit)
                    return connection.info.backend_pid
            """,
        ),
        Bad(
            """
            import sqlite3
            from sqlalchemy import Engine, text

            async def names(engine: Engine) -> list[str]:
                with engine.connect() as connection:
            #        ^^^^^^^^^^^^^^
                    connection.execute(text("select 1"))
            #       ^^^^^^^^^^^^^^^^^^
                database = sqlite3.connect("shop.db")
                return database.execute("select name from users").fetchall()
            #          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            #          ^^^^^^^^^^^^^^^^
            """,
            why="these connections belong to the thread that opened them",
        ),
        Good(
            """
            import asyncio
            import redis
            from redis.asyncio import Redis
            from sqlalchemy.ext.asyncio import AsyncEngine

            async def show(cache: Redis, engine: AsyncEngine, pool: redis.Redis) -> None:
                await cache.get("rates")
                await asyncio.to_thread(pool.get, "rates")
                async with engine.connect() as connection:
                    await connection.run_sync(lambda plain: plain.commit())
            """,
            why="an async driver or a thread waits",
        ),
        Good(
            """
            from sqlalchemy import create_engine
            from sqlalchemy_aio import ASYNCIO_STRATEGY

            class Database:
                def __init__(self, url: str) -> None:
                    self.engine = create_engine(url, strategy=ASYNCIO_STRATEGY)

                async def version(self) -> str:
                    async with self.engine.connect() as connection:
                        return await connection.scalar("select version()")
            """,
            why="what `async with` enters does not block, whoever made it",
        ),
        Good(
            """
            import sqlite3

            def load(path: str) -> list[str]:
                with sqlite3.connect(path) as database:
                    return database.execute("select name from users").fetchall()

            class Board:
                def execute(self, move: str) -> None:
                    self.last = move

            async def play(board: Board) -> None:
                board.execute("e4")
            """,
            why="a plain function may wait, and a board is no database",
        ),
    ),
)


@RULE.check(Call, callees=DRIVERS)
def check(call: Call, view: View) -> Iterator[Finding[Call]]:
    if view.holds_up(call):
        callee = view.callee(call)
        yield RULE.at(call, call.func.node, name=".".join(callee.split(".")[-2:]), callee=callee)


@RULE.fix(Applicability.UNSAFE)
def run_in_thread(finding: Finding[Call], edits: Edits) -> Fix | Refusal:
    if finding["callee"].startswith(ONE_THREAD_ONLY):
        return Refusal(TITLE, "the connection belongs to the thread that opened it")
    return edits.in_thread(finding.fact, TITLE)
