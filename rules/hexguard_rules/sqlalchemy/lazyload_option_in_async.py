"""Options for lazy loading in async code.

## What it does
Reports the option `lazyload()` in an `async def`.

## Why it matters
A relationship that is loaded when it is read has to wait for the database, which reading an attribute cannot do.
With an `AsyncSession` it raises `MissingGreenlet`, often far from the query, while the response is being built.

## Fix safety
Unsafe: with `raiseload()`, reading the relationship raises an error that names it.
The switch `sqlalchemy.loading` may choose `selectinload()`, which loads it at once and costs a query.
Code that only runs inside `run_sync`, where lazy loading works, needs the option as it was.

## Known limits
Only options in an `async def` are reported; queries that a plain function makes are missed.
Relationships that are lazy by themselves are not looked at.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import Attribute, Call, Expr
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard_rules.knowledge.sessions import LAZYLOAD, OPTION_MAKERS
from hexguard_rules.rewrites.loading import with_option

RULE = Rule(
    name="lazyload-option-in-async",
    message="`lazyload` cannot wait for the database here; reading raises `MissingGreenlet`",
    doc=__doc__,
    severity=Severity.BLOCKING,
    requires=("sqlalchemy>=1.4",),
    examples=(
        Bad(
            """
            from sqlalchemy import select
            from sqlalchemy.ext.asyncio import AsyncSession
            from sqlalchemy.orm import defaultload, lazyload

            async def users(session: AsyncSession) -> list[User]:
                query = select(User).options(lazyload(User.orders))
            #                                ^^^^^^^^
                lines = query.options(defaultload(User.orders).lazyload(Order.lines))
            #                         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                return list(await session.scalars(lines))
            """,
            fixed="""
            from sqlalchemy import select
            from sqlalchemy.ext.asyncio import AsyncSession
            from sqlalchemy.orm import defaultload, raiseload

            async def users(session: AsyncSession) -> list[User]:
                query = select(User).options(raiseload(User.orders))
                lines = query.options(defaultload(User.orders).raiseload(Order.lines))
                return list(await session.scalars(lines))
            """,
        ),
        Bad(
            """
            #- pyproject.toml
            [tool.hexguard]
            switches = { "sqlalchemy.loading" = "raise_on_sql" }
            #- app/users.py
            from sqlalchemy import select
            from sqlalchemy.ext.asyncio import AsyncSession
            from sqlalchemy.orm import lazyload

            async def users(session: AsyncSession) -> list[User]:
                return list(await session.scalars(select(User).options(lazyload(User.orders))))
            #                                                          ^^^^^^^^
            """,
            fixed="""
            #- app/users.py
            from sqlalchemy import select
            from sqlalchemy.ext.asyncio import AsyncSession
            from sqlalchemy.orm import raiseload

            async def users(session: AsyncSession) -> list[User]:
                return list(await session.scalars(select(User).options(raiseload(User.orders, sql_only=True))))
            """,
        ),
        Bad(
            """
            from sqlalchemy.orm import lazyload as lazily

            raiseload = None

            async def users(session, sqlalchemy, orm) -> list[object]:
                return list(await session.scalars(query.options(lazily("*"))))
            #                                                   ^^^^^^
            """,
            why="every way to write `sqlalchemy.orm.raiseload` means something else here",
        ),
        Good(
            """
            from sqlalchemy import select
            from sqlalchemy.ext.asyncio import AsyncSession
            from sqlalchemy.orm import Session, lazyload, selectinload

            def first(session: Session) -> User | None:
                return session.scalar(select(User).options(lazyload(User.orders)))

            async def users(session: AsyncSession) -> list[User]:
                await session.run_sync(first)
                return list(await session.scalars(select(User).options(selectinload(User.orders))))
            """,
            why="a plain function may load lazily, and the other option loads at once",
        ),
        Good(
            """
            class Images:
                def lazyload(self, path: str) -> str:
                    return path

            async def page(images: Images) -> str:
                return images.lazyload("/logo.png")
            """,
            why="only the name is the same",
        ),
    ),
)


@RULE.check(Call, callees=[LAZYLOAD], methods=["lazyload"])
def check(call: Call, view: View) -> Iterator[Finding[Call]]:
    if not call.in_async:
        return
    is_option = call.method == "lazyload" and call.receiver is not None and _starts_option(call.receiver, view)
    if is_option or view.callee(call) == LAZYLOAD:
        yield RULE.at(call, call.func.node)


def _starts_option(expr: Expr, view: View) -> bool:
    """Whether an expression is an option that others can follow: `joinedload(...).selectinload(...)`."""
    while isinstance(expr, Call):
        if view.callee(expr) in OPTION_MAKERS:
            return True
        if not isinstance(expr.func, Attribute):
            return False
        expr = expr.func.value
    return False


@RULE.fix(Applicability.UNSAFE)
def load_otherwise(finding: Finding[Call], edits: Edits) -> Fix | Refusal:
    return with_option(finding.fact, edits)
