"""Columns without a time zone that get times with one.

## What it does
Reports a `DateTime` column without `timezone=True` whose own `default` or `onupdate` makes a time with a zone.
`Mapped[datetime]` without a type is such a column, unless a `type_annotation_map` may say otherwise.

## Why it matters
asyncpg refuses the value: `can't subtract offset-naive and offset-aware datetimes`, at the first insert.
Other drivers drop the offset, so that what is read is another time than what was written.

## Fix safety
A rewrite on request: the type of the column in the database changes, so a migration has to come with it.

## Known limits
Only the defaults of the column are looked at, not the values that other code writes to it.
A column without a type is left alone in a class that is no model itself, where the base may map the annotation.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import Attribute, Binary, Call, Constant, ConstantKind, Expr, Lambda, Name, Subscript
from hexguard.facts.model import Assignment
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard_rules.knowledge.sqlalchemy import COLUMN_NAMES, COLUMNS, TIMESTAMPS

TITLE = "Keep the time zone"

RULE = Rule(
    name="naive-datetime-column",
    message="`{column}` keeps no time zone, so asyncpg refuses the default, which has one",
    doc=__doc__,
    severity=Severity.BLOCKING,
    examples=(
        Bad(
            """
            from datetime import UTC, datetime, timezone

            from sqlalchemy import DateTime
            from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

            class Base(DeclarativeBase): ...

            class Order(Base):
                __tablename__ = "orders"
                id: Mapped[int] = mapped_column(primary_key=True)
                placed: Mapped[datetime] = mapped_column(DateTime, default=lambda: datetime.now(UTC))
            #                              ^^^^^^^^^^^^^
                paid: Mapped[datetime | None] = mapped_column(onupdate=lambda: datetime.now(tz=timezone.utc))
            #                                   ^^^^^^^^^^^^^
            """,
            fixed="""
            from datetime import UTC, datetime, timezone

            from sqlalchemy import DateTime
            from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

            class Base(DeclarativeBase): ...

            class Order(Base):
                __tablename__ = "orders"
                id: Mapped[int] = mapped_column(primary_key=True)
                placed: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=lambda: datetime.now(UTC))
                paid: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), onupdate=lambda: datetime.now(tz=timezone.utc))
            """,
        ),
        Bad(
            """
            import datetime as dt
            from functools import partial
            import sqlalchemy as sa

            class Created:
                created_at = sa.Column(
            #                ^^^^^^^^^
                    "created", sa.DateTime(),  # of the row
                    default=partial(dt.datetime.now, dt.timezone.utc),
                )
                seen_at = sa.Column(type_=sa.TIMESTAMP(timezone=False), default=lambda: dt.datetime.now(dt.timezone.utc))
            #             ^^^^^^^^^
            """,
            fixed="""
            import datetime as dt
            from functools import partial
            import sqlalchemy as sa

            class Created:
                created_at = sa.Column(
                    "created", sa.DateTime(timezone=True),  # of the row
                    default=partial(dt.datetime.now, dt.timezone.utc),
                )
                seen_at = sa.Column(type_=sa.TIMESTAMP(timezone=True), default=lambda: dt.datetime.now(dt.timezone.utc))
            """,
        ),
        Good(
            """
            from datetime import UTC, datetime
            import sqlalchemy as sa
            from app.types import UtcTime

            AWARE = True

            class Created:
                created_at = sa.Column(sa.DateTime(timezone=True), default=lambda: datetime.now(UTC))
                paid_at = sa.Column(sa.DateTime(True), default=lambda: datetime.now(UTC))
                sent_at = sa.Column(UtcTime, default=lambda: datetime.now(UTC))
                seen_at = sa.Column(sa.DateTime(timezone=AWARE), default=lambda: datetime.now(UTC))
                read_at = sa.Column(sa.DateTime, default=lambda: datetime.now(UTC).replace(tzinfo=None))
                left_at = sa.Column(sa.DateTime, default=lambda: datetime.now())
                gone_at = sa.Column(sa.DateTime, default=lambda: datetime.now(None), server_default=sa.func.now())
            """,
            why="the column keeps the zone, may keep it, or there is none",
        ),
        Good(
            """
            from datetime import UTC, datetime
            import sqlalchemy as sa
            from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

            class Base(DeclarativeBase):
                type_annotation_map = {datetime: sa.DateTime(timezone=True)}

            class Created:
                created_at: Mapped[datetime] = mapped_column(default=lambda: datetime.now(UTC))

            class Order(Created, Base):
                __tablename__ = "orders"
                id: Mapped[int] = mapped_column(primary_key=True)
                placed: Mapped[datetime] = mapped_column(default=lambda: datetime.now(UTC))
            """,
            why="the base says which type a `datetime` has, and may say so for a class that is mixed in",
        ),
    ),
)


@RULE.check(Assignment)
def check(assignment: Assignment, view: View) -> Iterator[Finding[Assignment]]:
    match assignment:
        case Assignment(target=Name(id=name), value=Call() as call) if call.method in COLUMN_NAMES:
            is_aware = any(_is_aware(default, view) for default in _defaults(call))
            if is_aware and view.callee(call) in COLUMNS and _is_naive(call, assignment, view):
                kind = _type_of(call, view)
                yield RULE.at(assignment, call.func.node, column=name, type="" if kind is None else str(kind.node))
        case _:
            return


def _defaults(call: Call) -> tuple[Expr, ...]:
    return tuple(given.value for given in call.keywords if given.name in ("default", "onupdate", "insert_default"))


def _is_aware(default: Expr, view: View) -> bool:
    """Whether a default makes a time with a zone: by a lambda, or by `partial`."""
    match default:
        case Lambda(body=Call() as made):
            return bool(_zones(made)) and view.callee(made) == _NOW
        case Call(args=(told, *given)) if default.method == "partial":
            zones = _zones(Call(default.node, told, tuple(given), default.keywords, default.context))
            return bool(zones) and view.callee(default) == "functools.partial" and view.name(told) == _NOW
        case _:
            return False


def _zones(made: Call) -> list[Expr]:
    given = (*made.args, *(keyword.value for keyword in made.keywords if keyword.name == "tz"))
    return [zone for zone in given if isinstance(zone, Name | Attribute | Call)]


def _is_naive(call: Call, assignment: Assignment, view: View) -> bool:
    kind = _type_of(call, view)
    if kind is not None:
        return _drops_zone(kind, view)
    owner = view.class_at(assignment.context)
    is_plain = not any(isinstance(given, Name | Attribute) for given in call.args) and not call.has_unpacking
    return is_plain and _is_datetime(assignment.annotation, view) and _has_no_map(owner, view)


def _type_of(call: Call, view: View) -> Expr | None:
    """The type of a column: an argument that names a class of SQLAlchemy's, or makes an instance of one."""
    if written := call.keyword("type_"):
        return written.value
    for given in call.args[:2]:
        named = given.func if isinstance(given, Call) else given
        if isinstance(named, Name | Attribute) and view.name(named) in TIMESTAMPS:
            return given
    return None


