"""Migrations that cannot be undone because nobody wrote how.

## What it does
Reports a `downgrade()` that does nothing, or raises `NotImplementedError` without a word, although `upgrade()` creates,
renames or drops tables, columns, indexes or constraints by operations of Alembic.

## Why it matters
`alembic downgrade` takes the revision back and leaves the schema as it is.
The next `upgrade` then fails, in the middle of an incident, when somebody had to go back in a hurry.

## What the rewrite does
It writes the inverse of each operation, the last one first.
What a dropped table or column held is lost by it, as by any downgrade.

## Known limits
An `upgrade()` of nothing but SQL is left alone, since it may only mend data.
So is one that only alters columns or asks the database what is there, because it can run again; a renamed column is missed.
Whether a migration can be undone at all is not known.
One that cannot says so: `raise NotImplementedError("the old prices are gone")` is left alone.
The rewrite knows tables, columns, indexes and constraints that are created with a name that is written out.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import Call
from hexguard.facts.model import Function, Raise
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard_rules.knowledge.alembic import BATCH, INVERSES, OP
from hexguard_rules.rewrites.migration import written_downgrade

RULE = Rule(
    name="alembic-empty-downgrade",
    message="`downgrade()` leaves all that `upgrade()` did",
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
                op.create_table("orders", sa.Column("id", sa.Integer, primary_key=True), schema="shop")
                op.add_column("users", sa.Column("order_id", sa.Integer))
                op.create_index(op.f("ix_users_order_id"), "users", ["order_id"])
                op.create_foreign_key("fk_order", "users", "orders", ["order_id"], ["id"])

            def downgrade() -> None:
            #   ^^^^^^^^^
                pass
            """,
            fixed="""
            #- migrations/versions/0007_orders.py
            import sqlalchemy as sa
            from alembic import op

            revision = "0007"
            down_revision = "0006"

            def upgrade() -> None:
                op.create_table("orders", sa.Column("id", sa.Integer, primary_key=True), schema="shop")
                op.add_column("users", sa.Column("order_id", sa.Integer))
                op.create_index(op.f("ix_users_order_id"), "users", ["order_id"])
                op.create_foreign_key("fk_order", "users", "orders", ["order_id"], ["id"])

            def downgrade() -> None:
            #   ^^^^^^^^^
                op.drop_constraint("fk_order", "users", type_="foreignkey")
                op.drop_index(op.f("ix_users_order_id"), table_name="users")
                op.drop_column("users", "order_id")
                op.drop_table("orders", schema="shop")
            """,
        ),
        Bad(
            """
            #- alembic/versions/0008_prices.py
            from alembic import op

            def upgrade():
                op.drop_column("products", "price")

            def downgrade():
            #   ^^^^^^^^^
                raise NotImplementedError
            """,
            why="what the column was before is not known",
        ),
        Bad(
            """
            #- alembic/versions/0009_codes.py
            import sqlalchemy as sa
            from alembic import op as operations

            def upgrade():
                with operations.batch_alter_table("orders") as batch:
                    batch.add_column(sa.Column("code", sa.String))

            def downgrade():
            #   ^^^^^^^^^
                '''Back to orders without codes.'''
            """,
            why="operations inside other statements depend on these",
        ),
        Good(
            """
            #- migrations/versions/0010_merge.py
            revision = "0010"
            down_revision = ("0008", "0009")

            def upgrade():
                pass

            def downgrade():
                pass
            #- migrations/versions/0011_codes.py
            from alembic import op

            def upgrade():
                op.execute("UPDATE orders SET code = NULL WHERE code = ''")

            def downgrade():
                pass
            """,
            why="a revision that joins two others has nothing to undo, and SQL may only mend data",
        ),
        Good(
            """
            #- migrations/versions/0012_prices.py
            from alembic import op

            def upgrade():
                op.drop_column("products", "old_price")

            def downgrade():
                raise NotImplementedError("the old prices are gone")
            """,
            why="it says that there is no way back",
        ),
        Good(
            """
            class Migration:
                def upgrade(self) -> None:
                    self.apply()

                def apply(self) -> None:
                    print("applied")

                def downgrade(self) -> None:
                    pass
            """,
            why="this is no migration of Alembic",
        ),
        Good(
            """
            #- migrations/versions/0013_kinds.py
            import sqlalchemy as sa
            from alembic import op

            def upgrade():
                op.alter_column("orders", "kind", type_=sa.Enum("new", "paid", "sent", name="kind"))

            def downgrade():
                pass
            #- migrations/versions/0014_old_index.py
            import sqlalchemy as sa
            from alembic import op

            def upgrade():
                if any(index["name"] == "ix_note" for index in sa.inspect(op.get_bind()).get_indexes("orders")):
                    op.drop_index("ix_note")

            def downgrade():
                pass
            """,
            why="what stays does no harm, and the migration can run again",
        ),
    ),
)


@RULE.check(Function)
def check(function: Function, view: View) -> Iterator[Finding[Function]]:
    is_named = function.name == "downgrade" and function.context.scope == 0 and not view.block.is_member
    if not is_named or not function.is_stub or _says_why(view):
        return
    done = view.calls(f"{view.module}.upgrade")
    if not _FAILING.isdisjoint(done) and not any(name.startswith(_ASKING) for name in done):
        yield RULE.at(function, function.name_node)


_FAILING = frozenset(f"{owner}.{name}" for owner in (OP, BATCH) for name in INVERSES if name != "alter_column")
"""Operations that fail the next time, if they were not undone."""
_ASKING = ("sqlalchemy.inspect", "sqlalchemy.Inspector", "sqlalchemy.engine.reflection.Inspector")


def _says_why(view: View) -> bool:
    """Whether the error that the block raises has a message."""
    return any(isinstance(found.exception, Call) and found.exception.args for found in view.block.of_type(Raise))


@RULE.fix(Applicability.REFACTOR)
def write_it(finding: Finding[Function], edits: Edits) -> Fix | Refusal:
    title = "Write the inverse of each operation"
    made = written_downgrade(finding.fact, edits)
    return Refusal(title, made) if isinstance(made, str) else Fix(title, (made,))
