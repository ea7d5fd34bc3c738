"""Pages of rows that come in no order.

## What it does
Reports `limit()` and `offset()` on a `select()` or a query without `order_by()`, where the function has none either.

## Why it matters
Without an order the database gives rows in the one that suits its plan, which changes with data, load and version.
A page then repeats rows of the one before, and others are on no page at all.

## Fix safety
Unsafe: the rows of a page are others than before, and sorting by the key can be slower where no index helps.

## Known limits
Statements that come from another function, or grow in steps that are not understood, are left alone.
`limit(1)` and `limit(2)`, which ask whether there is one row or several, subqueries and rows that are locked for work (`with_for_update()`) need no order and are not reported.
The fix orders by the primary key, where one model is selected and the key is one column of it or of its bases.
"""

from collections.abc import Iterator

from hexguard.facts.chains import chain_from, dotted
from hexguard.facts.expressions import Call, Constant, Expr, Name
from hexguard.facts.model import Assignment
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard_rules.knowledge.statements import BUILDING, SELECTS

TITLE = "Order by the primary key"

RULE = Rule(
    name="limit-without-order-by",
    message="`{method}()` without `order_by()` takes any rows, so pages overlap and skip some",
    doc=__doc__,
    severity=Severity.IMPORTANT,
    requires=("sqlalchemy>=1.4",),
    examples=(
        Bad(
            """
            from sqlalchemy import select
            from sqlalchemy.ext.asyncio import AsyncSession
            from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

            class Base(DeclarativeBase): ...

            class Order(Base):
                __tablename__ = "orders"
                number: Mapped[int] = mapped_column(primary_key=True)

            async def page(session: AsyncSession, first: int) -> list[Order]:
                found = await session.scalars(select(Order).where(Order.number > 0).offset(first).limit(50))
            #                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                return list(found)
            """,
            fixed="""
            from sqlalchemy import select
            from sqlalchemy.ext.asyncio import AsyncSession
            from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

            class Base(DeclarativeBase): ...

            class Order(Base):
                __tablename__ = "orders"
                number: Mapped[int] = mapped_column(primary_key=True)

            async def page(session: AsyncSession, first: int) -> list[Order]:
                found = await session.scalars(select(Order).where(Order.number > 0).order_by(Order.number).offset(first).limit(50))
                return list(found)
            """,
        ),
        Bad(
            """
            #- app/models.py
            from sqlalchemy import Column, Integer
            from sqlalchemy.orm import declarative_base

            Base = declarative_base()

            class Keyed:
                id = Column(Integer, primary_key=True)

            class Order(Keyed, Base):
                __tablename__ = "orders"
            #- app/orders.py
            from sqlalchemy.orm import Session
            from app import models

            class Orders:
                def __init__(self, session: Session) -> None:
                    self.session = session

                def page(self, size: int) -> list[models.Order]:
                    return (
                        self.session.query(models.Order)
            #           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                        .limit(size)  # one page
                        .all()
                    )
            """,
            fixed="""
            #- app/models.py
            from sqlalchemy import Column, Integer
            from sqlalchemy.orm import declarative_base

            Base = declarative_base()

            class Keyed:
                id = Column(Integer, primary_key=True)

            class Order(Keyed, Base):
                __tablename__ = "orders"
            #- app/orders.py
            from sqlalchemy.orm import Session
            from app import models

            class Orders:
                def __init__(self, session: Session) -> None:
                    self.session = session

                def page(self, size: int) -> list[models.Order]:
                    return (
                        self.session.query(models.Order).order_by(models.Order.id)
                        .limit(size)  # one page
                        .all()
                    )
            """,
        ),
        Bad(
            """
            import sqlalchemy as sa

            class Order: ...

            def page(first: int, day: int | None) -> sa.Select[tuple[Order]]:
                query = sa.select(Order)
                if day is not None:
                    query = query.where(Order.day == day)
                return query.limit(50).offset(first)
            #          ^^^^^^^^^^^
            """,
            why="the key of the model is not known",
        ),
        Good(
            """
            from sqlalchemy import exists, select

            class Order: ...

            def pages(first: int, by: object) -> list[object]:
                query = select(Order)
                if by is not None:
                    query = query.order_by(by)
                return [query.limit(50).offset(first), select(Order).order_by(Order.id).limit(50)]

            def others(order: int) -> list[object]:
                return [
                    select(Order).where(Order.id == order).limit(1),
                    select(Order).where(Order.code == order).limit(2),
                    select(Order.id).limit(100).subquery(),
                    select(Order).with_for_update(skip_locked=True).limit(10),
                ]
            """,
            why="there is an order, or none is needed",
        ),
        Good(
            """
            from sqlalchemy import Select
            from app.paging import sorted_by
            from app.search import select

            class Order: ...

            def page(query: Select[tuple[Order]], first: int) -> list[object]:
                found = sorted_by(query)
                return [query.limit(50), found.offset(first), select(Order).limit(50)]
            """,
            why="the order may come from elsewhere, or it is another library",
        ),
    ),
)

