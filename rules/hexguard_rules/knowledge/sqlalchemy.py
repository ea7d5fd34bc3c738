"""What is known about SQLAlchemy: names, what calls give, what `with` gives. Source: its documentation, 2.0 and 2.1."""

_ASYNC = "sqlalchemy.ext.asyncio"
_ORM = "sqlalchemy.orm"

SESSION = f"{_ORM}.Session"
ASYNC_SESSION = f"{_ASYNC}.AsyncSession"
ASYNC_SESSIONS = frozenset({ASYNC_SESSION, "sqlmodel.ext.asyncio.session.AsyncSession"})
SESSION_MAKER = f"{_ORM}.sessionmaker"
COLUMN = "sqlalchemy.Column"
MAPPED_COLUMN = f"{_ORM}.mapped_column"
COLUMNS = frozenset({COLUMN, MAPPED_COLUMN})
COLUMN_NAMES = frozenset({"Column", "mapped_column"})
"""What `COLUMNS` are mostly called, so that most calls need not be resolved."""
ASYNC_SESSION_MAKER = f"{_ASYNC}.async_sessionmaker"

ALIASES = {
    f"{_ORM}.session.Session": SESSION,
    f"{_ORM}.session.sessionmaker": f"{_ORM}.sessionmaker",
    f"{_ORM}.scoping.scoped_session": f"{_ORM}.scoped_session",
    f"{_ASYNC}.session.AsyncSession": ASYNC_SESSION,
    f"{_ASYNC}.session.async_sessionmaker": f"{_ASYNC}.async_sessionmaker",
    f"{_ASYNC}.engine.create_async_engine": f"{_ASYNC}.create_async_engine",
    f"{_ASYNC}.engine.AsyncEngine": f"{_ASYNC}.AsyncEngine",
    f"{_ASYNC}.scoping.async_scoped_session": f"{_ASYNC}.async_scoped_session",
    "sqlalchemy.engine.create_engine": "sqlalchemy.create_engine",
    "sqlalchemy.future.select": "sqlalchemy.select",
    "sqlalchemy.sql.select": "sqlalchemy.select",
    "sqlalchemy.sql.func": "sqlalchemy.func",
    "sqlalchemy.sql.expression.func": "sqlalchemy.func",
    "sqlalchemy.sql.functions.func": "sqlalchemy.func",
    "sqlalchemy.schema.Column": COLUMN,
    "sqlalchemy.sql.schema.Column": COLUMN,
    "sqlalchemy.schema.ForeignKey": "sqlalchemy.ForeignKey",
    "sqlalchemy.sql.schema.ForeignKey": "sqlalchemy.ForeignKey",
    "sqlalchemy.orm.relationships.relationship": f"{_ORM}.relationship",
    "sqlalchemy.types.DateTime": "sqlalchemy.DateTime",
    "sqlalchemy.sql.sqltypes.DateTime": "sqlalchemy.DateTime",
    "sqlalchemy.types.TIMESTAMP": "sqlalchemy.TIMESTAMP",
    "sqlalchemy.types.DATETIME": "sqlalchemy.DateTime",
    "sqlalchemy.ext.declarative.declarative_base": f"{_ORM}.declarative_base",
    "sqlalchemy.engine.Connection": "sqlalchemy.Connection",
    "sqlalchemy.engine.Engine": "sqlalchemy.Engine",
    f"{_ASYNC}.engine.AsyncConnection": f"{_ASYNC}.AsyncConnection",
}

