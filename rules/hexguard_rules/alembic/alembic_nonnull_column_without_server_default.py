"""New columns that must not be null, for rows that have no value for them.

## What it does
Reports `op.add_column()` of a column with `nullable=False` and without `server_default`.

## Why it matters
The rows that are there have no value for the column, so PostgreSQL, SQLite and SQL Server refuse to add it.
MySQL takes a value of its own, such as zero.
On a developer's empty database the migration runs; in production it fails, and the release with it.

## Fix safety
Unsafe: rows that are there get a value that nobody chose: zero, an empty text, or false.
The default stays in the schema until another migration removes it.
Where that does not fit, add the column as nullable, fill it, and forbid null then.

## Known limits
That the table has no rows is not known, unless the same migration creates it.
`op.alter_column(nullable=False)` is not reported, since each row may have a value.
A `downgrade()` that brings back a dropped column is left alone.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import Attribute, Call, Constant, ConstantKind, Expr, Keyword, Name, Starred
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard_rules.knowledge.alembic import BATCH, COLUMNS, EMPTY_VALUES, FILLED_BY_THE_DATABASE, OP

RULE = Rule(
    name="alembic-nonnull-column-without-server-default",
    message="`{column}` must not be null, and rows that are there have no value for it",
    doc=__doc__,
    severity=Severity.BLOCKING,
    examples=(
        Bad(
            """
            #- migrations/versions/0007_totals.py
            import sqlalchemy as sa
            from alembic import op

            def upgrade() -> None:
                op.add_column("orders", sa.Column("total", sa.Integer(), nullable=False))
            #                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

            def downgrade() -> None:
                op.drop_column("orders", "total")
            """,
            fixed="""
            #- migrations/versions/0007_totals.py
            import sqlalchemy as sa
            from alembic import op

            def upgrade() -> None:
                op.add_column("orders", sa.Column("total", sa.Integer(), nullable=False, server_default="0"))

            def downgrade() -> None:
                op.drop_column("orders", "total")
            """,
        ),
        Bad(
            """
            #- alembic/versions/0008_paid.py
            from alembic import op as operations
            from sqlalchemy import Boolean, Column, Text

            def upgrade():
                with operations.batch_alter_table("orders") as batch:
                    batch.add_column(
                        Column(
            #           ^^^^^^^
                            "paid",
                            Boolean,
                            nullable=False,  # unknown is not paid
                        )
                    )
                with operations.batch_alter_table("lines") as batch:
                    batch.add_column(Column("note", Text, nullable=False))
            #                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            """,
            fixed="""
            #- alembic/versions/0008_paid.py
            from alembic import op as operations
            from sqlalchemy import Boolean, Column, Text, false

            def upgrade():
                with operations.batch_alter_table("orders") as batch:
                    batch.add_column(
                        Column(
            #           ^^^^^^^
                            "paid",
                            Boolean,
                            nullable=False,  # unknown is not paid
                            server_default=false(),
                        )
                    )
                with operations.batch_alter_table("lines") as batch:
                    batch.add_column(Column("note", Text, nullable=False, server_default=""))
            """,
        ),
        Bad(
            """
            #- migrations/versions/0009_users.py
            import sqlalchemy as sa
            from alembic import op

            def upgrade():
                op.add_column("orders", sa.Column("user_id", sa.Uuid, sa.ForeignKey("users.id"), nullable=False))
            #                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            """,
            why="no value fits each row",
        ),
        Good(
            """
            #- migrations/versions/0010_lines.py
            import sqlalchemy as sa
            from alembic import op

            def upgrade():
                op.create_table("lines", sa.Column("id", sa.Integer, nullable=False))
                op.add_column("lines", sa.Column("price", sa.Integer, nullable=False))
                op.add_column("orders", sa.Column("total", sa.Integer, nullable=False, server_default="0"))
                op.add_column("orders", sa.Column("note", sa.Text))
                op.add_column("orders", sa.Column("number", sa.Integer, sa.Identity(), nullable=False))

            def downgrade():
                op.add_column("orders", sa.Column("amount", sa.Integer, nullable=False))
            """,
            why="the table is new, the database has a value, null is allowed, or it is the way back",
        ),
        Good(
            """
            import sqlalchemy as sa

            orders = sa.Table("orders", sa.MetaData(), sa.Column("total", sa.Integer, nullable=False))

            class Columns:
                def add_column(self, table: str, column: object) -> None: ...

            def collect(columns: Columns) -> None:
                columns.add_column("orders", sa.Column("total", sa.Integer, nullable=False))
            """,
            why="no column is added to a table that is there",
        ),
    ),
)