_LIMITS = frozenset({"limit", "offset"})
_NEEDS_NONE = frozenset({"alias", "cte", "exists", "scalar_subquery", "subquery", "with_for_update"})


@RULE.check(Call, methods=_LIMITS)
def check(call: Call, view: View) -> Iterator[Finding[Call]]:
    if call.receiver is None or _asks_whether(call):
        return
    start, steps = _start(call)
    if any(step.method in _LIMITS and not _asks_whether(step) for step in steps) or not _is_unordered(
        start, steps, view
    ):
        return
    later = [step.method for step in chain_from(call, view.block.facts)[1:]]
    if _NEEDS_NONE.isdisjoint(later) and not _is_ordered_nearby(call, view):
        yield RULE.at(call, call.func.node, method=call.method, key=_key(start, steps, view))


def _asks_whether(call: Call) -> bool:
    first = call.args[0] if call.args else None
    few = ("0", "1", "2", "None") if call.method == "limit" else ("0", "None")
    return isinstance(first, Constant) and first.text in few


def _start(call: Call) -> tuple[Expr | None, list[Call]]:
    """What a chain of methods begins with (`select(...)`, a name), and the calls between that and `call`."""
    steps: list[Call] = []
    current: Expr | None = call.receiver
    while isinstance(current, Call) and current.receiver is not None and current.method in BUILDING:
        steps.append(current)
        current = current.receiver
    return current, steps


def _is_unordered(start: Expr | None, steps: list[Call], view: View) -> bool:
    match start:
        case Call():
            return view.callee(start) in SELECTS
        case Name(id=name, scope=scope) if scope:
            given = [fact for fact in view.block.of_type(Assignment) if _is_target(fact, name, scope)]
            begun = [fact for fact in given if not _continues(fact, name)]
            return len(begun) == 1 and _begins(begun[0], view)
        case _:
            return False


def _is_target(fact: Assignment, name: str, scope: int) -> bool:
    return isinstance(fact.target, Name) and fact.target.id == name and fact.context.scope == scope


def _continues(fact: Assignment, name: str) -> bool:
    """`query = query.where(...)`."""
    if not isinstance(fact.value, Call) or fact.value.method not in BUILDING:
        return False
    start, _ = _start(fact.value)
    return isinstance(start, Name) and start.id == name


def _begins(fact: Assignment, view: View) -> bool:
    """`query = select(Order).where(...)`."""
    value = fact.value
    while isinstance(value, Call) and value.method in BUILDING:
        value = value.receiver
    return isinstance(value, Call) and view.callee(value) in SELECTS


def _is_ordered_nearby(call: Call, view: View) -> bool:
    """Whether the function orders anything, which may well be this."""
    function = view.block.function_scope(call.context.scope)
    calls = (fact for fact in view.block.of_type(Call) if fact.method == "order_by")
    return any(view.block.function_scope(fact.context.scope) == function for fact in calls)


def _key(start: Expr | None, steps: list[Call], view: View) -> str:
    """The primary key of the one model that is selected, as it is written: `Order.id`; empty if that is not certain."""
    grouped = any(step.method in ("group_by", "distinct", "with_only_columns", "add_columns") for step in steps)
    if grouped or not isinstance(start, Call) or len(start.args) != 1 or not (model := dotted(start.args[0])):
        return ""
    columns = view.frameworks.columns(view.name(start.args[0]))
    keys = [column.name for column in columns if (key := column.call.keyword("primary_key")) and _is_true(key.value)]
    return f"{model}.{keys[0]}" if len(keys) == 1 else ""


def _is_true(expr: Expr) -> bool:
    return isinstance(expr, Constant) and expr.text == "True"


@RULE.fix(Applicability.UNSAFE)
def order_by_key(finding: Finding[Call], edits: Edits) -> Fix | Refusal:
    statement = finding.fact.receiver
    if not finding["key"] or statement is None:
        return Refusal(TITLE, "the key of what is selected is not certain")
    return Fix(TITLE, (edits.insert_after(statement.node, f".order_by({finding['key']})"),))
