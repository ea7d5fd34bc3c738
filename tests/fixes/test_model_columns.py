"""Models before and after their fix: the same tables, and what the fix promises for rows and types, nothing else."""

from collections.abc import Generator
from contextlib import contextmanager
from types import ModuleType

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateIndex, CreateTable

from support.generated import Imported, examples, laid_out, ways_to_import
from support.mended import FIXES, fixed, loaded, mended, refactored

RULES = (
    "column-default-called-at-import",
    "python-default-for-db-timestamp",
    "naive-datetime-column",
    "lazy-noload",
    "foreign-key-without-index",
    "legacy-declarative-base",
    "mapped-nullability-mismatch",
    "legacy-column-declaration",
)
DEFAULT, TIMESTAMP, NAIVE, NOLOAD, INDEX, BASE, NULLABLE, LEGACY = RULES

HEAD = """
import uuid
from datetime import UTC, date, datetime, timezone
from functools import partial
import sqlalchemy as sa
from sqlalchemy import JSON, Column, DateTime, ForeignKey, Integer, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

class Base(DeclarativeBase): ...

class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
"""


def ddl(module: ModuleType) -> list[str]:
    """The statements that make all tables of a program on PostgreSQL."""
    dialect = sa.create_mock_engine("postgresql://", print).dialect
    tables: list[sa.Table] = module.Base.metadata.sorted_tables
    indexes = [index for table in tables for index in sorted(table.indexes, key=lambda found: str(found.name))]
    made = [str(CreateTable(table).compile(dialect=dialect)) for table in tables]
    return [*made, *(str(CreateIndex(index).compile(dialect=dialect)) for index in indexes)]


@contextmanager
def sessions(module: ModuleType) -> Generator[Session]:
    engine = sa.create_engine("sqlite://")
    module.Base.metadata.create_all(engine)
    with Session(engine, expire_on_commit=False) as session:
        yield session
    engine.dispose()


def two_rows(code: str) -> list[object]:
    """What the column `it` of two new rows holds after they were written."""
    module = loaded(code)
    with sessions(module) as session:
        orders = [module.Order(), module.Order()]
        session.add_all(orders)
        session.commit()
        return [order.it for order in orders]


SHARED = (
    "it = Column(String, default=str(uuid.uuid4()))",
    "it: Mapped[str] = mapped_column(default=uuid.uuid4().hex)",
    "it = Column(JSON, default={})",
    "it = sa.Column(JSON, default=[])",
    "it = Column(JSON, default=dict())",
    "it = Column(JSON, default={'a': [1]})",
    "it = Column(JSON, default=[date.today().year])",
    "it: Mapped[datetime] = mapped_column(default=datetime.now())",
    "it: Mapped[datetime] = mapped_column(DateTime, default=datetime.now(UTC))",
    "it = Column(sa.Uuid, default=uuid.uuid4())",
    "it = Column(sa.Date, default=date.today())",
)


@pytest.mark.parametrize("column", SHARED)
def test_each_row_has_its_own(column: str) -> None:
    code = f"{HEAD}    {column}\n"
    after = fixed(code, DEFAULT)
    first, second = two_rows(code)
    assert first is second
    first, second = two_rows(after)
    assert first is not second
    assert ddl(loaded(after)) == ddl(loaded(code))


@examples(15)
@given(data=st.data())
def test_a_default_keeps_its_layout(data: st.DataObject) -> None:
    code = data.draw(laid_out(f"{HEAD}    {data.draw(st.sampled_from(SHARED))}\n"))
    after = mended(code, DEFAULT, FIXES)
    if after is not None:
        assert ddl(loaded(after)) == ddl(loaded(code))


@pytest.mark.parametrize(
    "default", ["datetime.now", "datetime.utcnow", "lambda: datetime.now()", "lambda: datetime.now(timezone.utc)"]
)
def test_the_database_tells_the_time(default: str) -> None:
    code = f"{HEAD}    it: Mapped[datetime] = mapped_column(DateTime, default={default})\n"
    made = refactored(code, TIMESTAMP)
    assert made
    after = loaded(made)
    before = ddl(loaded(code))
    assert [line.replace(" DEFAULT now()", "") for line in ddl(after)] == before
    with sessions(after) as session:
        session.execute(sa.text("INSERT INTO orders (id) VALUES (7)"))
        assert session.get_one(after.Order, 7).it.year >= 2024


