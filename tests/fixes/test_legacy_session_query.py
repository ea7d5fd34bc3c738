"""The migration of queries, executed: each form of SQLAlchemy's migration guide on a populated database, before and
after.
"""

import warnings
from collections.abc import Generator
from contextlib import contextmanager
from types import ModuleType
from typing import cast

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import InvalidRequestError, LegacyAPIWarning
from sqlalchemy.orm import Session

from hexguard.rule.fix import Applicability
from support.project import MemoryProject

RULE = "legacy-session-query"
PATH = "app/main.py"

MODELS = """
import sqlalchemy as sa
from sqlalchemy.exc import InvalidRequestError, LegacyAPIWarning
from sqlalchemy import func
from sqlalchemy.exc import MultipleResultsFound, NoResultFound
from sqlalchemy.orm import (
    DeclarativeBase, Mapped, Session, contains_eager, joinedload, mapped_column, relationship, selectinload
)


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    age: Mapped[int]
    addresses: Mapped[list["Address"]] = relationship(back_populates="user", order_by="Address.id")


class Address(Base):
    __tablename__ = "addresses"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    user: Mapped[User] = relationship(back_populates="addresses", lazy="joined")


class Team(Base):
    __tablename__ = "teams"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    players: Mapped[list["Player"]] = relationship(lazy="joined", order_by="Player.id")


class Player(Base):
    __tablename__ = "players"
    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(sa.ForeignKey("teams.id"))


"""

EXPRESSIONS = [
    "session.query(User).get(2)",
    "session.query(User).get(99)",
    "session.query(User).get(ident=2)",
    "session.query(User).order_by(User.id).all()",
    "session.query(User).filter(User.name == 'ada').all()",
    "session.query(User).filter(User.name == 'ada', User.age > 3).all()",
    "session.query(User).filter_by(name='ada').one()",
    "session.query(User).filter_by(name='bob').one()",
    "session.query(User).filter_by(name='nobody').one()",
    "session.query(User).filter_by(name='nobody').one_or_none()",
    "session.query(User).filter_by(name='ada').one_or_none()",
    "session.query(User).filter_by(name='bob').one_or_none()",
    "session.query(User).filter_by(name='ada').first()",
    "session.query(User).order_by(User.id.desc()).first()",
    "session.query(User).filter_by(name='nobody').first()",
    "session.query(User).order_by(User.id).limit(3).first()",
    "session.query(User).order_by(User.id).limit(2).offset(1).all()",
    "session.query(User).join(Address).order_by(User.id).all()",
    "session.query(User).join(User.addresses).filter(Address.email == 'ada@a').all()",
    "session.query(User).join(Address).filter(User.name == 'ada').one()",
    "session.query(User).join(Address, Address.user_id == User.id).order_by(User.id).first()",
    "session.query(User).outerjoin(User.addresses).order_by(User.id).all()",
    "session.query(User).options(joinedload(User.addresses)).order_by(User.id).all()",
    "session.query(User).options(selectinload(User.addresses)).order_by(User.id).all()",
    "session.query(User).options(joinedload(User.addresses)).filter_by(name='ada').one()",
    "session.query(User).options(joinedload(User.addresses)).order_by(User.id).first()",
    "session.query(User).join(User.addresses).options(contains_eager(User.addresses)).order_by(Address.id).all()",
    "session.query(Address).order_by(Address.id).all()",
    "session.query(Team).order_by(Team.id).all()",
    "session.query(Team).filter_by(name='reds').one()",
    "session.query(Team).order_by(Team.id).first()",
    "session.query(User).count()",
    "session.query(User).filter(User.age > 30).count()",
    "session.query(User).join(Address).count()",
    "session.query(User).filter_by(name='ada').limit(1).count()",
    "session.query(User.id).order_by(User.id).all()",
    "session.query(User.id, User.name).order_by(User.id).all()",
    "session.query(User.name).filter(User.id == 1).one()",
    "session.query(User.name).filter(User.id == 99).one_or_none()",
    "session.query(User.name).order_by(User.id).first()",
    "session.query(User.name).filter(User.id == 1).scalar()",
    "session.query(User.name).filter(User.id == 99).scalar()",
    "session.query(User.name).scalar()",
    "session.query(User).filter(User.id == 1).scalar()",
    "session.query(func.count(User.id)).scalar()",
    "session.query(func.max(User.age)).filter(User.name == 'bob').scalar()",
    "session.query(User.name, func.count(User.id)).group_by(User.name).having(func.count(User.id) > 1).all()",
    "session.query(User.name).distinct().order_by(User.name).all()",
    "session.query(User).filter(User.name == 'bob').with_for_update().order_by(User.id).all()",
    "session.scalar(sa.select(session.query(User).filter(User.id == 1).exists()))",
    "session.scalar(sa.select(session.query(User).filter(User.id == 99).exists()))",
    "session.query(User).filter(User.id.in_(session.query(Address.user_id).scalar_subquery())).order_by(User.id).all()",
    "session.query(User).filter(User.name == 'bob').delete()",
    "session.query(Address).filter_by(user_id=1).delete(synchronize_session=False)",
    "session.query(User).filter(User.name == 'bob').update({'age': 9})",
    "session.query(User).filter(User.name == 'bob').update({User.age: User.age + 1}, synchronize_session='fetch')",
    "session.query(User).filter_by(id=1).update({'name': 'eve'}, synchronize_session=False)",
    "list(session.query(User).order_by(User.id))",
    "list(session.query(User).join(User.addresses).order_by(User.id))",
    "list(session.query(User.name).order_by(User.id))",
]

