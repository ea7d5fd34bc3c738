"""Which drivers of SQLAlchemy are async. Source: its documentation, *Dialects*."""

SYNC_ENGINE = "sqlalchemy.create_engine"
ASYNC_ENGINE = "sqlalchemy.ext.asyncio.create_async_engine"

ASYNC_DRIVERS = frozenset(
    {
        *("postgresql+asyncpg", "sqlite+aiosqlite", "mysql+asyncmy", "mysql+aiomysql"),
        *("mariadb+asyncmy", "mariadb+aiomysql", "mssql+aioodbc"),
    }
)
"""Drivers that only an async engine can use."""

SYNC_DRIVERS = frozenset(
    {
        *("postgresql", "postgresql+psycopg2", "postgresql+pg8000"),
        *("sqlite", "sqlite+pysqlite", "sqlite+pysqlcipher"),
        *("mysql", "mysql+mysqldb", "mysql+pymysql", "mysql+mysqlconnector", "mysql+cymysql"),
        *("mariadb", "mariadb+mysqldb", "mariadb+pymysql", "mariadb+mysqlconnector"),
    }
)
"""Drivers, named or meant by default, that an async engine refuses."""

ASYNC_SIBLINGS = {"postgresql": "asyncpg", "sqlite": "aiosqlite", "mysql": "asyncmy", "mariadb": "asyncmy"}
"""The async driver that is used most, by dialect."""
