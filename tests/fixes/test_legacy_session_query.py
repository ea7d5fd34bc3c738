"""Queries of SQLAlchemy 1 and the statements that replace them, run against the same populated database.

The same means: the same results, errors, rows that are left, and statements that are sent. In the statements, the
labels of columns are left out, since `Query` labels all of them, and what `EXISTS` selects, which nobody sees.
"""

import re
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import SQLAlchemyError

from hexguard.rule.fix import Applicability
from support.generated import EXPRESSION_SITES, examples, indented, laid_out
from support.mended import loaded, mended
from support.shop import FILES, Database, left, plain

RULE = "legacy-session-query"

EVERY = tuple(Applicability)

IMPORTS = """
from contextlib import nullcontext
import sqlalchemy as sa
from sqlalchemy import and_, func, or_, text
from sqlalchemy.orm import Session, aliased, contains_eager, defer, joinedload, lazyload, load_only, scoped_session
from sqlalchemy.orm import selectinload, sessionmaker, subqueryload
from support.shop import Address, Player, Team, User

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
    "session.query(User).filter(User.id == Address.user_id).all()",
    "session.query(User).filter(User.id == sa.literal(1)).all()",
    "session.query(User).filter(sa.and_(*[User.id == Address.user_id])).order_by(User.id).all()",
    "session.query(User).distinct().order_by(User.name.desc(), User.id).all()",
    "session.query(User).filter_by(name='bob').join(User.addresses).all()",
    "session.query(User).join(Address, isouter=True).order_by(User.id).all()",
    "session.query(User).options(subqueryload(User.addresses), load_only(User.name)).order_by(User.id).all()",
    "session.query(User).select_from(Address).join(Address.user).order_by(User.id).all()",
    "session.query(User).execution_options(populate_existing=True).order_by(User.id).all()",
    "session.execute(sa.select(session.query(User.name).filter(User.id > 1).subquery())).all()",
    "session.execute(sa.select(session.query(User.name).filter(User.id > 1).cte(name='kept'))).all()",
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


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    """One database for all programs of this file."""
    made = Database()
    yield made
    made.close()


def observed(code: str, database: Database) -> object:
    """What a run gives or raises, what is in the tables afterwards, and what was sent."""
    module = loaded(code)
    with database.session() as session:
        try:
            result = plain(module.run(session))
        except (SQLAlchemyError, AttributeError, TypeError, ValueError) as error:
            session.rollback()
            result = type(error).__name__, _message(error)
        sent = [
            (re.sub(r"EXISTS \(SELECT .*? FROM .*?(?= WHERE| HAVING|\))", "EXISTS (", text), values)
            for text, values in database.statements()
        ]
        return result, left(session), sent


def _message(error: Exception) -> str:
    """The first line: `Query.scalar()` wants one row where it means one or none, and unknown names have other words."""
    text = str(plain(str(error))).partition("\n")[0].replace("exactly one was required", "one or none was required")
    return "no such property" if "propert" in text else text


def check(code: str, database: Database) -> None:
    rule = "legacy-query-get" if ".get(" in code else RULE
    after = mended(code, rule, EVERY, FILES)
    assert after is not None, "nothing is offered"
    assert ".query(" not in after, after
    assert observed(after, database) == observed(code, database), after


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_expression(expression: str, database: Database) -> None:
    check(f"{IMPORTS}def run(session: Session):\n    return {expression}\n", database)


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS.keys())
def test_function(function: str, database: Database) -> None:
    check(IMPORTS + function, database)


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
        "session.query(User).limit(2).filter(User.id == 1).all()",
        "session.query(User).filter(User.id == 1).select_from(User).all()",
        "session.query(User.name).distinct().order_by(User.age).all()",
        "session.query(User).distinct().order_by(func.lower(User.name)).all()",
        "session.query(User).join(Address).filter_by(email='ada@a').all()",
        "session.query(User).join(Address).filter_by(**{'email': 'ada@a'}).all()",
        "session.query(User.id, Address.email).filter_by(id=1).all()",
        "session.query(User.id, Address.email).exists()",
        "session.query(User.id).options(joinedload(User.addresses)).all()",
        "session.query(User).execution_options(yield_per=1).all()",
        "session.query(User).subquery(with_labels=True)",
        "session.query(User.id).get(1)",
        "session.query(User.addresses).all()",
    ],
)
def test_what_has_no_counterpart_is_left_alone(expression: str) -> None:
    code = f"{IMPORTS}def run(session: Session):\n    return {expression}\n"
    assert mended(code, RULE, EVERY, FILES) is None


STEPS = (
    "filter(User.name == 'bob')", "filter(User.age > 20, User.name != 'eve')", "filter()", "filter(*[User.id < 3])",
    "filter(or_(User.id == 1, User.name == 'bob'))", "filter_by(name='bob')", "filter_by(name=\"ada\", id=1)",
    "where(User.id.in_([1, 2]))", "filter(condition)", "filter(user.id == User.id)", "filter(text('users.age > 20'))",
    "filter(User.addresses.any(Address.email == 'ada@a'))", "filter(User.id == Address.user_id)",
    "filter(User.age > 20).order_by(User.id)",
    "filter(sa.exists().where(Address.user_id == User.id))", "filter(User.name.like('b%')).filter(User.age == 20)",
    "join(Address)", "join(User.addresses)", "join(Address, Address.user_id == User.id)",
    "join(Address, isouter=True)",
    "join(Address, onclause=Address.user_id == User.id)", "join(User.addresses.and_(Address.id > 1))",
    "join(other, other.id < User.id)",
    "outerjoin(Address)", "outerjoin(User.addresses)", "outerjoin(Address, Address.user_id == User.id)",
    "options(joinedload(User.addresses))", "options(selectinload(User.addresses))",
    "options(subqueryload(User.addresses))",
    "options(lazyload('*'))", "options(load_only(User.name), defer(User.age))",
    "options(*[joinedload(User.addresses)])",
    "join(User.addresses).options(contains_eager(User.addresses))", "options()", "order_by(User.id)",
    "order_by(User.name, User.id.desc())", "order_by(sa.desc('name'))", "order_by(func.lower(User.name))",
    "order_by(None)",
    "order_by(Address.id)", "order_by(User.age)", "group_by(User.name)",
    "group_by(User.id, User.name).having(func.count(User.id) > 0)",
    "having(func.max(User.age) > 1)", "distinct()", "limit(2)", "limit(None)", "limit(limit=1)", "offset(1)",
    "limit(2).offset(1)",
    "with_for_update()", "with_for_update(read=True)", "execution_options(populate_existing=True)",
    "execution_options(yield_per=1)",
    "select_from(User)", "select_from(Address)", "populate_existing()", "slice(0, 2)", "with_entities(User.id)",
    "yield_per(2)",
    "params(a=1)", "enable_eagerloads(False)", "autoflush(False)", "add_columns(User.id)", "correlate(Address)",
    "reset_joinpoint()",
    "join(User.addresses, Address.user)", "limit(1).with_for_update(of=User)", "select_from(sa.join(User, Address))",
    "prefix_with('ALL')", "with_hint(User, 'x')", "order_by(User.id).limit(2)", "order_by(User.age.desc()).distinct()",
)  # fmt: skip
ENTITIES = (
    "User", "User", "User", "User", "Address", "Team", "User.id", "User.name", "User.id, User.name",
    "User.name, User.age",
    "func.count(User.id)", "func.max(User.age)", "User.name, func.count(User.id)", "User, Address",
    "User.id, Address.email",
    "other", "User.name.label('name')", "*[User]", "sa.func.count()", "User, User.name", "User.addresses", "text('1')",
)  # fmt: skip
ENDS = (
    "all()", "all()", "first()", "one()", "one_or_none()", "scalar()", "count()", "delete()", "all()[0]",
    "first().name",
    "delete(synchronize_session=False)", "delete(synchronize_session='fetch')", "delete('fetch')",
    "update({'name': 'eve'})",
    "update({User.age: User.age + 1})", "update({'age': 1}, synchronize_session=False)", "update({'age': 1}, False)",
    "update(values={'age': 1})", "update({})", "get(2)", "get(99)", "get(ident=1)", "get((1,))", "get({'id': 1})",
    "exists()",
    "subquery()", "subquery(name='kept')", "subquery('kept')", "cte()", "cte(name='kept')", "scalar_subquery()",
    "all().__len__()",
    "update(changes)", "subquery(with_labels=True)", "as_scalar()", "label('kept')", "one()[0]",
    "update({'age': 1}, update_args={})",
)  # fmt: skip
READS = {
    "exists()": "session.query({it}).scalar()",
    "subquery()": "session.execute(sa.select(sa.text('*')).select_from({it})).all()",
    "subquery(name='kept')": "[column.key for column in {it}.c]",
    "subquery('kept')": "{it}.name",
    "subquery(with_labels=True)": "[column.key for column in {it}.c]",
    "cte()": "session.execute(sa.select({it})).all()",
    "cte(name='kept')": "session.execute(sa.select({it})).all()",
    "scalar_subquery()": "session.scalars(sa.select(User.id).where(User.id == {it})).all()",
    "as_scalar()": "session.scalars(sa.select(User.id).where(User.id == {it})).all()",
    "label('kept')": "session.execute(sa.select({it})).all()",
}
"""What is done with the ends that do not run the query."""

OWNERS = {
    "session": "def run(session: Session, log=None, limit=2):\n{body}",
    "self.session": """
