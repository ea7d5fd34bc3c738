"""Keys that are read before the database has made them.

## What it does
Reports the primary key of a new object that is read after `session.add(...)` and before anything that could send the
object to the database, if the database makes that key.

## Why it matters
`add` only marks the object: its row is inserted by the next flush, and until then the key is `None`.
So the response has no id, and rows that refer to the object refer to nothing.

## Fix safety
Unsafe: the row is sent earlier, so what is wrong with it is told there.

## Known limits
Keys are known where their column says so: an integer, or `server_default`, without further arguments such as a
foreign key, `Identity()` or a `Sequence`.
Arguments that are unpacked hide the key, unless a schema of Pydantic without it gives them.
Any call between that might flush, and any use of the object as a whole, makes the rule keep still.
With a sync session, so do attributes of objects that may be rows, since they may be loaded and a load flushes.
Loggers are known by their names.
"""

from collections.abc import Iterable, Iterator

from hexguard.facts.chains import dotted
from hexguard.facts.expressions import (
    Attribute,
    Await,
    Boolean,
    Call,
    Collection,
    Compare,
    Constant,
    ConstantKind,
    Expr,
    Name,
    Starred,
    Yield,
)
from hexguard.facts.localize import find
from hexguard.facts.loops import last_node
from hexguard.facts.model import Assignment, Fact, Loop, Raise, Reference, Return, With
from hexguard.facts.paths import between, is_behind
from hexguard.facts.scopes import BindingKind, ScopeKind
from hexguard.facts.waits import Placed
from hexguard.index.keys import generated_key, may_link
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard_rules.knowledge.quiet import LOGGING, QUIET, QUIET_MODULES
from hexguard_rules.knowledge.sessions import ADDING
from hexguard_rules.knowledge.sqlalchemy import ASYNC_SESSIONS

TITLE = "Flush after `add`"

