"""What methods of sessions of SQLAlchemy do. Source: its documentation, *Session API* and *Asynchronous I/O*."""

from hexguard_rules.knowledge.sqlalchemy import ASYNC_SESSIONS, SESSION

SESSIONS = ASYNC_SESSIONS | {SESSION, "sqlmodel.Session", "sqlmodel.orm.session.Session"}


def _methods(*names: str) -> frozenset[str]:
    return frozenset(f"{session}.{name}" for session in SESSIONS for name in names)


SENDING = _methods("commit", "flush", "refresh")
"""Methods that send what is pending, or ask for one object again."""

SENDING_NAMES = frozenset(name.rpartition(".")[2] for name in SENDING)

READING = _methods("exec", "execute", "get", "get_one", "scalar", "scalars")
"""Methods that ask the database."""

READING_NAMES = frozenset(name.rpartition(".")[2] for name in READING)

GETTING_NAMES = frozenset({"get", "get_one"})
"""Methods that take a class and a key."""

QUERY_ENDS = frozenset({"all", "count", "first", "get", "one", "one_or_none", "scalar", "scalars"})
"""Steps of a `Query` that send it."""

SELECTS = frozenset({"sqlalchemy.select", "sqlalchemy.sql.select", "sqlmodel.select", "sqlmodel.sql.expression.select"})

SYNC_SESSIONS = frozenset({SESSION, "sqlmodel.Session", "sqlmodel.orm.session.Session"})

WAITING_NAMES = frozenset(
    {
        *("bulk_insert_mappings", "bulk_save_objects", "bulk_update_mappings", "commit", "exec", "execute", "flush"),
        *("get", "get_one", "merge", "query", "refresh", "rollback", "scalar", "scalars"),
    }
)
"""Methods of a sync session that wait for the database, or are there to make a query that does."""

REGISTRIES = frozenset({"sqlalchemy.orm.scoped_session", "sqlalchemy.ext.asyncio.async_scoped_session"})
"""What stands for another session in each thread, task or request."""

LAZYLOAD = "sqlalchemy.orm.lazyload"
RAISELOAD = "sqlalchemy.orm.raiseload"
OPTION_MAKERS = frozenset(
    f"sqlalchemy.orm.{name}"
    for name in ("Load", "contains_eager", "defaultload", "joinedload", "selectinload", "subqueryload")
)
"""What options for relationships start with, so that others can follow."""

MAKERS = frozenset({"sqlalchemy.orm.sessionmaker", "sqlalchemy.ext.asyncio.async_sessionmaker"})
"""What gives a new session with each call."""

CONNECTS = frozenset({"sqlalchemy.Engine.connect", "sqlalchemy.ext.asyncio.AsyncEngine.connect"})
"""Methods of engines that take a connection out of the pool."""

CONNECTIONS = frozenset({"sqlalchemy.Connection", "sqlalchemy.ext.asyncio.AsyncConnection"})
