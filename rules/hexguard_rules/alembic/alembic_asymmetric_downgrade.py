"""Operations of `upgrade()` that `downgrade()` does not undo.

## What it does
Reports an operation of Alembic in `upgrade()` if `downgrade()` has operations, but none that could undo this one:
`op.create_table()` without any `op.drop_table()`, `op.add_column()` without any `op.drop_column()`.

## Why it matters
After a downgrade the schema is not the one that the revision stands for.
The next `upgrade` then fails, since the table or column is there already.

## How to fix
Write the inverse of each operation of `upgrade()`, the last one first.
Where something is to stay, suppress the finding and say why.

## Known limits
Operations are compared by their names: two tables and one `drop_table` are not reported.
A `downgrade()` that executes SQL, asks the database or calls functions of the project is believed.
One that does nothing is reported by `alembic-empty-downgrade`.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import Call
from hexguard.rule import Bad, Finding, Good, Rule, Severity, View
from hexguard_rules.knowledge.alembic import BATCH, INVERSES, NEUTRAL, OP

RULE = Rule(
    name="alembic-asymmetric-downgrade",
    message="`{operation}` is never undone: `downgrade()` has no `{inverse}`",
    doc=__doc__,
    severity=Severity.IMPORTANT,
    examples=(
        Bad(
            """
            #- migrations/versions/0007_orders.py
            import sqlalchemy as sa
            from alembic import op

            revision = "0007"
            down_revision = "0006"

            def upgrade() -> None:
                op.create_table("orders", sa.Column("id", sa.Integer, primary_key=True))
            #   ^^^^^^^^^^^^^^^
                op.add_column("users", sa.Column("last_order_id", sa.Integer))
                op.create_index("ix_users_last_order_id", "users", ["last_order_id"])

            def downgrade() -> None:
                op.drop_index("ix_users_last_order_id")
                op.drop_column("users", "last_order_id")
            """,
        ),
        Bad(
            """
            #- alembic/env.py
            from alembic import context
            #- alembic/versions/0008_totals.py
            import sqlalchemy as sa
            from alembic import op as operations

            def upgrade():
                with operations.batch_alter_table("orders") as batch:
                    batch.add_column(sa.Column("total", sa.Integer))
            #       ^^^^^^^^^^^^^^^^
                    batch.drop_index("ix_orders_id")

            def downgrade():
                operations.create_index("ix_orders_id", "orders", ["id"])
            """,
        ),
        Good(
            """
            #- migrations/versions/0009_names.py
            import sqlalchemy as sa
            from alembic import op

            def upgrade():
                op.create_table("names", sa.Column("id", sa.Integer), sa.Column("name", sa.Text))
                op.create_index("ix_names_name", "names", ["name"])
                with op.batch_alter_table("orders") as batch:
                    batch.add_column(sa.Column("total", sa.Integer))

            def downgrade():
                op.drop_column("orders", "total")
                op.drop_table("names")
            """,
            why="each operation is undone, and an index goes with its table",
        ),
        Good(
            """
            #- migrations/versions/0010_view.py
            from alembic import op
            from migrations.tables import drop_all

            def upgrade():
                op.drop_table("totals")

            def downgrade():
                op.execute("CREATE TABLE totals (id INTEGER)")
            #- migrations/versions/0011_all.py
            from alembic import op
            from migrations.tables import drop_new

            def upgrade():
                op.rename_table("customers", "users")

            def downgrade():
                drop_new()
            #- migrations/tables.py
            def drop_new() -> None:
                print("dropped")
            """,
            why="SQL and other functions may undo anything",
        ),
        Good(
            """
            #- migrations/versions/0012_empty.py
            import sqlalchemy as sa
            from alembic import op

            def upgrade():
                op.add_column("orders", sa.Column("total", sa.Integer))

            def downgrade():
                pass
            """,
            why="a downgrade that does nothing is reported by another rule",
        ),
    ),
)


@RULE.check(Call)
def check(call: Call, view: View) -> Iterator[Finding[Call]]:
    inverses = INVERSES.get(call.method)
    if inverses is None or _operation(view.callee(call)) != call.method:
        return
    function = view.function_name(call.context)
    if function != f"{view.module}.upgrade":
        return
    undoing = [_operation(name) for name in view.calls(f"{view.module}.downgrade") if not _is_library(name)]
    is_plain = all(name in INVERSES or name in NEUTRAL for name in undoing)
    if is_plain and any(name in INVERSES for name in undoing) and not set(undoing) & set(inverses):
        yield RULE.at(call, call.func.node, operation=call.method, inverse=inverses[0])


def _operation(name: str) -> str:
    """The name of an operation of Alembic; empty for anything else."""
    owner, _, operation = name.rpartition(".")
    return operation if owner in (OP, BATCH) else ""


def _is_library(name: str) -> bool:
    """Whether it only describes a column or a type."""
    return name.startswith(("sqlalchemy.", "sqlmodel.", "builtins."))