FUNCTIONS = {
    "a loop": """
def run(session: Session):
    names = []
    for user in session.query(User).filter(User.age > 1).order_by(User.id):
        names.append(user.name)
    return names
""",
    "split over statements": """
def run(session: Session, name="bob"):
    query = session.query(User)
    if name:
        query = query.filter(User.name == name)
    query = query.order_by(User.id)
    return query.all()
""",
    "split, with a join": """
def run(session: Session):
    query = session.query(User).filter(User.age > 1)
    query = query.join(User.addresses)
    return query.order_by(User.id).all()
""",
    "split, columns": """
def run(session: Session):
    query = session.query(User.name)
    query = query.filter(User.age > 20)
    return query.order_by(User.id).first()
""",
    "over several lines with comments": """
def run(session: Session):
    return (
        session.query(User)  # all of them
        # but the old ones
        .filter(
            User.age > 20,  # years
        )
        .order_by(User.id)
        .first()
    )
""",
}


def load(code: str) -> ModuleType:
    module = ModuleType("shop_models")
    exec(compile(code, "shop_models.py", "exec"), module.__dict__)
    return module


@contextmanager
def closing_engine(engine: sa.Engine) -> Generator[None]:
    """Let go of the database at the end, whatever happens."""
    try:
        yield
    finally:
        engine.dispose()


@contextmanager
def populated(module: ModuleType) -> Generator[Session]:
    """A session on a database in memory with three users (two called bob), their addresses, and teams."""
    engine = sa.create_engine("sqlite://")
    with closing_engine(engine), Session(engine) as session:
        module.Base.metadata.create_all(engine)
        users = [module.User(id=1, name="ada", age=36), module.User(id=2, name="bob", age=20)]
        users.append(module.User(id=3, name="bob", age=40))
        addresses = [(1, "ada@a", 1), (2, "ada@b", 1), (3, "bob@a", 2)]
        teams = [module.Team(id=1, name="reds"), module.Team(id=2, name="blues")]
        players = [module.Player(id=number, team_id=1 + number % 2) for number in range(1, 6)]
        session.add_all([*users, *teams, *players])
        session.flush()
        session.add_all([module.Address(id=i, email=email, user_id=user) for i, email, user in addresses])
        session.commit()
        yield session


def plain(value: object) -> object:
    """A result as data: entities by class and columns, with the collections that are loaded."""
    if isinstance(value, list):
        # What a query gives is only known when it has run.
        return [plain(item) for item in cast("list[object]", value)]
    if isinstance(value, sa.Row):
        # The same holds for the columns of a row.
        return ("row", *(plain(item) for item in cast("sa.Row[tuple[object, ...]]", value)))
    table: sa.Table | None = getattr(value, "__table__", None)
    if table is None:
        return value
    # `vars` of an entity that is only known by its table.
    state = cast("dict[str, object]", vars(value))
    loaded = {name: plain(state[name]) for name in sorted(state) if isinstance(state[name], list)}
    return (type(value).__name__, *(getattr(value, column.key) for column in table.columns), loaded)


def observe(code: str) -> tuple[object, object]:
    """What a run gives or raises, and what is in the tables afterwards."""
    module = load(code)
    with populated(module) as session:
        try:
            # That the old form warns is why it is rewritten.
            with warnings.catch_warnings(action="ignore", category=LegacyAPIWarning):
                result = plain(module.run(session))
        except InvalidRequestError as error:
            result = type(error).__name__
        left = [tuple(row) for table in module.Base.metadata.sorted_tables for row in session.execute(sa.select(table))]
        return result, left


def fixed(code: str) -> str:
    project = MemoryProject({PATH: code}, only=RULE)
    assert project.reports(PATH), "nothing is reported"
    return project.workspace.fix_all(PATH, lambda report: report.rule == RULE, tuple(Applicability)).text


def check(code: str) -> None:
    after = fixed(code)
    assert ".query(" not in after, after
    assert observe(after) == observe(code)
    assert [line.partition("#")[2] for line in after.splitlines() if "#" in line] == [
        line.partition("#")[2] for line in code.splitlines() if "#" in line
    ]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_expression(expression: str) -> None:
    check(f"{MODELS}def run(session: Session):\n    return {expression}\n")


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS.keys())
def test_function(function: str) -> None:
    check(MODELS + function)


@pytest.mark.parametrize(
    "expression",
    [
        "session.query(User).with_entities(User.id).all()",
        "session.query(User).union(session.query(User)).all()",
        "session.query(User).slice(0, 2).all()",
        "session.query(User).join('addresses').all()",
        "session.query(User).get_children()",
        "session.query(*columns).all()",
        "session.query(User).delete('fetch')",
    ],
)
def test_what_has_no_counterpart_is_left_alone(expression: str) -> None:
    code = f"{MODELS}def run(session: Session):\n    return {expression}\n"
    project = MemoryProject({PATH: code}, only=RULE)
    outer = project.reports(PATH)[0]
    assert not project.workspace.fixes(outer)