RULE = Rule(
    name="missing-flush-before-generated-id",
    message="`{read}` is still `None`, since nothing is flushed between `add` and here",
    doc=__doc__,
    severity=Severity.BLOCKING,
    requires=("sqlalchemy>=1.4",),
    examples=(
        Bad(
            """
            #- app/models.py
            from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

            class Base(DeclarativeBase):
                id: Mapped[int] = mapped_column(primary_key=True)

            class Order(Base):
                __tablename__ = "orders"
            #- app/schemas.py
            from pydantic import BaseModel

            class NewOrder(BaseModel):
                note: str
            #- app/main.py
            from sqlalchemy.ext.asyncio import AsyncSession

            from app.lines import Line
            from app.models import Order
            from app.schemas import NewOrder

            async def create(session: AsyncSession, data: NewOrder, products: list[int]) -> None:
                order = Order(**data.model_dump())
                session.add(order)
                for product in products:
                    session.add(Line(order_id=order.id, product=product))
            #                                 ^^^^^^^^
                await session.commit()
            """,
            fixed="""
            #- app/main.py
            from sqlalchemy.ext.asyncio import AsyncSession

            from app.lines import Line
            from app.models import Order
            from app.schemas import NewOrder

            async def create(session: AsyncSession, data: NewOrder, products: list[int]) -> None:
                order = Order(**data.model_dump())
                session.add(order)
                await session.flush()
                for product in products:
                    session.add(Line(order_id=order.id, product=product))
            #                                 ^^^^^^^^
                await session.commit()
            #- app/models.py
            from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

            class Base(DeclarativeBase):
                id: Mapped[int] = mapped_column(primary_key=True)

            class Order(Base):
                __tablename__ = "orders"
            #- app/schemas.py
            from pydantic import BaseModel

            class NewOrder(BaseModel):
                note: str
            """,
        ),
        Bad(
            """
            import sqlalchemy as sa
            from sqlalchemy import orm

            Base = orm.declarative_base()

            class User(Base):
                __tablename__ = "users"
                id = sa.Column(sa.BigInteger, primary_key=True)
                name = sa.Column(sa.Text)

            class Users:
                def __init__(self, session: orm.Session) -> None:
                    self.session = session

                def create(self, name: str) -> int | None:
                    user = User(name=name)
                    self.session.add(user)
                    return user.id
            #              ^^^^^^^
            """,
            fixed="""
            import sqlalchemy as sa
            from sqlalchemy import orm

            Base = orm.declarative_base()

            class User(Base):
                __tablename__ = "users"
                id = sa.Column(sa.BigInteger, primary_key=True)
                name = sa.Column(sa.Text)

            class Users:
                def __init__(self, session: orm.Session) -> None:
                    self.session = session

                def create(self, name: str) -> int | None:
                    user = User(name=name)
                    self.session.add(user)
                    self.session.flush()
                    return user.id
            """,
        ),
        Bad(
            """
            from sqlalchemy.ext.asyncio import AsyncSession
            from sqlmodel import Field, SQLModel

            class Team(SQLModel, table=True):
                id: int | None = Field(default=None, primary_key=True)
                name: str

            def create(session: AsyncSession, name: str) -> int | None:
                team = Team(name=name)
                session.add(team)
                return team.id
            #          ^^^^^^^
            """,
            why="`await` is not allowed here",
        ),
        Good(
            """
            from sqlalchemy.ext.asyncio import AsyncSession
            from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

            class Base(DeclarativeBase): ...

            class Order(Base):
                __tablename__ = "orders"
                id: Mapped[int] = mapped_column(primary_key=True)

            async def create(session: AsyncSession, orders: Orders) -> list[int]:
                first = Order()
                session.add(first)
                await session.flush()
                second = Order()
                session.add(second)
                await orders.save()
                third = Order(id=3)
                session.add(third)
                fourth = Order()
                session.add(fourth)
                number(fourth)
                if fourth.id is None:
                    await session.flush()
                async with session.begin():
                    fifth = Order()
                    session.add(fifth)
                return [first.id, second.id, third.id, fourth.id, fifth.id]
            """,
            why="it is flushed before, or may be, or the key is given or asked about",
        ),
        Good(
            """
            from uuid import UUID, uuid4
            from sqlalchemy import ForeignKey
            from sqlalchemy.ext.asyncio import AsyncSession
            from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column

            class Base(DeclarativeBase): ...

            class User(Base):
                __tablename__ = "users"
                id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)

            class Profile(Base):
                __tablename__ = "profiles"
                id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)

            class Point(MappedAsDataclass, Base):
                __tablename__ = "points"
                id: Mapped[int] = mapped_column(primary_key=True)

            async def create(session: AsyncSession) -> list[object]:
                one = User()
                session.add(one)
                two = Profile()
                session.add(two)
                three = Point()
                session.add(three)
                return [one.id, two.id, three.id]
            """,
            why="these keys are made by Python, or may be",
        ),
        Good(
            """
            from sqlalchemy import Column, Integer
            from sqlalchemy.orm import Session, declarative_base

            Base = declarative_base()

            class Order(Base):
                __tablename__ = "orders"
                id = Column(Integer, primary_key=True)

            def create(session: Session, cart) -> list[object]:
                order = Order()
                session.add(order)
                for item in cart.items:
                    item.order_id = order.id
                query = session.query(Order)
                other = Order()
                session.add(other)
                return [number for number in query] + [other.id]
            """,
            why="what is loaded between flushes first",
        ),
    ),
)


