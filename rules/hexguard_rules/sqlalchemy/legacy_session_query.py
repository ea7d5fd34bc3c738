"""Queries in the style of SQLAlchemy 1: `session.query(...)`.

## What it does
Reports `query()` on a SQLAlchemy session.

## Why it matters
SQLAlchemy 2 calls `Query` legacy: new features only come to `select()`, and an `AsyncSession` has no `query()` at all.
One style for sync and async code means one thing to know.

## Fix safety
Unsafe: results, exceptions and row counts are the same, proven on a populated database for each form of the migration guide.
What the code cannot show is a custom query class of the sessionmaker, or a listener for the events of `Query`.
Where entities come with joins, loader options or a second table, `unique()` is added, because `Query` removes duplicates without being asked.
Where `scalar()` finds several rows, the error asks for one row or none instead of exactly one.
What depends on something out of sight (whether a name is a mapped class, a query kept in a variable) is offered as a refactoring.

## Known limits
The session is recognised by its annotation, by what made it, or by the dependency that gives it.
Forms without a counterpart (`with_entities`, `slice`, `union`, string names of relationships) are reported without a fix.
So are forms that look alike and differ: `distinct()` ordered by something else, `filter_by()` after a join, and steps after a limit that `Query` refuses.
A query in a variable is rewritten only if all that happens to the variable in its function is understood.
`Model.query` of Flask-SQLAlchemy is another matter, and migrations of Alembic are left alone.
"""

from collections.abc import Iterator
from itertools import dropwhile, islice

from hexguard.facts.chains import chain_from
from hexguard.facts.expressions import Attribute, Call, Expr, Name
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard_rules.knowledge.sqlalchemy import ASYNC_SESSION, QUERY_STEPS, SESSION
from hexguard_rules.rewrites.query import KeptQuery, Query
from hexguard_rules.rewrites.steps import names_other_tables

TITLE = "Use `select()`"

RULE = Rule(
    name="legacy-session-query",
    message="`{method}` is the legacy query API, which no new feature and no `AsyncSession` supports",
    doc=__doc__,
    severity=Severity.IMPORTANT,
    requires=("sqlalchemy>=1.4",),
    examples=(
        Bad(
            """
            from sqlalchemy.orm import Session

            from app.models import User

            def find(session: Session, email: str) -> User | None:
                return session.query(User).filter(User.email == email).order_by(User.id).first()
            #          ^^^^^^^^^^^^^
            #- app/models.py
            class User: ...
            """,
            fixed="""
            #- app/main.py
            from sqlalchemy import select
            from sqlalchemy.orm import Session

            from app.models import User

            def find(session: Session, email: str) -> User | None:
                return session.scalars(select(User).where(User.email == email).order_by(User.id).limit(1)).first()
            #- app/models.py
            class User: ...
            """,
        ),
        Bad(
            """
            from sqlalchemy.orm import Session, joinedload

            def list_orders(session: Session, customer: int) -> list[Order]:
                return (
                    session.query(Order)  # newest first
            #       ^^^^^^^^^^^^^
                    .options(joinedload(Order.lines))
                    .filter_by(customer_id=customer)
                    .all()
                )

            class Order: ...
            """,
            fixed="""
            from sqlalchemy import select
            from sqlalchemy.orm import Session, joinedload

            def list_orders(session: Session, customer: int) -> list[Order]:
                return (
                    session.scalars(select(Order)  # newest first
                    .options(joinedload(Order.lines))
                    .filter_by(customer_id=customer)).unique()
                    .all()
                )

            class Order: ...
            """,
        ),
        Bad(
            """
            import sqlalchemy as sa
            from sqlalchemy.orm import Session

            class Order: ...

            def close(session: Session, day: int) -> int:
                session.query(Order).filter(Order.day < day).delete(synchronize_session=False)
            #   ^^^^^^^^^^^^^
                session.query(Order).filter(Order.day == day).update({"open": False})
            #   ^^^^^^^^^^^^^
                return session.query(Order).filter(Order.day > day).count()
            #          ^^^^^^^^^^^^^
            """,
            fixed="""
            import sqlalchemy as sa
            from sqlalchemy.orm import Session

            class Order: ...

            def close(session: Session, day: int) -> int:
                session.execute(sa.delete(Order).where(Order.day < day).execution_options(synchronize_session=False))
                session.execute(sa.update(Order).where(Order.day == day).values({"open": False}))
                return session.scalar(sa.select(sa.func.count()).select_from(sa.select(Order).where(Order.day > day).subquery()))
            """,
        ),
        Bad(
            """
            from sqlalchemy.orm import Session

            def search(session: Session, name: str | None) -> list[User]:
                users = session.query(User)
            #           ^^^^^^^^^^^^^
                if name:
                    users = users.filter(User.name == name)
                return users.order_by(User.id).all()

            class User: ...
            """,
            fixed="""
            from sqlalchemy import select
            from sqlalchemy.orm import Session

            def search(session: Session, name: str | None) -> list[User]:
                users = select(User)
                if name:
                    users = users.where(User.name == name)
                return session.scalars(users.order_by(User.id)).all()

            class User: ...
            """,
        ),
        Bad(
            """
            from sqlalchemy.orm import Session

            def names(session: Session, email: str) -> list[object]:
                session.query(User.name).distinct().order_by(User.age).all()
            #   ^^^^^^^^^^^^^
                session.query(User).join(Address).filter_by(email=email).all()
            #   ^^^^^^^^^^^^^
                return session.query(User).limit(9).filter(User.age > 30).all()
            #          ^^^^^^^^^^^^^

            class User: ...
            """,
            why="`Query` selects the age as well, filters the last table, and refuses a filter after a limit; statements differ",
        ),
        Bad(
            """
            from sqlalchemy.ext.asyncio import AsyncSession

            async def find(session: AsyncSession) -> None:
                session.query(User).with_entities(User.id).all()
            #   ^^^^^^^^^^^^^
                session.query(User).get(7)
            #   ^^^^^^^^^^^^^
            """,
            why="an `AsyncSession` has no such method, and what was meant is for a person to say",
        ),
        Good(
            """
            from sqlalchemy import select
            from sqlalchemy.orm import Session

            def find(session: Session, user_id: int) -> User | None:
                return session.get(User, user_id) or session.scalars(select(User)).first()

            def get(session: Session, user_id: int) -> User | None:
                return session.query(User).get(user_id)
            """,
            why="this is the present style, and `get()` of a query is reported by `legacy-query-get`",
        ),
        Good(
            """
            from solr import Solr

            def find(session: Solr) -> None:
                session.query("*:*").filter("a").all()
            #- migrations/versions/0007_names.py
            from alembic import op
            from sqlalchemy.orm import Session

            def upgrade() -> None:
                session = Session(bind=op.get_bind())
                for user in session.query(User).all():
                    user.name = user.name.strip()
            """,
            why="another library has a method of that name, and a migration is not touched again once it has run",
        ),
    ),
)


