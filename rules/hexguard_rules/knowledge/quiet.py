"""Calls that neither ask the database nor send anything there."""

QUIET = frozenset(
    {
        *(f"builtins.{name}" for name in ("bool", "dict", "float", "int", "isinstance", "print", "repr", "str")),
        *(f"sqlalchemy.{name}" for name in ("delete", "insert", "select", "update")),
        "sqlmodel.select",
    }
)
"""Functions; those of Python that go through what they are given are none of them, since that may be a query."""

QUIET_MODULES = ("datetime.", "decimal.", "logging.", "secrets.", "time.", "uuid.")

LOGGING = frozenset({"critical", "debug", "error", "exception", "info", "log", "warning"})
"""Methods of loggers."""
