"""Rows that are loaded only to be counted.

## What it does
Reports `len()` of what `all()` gives, where the rows come from a session and nothing else uses them.

## Why it matters
The database sends each row, and the ORM makes an object of it, for one number.
With a million rows that is a page that takes minutes and a process that runs out of memory.

## Fix safety
Unsafe: the number is the same, but the objects are not in the session afterwards.
Rows that the ORM would drop, like repeated entities of a legacy query with a join, are counted as well.

## Known limits
Rows in a variable are only reported if every use of the variable is in `len()`, and then without a fix.
A statement with `unique()` has no fix, because the database may count more.
Modules of tests are left alone, since they load a handful of rows.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import Attribute, Await, Call, Expr, Name
from hexguard.facts.model import Assignment, Reference
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard.text.edit import Edit
from hexguard.text.span import Span
from hexguard_rules.knowledge.sqlalchemy import ASYNC_SESSIONS, SESSION

TITLE = "Count in the database"

RULE = Rule(
    name="count-by-loading-rows",
    message="`len()` counts rows that are all loaded first, which the database does without sending any",
    doc=__doc__,
    severity=Severity.IMPORTANT,
    requires=("sqlalchemy>=1.4",),
    examples=(
        Bad(
            """
            from sqlalchemy import select
            from sqlalchemy.ext.asyncio import AsyncSession

            class Order: ...

            async def count(session: AsyncSession) -> int:
                total = len((await session.execute(select(Order))).scalars().all())
            #           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                return total + len((await session.scalars(select(Order).where(Order.open))).all())
            #                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            """,
            fixed="""
            from sqlalchemy import func, select
            from sqlalchemy.ext.asyncio import AsyncSession

            class Order: ...

            async def count(session: AsyncSession) -> int:
                total = (await session.scalar(select(func.count()).select_from(select(Order).subquery())))
                return total + (await session.scalar(select(func.count()).select_from(select(Order).where(Order.open).subquery())))
            """,
        ),
        Bad(
            """
            import sqlalchemy as sa
            from sqlalchemy.orm import Session

            class Order: ...

            class Orders:
                def __init__(self, session: Session) -> None:
                    self.session = session

                def count(self, query: sa.Select[tuple[Order]]) -> int:
                    old = len(self.session.query(Order).filter(Order.day < 3).all())  # so far
            #             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                    return old + len(self.session.scalars(query).all())
            #                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            """,
            fixed="""
            import sqlalchemy as sa
            from sqlalchemy.orm import Session

            class Order: ...

            class Orders:
                def __init__(self, session: Session) -> None:
                    self.session = session

                def count(self, query: sa.Select[tuple[Order]]) -> int:
                    old = self.session.query(Order).filter(Order.day < 3).count()  # so far
                    return old + self.session.scalar(sa.select(sa.func.count()).select_from(query.subquery()))
            """,
        ),
        Bad(
            """
            from sqlalchemy import select
            from sqlalchemy.orm import Session

            class Order: ...

            def count(session: Session) -> int:
                orders = session.scalars(select(Order)).all()
                if len(orders) > 3:
            #      ^^^^^^^^^^^
                    return len(session.scalars(select(Order)).unique().all())
            #              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                return 0
            """,
            why="the statement stands elsewhere, or `unique()` drops what the database would count",
        ),
        Good(
            """
            from sqlalchemy import func, select
            from sqlalchemy.orm import Session

            class Order: ...

            def count(session: Session, limit: int) -> tuple[int, list[Order]]:
                orders = session.scalars(select(Order)).all()
                total = session.scalar(select(func.count()).select_from(Order))
                return len(orders) + total, orders
            """,
            why="the rows are used, or counted by the database",
        ),
        Good(
            """
            from app.search import Index

            def count(index: Index) -> int:
                return len(index.query("open").all())
            """,
            why="rows of something else",
        ),
        Good(
            """
            #- tests/test_orders.py
            from sqlalchemy import select
            from sqlalchemy.orm import Session

            class Order: ...

            def test_saves(session: Session) -> None:
                assert len(session.scalars(select(Order)).all()) == 1
            """,
            why="a test loads a handful of rows",
        ),
    ),
)

_READS = frozenset({"execute", "scalars"})
_RESULTS = frozenset({"all", "fetchall", "scalars", "unique"})


@RULE.check(Call, methods=["len"])
def check(call: Call, view: View) -> Iterator[Finding[Call]]:
    if len(call.args) != 1 or call.keywords or not isinstance(call.func, Name) or view.is_test:
        return
    rows = call.args[0]
    if isinstance(rows, Call) and (kind := _source(rows, view)):
        yield RULE.at(call, kind=kind)
    elif isinstance(rows, Name):
        given = _only_assigned(rows, view)
        if isinstance(given, Call) and _source(given, view) and _is_only_counted(rows, view):
            yield RULE.at(call, kind="elsewhere")