def _drops_zone(kind: Expr, view: View) -> bool:
    match kind:
        case Call(func=func) if view.name(func) in TIMESTAMPS and not kind.has_unpacking:
            zone = kind.argument(0, "timezone")
            return zone is None or (isinstance(zone, Constant) and zone.kind is ConstantKind.FALSE)
        case Name() | Attribute():
            return view.name(kind) in TIMESTAMPS
        case _:
            return False


def _is_datetime(annotation: Expr | None, view: View) -> bool:
    match annotation:
        case Subscript(value=mapped, items=(inner,)) if view.name(mapped) == "sqlalchemy.orm.Mapped":
            sides = (inner.left, inner.right) if isinstance(inner, Binary) else (inner,)
            return any(isinstance(side, Name | Attribute) and view.name(side) == "datetime.datetime" for side in sides)
        case _:
            return False


def _has_no_map(owner: str, view: View) -> bool:
    if not owner or view.frameworks.model(owner) is None:
        return False
    return not any(view.frameworks.inherited(owner, member) for member in ("type_annotation_map", "registry"))


@RULE.fix(Applicability.REFACTOR)
def keep_the_zone(finding: Finding[Assignment], edits: Edits) -> Fix | Refusal | None:
    call = finding.fact.value
    if not isinstance(call, Call):
        return None
    kind = next((given for given in _given(call) if str(given.node) == finding["type"]), None)
    match kind:
        case None:
            return _with_type(call, edits)
        case Call():
            zone = kind.argument(0, "timezone")
            edit = edits.replace(zone.node, "True") if zone else edits.add_argument(kind, "timezone=True")
            return Fix(TITLE, (edit,))
        case _:
            return Fix(TITLE, (edits.insert_after(kind.node, "(timezone=True)"),))


def _given(call: Call) -> tuple[Expr, ...]:
    return (*call.args, *(keyword.value for keyword in call.keywords))


def _with_type(call: Call, edits: Edits) -> Fix | Refusal:
    spelled = edits.spell("sqlalchemy.DateTime", call.context)
    first = next(iter((*call.args, *call.keywords)), None)
    if spelled is None or first is None or isinstance(first, Constant):
        return Refusal(TITLE, "there is no place for the type")
    return Fix(TITLE, (edits.insert_before(first.node, f"{spelled.text}(timezone=True), "), *spelled.edits))


_NOW = "datetime.datetime.now"
