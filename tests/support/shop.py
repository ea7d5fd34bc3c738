"""Models, and a database with a few rows of each, for programs that run against SQLAlchemy before and after a fix.

Programs import the models from here; the rules read this file as one of the project.
"""

import re
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import LegacyAPIWarning, SAWarning
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship
from sqlalchemy.pool import StaticPool

FILES = {"support/shop.py": Path(__file__).read_text("utf-8")}
"""This file, as one of a project in memory."""


class Base(DeclarativeBase):
    """The base of all models."""


class User(Base):
    """Three of them, two of whom are called bob."""

    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    age: Mapped[int]
    addresses: Mapped[list["Address"]] = relationship(back_populates="user", order_by="Address.id")


class Address(Base):
    """Two of the first user, one of the second."""

    __tablename__ = "addresses"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    user: Mapped[User] = relationship(back_populates="addresses", lazy="joined")


class Team(Base):
    """Two teams, whose players come by a join."""

    __tablename__ = "teams"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    players: Mapped[list["Player"]] = relationship(lazy="joined", order_by="Player.id")


class Player(Base):
    """Five players."""

    __tablename__ = "players"
    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(sa.ForeignKey("teams.id"), index=True)


def rows() -> list[Base]:
    """New objects for all rows."""
    users = [User(id=1, name="ada", age=36), User(id=2, name="bob", age=20), User(id=3, name="bob", age=40)]
    emails = [(1, "ada@a", 1), (2, "ada@b", 1), (3, "bob@a", 2)]
    addresses = [Address(id=number, email=email, user_id=user) for number, email, user in emails]
    teams = [Team(id=1, name="reds"), Team(id=2, name="blues")]
    return [*users, *addresses, *teams, *(Player(id=number, team_id=1 + number % 2) for number in range(1, 6))]


class Database:
    """A populated database in memory; what a session does to it is taken back at its end."""

    def __init__(self) -> None:
        self._engine = sa.create_engine("sqlite://", poolclass=StaticPool)
        self._statements: list[tuple[str, object]] = []
        # The transactions of the driver begin too late for savepoints, so they are begun here.
        event.listen(self._engine, "connect", _leave_transactions)
        event.listen(self._engine, "begin", _begin)
        event.listen(self._engine, "before_cursor_execute", self._note)
        Base.metadata.create_all(self._engine)
        with Session(self._engine) as session:
            session.add_all(rows())
            session.commit()

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    @contextmanager
    def session(self) -> Generator[Session]:
        """A session whose commits end with it. Legacy forms may be used without a warning."""
        with self._engine.connect() as connection, warnings.catch_warnings():
            warnings.simplefilter("ignore", LegacyAPIWarning)
            warnings.simplefilter("ignore", SAWarning)
            transaction = connection.begin()
            try:
                with Session(connection, join_transaction_mode="create_savepoint") as session:
                    self._statements.clear()
                    yield session
            finally:
                transaction.rollback()

    def statements(self) -> list[tuple[str, object]]:
        """What was sent since the session began, as it is compared: without the labels of columns."""
        return [(_unlabeled(text), parameters) for text, parameters in self._statements]

    def _note(self, *told: object) -> None:
        _, _, statement, parameters, *_ = told
        self._statements.append((str(statement), parameters))


def _leave_transactions(connection: sa.engine.interfaces.DBAPIConnection, record: object) -> None:
    # `isolation_level` belongs to the driver of sqlite, which the interface of all drivers does not know.
    connection.isolation_level = None


def _begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _unlabeled(statement: str) -> str:
    """`Query` labels each column by its table (`users.id AS users_id`), a statement does not."""
    text = re.sub(r" AS (?!anon_\d+(?!\w))\w+|(?<!\)) AS anon_\d+", "", " ".join(statement.split()))
    return re.sub(r"\b(anon_\d+)\.(?:users_|addresses_|teams_|players_)?(\w+?)(?:_\d+)?\b", r"\1.\2", text)


def plain(value: object) -> object:
    """A result as data: entities by class and columns, with the collections that are loaded."""
    if isinstance(value, list | tuple) and not isinstance(value, sa.Row):
        # What a query gives is only known when it has run.
        return [plain(item) for item in cast("list[object]", value)]
    if isinstance(value, dict):
        # The same holds for what a program puts around it.
        return {key: plain(item) for key, item in cast("dict[object, object]", value).items()}
    if isinstance(value, sa.Row):
        # The same holds for the columns of a row.
        return ("row", *(plain(item) for item in cast("sa.Row[tuple[object, ...]]", value)))
    table: sa.Table | None = getattr(value, "__table__", None)
    if table is None:
        # Addresses in memory differ between two runs, also in names that SQLAlchemy makes up.
        return re.sub(r"0x[0-9a-f]+|%\(\d+ ", "", value) if isinstance(value, str) else value
    # `vars` of an entity that is only known by its table.
    state = cast("dict[str, object]", vars(value))
    collections = {name: plain(state[name]) for name in sorted(state) if isinstance(state[name], list)}
    return (type(value).__name__, *(getattr(value, column.key) for column in table.columns), collections)


def left(session: Session) -> list[object]:
    """All rows that a session sees."""
    return [tuple(row) for table in Base.metadata.sorted_tables for row in session.execute(sa.select(table))]
