"""Queries that are sent once for each item of a loop.

## What it does
Reports a `select`, `get` or `query` that a session sends in a loop, if it depends on the item of the loop.

## Why it matters
A hundred items cost a hundred round trips, one after the other, while the connection is held.
It is fast with the data of a developer, and an outage with that of a customer.

One `select(Model).where(Model.id.in_(keys))` for all keys is enough, whose rows are then looked up in a dictionary.

## What the rewrite does
It reads the rows in front of the loop where one is looked up by its primary key, and the keys are a list of `int` or
`UUID`.
What the loop changes meanwhile is not asked for again, and some databases take no more than some thousand keys at once.

## Known limits
Loops that go through chunks, attempts or numbers, or that return or break, are left alone, and so are `while` and
`async for`; chunks and attempts are known by their names.
A query for each of several models cannot be put together with the others and is left alone.
Queries of functions that the loop calls are missed, and so is a `session.query()` that is sent in another statement.
Modules of tests are left alone, and so are loops over what `config` or `settings` lists, which is short.
"""

from collections.abc import Iterator
from operator import itemgetter

from hexguard.facts.chains import chain_from
from hexguard.facts.expressions import Attribute, Call, Collection, Expr, Name
from hexguard.facts.loops import is_per_item, loops_around, names_in
from hexguard.facts.model import Assignment, Loop
from hexguard.facts.scopes import ScopeKind
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard_rules.knowledge.sessions import GETTING_NAMES, QUERY_ENDS, READING, READING_NAMES, SELECTS
from hexguard_rules.knowledge.sqlalchemy import ASYNC_SESSIONS, SESSION
from hexguard_rules.rewrites.lookup import asked_together, read_before

