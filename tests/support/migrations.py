"""Operations of Alembic on a real database, for migrations that are run."""

from collections.abc import Generator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations


@contextmanager
def operations(*statements: str) -> Generator[sa.Connection]:
    """A database after some statements of SQL, to which `op` goes meanwhile."""
    engine = sa.create_engine("sqlite://")
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))
        with Operations.context(MigrationContext.configure(connection)):
            yield connection
    engine.dispose()