@RULE.check(Call, methods=("add",))
def check(call: Call, view: View) -> Iterator[Finding[Call]]:
    match call:
        case Call(discarded=True, args=(Name() as added,), keywords=(), func=Attribute()):
            made = _made(added, call, view)
        case _:
            return
    if made is None or not isinstance(made.value, Call) or (method := view.callee(call)) not in ADDING:
        return
    key = _generated_key(made.value, view)
    read = _read(f"{added.id}.{key}", call, view) if key else None
    if read is None or _has_key(made, read, added.id, view):
        return
    is_async = method.rpartition(".")[0] in ASYNC_SESSIONS
    start = made.node if _is_linked(made.value, added.id, call, view) else call.node
    facts = list(between(view.block, start, read.node, view.block.function_scope(call.context.scope)))
    if any(_may_flush(fact, view) for fact in facts) or (not is_async and _may_load(facts, added.id, view)):
        return
    yield RULE.at(call, read.node, read=f"{added.id}.{key}", kind="async" if is_async else "")


def _made(added: Name, call: Call, view: View) -> Assignment | None:
    """The assignment that made what is added; `None` if the name may mean something else by then."""
    index, bindings = find(added.id, added.scope, view.block)
    if index <= 0 or any(bound.kind is not BindingKind.VALUE for bound in bindings):
        return None
    before = (found for found in view.block.of_type(Assignment) if found.node < call.node)
    given = [found for found in before if _names(found.target, added.id)]
    made = given[-1] if given and find(added.id, given[-1].context.scope, view.block)[0] == index else None
    is_sure = made and is_behind(view.block, made.node, call.node) and not made.op
    return made if is_sure else None


def _names(target: Expr, name: str) -> bool:
    return isinstance(target, Name) and target.id == name


def _generated_key(made: Call, view: View) -> str:
    """The primary key of the model that a call makes, if the database makes it and the call does not; else empty."""
    model, frameworks = view.callee(made), view.frameworks
    key = "" if frameworks.inherited(model, "__init__") else generated_key(model, frameworks)
    is_given = bool(key) and (made.keyword(key) or any(_may_hold(given, key, view) for given in made.args))
    return "" if is_given else key


def _may_hold(given: Expr, key: str, view: View) -> bool:
    """Whether an unpacked argument may hold a key; one that does not is `**data.model_dump()` of a schema without it."""
    match given:
        case Starred(double=True, value=Call(func=Attribute(value=owner, attr="model_dump" | "dict" as dump)) as call):
            data = view.value(owner)
            schema = view.schema(data.name) if data and data.instance else None
        case _:
            return True
    if schema is None or not schema.is_certain or call.has_unpacking or call.keyword("by_alias"):
        return True
    has_more = schema.options is None or "extra" in schema.options or schema.overrides(dump)
    return has_more or schema.overrides(key)


def _is_linked(made: Call, name: str, call: Call, view: View) -> bool:
    """Whether an object got something before its `add` by which it may have come to a session already."""
    model, given = view.callee(made), {keyword.name for keyword in made.keywords}
    assigned = (found.target for found in view.block.of_type(Assignment) if made.node < found.node < call.node)
    given |= {target.attr for target in assigned if isinstance(target, Attribute) and _names(target.value, name)}
    return any(may_link(model, attribute, view.frameworks) for attribute in given)


def _read(key: str, call: Call, view: View) -> Reference | None:
    """Where a key is read first behind `add`; `None` if the function asks whether it is there."""
    scope = view.block.function_scope(call.context.scope)
    name = key.partition(".")[0]
    for found in view.block.of_type(Reference):
        is_key = found.root == name and f"{dotted(found.expr)}.".startswith(f"{key}.")
        if found.node > call.node and is_key:
            withs = found.context.withs[: len(call.context.withs)]
            is_next = view.block.function_scope(found.context.scope) == scope and withs == call.context.withs
            is_asked = found.context.in_condition or any(_asks(one, found) for one in view.block.facts)
            return found if is_next and not is_asked and is_behind(view.block, call.node, found.node) else None
    return None


def _is_none(expr: Expr) -> bool:
    return isinstance(expr, Constant) and expr.kind is ConstantKind.NONE


def _asks(fact: Fact, read: Reference) -> bool:
    """`order.id is None`, `order.id or 0`."""
    match fact:
        case Compare(operands=operands):
            is_none = any(_is_none(operand) for operand in operands)
            return is_none and any(operand.node == read.node for operand in operands)
        case Boolean(left=left, right=right):
            return read.node in (left.node, right.node)
        case _:
            return False


