"""A way back that lacked operations leads back: migrations are run up and down on a real database."""

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from support.generated import examples, indented, laid_out
from support.mended import loaded, refactored
from support.migrations import operations

RULE = "alembic-asymmetric-downgrade"

HEAD = "import sqlalchemy as sa\nfrom alembic import op\n"
STEPS = (
    ("op.create_table('lines', sa.Column('id', sa.Integer), sa.Column('n', sa.Integer))", "op.drop_table('lines')"),
    ("op.add_column('orders', sa.Column('total', sa.Integer()))", "op.drop_column('orders', 'total')"),
    ("op.create_index('ix_total', 'orders', ['total'])", "op.drop_index('ix_total', table_name='orders')"),
    ("op.add_column(\n    'orders', sa.Column('paid', sa.Boolean),\n)", "op.drop_column('orders', 'paid')"),
    ("op.create_table(\n    'notes',\n    sa.Column('id', sa.Integer),  # no key\n)", "op.drop_table('notes')"),
    ('op.create_index(op.f("ix_lines_n"), "lines", ["n"])', 'op.drop_index(op.f("ix_lines_n"), "lines")'),
    ("op.rename_table('people', 'users')", "op.rename_table('users', 'people')"),
)
KINDS = ("drop_table", "drop_column", "drop_index")
ORDERS = (
    "CREATE TABLE orders (id INTEGER PRIMARY KEY, code TEXT)",
    "CREATE TABLE people (id INTEGER PRIMARY KEY)",
)


def schema(connection: sa.Connection) -> list[tuple[object, ...]]:
    found = connection.execute(sa.text("SELECT type, name FROM sqlite_master ORDER BY name"))
    columns = connection.execute(sa.text("SELECT name, type FROM pragma_table_info('orders')"))
    return [tuple(row) for row in found] + [tuple(row) for row in columns]


def migration(up: str, down: str) -> str:
    return f"{HEAD}\ndef upgrade():\n{indented(up)}\n\ndef downgrade():\n{indented(down)}\n"


@st.composite
def one_sided(draw: st.DrawFn) -> str:
    """A migration whose way back has no operations of some kinds."""
    left_out = draw(st.sampled_from(KINDS))
    up = [one for one, _ in STEPS]
    down = [back for _, back in reversed(STEPS) if left_out not in back]
    return draw(laid_out(migration("\n".join(up), "\n".join(down)), most=2))


@examples(15)
@given(one_sided())
def test_the_way_back_leads_back(code: str) -> None:
    after = refactored(code, RULE)
    if after is None:
        return
    module = loaded(after)
    with operations(*ORDERS) as connection:
        before = schema(connection)
        module.upgrade()
        assert schema(connection) != before
        module.downgrade()
        assert schema(connection) == before, after
        module.upgrade()


TABLE, COLUMN, INDEX = STEPS[0][0], STEPS[1][0], STEPS[2][0]
NO_TABLE, NO_COLUMN, NO_INDEX = STEPS[0][1], STEPS[1][1], STEPS[2][1]


@pytest.mark.parametrize(
    ("up", "down", "expected"),
    [
        ((TABLE, COLUMN), (NO_COLUMN,), [NO_COLUMN, 'op.drop_table("lines")']),
        ((COLUMN, TABLE), (NO_COLUMN,), ['op.drop_table("lines")', NO_COLUMN]),
        (
            (COLUMN, TABLE),
            (NO_COLUMN.replace("'", '"'),),
            ['op.drop_table("lines")', 'op.drop_column("orders", "total")'],
        ),
        ((COLUMN, INDEX, TABLE), (NO_INDEX,), ['op.drop_table("lines")', NO_INDEX, NO_COLUMN]),
        (("op.alter_column('orders', 'id')", TABLE, COLUMN), (NO_COLUMN,), [NO_COLUMN, 'op.drop_table("lines")']),
        (
            (TABLE, TABLE.replace("lines", "notes"), COLUMN),
            (NO_COLUMN,),
            [NO_COLUMN, 'op.drop_table("notes")', 'op.drop_table("lines")'],
        ),
    ],
)
def test_the_inverse_stands_in_opposite_order(up: tuple[str, ...], down: tuple[str, ...], expected: list[str]) -> None:
    after = refactored(migration("\n".join(up), "\n".join(down)), RULE)
    assert after is not None
    lines = [line.strip().replace("'", '"') for line in after.partition("def downgrade():\n")[2].splitlines()]
    assert lines == [line.replace("'", '"') for line in expected]


@pytest.mark.parametrize(
    ("up", "down"),
    [
        (f"if op:\n    {TABLE}\n{COLUMN}", NO_COLUMN),
        (
            f"with op.batch_alter_table('orders') as batch:\n    batch.drop_index(name)\n{TABLE}",
            "op.create_index('ix')",
        ),
        (f"op.drop_column('orders', 'code')\n{TABLE}", "op.add_column('orders', column)"),
        (f"op.drop_table('orders')\n{COLUMN}", NO_COLUMN),
        (f"{TABLE}\n{COLUMN}", f"if op:\n    {NO_COLUMN}\nelse:\n    {NO_COLUMN}"),
        (f"{TABLE}\n{COLUMN}", f"{NO_COLUMN}\nreturn"),
        (f"op.create_table(name)\n{COLUMN}", NO_COLUMN),
    ],
)
def test_what_is_not_certain_is_not_written(up: str, down: str) -> None:
    assert refactored(migration(up, down), RULE) is None


def test_a_document_without_last_line_end() -> None:
    code = migration(f"{TABLE}\n{COLUMN}", NO_COLUMN).rstrip()
    assert refactored(code, RULE) == code + '\n    op.drop_table("lines")'.replace('"', "'")
