"""What is known about SQLAlchemy: names, what calls give, what `with` gives. Source: its documentation, 2.0 and 2.1."""

_ASYNC = "sqlalchemy.ext.asyncio"
_ORM = "sqlalchemy.orm"

SESSION = f"{_ORM}.Session"
ASYNC_SESSION = f"{_ASYNC}.AsyncSession"
ASYNC_SESSIONS = frozenset({ASYNC_SESSION, "sqlmodel.ext.asyncio.session.AsyncSession"})
SESSION_MAKER = f"{_ORM}.sessionmaker"
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
        f"{_ORM}.declarative_base",
        "sqlalchemy.ext.declarative.declarative_base",
        "advanced_alchemy.base.UUIDBase",
        "advanced_alchemy.base.UUIDAuditBase",
        "advanced_alchemy.base.BigIntBase",
        "advanced_alchemy.base.BigIntAuditBase",
        "sqlmodel.SQLModel",
    }
)

COROUTINE_METHODS = frozenset(
    f"{ASYNC_SESSION}.{method}"
    for method in (
        "aclose",
        "close",
        "commit",
        "delete",
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
"""The methods of `AsyncSession` that are coroutines (SQLAlchemy documentation, *Asynchronous I/O*)."""
