"""Operations of `upgrade()` that `downgrade()` does not undo.

## What it does
Reports an operation of Alembic in `upgrade()` if `downgrade()` has operations, but none that could undo this one:
`op.create_table()` without any `op.drop_table()`, `op.add_column()` without any `op.drop_column()`.

## Why it matters
After a downgrade the schema is not the one that the revision stands for.
The next `upgrade` then fails, since the table or column is there already.

Where something is to stay, suppress the finding and say why.

## What the rewrite does
It adds the inverse of each operation that has none, between the others in the opposite order of `upgrade()`.

## Known limits
Operations are compared by their names: two tables and one `drop_table` are not reported.
A `downgrade()` that executes SQL, asks the database or calls functions of the project is believed.
Tables are left alone where `upgrade()` renames one by SQL, as it builds a table anew then.
A dropped table is left alone where `downgrade()` drops tables that `upgrade()` has not made: something else makes them.
One that does nothing is reported by `alembic-empty-downgrade`.
The rewrite knows tables, columns, indexes and constraints that are created with a name that is written out.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import Call, Constant
from hexguard.facts.model import Function
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard_rules.knowledge.alembic import BATCH, INVERSES, NEUTRAL, OP
from hexguard_rules.rewrites.migration import added_inverses

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
            fixed="""
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
                op.drop_table("orders")
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
            why="operations inside other statements depend on these",
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
        Good(
            """
            #- migrations/versions/0013_rebuilt.py
            import sqlalchemy as sa
            from alembic import op

            def upgrade():
                op.execute("ALTER TABLE orders RENAME TO old_orders")
                op.create_table("orders", sa.Column("id", sa.Integer, primary_key=True))
                op.execute("INSERT INTO orders SELECT id FROM old_orders")
                op.drop_table("old_orders")
                op.add_column("orders", sa.Column("total", sa.Integer))

            def downgrade():
                op.drop_column("orders", "total")
            #- migrations/versions/0014_tokens.py
            from alembic import op

            def upgrade():
                op.drop_table("tokens")

            def downgrade():
                op.drop_table("tokens")
                op.drop_table("codes")
            """,
            why="a table is built anew, and tokens are made again when the application starts",
        ),
    ),
)


@RULE.check(Function)
def check(function: Function, view: View) -> Iterator[Finding[Call]]:
    if function.qualname != "upgrade" or view.place.owner:
        return
    undoing = {_operation(name) for name in view.calls(f"{view.module}.downgrade") if not _is_library(name)}
    if undoing.isdisjoint(INVERSES) or not undoing <= {*INVERSES, *NEUTRAL}:
        return
    calls = [call for call in view.block.of_type(Call) if _is_in(function, call, view)]
    left = _left_alone(calls, undoing)
    for call in calls:
        inverses = INVERSES.get(call.method, ()) if call.method not in left else ()
        if inverses and undoing.isdisjoint(inverses) and _operation(view.callee(call)) == call.method:
            yield RULE.at(call, call.func.node, operation=call.method, inverse=inverses[0])


def _is_in(function: Function, call: Call, view: View) -> bool:
    return view.block.function_scope(call.context.scope) == function.scope


def _left_alone(calls: list[Call], undoing: set[str]) -> set[str]:
    """Operations that need no inverse by their name, because tables change in other ways as well."""
    if any(_renames(call) for call in calls):
        return {"create_table", "drop_table"}
    is_made = any(call.method in ("create_table", "rename_table") for call in calls)
    return {"drop_table"} if "drop_table" in undoing and not is_made else set()


def _renames(call: Call) -> bool:
    """Whether a call runs `ALTER TABLE ... RENAME TO ...`."""
    statement = call.args[0] if call.method == "execute" and call.args else None
    return isinstance(statement, Constant) and "RENAME TO" in statement.text.upper()


def _operation(name: str) -> str:
    """The name of an operation of Alembic; empty for anything else."""
    owner, _, operation = name.rpartition(".")
    return operation if owner in (OP, BATCH) else ""


def _is_library(name: str) -> bool:
    """Whether it only describes a column or a type."""
    return name.startswith(("sqlalchemy.", "sqlmodel.", "builtins."))


@RULE.fix(Applicability.REFACTOR)
def add_them(finding: Finding[Call], edits: Edits) -> Fix | Refusal:
    title = "Add what undoes it to `downgrade()`"
    made = added_inverses(finding.fact, edits)
    return Refusal(title, made) if isinstance(made, str) else Fix(title, made)