class Users:
    def __init__(self, session: Session) -> None:
        self.session = session

    def find(self, log, session=None):
{deeper}

def run(session):
    return Users(session).find([])
""",
    "sessions": """
def run(session):
    bind = session.get_bind()
    factory = sessionmaker(bind, join_transaction_mode="create_savepoint")
    sessions = scoped_session(factory)
    log, limit = [], 2
    try:
        return used(sessions, log)
    finally:
        sessions.remove()

def used(sessions: Session, log):
{body}
""",
    "made": "def run(session, log=None):\n    made = sessionmaker(session.connection())()\n    session = made\n{body}",
}
START = """log = []
condition = User.age > 20
other = aliased(User)
changes = {'name': 'eve'}
user = session.get(User, 2)
"""
SITES = (
    *EXPRESSION_SITES,
    "return list({it})",
    "return [one for one in {it}]",
    "log.extend(sorted(one.id for one in {it})); return log",
)


@st.composite
def programs(draw: st.DrawFn) -> str:
    """A function that makes and runs a query, in some place."""
    owner = draw(st.sampled_from(sorted(OWNERS)))
    steps = draw(st.lists(st.sampled_from(STEPS), max_size=4))
    end = draw(st.sampled_from(ENDS))
    is_run = draw(st.sampled_from((True, True, True, False)))
    site = "for one in {it}:\n    log.append(one)\nreturn log" if not is_run else draw(st.sampled_from(SITES))
    query = f"{owner}.query({draw(st.sampled_from(ENTITIES))})"
    if end not in READS and is_run and draw(st.integers(0, 5)) == 0:
        body = _kept(query, steps, end)
    else:
        chain = ".".join([query, *steps, *([end] if is_run else [])])
        read = READS.get(end, "{it}") if is_run else "{it}"
        body = site.replace("{it}", read.replace("session", owner).replace("{it}", chain))
    body = START.replace("session", owner) + body.replace("{{", "{").replace("}}", "}")
    code = OWNERS[owner].replace("{body}", indented(body)).replace("{deeper}", indented(body, 2))
    return draw(laid_out(IMPORTS + code))


def _kept(query: str, steps: Sequence[str], end: str) -> str:
    """The query grows in a variable."""
    grown = [f"if log is not None:\n    query = query.{step}" for step in steps]
    return "\n".join([f"query = {query}", *grown, f"return query.{end}"])


@examples(250)
@given(code=programs())
def test_any_chain(code: str, database: Database) -> None:
    after = mended(code, RULE, EVERY, FILES)
    assert after is None or observed(after, database) == observed(code, database), after
