"""Conditions before and after their fix, sent to a populated database.

`is_(None)` sends the statement that `== None` sent. What Python used to answer is sent by the fix as it was meant, and
that is what `&`, `|`, `~` and `in_()` say, the statements to compare with.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.generated import examples, laid_out
from support.mended import FIXES, comments, fixed, loaded, mended
from support.shop import FILES, Database, plain

RULES = ("none-comparison-in-where", "python-bool-operator-in-where")
NONE, BOOLEAN = RULES

HEAD = """
import sqlalchemy as sa
from sqlalchemy import func, select
from support.shop import Address, User
from support import shop

"""


def sent(code: str, database: Database) -> tuple[list[object], list[tuple[str, object]]]:
    """What the `query` of a program finds, and the statements of it."""
    with database.session() as session:
        found = [plain(row) for row in session.execute(loaded(code).query())]
        return found, database.statements()


@pytest.fixture(scope="module")
def database() -> Database:
    return Database()


COMPARED = (
    "User.name == None",
    "User.name != None",
    "None == User.age",
    "None != shop.User.age",
    "func.max(User.age) == None",
    "User.age + 1 == None",
    "(User.age + User.id) != None",
    "sa.and_(User.name == None, User.id > 0)",
    "(User.name == None) | (User.id == 2)",
    "~(User.name == None)",
    "sa.or_(*[User.name == None, User.age != None])",
    "sa.case((User.name == None, 1), else_=0) == 0",
    "User.name.in_(select(Address.email).where(Address.email != None))",
)


@examples(12)
@given(data=st.data())
def test_asks_for_null_as_before(database: Database, data: st.DataObject) -> None:
    condition = data.draw(st.sampled_from(COMPARED))
    method = "having" if "max" in condition else "where"
    group = ".group_by(User.id)" if method == "having" else ""
    body = f"    return select(User.id){group}.{method}({condition}).order_by(User.id)\n"
    code = data.draw(laid_out(f"{HEAD}def query():\n{body}"))
    after = mended(code, NONE, FIXES, FILES)
    if after is not None:
        assert sent(after, database) == sent(code, database), after


MEANT = (
    ("User.age > 30 and User.name == 'ada'", "(User.age > 30) & (User.name == 'ada')"),
    ("User.age > 30 or User.name == 'bob'", "(User.age > 30) | (User.name == 'bob')"),
    ("User.id == 1 or User.id == 2 and User.name == 'bob'", "(User.id == 1) | ((User.id == 2) & (User.name == 'bob'))"),
    ("(User.id == 1 or User.id == 2) and User.age > 20", "((User.id == 1) | (User.id == 2)) & (User.age > 20)"),
    ("not User.id == 1", "~(User.id == 1)"),
    ("not (User.id == 1 and User.age > 1)", "~((User.id == 1) & (User.age > 1))"),
    ("User.id in [1, 3]", "User.id.in_([1, 3])"),
    ("User.id not in ids", "User.id.not_in(ids)"),
    ("User.id + 1 in ids", "(User.id + 1).in_(ids)"),
    ("User.name is None", "User.name.is_(None)"),
    ("User.name is not None and not User.age > 30", "User.name.is_not(None) & ~(User.age > 30)"),
    (
        "User.name.like('a%') and func.lower(User.name) == 'ada'",
        "User.name.like('a%') & (func.lower(User.name) == 'ada')",
    ),
    ("(User.id > 0) & (not User.id == 1)", "(User.id > 0) & ~(User.id == 1)"),
    (
        "sa.or_(User.id == 1, User.id in ids and User.age > 3)",
        "sa.or_(User.id == 1, User.id.in_(ids) & (User.age > 3))",
    ),
    ("~(User.id in ids)", "~User.id.in_(ids)"),
)


@pytest.mark.parametrize(("written", "meant"), MEANT)
def test_asks_what_was_meant(written: str, meant: str, database: Database) -> None:
    code = f"{HEAD}ids = [2, 3]\ndef query():\n    return select(User).filter({{it}}).order_by(User.id)\n"
    after = fixed(code.replace("{it}", written), BOOLEAN, FILES)
    assert sent(after, database) == sent(code.replace("{it}", meant), database), after


@examples(12)
@given(data=st.data())
def test_keeps_the_layout(database: Database, data: st.DataObject) -> None:
    written, meant = data.draw(st.sampled_from(MEANT))
    code = f"{HEAD}ids = [2, 3]\ndef query():\n    return select(User).where({{it}}).order_by(User.id)\n"
    laid = data.draw(laid_out(code.replace("{it}", written)))
    after = mended(laid, BOOLEAN, FIXES, FILES)
    if after is not None:
        assert comments(after) == comments(laid)
        assert sent(after, database) == sent(code.replace("{it}", meant), database), after


def test_what_was_wrong(database: Database) -> None:
    code = f"{HEAD}def query():\n    return select(User.id).where(User.id in [1, 2])\n"
    assert sent(code, database)[0] == []
    assert sent(fixed(code, BOOLEAN, FILES), database)[0] == [("row", 1), ("row", 2)]
