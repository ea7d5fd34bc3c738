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

MYSQL_PACKAGES = frozenset(
    {"aiomysql", "asyncmy", "mariadb", "mysql-connector", "mysql-connector-python", "mysqlclient", "pymysql"}
)
"""Packages with a driver for MySQL or MariaDB, by canonical name."""

DATABASE_PACKAGES = MYSQL_PACKAGES | {
    *("aioodbc", "aiosqlite", "asyncpg", "cx-oracle", "oracledb", "pg8000", "psycopg", "psycopg-binary", "psycopg2"),
    *("psycopg2-binary", "pymssql", "pyodbc", "sqlalchemy-cockroachdb", "duckdb-engine"),
}
"""Packages with a driver for any database. The one for SQLite that comes with Python is none of them."""

ASYNC_SIBLINGS = {"postgresql": "asyncpg", "sqlite": "aiosqlite", "mysql": "asyncmy", "mariadb": "asyncmy"}
"""The async driver that is used most, by dialect."""