@pytest.mark.parametrize(
    "column",
    [
        "it: Mapped[datetime] = mapped_column(default=lambda: datetime.now(UTC))",
        "it: Mapped[datetime] = mapped_column(DateTime, default=lambda: datetime.now(tz=UTC))",
        "it: Mapped[datetime] = mapped_column('it', sa.DateTime(), default=partial(datetime.now, UTC))",
        "it: Mapped[datetime] = mapped_column(sa.TIMESTAMP(False), default=lambda: datetime.now(UTC))",
        "it = Column(DateTime, default=lambda: datetime.now(UTC), nullable=False)",
        "it = Column(type_=DateTime, default=lambda: datetime.now(UTC), nullable=False)",
    ],
)
def test_only_the_zone_of_the_type_differs(column: str) -> None:
    code = f"{HEAD}    {column}\n"
    after = refactored(code, NAIVE)
    assert after
    assert "WITHOUT TIME ZONE" in "".join(ddl(loaded(code)))
    assert ddl(loaded(after)) == [line.replace("WITHOUT TIME ZONE", "WITH TIME ZONE") for line in ddl(loaded(code))]
    assert len(two_rows(after)) == 2


LINES = """
class Line(Base):
    __tablename__ = "lines"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)

def run(session):
    session.add_all([Order(id=1), Line(id=1, order_id=1)])
    session.commit()
    session.expunge_all()
    return [line.id for line in session.scalars(sa.select(Order){options}).one().lines]
"""


@pytest.mark.parametrize(
    ("relationship", "options"),
    [
        ("relationship(lazy='noload')", ""),
        ("relationship(lazy=None)", ""),
        ("relationship()", ".options(sa.orm.noload(Order.lines))"),
        ("relationship()", ".options(sa.orm.defaultload(Order.lines).noload('*'), sa.orm.noload(Order.lines))"),
    ],
)
@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SADeprecationWarning")
def test_what_is_not_loaded_says_so(relationship: str, options: str) -> None:
    lines = f'    lines: Mapped[list["Line"]] = {relationship}\n'
    code = f"{HEAD}{lines}{LINES.replace('{options}', options)}"
    after = fixed(code, NOLOAD)
    before = loaded(code)
    with sessions(before) as session:
        assert before.run(session) == []
    assert ddl(loaded(after)) == ddl(before)
    made = loaded(after)
    with sessions(made) as session, pytest.raises(InvalidRequestError, match="raise"):
        made.run(session)


@pytest.mark.parametrize(
    "column",
    [
        "it: Mapped[int] = mapped_column(ForeignKey('items.id'))",
        "it = Column(Integer, ForeignKey('items.id'), nullable=False)",
        "it = Column('other', ForeignKey('items.id'), index=False,)",
        "it = sa.Column(\n        sa.ForeignKey('items.id'),  # note\n    )",
    ],
)
def test_there_is_one_more_index(column: str) -> None:
    items = "\nclass Item(Base):\n    __tablename__ = 'items'\n    id: Mapped[int] = mapped_column(primary_key=True)\n"
    code = f"{HEAD}    {column}\n{items}"
    before, after = ddl(loaded(code)), ddl(loaded(fixed(code, INDEX)))
    assert [line for line in after if "CREATE INDEX" not in line] == before
    assert len(after) == len(before) + 1


@pytest.mark.parametrize(
    "column",
    [
        "it: Mapped[str] = mapped_column(nullable=True)",
        "it: Mapped[str | None] = mapped_column(nullable=False)",
        "it: Mapped[None | str] = mapped_column(String(9), nullable=False, index=True)",
        "it: Mapped[Optional[str]] = mapped_column(nullable=False)",
        "it: Mapped[dict[str, int]] = mapped_column(JSON, nullable=True)",
        "it: Mapped[datetime] = mapped_column(nullable=True, default=None)",
    ],
)
def test_the_table_stays(column: str) -> None:
    code = f"from typing import Optional\n{HEAD}    {column}\n"
    after = fixed(code, NULLABLE)
    assert "nullable" not in after
    assert ddl(loaded(after)) == ddl(loaded(code))


BODY = """
class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(default="new")
    note = sa.Column(sa.Text)

def run(session):
    session.add(Order(id=1, note="a"))
    session.commit()
    try:
        Order(unknown=1)
    except TypeError as error:
        failed = str(error)
    return [(order.id, order.name, order.note) for order in session.query(Order)], failed, Base.__name__
"""