@RULE.check(Call, methods=["query"])
def check(call: Call, view: View) -> Iterator[Finding[Call]]:
    callee = view.callee(call)
    if callee == f"{SESSION}.query" and not _gets_by_key(call, view) and not _is_migration(view):
        result = _result(call, view)
        joined = result in ("entities", "assumed") and _may_repeat(call, view)
        yield RULE.at(call, call.func.node, method="query", result=result, joined="yes" if joined else "")
    elif callee == f"{ASYNC_SESSION}.query":
        yield RULE.at(call, call.func.node, method="query", result="", joined="")


def _gets_by_key(call: Call, view: View) -> bool:
    """Whether it is `query(...).get(...)`, which `legacy-query-get` is about."""
    rest = dropwhile(lambda step: step.method in QUERY_STEPS, chain_from(call, view.block.facts)[1:])
    return any(step.method == "get" for step in islice(rest, 1))


def _is_migration(view: View) -> bool:
    return bool(view.calls(f"{view.module}.upgrade")) and view.imports("alembic")


@RULE.fix(Applicability.UNSAFE)
def select_at_once(finding: Finding[Call], edits: Edits) -> Fix | None:
    return Query(finding, edits).fix() if _is_sure(finding) else None


@RULE.fix(Applicability.REFACTOR)
def select_step_by_step(finding: Finding[Call], edits: Edits) -> Fix | Refusal | None:
    if finding["result"] == "":
        return Refusal(TITLE, "what it gives is not certain")
    whole = Query(finding, edits).fix()
    if whole is not None:
        return None if _is_sure(finding) else whole
    return KeptQuery(finding, edits).fix() or Refusal(TITLE, "some step, or what becomes of the query, has no equal")


def _is_sure(finding: Finding[Call]) -> bool:
    """Whether the code says all that the rewrite depends on, so that it is offered as a fix and not as a refactoring."""
    return finding["result"] in ("entities", "rows")


def _result(call: Call, view: View) -> str:
    """What the query gives: `entities`, `rows`, `assumed` entities if that is likely, or nothing that can be rewritten."""
    if not call.args or call.keywords or call.has_unpacking:
        return ""
    kinds = [_kind(argument, view) for argument in call.args]
    if len(kinds) == 1 and kinds[0] in ("entity", "assumed"):
        return "entities" if kinds[0] == "entity" else "assumed"
    return "rows" if all(kind == "column" for kind in kinds) else ""


def _kind(expr: Expr, view: View) -> str:
    """A class is an entity, an attribute of a class or a call (`func.count()`) is a column."""
    match expr:
        case Name(id=name) | Attribute(attr=name) if name[:1].isupper():
            return "entity" if view.name(expr) else "assumed"
        case Attribute(value=Name(id=name) as owner, attr=attr) if name[:1].isupper():
            model = view.frameworks.model(view.name(owner))
            is_relationship = model is not None and any(found.name == attr for found in model.relationships)
            return "" if is_relationship else "column"
        case Call(func=Attribute(value=Name(id="func"))):
            return "column"
        case _:
            return ""


def _may_repeat(call: Call, view: View) -> bool:
    """Whether rows may bring an entity several times, by what the model or the arguments of the steps say."""
    return _is_loaded_joined(view.name(call.args[0]), view) or names_other_tables(call, view)


def _is_loaded_joined(entity: str, view: View) -> bool:
    """Whether the model says by itself that some relationship is loaded by a join, which needs `unique()`."""
    model = view.frameworks.model(entity)
    return model is not None and any(found.lazy in ("joined", "False") for found in model.relationships)
