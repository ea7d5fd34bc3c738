"""The type in Python of what a column holds, by the type of the column. Source: SQLAlchemy documentation, 2.0 and 2.1."""

_PLACES = ("sqlalchemy", "sqlalchemy.types", "sqlalchemy.dialects.postgresql")

_TYPES = {
    "int": ("BIGINT", "INTEGER", "SMALLINT", "BigInteger", "Integer", "SmallInteger"),
    "str": ("CHAR", "NVARCHAR", "String", "TEXT", "Text", "Unicode", "UnicodeText", "VARCHAR"),
    "bool": ("BOOLEAN", "Boolean"),
    "float": ("Double", "FLOAT", "Float"),
    "bytes": ("BLOB", "LargeBinary"),
    "datetime.date": ("DATE", "Date"),
    "datetime.datetime": ("DATETIME", "DateTime", "TIMESTAMP"),
    "datetime.time": ("TIME", "Time"),
    "datetime.timedelta": ("Interval",),
}

PYTHON_TYPES = {f"{place}.{name}": python for python, names in _TYPES.items() for name in names for place in _PLACES}
"""Types of columns that hold one type of Python, whatever their arguments are."""