@examples(12)
@given(data=st.data())
@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.MovedIn20Warning")
def test_the_base_is_a_class_with_the_same_tables(data: st.DataObject) -> None:
    maker: Imported = data.draw(
        st.one_of(
            ways_to_import("sqlalchemy.orm.declarative_base"),
            ways_to_import("sqlalchemy.ext.declarative.declarative_base"),
        )
    )
    arguments = data.draw(
        st.sampled_from(
            (
                "",
                "metadata=metadata",
                "metadata=sa.MetaData(), name='Base'",
                "cls=Timed",
                "type_annotation_map={str: sa.String(9)}, cls=Timed, metadata=metadata",
                "name='Other'",
                "class_registry={}",
            )
        )
    )
    head = f"import sqlalchemy as sa\nfrom sqlalchemy.orm import Mapped, mapped_column\n{maker.statement}\n\n"
    mixin = "class Timed:\n    day: Mapped[int] = mapped_column(default=3)\n\nmetadata = sa.MetaData()\n"
    code = data.draw(laid_out(f"{head}{mixin}Base = {maker.text}({arguments})\n{BODY}"))
    after = mended(code, BASE, FIXES)
    if after is None:
        return
    outcomes: list[object] = []
    for text in (code, after):
        module = loaded(text)
        with sessions(module) as session:
            outcomes.append((ddl(module), module.run(session)))
    assert outcomes[0] == outcomes[1], after


def test_some_bases_stay_as_they_are() -> None:
    code = f"from sqlalchemy.orm import declarative_base\nBase = declarative_base(name='Other')\n{BODY}"
    assert mended(code, BASE, FIXES) is None


LEGACY_COLUMNS = (
    "name = Column(String(9), nullable=False)",
    "name = sa.Column('label', sa.String, index=True, default='new')",
    "name = Column(type_=sa.Text, nullable=True)",
    "size = Column(Integer)",
    "size = sa.Column(\n        sa.Numeric(10, 2),  # note\n        server_default='0',\n    )",
    "open = Column(sa.Boolean(), nullable=False, default=True)",
    "extra = Column(JSON)",
    "kind = Column(sa.Enum('a', 'b', name='kinds'))",
    "date = Column(sa.Date)",
    "placed = Column(sa.DateTime(timezone=True), server_default=sa.func.now())",
    "at = Column(sa.Time, unique=True)",
    "lasts = Column(sa.Interval)",
    "data = Column(sa.LargeBinary)",
    "code = Column(sa.Uuid, default=uuid.uuid4)",
    "parent_id = Column(ForeignKey('things.id'), index=True)",
    "str = Column(String(3))",
    "weight = Column(sa.Float(4), nullable=False, default=1.5)",
    "both = other = Column(Integer)",
    "note = (Column(String))",
    "hidden = Column(Integer, nullable=bool(0))",
)
PARTS_OF_MODEL = (
    "__table_args__ = (sa.Index('by_id', 'id'),)",
    "following = sa.orm.column_property(id + 1)",
    "limit = 3",
    "def label(self):\n        return f'{self.id}'",
    "# comment of the class",
)


@examples(20)
@given(data=st.data())
@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
def test_a_rewritten_class_has_the_same_table(data: st.DataObject) -> None:
    columns = data.draw(
        st.lists(st.sampled_from(LEGACY_COLUMNS), max_size=5, unique_by=lambda one: one.partition(" ")[0])
    )
    parts = data.draw(st.lists(st.sampled_from(PARTS_OF_MODEL), max_size=2, unique=True))
    key = data.draw(
        st.sampled_from(("id = Column(Integer, primary_key=True)", "id = sa.Column(sa.BigInteger(), primary_key=True)"))
    )
    body = "".join(f"    {line}\n" for line in ("__tablename__ = 'things'", key, *columns, *parts))
    code = data.draw(laid_out(f"{HEAD}\nclass Thing(Base):\n{body}"))
    after = refactored(code, LEGACY)
    if after is None:
        assert any(column.startswith(("both", "note", "hidden")) for column in columns) or "\\" in code, code
        return
    before, made = loaded(code), loaded(after)
    assert ddl(made) == ddl(before), after
    with sessions(made) as session:
        given = {"weight": 1.5, "name": "a", "open": True}
        session.add(made.Thing(id=3, **{name: value for name, value in given.items() if hasattr(made.Thing, name)}))
        session.flush()
        assert session.get(made.Thing, 3) is not None
