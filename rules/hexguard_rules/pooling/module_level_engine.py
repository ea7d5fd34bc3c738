"""Engines that are made when a module is imported.

## What it does
Reports `create_engine` and `create_async_engine` outside of functions, where the project chose `lifespan` for the switch
`pooling.engine_scope`.

## Why it matters
Such an engine is there before the application starts, and nobody is told when to dispose of it.
All tests share it, a process that is forked later inherits its connections, and the settings are read on import.

## How to fix
Make the engine in the lifespan of the application, keep it in `app.state` or in what the lifespan yields, and write
`await engine.dispose()` after the `yield`.

## Known limits
Many projects make one engine at module level on purpose, so nothing is reported unless the switch asks for it.
An engine that a function makes is left alone, also if a module calls that function.
What runs only in a script (`if __name__ == "__main__"`), modules of tests, and modules that import Alembic are left alone.
"""

from collections.abc import Iterator

from hexguard.facts.chains import dotted
from hexguard.facts.expressions import Call
from hexguard.facts.model import Reference
from hexguard.rule import Bad, Finding, Good, Rule, Severity, View
from hexguard_rules.knowledge.pooling import ENGINES

RULE = Rule(
    name="module-level-engine",
    message="`{maker}` runs on import, so no lifespan opens or closes this engine",
    doc=__doc__,
    severity=Severity.SUGGESTION,
    requires=("sqlalchemy>=1.4",),
    switch=("pooling.engine_scope", "lifespan"),
    examples=(
        Bad(
            """
            from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

            engine = create_async_engine("postgresql+asyncpg://shop@db/shop", pool_pre_ping=True)
            #        ^^^^^^^^^^^^^^^^^^^
            make_session = async_sessionmaker(engine)
            """,
        ),
        Bad(
            """
            import sqlalchemy as sa
            from sqlalchemy.orm import sessionmaker

            make_session = sessionmaker(bind=sa.create_engine("sqlite:///shop.db"))
            #                                ^^^^^^^^^^^^^^^^

            class Database:
                engine = sa.create_engine("sqlite:///orders.db")
            #            ^^^^^^^^^^^^^^^^
            """,
        ),
        Good(
            """
            from collections.abc import AsyncIterator
            from contextlib import asynccontextmanager

            from fastapi import FastAPI
            from sqlalchemy.ext.asyncio import create_async_engine

            @asynccontextmanager
            async def lifespan(app: FastAPI) -> AsyncIterator[None]:
                engine = create_async_engine("postgresql+asyncpg://shop@db/shop", pool_pre_ping=True)
                app.state.engine = engine
                yield
                await engine.dispose()

            class Database:
                def __init__(self, url: str) -> None:
                    self.engine = create_async_engine(url)

            make_engine = lambda url: create_async_engine(url)
            """,
            why="a function makes it when it is called",
        ),
        Good(
            """
            #- tests/conftest.py
            from sqlalchemy import create_engine

            engine = create_engine("sqlite:///:memory:")
            #- migrations/env.py
            from alembic import context
            from sqlalchemy import create_engine

            engine = create_engine("postgresql+psycopg://shop@db/shop")
            #- app/fill.py
            from sqlalchemy import create_engine

            if __name__ == "__main__":
                engine = create_engine("postgresql+psycopg://shop@db/shop")
            """,
            why="tests, migrations and scripts have no lifespan",
        ),
    ),
)


@RULE.check(Call, callees=ENGINES)
def check(call: Call, view: View) -> Iterator[Finding[Call]]:
    if view.block.function_scope(call.context.scope) or view.is_test or view.imports("alembic"):
        return
    if not _is_script(view):
        yield RULE.at(call, call.func.node, maker=view.callee(call).rpartition(".")[2])


def _is_script(view: View) -> bool:
    """Whether the block asks if its module is run: `if __name__ == "__main__":`."""
    conditions = (found for found in view.block.of_type(Reference) if found.context.in_condition)
    return any(dotted(found.expr) == "__name__" for found in conditions)