RETURNS = {
    f"{_ASYNC}.create_async_engine": f"{_ASYNC}.AsyncEngine",
    "sqlalchemy.create_engine": "sqlalchemy.Engine",
    f"{_ASYNC}.async_sessionmaker": f"{_ASYNC}.async_sessionmaker",
    f"{_ASYNC}.async_sessionmaker.__call__": ASYNC_SESSION,
    f"{_ASYNC}.async_sessionmaker.begin": ASYNC_SESSION,
    f"{_ASYNC}.async_scoped_session": ASYNC_SESSION,
    f"{_ASYNC}.async_scoped_session.__call__": ASYNC_SESSION,
    f"{_ORM}.sessionmaker": f"{_ORM}.sessionmaker",
    f"{_ORM}.sessionmaker.__call__": SESSION,
    f"{_ORM}.sessionmaker.begin": SESSION,
    f"{_ORM}.scoped_session": SESSION,
    f"{_ORM}.scoped_session.__call__": SESSION,
    MAPPED_COLUMN: f"{_ORM}.MappedColumn",
    "alembic.op.get_bind": "sqlalchemy.Connection",
    "sqlalchemy.Engine.connect": "sqlalchemy.Connection",
    "sqlalchemy.Engine.begin": "sqlalchemy.Connection",
    f"{_ASYNC}.AsyncEngine.connect": f"{_ASYNC}.AsyncConnection",
    f"{_ASYNC}.AsyncEngine.begin": f"{_ASYNC}.AsyncConnection",
}

ENTERS: dict[str, str] = {}

FACTORIES = frozenset(
    {
        "sqlalchemy.Engine",
        f"{_ASYNC}.AsyncEngine",
        f"{_ASYNC}.async_sessionmaker",
        f"{_ORM}.sessionmaker",
        f"{_ORM}.scoped_session",
    }
)

MODEL_BASES = frozenset(
    {
        f"{_ORM}.DeclarativeBase",
        f"{_ORM}.DeclarativeBaseNoMeta",
        f"{_ORM}.as_declarative",
        f"{_ORM}.declarative_base",
        "sqlalchemy.ext.declarative.as_declarative",
        "sqlalchemy.ext.declarative.declarative_base",
        "advanced_alchemy.base.UUIDBase",
        "advanced_alchemy.base.UUIDAuditBase",
        "advanced_alchemy.base.BigIntBase",
        "advanced_alchemy.base.BigIntAuditBase",
        "sqlmodel.SQLModel",
    }
)

RUN_NAMES = frozenset({"execute", "scalar", "scalars", "stream", "stream_scalars"})
RUNNERS = frozenset(
    f"{owner}.{name}"
    for owner in (SESSION, *ASYNC_SESSIONS, "sqlalchemy.Connection", f"{_ASYNC}.AsyncConnection")
    for name in RUN_NAMES
)
"""Methods of sessions and connections that run a statement."""

QUERY_STEPS = frozenset(
    {
        "enable_eagerloads",
        "execution_options",
        "filter",
        "filter_by",
        "join",
        "options",
        "order_by",
        "outerjoin",
        "populate_existing",
        "where",
        "with_for_update",
    }
)
"""Methods of `Query` that give a query again, and may stand before its `get()`."""

RELATIONSHIP_NAMES = frozenset({"relationship", "backref", "dynamic_loader"})
RELATIONSHIPS = frozenset(f"{_ORM}.{name}" for name in RELATIONSHIP_NAMES)
"""Functions that make a relationship, or the other side of one."""

LOADER_OPTIONS = frozenset(
    f"{_ORM}.{name}"
    for name in (
        "contains_eager",
        "defaultload",
        "immediateload",
        "joinedload",
        "lazyload",
        "Load",
        "selectinload",
        "subqueryload",
    )
)
"""Functions that begin a loader option."""

TIMESTAMPS = frozenset({"sqlalchemy.DateTime", "sqlalchemy.TIMESTAMP"})
"""Types of columns that keep the zone only if they are told to."""

DATACLASS_BASES = frozenset({f"{_ORM}.MappedAsDataclass", "sqlmodel.SQLModel"})

COROUTINE_METHODS = frozenset(
    f"{session}.{method}"
    for session in ASYNC_SESSIONS
    for method in (
        "aclose",
        "close",
        "commit",
        "delete",
        "exec",
        "execute",
        "flush",
        "get",
        "get_one",
        "invalidate",
        "merge",
        "refresh",
        "reset",
        "rollback",
        "run_sync",
        "scalar",
        "scalars",
        "stream",
        "stream_scalars",
    )
)
"""The methods of `AsyncSession` that are coroutines (SQLAlchemy documentation, *Asynchronous I/O*), and SQLModel's `exec`."""