_POSITIONS = {f"{OP}.add_column": 1, f"{BATCH}.add_column": 0}
"""Where these take the column."""


@RULE.check(Call, callees=_POSITIONS)
def check(call: Call, view: View) -> Iterator[Finding[Call]]:
    column = call.argument(_POSITIONS[view.callee(call)], "column")
    if not isinstance(column, Call) or view.callee(column) not in COLUMNS or not _needs_value(column, view):
        return
    function = view.function(call.context)
    if function and function.name != "downgrade" and not _is_new(_table(call, view), view):
        yield RULE.at(column, column.node, column=_unquoted(column.argument(0, "name")))


def _needs_value(column: Call, view: View) -> bool:
    """Whether the column forbids null, and neither a default nor the database gives a value."""
    given = column.keyword("nullable")
    if given is None or not isinstance(given.value, Constant) or given.value.kind is not ConstantKind.FALSE:
        return False
    if column.keyword("server_default") or column.keyword("primary_key"):
        return False
    calls = [argument for argument in column.args if isinstance(argument, Call)]
    is_filled = any(view.callee(argument) in FILLED_BY_THE_DATABASE for argument in calls)
    return not is_filled and not any(isinstance(argument, Starred) for argument in column.args)


def _table(call: Call, view: View) -> str:
    """The name of the table that gets the column, as far as it is written out."""
    if view.callee(call) == f"{OP}.add_column":
        return _unquoted(call.argument(0, "table_name"))
    entered = (item for item in reversed(call.context.withs) if isinstance(item, Call))
    batch = next((item for item in entered if item.method == "batch_alter_table"), None)
    return _unquoted(batch.argument(0, "table_name")) if batch else ""


def _is_new(table: str, view: View) -> bool:
    made = (call for call in view.block.of_type(Call) if call.method == "create_table")
    return not table or any(_unquoted(call.argument(0, "table_name")) == table for call in made)


def _unquoted(expr: Expr | None) -> str:
    return expr.text.strip("'\"") if isinstance(expr, Constant) and expr.kind is ConstantKind.STRING else ""


@RULE.fix(Applicability.UNSAFE)
def fill_with_default(finding: Finding[Call], edits: Edits) -> Fix | Refusal:
    column, title = finding.fact, "Give rows that are there a value"
    made = column.argument(1, "type_")
    kind = _last_name(made.func if isinstance(made, Call) else made)
    value = EMPTY_VALUES.get(kind)
    has_reference = any(isinstance(argument, Call) for argument in column.args[2:]) or column.keyword("unique")
    if value is None or has_reference:
        return Refusal(title, "no value is known that fits each row")
    if value != "false":
        return Fix(title, (edits.add_argument(column, f"server_default={edits.quoted(value)}"),))
    spelling = edits.spell("sqlalchemy.false", column.context)
    if spelling is None:
        return Refusal(title, "`sqlalchemy.false` cannot be written here: its names mean something else")
    return Fix(title, (edits.add_argument(column, f"server_default={spelling.text}()"), *spelling.edits))


def _last_name(expr: Expr | Keyword | None) -> str:
    return expr.attr if isinstance(expr, Attribute) else expr.id if isinstance(expr, Name) else ""
