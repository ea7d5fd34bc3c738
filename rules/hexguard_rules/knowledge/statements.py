"""What is known about SQL statements and conditions of SQLAlchemy. Source: its documentation, 2.0 and 2.1."""

COLUMN_TYPES = frozenset(
    {
        "sqlalchemy.Column",
        "sqlalchemy.orm.InstrumentedAttribute",
        "sqlalchemy.orm.Mapped",
        "sqlalchemy.orm.MappedColumn",
    }
)
"""What an attribute of a model is declared as, or made by."""

MAKE_CONDITIONS = frozenset(
    {
        f"{module}.{name}"
        for module in ("sqlalchemy", "sqlalchemy.sql", "sqlalchemy.sql.expression")
        for name in ("and_", "or_", "not_", "exists", "cast", "literal", "literal_column", "case", "tuple_")
    }
)
"""Functions whose result is SQL."""

COLUMN_METHODS = frozenset(
    {
        "any",
        "asc",
        "between",
        "bool_op",
        "cast",
        "concat",
        "contains",
        "desc",
        "endswith",
        "has",
        "icontains",
        "iendswith",
        "ilike",
        "in_",
        "is_",
        "is_distinct_from",
        "is_not",
        "is_not_distinct_from",
        "isnot",
        "istartswith",
        "label",
        "like",
        "match",
        "not_ilike",
        "not_in",
        "not_like",
        "notin_",
        "op",
        "regexp_match",
        "startswith",
    }
)
"""Methods of a column that give SQL again (`ColumnOperators`)."""

FILTERS = frozenset({"where", "filter", "having", "join", "outerjoin", "and_", "or_", "not_", "on"})
"""Methods and functions whose arguments are conditions."""

SELECTS = frozenset({"sqlalchemy.select", "sqlalchemy.orm.Session.query", "sqlmodel.select"})
"""What begins a statement that reads rows."""

BUILDING = frozenset(
    {
        "add_columns",
        "distinct",
        "execution_options",
        "filter",
        "filter_by",
        "group_by",
        "having",
        "join",
        "join_from",
        "limit",
        "offset",
        "options",
        "outerjoin",
        "select_from",
        "where",
        "with_only_columns",
    }
)
"""Methods that give the same statement with something more, and no order."""