def _has_key(made: Assignment, read: Reference, name: str, view: View) -> bool:
    """Whether the object is named as a whole, given another meaning, or given a key before it is read.

    Its `add` names it once.
    """
    key = dotted(read.expr).split(".")[1]
    facts = [fact for fact in view.block.facts if last_node(made) < fact.node < read.node]
    n_named = sum(isinstance(fact, Reference) and _names(fact.expr, name) for fact in facts)
    targets = [fact.target for fact in facts if isinstance(fact, Assignment)]
    return n_named > 1 or any(_names(target, name) or dotted(target) == f"{name}.{key}" for target in targets)


def _may_flush(fact: Placed, view: View) -> bool:
    """Whether something that runs between could send the object, or end the function."""
    match fact:
        case Await() | Raise() | Return() | With() | Yield() | Loop(is_async=True):
            return True
        case Call():
            name = view.callee(fact)
            is_quiet = name in QUIET or name in ADDING or name.startswith(QUIET_MODULES) or _logs(fact)
            return not is_quiet and not _makes_object(name, view)
        case _:
            return False


def _logs(call: Call) -> bool:
    owner = dotted(call.receiver).rpartition(".")[2].strip("_").lower() if call.receiver else ""
    return call.method in LOGGING and owner in ("log", "logger")


def _makes_object(name: str, view: View) -> bool:
    """Whether a call makes an object of a model or schema that runs no code of the project."""
    is_data = view.frameworks.model(name) is not None or view.schema(name) is not None
    return is_data and not view.frameworks.inherited(name, "__init__")


def _may_load(facts: Iterable[Placed], name: str, view: View) -> bool:
    """Whether a sync session might load something between: rows of a query, or what belongs to another row."""
    for fact in facts:
        match fact:
            case Loop(source=source) if not _is_data(source, view):
                return True
            case Reference(called=False, expr=Attribute(value=owner)) if fact.root != name and not _is_data(
                owner, view
            ):
                return True
            case _:
                pass
    return _has_open_comprehension(facts, view)


def _has_open_comprehension(facts: Iterable[Placed], view: View) -> bool:
    """Whether a comprehension goes through what may be a query."""
    scopes = {fact.context.scope for fact in facts}
    inside = (scope for at, scope in enumerate(view.block.scopes) if at in scopes)
    bound = (found for scope in inside if scope.kind is ScopeKind.COMPREHENSION for found in scope.bindings.values())
    return any(one.value is not None and not _is_data(one.value, view) for found in bound for one in found)


def _is_data(expr: Expr, view: View) -> bool:
    """Whether something is known to be no row, and nothing that a database gives."""
    if isinstance(expr, Attribute) and not _is_data(expr.value, view):
        return False
    value = view.value(expr)
    if value is None:
        return isinstance(expr, Constant | Collection)
    return not value.name.startswith(("sqlalchemy.", "sqlmodel.")) and view.frameworks.model(value.name) is None


@RULE.fix(Applicability.UNSAFE)
def flush_after(finding: Finding[Call], edits: Edits) -> Fix | Refusal:
    call, name = finding.fact, finding["read"].partition(".")[0]
    if finding["kind"] and not call.in_async:
        return Refusal(TITLE, "`await` is not allowed here")
    later = (fact for fact in edits.facts() if isinstance(fact, Assignment) and call.node < fact.node < finding.node)
    if any(dotted(fact.target).startswith(f"{name}.") for fact in later):
        return Refusal(TITLE, "the row would be sent without what it is given after `add`")
    receiver = edits.text(call.receiver.node) if call.receiver else ""
    added = edits.lines_after(call.node, f"{'await ' if finding['kind'] else ''}{receiver}.flush()")
    return Fix(TITLE, (added,)) if added else Refusal(TITLE, "`add` shares its lines with something else")
