"""Statements before and after their fix, on a populated database: the same rows, numbers and errors."""

from collections import Counter

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import ArgumentError, ObjectNotExecutableError

from support.generated import EXPRESSION_SITES, examples, indented, laid_out
from support.mended import FIXES, loaded, mended
from support.observed import Outcome, outcome
from support.shop import FILES, Database, plain

RULES = ("legacy-query-get", "limit-without-order-by", "count-by-loading-rows", "execute-raw-string")
GET, LIMIT, COUNT, RAW = RULES

HEAD = """
from contextlib import nullcontext
import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload
from support.shop import Address, Player, Team, User

log = []

def run(session: Session):
"""


@pytest.fixture(scope="module")
def database() -> Database:
    return Database()


def ran(code: str, database: Database) -> tuple[Outcome, list[tuple[str, object]]]:
    """What a program gives or raises, and the statements of it."""
    with database.session() as session:
        found = outcome(code, session)
        return Outcome(plain(found.result), found.error, found.message), database.statements()


GETS = (
    "session.query(User).get(2)",
    "session.query(User).get(99)",
    "session.query(User).get(ident=2)",
    "session.query(User).get((1,))",
    "session.query(User).get({'id': 1})",
    "session.query(User).get((2))",
    "session.query(User).get()",
    "session.query(User.id).get(1)",
    "session.query(User).options(selectinload(User.addresses)).get(1)",
    "session.query(User).options(joinedload(User.addresses)).get(1)",
    "session.query(User).options().populate_existing().get(2)",
    "session.query(User).with_for_update().get(2)",
    "session.query(User).with_for_update(read=True).get(2)",
    "session.query(User).filter_by(id=2).get(2)",
    "session.query(User).options(selectinload(User.addresses)).options(joinedload(User.addresses)).get(ident=2)",
    "session.query(User).get(2).name",
    "[session.query(User).get(key) for key in (1, 1, 2)]",
)


@examples(20)
@given(data=st.data())
def test_gets_the_same(database: Database, data: st.DataObject) -> None:
    site = data.draw(st.sampled_from(EXPRESSION_SITES)).replace("{it}", data.draw(st.sampled_from(GETS)))
    code = data.draw(laid_out(f"{HEAD}{indented(site)}\n"))
    after = mended(code, GET, FIXES, FILES)
    if after is not None:
        assert str(ran(after, database)) == str(ran(code, database)), after


COUNTED = (
    "len(session.query(User).all())",
    "len(session.query(User).filter(User.age > 30).order_by(User.id).limit(1).all())",
    "len(session.query(User.name).distinct().all())",
    "len(session.query(User, Address).join(Address).all())",
    "len(session.scalars(select(User)).all())",
    "len(session.scalars(select(User).where(User.name == 'bob').limit(1)).all())",
    "len(session.execute(select(User.name).group_by(User.name)).all())",
    "len(session.execute(select(User, Address).join(Address.user)).all())",
    "len(session.execute(sa.select(User.id, Address.id).join(Address)).scalars().all())",
    "len(session.execute(select(User)).fetchall())",
    "len(session.scalars(select(User).where(User.id > 99)).all())",
    "len(session.scalars(select(Address)).all())",
    "len(session.scalars(select(Team)).unique().all())",
    "len(session.scalars(select(User).options(selectinload(User.addresses))).all())",
)


@examples(20)
@given(data=st.data())
def test_counts_the_same(database: Database, data: st.DataObject) -> None:
    site = data.draw(st.sampled_from(EXPRESSION_SITES)).replace("{it}", data.draw(st.sampled_from(COUNTED)))
    code = data.draw(laid_out(f"{HEAD}{indented(site)}\n"))
    after = mended(code, COUNT, FIXES, FILES)
    if after is not None:
        (before, _), (counted, statements) = ran(code, database), ran(after, database)
        assert counted == before, after
        is_whole = "len(" not in after
        assert not is_whole or all("count(" in statement for statement, _ in statements if "SELECT" in statement), after


PAGES = (
    "session.scalars(select(User).limit(50).offset(0)).all()",
    "session.scalars(select(User).where(User.age > 3).offset(size - 3).limit(5)).all()",
    "session.query(User).offset(size - 3).all()",
    "session.scalars(select(User).join(Address).distinct().limit(size)).all()",
    "session.scalars(select(User).options(selectinload(User.addresses)).limit(size)).all()",
    "session.query(User).filter_by(name='bob').limit(size).all()",
    "session.scalars(select(User.name).limit(size)).all()",
    "session.scalars(select(Team).limit(size)).unique().all()",
)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_in_the_order_of_the_key(page: str, database: Database) -> None:
    code = f"{HEAD}    size = 3\n    return {page}\n"
    after = mended(code, LIMIT, FIXES, FILES)
    if after is None:
        assert "User.name)" in page or "distinct" in page
        return
    given, statements = ran(after, database)
    assert not given.error, after
    # All rows are on this page, so only their order can change.
    before, _ = ran(code, database)
    assert Counter(str(given.result)) == Counter(str(before.result)), after
    assert any("ORDER BY users.id" in text or "ORDER BY teams.id" in text for text, _ in statements), after


RAWS = (
    "session.scalar('SELECT count(*) FROM users')",
    "session.execute('SELECT name FROM users WHERE id = :id', {'id': 2}).all()",
    "session.execute(statement='SELECT name FROM users').all()",
    "session.scalars('''SELECT name\n        FROM users -- all''').all()",
    "session.connection().execute('SELECT 1').all()",
    "session.scalar('SELECT name ' 'FROM users')",
)


@pytest.mark.parametrize("call", RAWS)
def test_the_text_runs(call: str, database: Database) -> None:
    code = f"{HEAD}    return {call}\n"
    with database.session() as session, pytest.raises((ArgumentError, ObjectNotExecutableError)):
        loaded(code).run(session)
    after = mended(code, RAW, FIXES, FILES)
    if after is None:
        assert "connection()" in call
        return
    given, _ = ran(after, database)
    assert not given.error, after


@pytest.mark.parametrize(
    "statement",
    [
        "'SELECT %s'",
        "'SELECT ?'",
        "\"SELECT '12:30'\"",
        "r'SELECT 1'",
        "'SELECT \\\\'",
        "\"SELECT 'a' -- 12:30\"",
        "'SELECT name::text'",
    ],
)
def test_what_text_takes_for_something_else_stays(statement: str) -> None:
    """Whatever is wrapped means the same to the driver: `text()` finds no parameter in it."""
    after = mended(f"{HEAD}    return session.scalar({statement})\n", RAW, FIXES, FILES)
    assert after is None or not sa.text(eval(statement)).compile().params
