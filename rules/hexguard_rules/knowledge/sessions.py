"""What methods of sessions of SQLAlchemy do. Source: its documentation, *Session API* and *Asynchronous I/O*."""

from hexguard.index.holders import Held
from hexguard.rule.loaded import Rows
from hexguard_rules.knowledge.sqlalchemy import ASYNC_SESSIONS, SESSION

SESSIONS = ASYNC_SESSIONS | {SESSION, "sqlmodel.Session", "sqlmodel.orm.session.Session"}


def _methods(*names: str) -> frozenset[str]:
    return frozenset(f"{session}.{name}" for session in SESSIONS for name in names)


SENDING = _methods("commit", "flush", "refresh")
"""Methods that send what is pending, or ask for one object again."""

FLUSHING = _methods("commit", "flush")
"""Methods whose errors leave the session in a failed transaction."""

FLUSHING_NAMES = frozenset({"commit", "flush"})

ENDING_NAMES = frozenset({"aclose", "close", "close_all", "invalidate", "remove", "reset", "rollback"})
"""Methods after which a session can be used again, or is used no more."""

BEGINNING_NAMES = frozenset({"begin", "begin_nested"})
"""Methods for a `with` that rolls back by itself."""

CATCH_ALL = frozenset(
    {"builtins.BaseException", "builtins.Exception", "sqlalchemy.exc.SQLAlchemyError", "sqlalchemy.exc.StatementError"}
)
"""What catches most or all errors of a database, and where the others come from."""

HARMLESS_ERRORS = frozenset(
    f"sqlalchemy.exc.{name}" for name in ("ArgumentError", "MultipleResultsFound", "NoResultFound", "NoSuchTableError")
)
"""Errors of SQLAlchemy that no transaction fails by."""

ADDING = _methods("add", "add_all")
"""Methods that mark objects to be sent, and send nothing."""

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

ASYNC_CONNECTION = "sqlalchemy.ext.asyncio.AsyncConnection"

FOR_ONE_TASK = Held(
    kinds=ASYNC_SESSIONS | {ASYNC_CONNECTION},
    makers=REGISTRIES,
    guards=frozenset({"anyio.Lock", "asyncio.Lock", "asyncio.Condition"}),
)
"""What one task at a time may use. A registry gives each task its own, and a lock lets one in after the other."""

CLOSED_WITH_REQUEST = Held(kinds=SESSIONS | CONNECTIONS, makers=REGISTRIES)
"""What a dependency or a `with` opens for one request and closes after it."""

ROWS = Rows(
    getting=GETTING_NAMES,
    asking=READING_NAMES,
    selects=SELECTS,
    ends=frozenset({"all", "first", "get", "one", "one_or_none", "scalar_one", "scalar_one_or_none"}),
)
"""How rows of a model come out of a session."""