RULE = Rule(
    name="query-in-loop",
    message="`{method}` asks the database once for each item of the loop",
    doc=__doc__,
    severity=Severity.BLOCKING,
    aliases=("AP-05",),
    requires=("sqlalchemy>=1.4",),
    examples=(
        Bad(
            """
            from sqlalchemy import select
            from sqlalchemy.ext.asyncio import AsyncSession
            from sqlalchemy.orm import Session

            async def authors(session: AsyncSession, books: list[Book]) -> list[Author | None]:
                found = []
                for book in books:
                    query = select(Author).where(Author.id == book.author_id)
                    found.append(await session.scalar(query))
            #                          ^^^^^^^^^^^^^^
                return found

            def sync_authors(session: Session, books: list[Book], kinds: list[type[Book]]) -> list[Author | None]:
                counts = [session.query(kind).count() for kind in kinds]
                return [session.query(Author).filter(Author.id == book.author_id).first() for book in books]
            #           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            """,
            why="the keys would have to be collected first",
        ),
        Bad(
            """
            import sqlalchemy as sa
            from sqlalchemy.orm import Session

            class Users:
                def __init__(self, session: Session) -> None:
                    self.session = session

                def load(self, ids: list[int]) -> list[User | None]:
                    return [self.session.get(User, id) for id in ids]
            #               ^^^^^^^^^^^^^^^^

                def names(self, users: dict[int, str]) -> None:
                    for id, name in users.items():
                        key = id + 1
                        self.session.execute(sa.select(User).where(User.id == key).limit(1)).scalar_one().name = name
            #           ^^^^^^^^^^^^^^^^^^^^
            """,
            why="a comprehension has no place for a statement before it, and a key that is worked out is none of the items",
        ),
        Bad(
            """
            from sqlalchemy.ext.asyncio import AsyncSession
            from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

            class Base(DeclarativeBase): ...

            class User(Base):
                __tablename__ = "users"
                id: Mapped[int] = mapped_column(primary_key=True)
                name: Mapped[str]

            async def names(session: AsyncSession, ids: list[int]) -> list[str]:
                found_names = []
                for user_id in ids:
                    user = await session.get(User, user_id)
            #                    ^^^^^^^^^^^
                    if user is not None:
                        found_names.append(user.name)
                return found_names
            """,
            fixed="""
            from sqlalchemy import select
            from sqlalchemy.ext.asyncio import AsyncSession
            from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

            class Base(DeclarativeBase): ...

            class User(Base):
                __tablename__ = "users"
                id: Mapped[int] = mapped_column(primary_key=True)
                name: Mapped[str]

            async def names(session: AsyncSession, ids: list[int]) -> list[str]:
                found_names = []
                user_by_id = {
                    found.id: found
                    for found in await session.scalars(select(User).where(User.id.in_(ids)))
                }
                for user_id in ids:
                    user = user_by_id.get(user_id)
            #                    ^^^^^^^^^^^
                    if user is not None:
                        found_names.append(user.name)
                return found_names
            """,
        ),
        Good(
            """
            from sqlalchemy import select, update
            from sqlalchemy.ext.asyncio import AsyncSession

            async def load(session: AsyncSession, ids: list[int], chunks: list[list[int]]) -> list[User]:
                users = list(await session.scalars(select(User).where(User.id.in_(ids))))
                for chunk in chunks:
                    users += await session.scalars(select(User).where(User.id.in_(chunk)))
                for user in await session.scalars(select(User)):
                    print(user.name)
                return [user for user in await session.scalars(select(User).where(User.id.in_(ids)))]
            """,
            why="one query gives many rows",
        ),
        Good(
            """
            from sqlalchemy import func, select
            from sqlalchemy.orm import Session

            def count(session: Session, models: list[type[object]], names: list[str]) -> User | None:
                for model in models:
                    print(session.scalar(select(func.count()).select_from(model)), session.get(model, 1))
                for model in (User, Order):
                    print(session.scalar(select(func.max(model.id))))
                for name in names:
                    if user := session.scalar(select(User).where(User.name == name)):
                        return user
                return None

            def free_names(session: Session, names: list[str]) -> None:
                for name in names:
                    while session.query(User).filter(User.name == name).first():
                        name += "_"
            """,
            why="each query is about another table, or the first hit ends the loop",
        ),
        Good(
            """
            from sqlalchemy import update
            from sqlalchemy.orm import Session

            class Cache:
                def get(self, kind: str, key: int) -> str | None: ...

            def save(session: Session, cache: Cache, users: list[User]) -> None:
                for user in users:
                    cache.get("user", user.id)
                    session.execute(update(User).where(User.id == user.id).values(name=user.name))
            """,
            why="no query is sent to the database, or it changes a row",
        ),
        Good(
            """
            #- tests/test_users.py
            from sqlalchemy.orm import Session

            def test_saves(session: Session) -> None:
                for key in (1, 2):
                    assert session.get(User, key)
            """,
            why="a test has few rows",
        ),
        Good(
            """
            from sqlalchemy.orm import Session
            from app.settings import settings

            def promote(session: Session, config: Config) -> None:
                for name in settings.admins:
                    session.query(User).filter(User.name == name).one().role = "admin"
                roles = [(config.members, "member"), (config.owners, "owner")]
                for names, role in roles:
                    for name in names:
                        session.query(User).filter(User.name == name).one().role = role
            """,
            why="what a configuration lists is short",
        ),
    ),
)


@RULE.check(Call, methods={*READING_NAMES, "query"})
def check(call: Call, view: View) -> Iterator[Finding[Call]]:
    if view.is_test:
        return
    if call.method == "query":
        yield from _legacy(call, view)
    if not call.args:
        return
    items = _items(call, view)
    if items and (callee := view.callee(call)) in READING and _asks_about(call, items, view):
        key, reason = asked_together(call, view)
        kind = "async" if callee.rpartition(".")[0] in ASYNC_SESSIONS else ""
        reason = "the session is one of SQLModel" if callee.startswith("sqlmodel.") else reason
        yield RULE.at(call, call.func.node, method=call.method, key=key, kind=kind, reason=reason)


def _legacy(call: Call, view: View) -> Iterator[Finding[Call]]:
    """The same for `session.query(...)`, which is sent by the last step of its chain."""
    last = chain_from(call, view.block.facts)[-1]
    if last.method not in QUERY_ENDS or not (items := _items(call, view)):
        return
    is_asked = bool(items & set(names_in(last))) and not _is_about_other_tables(last, items)
    if is_asked and view.callee(call) == f"{SESSION}.query":
        yield RULE.at(last, last.func.node, method=last.method, reason="`query()` is to become a `select` first")


