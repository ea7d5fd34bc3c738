"""What is known about operations of migrations. Source: the documentation of Alembic, *Operation Reference*."""

OP = "alembic.op"
BATCH = "alembic.operations.BatchOperations"

RETURNS = {f"{OP}.batch_alter_table": BATCH}

_DROPPED_WITH = ("drop_table", "drop_column")
_MADE_WITH = ("create_table", "add_column")

INVERSES = {
    "create_table": ("drop_table", "rename_table"),
    "rename_table": ("rename_table",),
    "add_column": ("drop_column", "drop_table"),
    "create_index": ("drop_index", "drop_constraint", *_DROPPED_WITH),
    **dict.fromkeys(
        ("create_check_constraint", "create_exclude_constraint", "create_foreign_key", "create_primary_key"),
        ("drop_constraint", *_DROPPED_WITH),
    ),
    "create_unique_constraint": ("drop_constraint", "drop_index", *_DROPPED_WITH),
    "alter_column": ("alter_column", *_DROPPED_WITH),
    "drop_table": ("create_table", "rename_table"),
    "drop_column": ("add_column", "create_table"),
    "drop_index": ("create_index", "create_unique_constraint", *_MADE_WITH),
    "drop_constraint": (
        *("create_check_constraint", "create_foreign_key", "create_primary_key", "create_unique_constraint"),
        *("create_exclude_constraint", "create_index", *_MADE_WITH),
    ),
}
"""What undoes an operation, the plain inverse first: a table that goes takes its columns, indexes and constraints."""

NEUTRAL = frozenset({"batch_alter_table", "f"})
"""Operations that change nothing by themselves."""

CONSTRAINT_KINDS = {
    "create_check_constraint": "check",
    "create_foreign_key": "foreignkey",
    "create_primary_key": "primary",
    "create_unique_constraint": "unique",
}
"""What `drop_constraint` calls the kinds of constraints."""

COLUMNS = frozenset({"sqlalchemy.Column", "sqlalchemy.schema.Column", "sqlmodel.Column"})

FILLED_BY_THE_DATABASE = frozenset(
    f"{module}.{name}"
    for module in ("sqlalchemy", "sqlalchemy.schema")
    for name in ("Computed", "FetchedValue", "Identity", "Sequence")
)
"""Arguments of a column by which the database gives it values."""

EMPTY_VALUES = {
    "Boolean": "false",
    **dict.fromkeys(("BigInteger", "Integer", "SmallInteger", "Float", "Numeric", "Double"), "0"),
    **dict.fromkeys(("String", "Text", "Unicode", "UnicodeText", "AutoString"), ""),
}
"""Defaults for rows that are there already, by the type of the column; `false` is the expression of SQLAlchemy."""