def _source(rows: Call, view: View) -> str:
    """Where rows come from: `query`, `statement`, `unique` rows of one, or the empty string."""
    if rows.method not in ("all", "fetchall"):
        return ""
    names, read = _read(rows)
    if read is None:
        return _query(rows, view)
    owner = view.callee(read).rpartition(".")[0]
    if read.method not in _READS or owner not in (SESSION, *ASYNC_SESSIONS) or len(read.args) != 1 or read.keywords:
        return ""
    return "unique" if "unique" in names else "statement"


def _read(rows: Call) -> tuple[set[str], Call | None]:
    """The names of the methods of the result, and the call of the session that gave it."""
    names: set[str] = set()
    current = rows
    while current.method in _RESULTS and isinstance(current.receiver, Call | Await):
        names.add(current.method)
        receiver = current.receiver.value if isinstance(current.receiver, Await) else current.receiver
        if not isinstance(receiver, Call):
            return names, None
        current = receiver
    return names, current if current.method in _READS else None


def _query(rows: Call, view: View) -> str:
    current: Expr | None = rows
    while isinstance(current, Call) and current.method != "query":
        current = current.receiver
    is_query = isinstance(current, Call) and view.callee(current) == f"{SESSION}.query"
    return "query" if is_query and not rows.args else ""


def _only_assigned(rows: Name, view: View) -> Expr | None:
    """What the only assignment of a local variable gives it."""
    given = [
        fact
        for fact in view.block.of_type(Assignment)
        if isinstance(fact.target, Name) and fact.target.id == rows.id and fact.context.scope == rows.scope
    ]
    return given[0].value if len(given) == 1 and rows.scope and not given[0].op else None


def _is_only_counted(rows: Name, view: View) -> bool:
    counted = {fact.args[0].node for fact in view.block.of_type(Call) if fact.method == "len" and len(fact.args) == 1}
    uses = [fact for fact in view.block.of_type(Reference) if _root(fact.expr) == rows.id]
    return all(use.node in counted for use in uses)


def _root(expr: Expr) -> str:
    while isinstance(expr, Attribute):
        expr = expr.value
    return expr.id if isinstance(expr, Name) else ""


@RULE.fix(Applicability.UNSAFE)
def count_in_database(finding: Finding[Call], edits: Edits) -> Fix | Refusal | None:
    call = finding.fact
    rows = call.args[0]
    if not isinstance(rows, Call) or finding["kind"] in ("elsewhere", "unique"):
        return Refusal(TITLE, "the statement stands elsewhere, or drops rows after they are loaded")
    if finding["kind"] == "query":
        return _counting_query(call, rows, edits)
    return _counted(call, rows, edits)


def _counting_query(call: Call, rows: Call, edits: Edits) -> Fix | Refusal:
    """`len(query.all())` becomes `query.count()`; the parentheses stay where they hold several lines together."""
    if not isinstance(rows.func, Attribute):
        return Refusal(TITLE, "the rows are not read by a method")
    name, whole, inner = edits.attribute_name(rows.func), edits.span(call.node), edits.span(rows.node)
    head, tail = Span(whole.start, inner.start), Span(name.start, inner.end)
    if "#" in edits.slice(tail):
        return Refusal(TITLE, "a comment would be lost")
    if len(edits.text(call.node).splitlines()) > 1:
        return Fix(TITLE, (edits.replace(call.func.node, ""), Edit(tail, "count()")))
    if edits.slice(head) != "len(" or edits.slice(Span(inner.end, whole.end)) != ")":
        return Refusal(TITLE, "more stands around the rows")
    return Fix(TITLE, (Edit(head, ""), Edit(Span(tail.start, whole.end), "count()")))


def _counted(call: Call, rows: Call, edits: Edits) -> Fix | Refusal:
    _, read = _read(rows)
    spelled = edits.spell_all(("sqlalchemy.select", "sqlalchemy.func"), call.context)
    if read is None or spelled is None or not isinstance(read.func, Attribute) or "#" in edits.text(call.node):
        return Refusal(TITLE, "a comment would be lost, or a name means something else here")
    (select, func), imports = spelled
    statement, session = edits.text(read.args[0].node), edits.text(read.func.value.node)
    if not isinstance(read.args[0], Call | Name | Attribute):
        return Refusal(TITLE, "the statement is no plain expression")
    counted = f"{session}.scalar({select}({func}.count()).select_from({statement}.subquery()))"
    return Fix(TITLE, (edits.replace(call.node, f"(await {counted})" if read.awaited else counted), *imports))