def _items(call: Call, view: View) -> set[str]:
    """The names of what the loops around a call go through, and of what is made from that."""
    # What decides whether a `while` goes on is asked until it does not, as for a name that is not taken.
    if any(loop.kind == "while" and loop.node < call.node < loop.body[0] for loop in view.block.of_type(Loop)):
        return set()
    scope = view.block.scopes[call.context.scope]
    items = set[str](scope.bindings) if scope.kind is ScopeKind.COMPREHENSION else set[str]()
    for loop in loops_around(view.block, call.node, call.context):
        if is_per_item(loop, view.block) and not _is_configured(loop, view):
            items |= set(names_in(loop.target)) | set(_made_from(set(names_in(loop.target)), loop, view))
    return items


def _is_configured(loop: Loop, view: View) -> bool:
    """Whether a loop goes through what the configuration lists, as far as the names say so."""
    given: list[tuple[int, object, Expr]] = [
        *((made.node, made.target, made.value) for made in view.block.of_type(Assignment) if made.value is not None),
        *((found.node, found.target, found.source) for found in view.block.of_type(Loop)),
    ]
    known = set(names_in(loop.source)) if isinstance(loop.source, _LISTED) else set[str]()
    for _, target, source in sorted(given, key=itemgetter(0), reverse=True):
        if isinstance(source, _LISTED) and known & set(names_in(target)):
            known |= set(names_in(source))
    return not known.isdisjoint(_CONFIGURATION)


_LISTED = (Attribute, Collection, Name)
_CONFIGURATION = ("conf", "config", "settings")


def _made_from(items: set[str], loop: Loop, view: View) -> Iterator[str]:
    known = set(items)
    for made in view.block.of_type(Assignment):
        is_inside = loop.body[0] <= made.node < loop.body[1] and isinstance(made.target, Name)
        if is_inside and known & set(names_in(made.value)):
            known |= set(names_in(made.target))
    yield from known


def _asks_about(call: Call, items: set[str], view: View) -> bool:
    """Whether a call asks for rows that depend on the items, and not for another table each time."""
    if call.method in GETTING_NAMES:
        return not items & set(names_in(call.args[0])) and bool(items & set(names_in(call.args[1:])))
    query = _query(call.args[0], view)
    select = _start(query) if query else None
    if query is None or select is None or view.callee(select) not in SELECTS:
        return False
    return bool(items & set(names_in(query))) and not _is_about_other_tables(query, items)


def _query(expr: Expr, view: View) -> Expr | None:
    """The query itself, also where it was given a name right before."""
    if not isinstance(expr, Name):
        return expr
    given = [
        made for made in view.block.of_type(Assignment) if made.target == Name(made.target.node, expr.id, expr.scope)
    ]
    return given[0].value if len(given) == 1 else None


def _start(query: Expr) -> Call | None:
    """`select(...)`, with which `select(...).where(...).limit(...)` starts."""
    while isinstance(query, Call) and isinstance(query.func, Attribute) and isinstance(query.func.value, Call):
        query = query.func.value
    return query if isinstance(query, Call) else None


def _is_about_other_tables(query: Expr, items: set[str]) -> bool:
    """Whether an item, or something of it, stands where a table or a column does."""
    while isinstance(query, Call):
        if query.method in _TABLES and items & set(names_in(query.args)):
            return True
        query = query.func.value if isinstance(query.func, Attribute) else query.func
    return False


_TABLES = frozenset({"query", "select", "select_from", "join", "outerjoin"})


@RULE.fix(Applicability.REFACTOR)
def read_together(finding: Finding[Call], edits: Edits) -> Fix | Refusal:
    title, call = "Read all rows in front of the loop", finding.fact
    if finding["reason"] or (finding["kind"] and not call.in_async):
        return Refusal(title, finding["reason"] or "`await` is not allowed here")
    made = read_before(call, finding["key"], bool(finding["kind"]), edits)
    return Refusal(title, made) if isinstance(made, str) else Fix(title, made)
