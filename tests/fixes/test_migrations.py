"""Migrations are run on a real database: a column that is added fits rows that are there, and a way back leads back.

SQLite cannot drop constraints, so statements about them are compared as PostgreSQL would get them.
"""

import re
from io import StringIO
from types import ModuleType

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError

from support.generated import Imported, examples, indented, laid_out, ways_to_import
from support.mended import FIXES, loaded, mended, refactored
from support.migrations import operations

RULES = ("alembic-nonnull-column-without-server-default", "alembic-empty-downgrade")
COLUMN, EMPTY = RULES
ORDERS = (
    "CREATE TABLE orders (id INTEGER PRIMARY KEY, code TEXT)",
    "INSERT INTO orders (code) VALUES ('first')",
)


def rows_after(code: str) -> list[tuple[object, ...]] | str:
    """The rows of the table after `upgrade()`, or the error that it raised."""
    module = loaded(code)
    with operations(*ORDERS) as connection:
        try:
            module.upgrade()
        except OperationalError as error:
            return str(error.orig)
        return [tuple(row) for row in connection.execute(sa.text("SELECT * FROM orders"))]


TYPES = {
    "sa.Integer": 0,
    "sa.Integer()": 0,
    "sa.BigInteger": 0,
    "sa.Boolean()": 0,
    "sa.Boolean(create_constraint=False)": 0,
    "sa.String(length=20)": "",
    "sa.Text": "",
    "sa.Float": 0.0,
}
COLUMNS = (
    "sa.Column('added', {type}, nullable=False)",
    "sa.Column('added', {type}, nullable=False, index=False)",
    "sa.Column('added', nullable=False, type_={type})",
    "sa.Column(\n    'added',\n    {type},\n    nullable=False,  # each has one\n)",
)
CALLS = (
    "{op}.add_column('orders', {column})",
    "{op}.add_column(table_name='orders', column={column})",
    "with {op}.batch_alter_table('orders') as batch:\n    batch.add_column({column})",
)


@st.composite
def additions(draw: st.DrawFn) -> tuple[str, object]:
    """A migration that adds a column, and the value that the row should get."""
    op: Imported = draw(ways_to_import("alembic.op"))
    kind = draw(st.sampled_from(sorted(TYPES)))
    column = draw(st.sampled_from(COLUMNS)).replace("{type}", kind)
    call = draw(st.sampled_from(CALLS)).replace("{op}", op.text).replace("{column}", column)
    code = (
        f"import sqlalchemy as sa\n{op.statement}\n\ndef upgrade():\n{indented(call)}\n\ndef downgrade():\n    pass\n"
    )
    return draw(laid_out(code)), TYPES[kind]


@examples(40)
@given(additions())
def test_a_column_can_be_added_to_rows_that_are_there(addition: tuple[str, object]) -> None:
    code, value = addition
    refused = rows_after(code)
    assert isinstance(refused, str)
    assert "NOT NULL" in refused
    after = mended(code, COLUMN, FIXES)
    assert after is not None
    assert rows_after(after) == [(1, "first", value)], after


OPERATIONS = (
    "{op}.create_table('lines', sa.Column('id', sa.Integer, primary_key=True), sa.Column('n', sa.Integer))",
    "{op}.create_table(\n    'users',\n    sa.Column('id', sa.Integer),  # no key\n)",
    "{op}.create_table('notes', *[sa.Column('id', sa.Integer)])",
    "{op}.add_column('orders', sa.Column('total', sa.Integer()))",
    "{op}.add_column(column=sa.Column('paid', sa.Boolean), table_name='orders')",
    '{op}.create_index("ix_orders_code", "orders", ["code"], unique=True)',
    "{op}.create_index({op}.f('ix_orders_id'), 'orders', ['id', 'code'])",
)
BODIES = ("pass", "...", "raise NotImplementedError", "raise NotImplementedError()", "'''Back.'''\n    pass")
REFUSED = ("{op}.execute('DELETE FROM orders')", "{op}.create_index('ix_' + 'code', 'orders', ['code'])")


@st.composite
def one_way(draw: st.DrawFn, operations: tuple[str, ...]) -> str:
    op: Imported = draw(ways_to_import("alembic.op"))
    chosen = draw(st.lists(st.sampled_from(operations), min_size=1, max_size=4, unique=True))
    calls = indented("\n".join(chosen).replace("{op}", op.text))
    down = f"\ndef downgrade() -> None:\n    {draw(st.sampled_from(BODIES))}\n"
    up = f"\ndef upgrade() -> None:\n{calls}\n"
    code = draw(st.sampled_from((up + down, down + up)))
    return draw(laid_out(f"import sqlalchemy as sa\n{op.statement}\n{code}"))


def schema(connection: sa.Connection) -> list[tuple[object, ...]]:
    found = connection.execute(sa.text("SELECT type, name, sql FROM sqlite_master ORDER BY name"))
    columns = connection.execute(sa.text("SELECT name, type FROM pragma_table_info('orders')"))
    return [tuple(row)[:2] for row in found] + [tuple(row) for row in columns]


@examples(40)
@given(one_way(OPERATIONS))
def test_the_way_back_leads_back(code: str) -> None:
    after = refactored(code, EMPTY)
    if after is None:
        # Only names that are laid out in several lines are not written again.
        assert re.search(r"\.f\(\s*(#.*)?\s*\n|\\\r?\n|'\s*(#.*)?\s*\n\s*\)", code), code
        return
    module = loaded(after)
    with operations(*ORDERS) as connection:
        before = schema(connection)
        module.upgrade()
        assert schema(connection) != before
        module.downgrade()
        assert schema(connection) == before, after
        module.upgrade()


@examples(10)
@given(one_way(REFUSED))
def test_there_is_no_way_back_from_what_is_not_known(code: str) -> None:
    assert refactored(code, EMPTY) is None


def sent_by(module: ModuleType, direction: str) -> str:
    """What PostgreSQL would be sent."""
    sent = StringIO()
    context = MigrationContext.configure(dialect_name="postgresql", opts={"as_sql": True, "output_buffer": sent})
    with Operations.context(context):
        getattr(module, direction)()
    return " ".join(sent.getvalue().split())


@pytest.mark.parametrize(
    ("operation", "inverse"),
    [
        (
            'op.create_foreign_key("fk", "orders", "users", ["user_id"], ["id"], source_schema="shop")',
            "ALTER TABLE shop.orders DROP CONSTRAINT fk;",
        ),
        ('op.create_unique_constraint("uq", "orders", ["code"])', "ALTER TABLE orders DROP CONSTRAINT uq;"),
        ('op.create_check_constraint("ck", "orders", "id > 0")', "ALTER TABLE orders DROP CONSTRAINT ck;"),
        ('op.create_primary_key("pk", "orders", ["id"])', "ALTER TABLE orders DROP CONSTRAINT pk;"),
        ('op.create_index("ix", "orders", ["code"], schema="shop")', "DROP INDEX shop.ix;"),
        ('op.create_table("lines", sa.Column("id", sa.Integer), schema="shop")', "DROP TABLE shop.lines;"),
        (
            'op.add_column("orders", sa.Column("total", sa.Integer), schema="shop")',
            "ALTER TABLE shop.orders DROP COLUMN total;",
        ),
    ],
)
def test_what_is_sent_to_go_back(operation: str, inverse: str) -> None:
    imports = "import sqlalchemy as sa\nfrom alembic import op\n"
    code = f"{imports}\ndef upgrade():\n    {operation}\n\ndef downgrade():\n    pass\n"
    after = refactored(code, EMPTY)
    assert after is not None
    assert sent_by(loaded(after), "downgrade") == inverse
    assert sent_by(loaded(after), "upgrade") == sent_by(loaded(code), "upgrade")
