"""A route that is a plain `def` answers the same, from another thread than that of the event loop."""

from typing import cast

import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from support.client import answers
from support.generated import examples, indented, laid_out
from support.mended import loaded, refactored

RULE = "sync-session-in-async"

HEAD = """
import threading
import sqlalchemy as sa
from collections.abc import Iterator
from fastapi import APIRouter, Depends, FastAPI
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.pool import StaticPool

class Base(DeclarativeBase):
    pass

class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]

engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
Base.metadata.create_all(engine)
with Session(engine) as first:
    first.add(User(name="Ada"))
    first.commit()

app = FastAPI()
router = APIRouter()
THREADS: list[str] = []

def get_session() -> Iterator[Session]:
    with Session(engine) as session:
        yield session

@app.get("/loop")
async def loop() -> str:
    return threading.current_thread().name

"""
TAIL = "\napp.include_router(router)\n"
HEADS = (
    "@{owner}.get('/users')\nasync def users(session: Session = Depends(get_session)) -> object:\n",
    "@{owner}.get('/users')\nasync  def users(\n    session: Session = Depends(get_session),\n):\n",
    "@{owner}.get(\n    '/users',\n)  # all of them\nasync def users(session: Session = Depends(get_session)):\n",
)
BODIES = (
    "return session.scalars(sa.select(User.name)).all()\n",
    "user = session.get(User, 1)\nsession.add(User(name='Bob'))\nsession.commit()\nreturn user.name\n",
    "'''All users.'''\nfound = session.execute(sa.select(User)).scalars()\nreturn [user.name for user in found]\n",
    "def name(user):\n    return user.name\n\nreturn [name(user) for user in session.query(User)]\n",
)
NOTED = "THREADS.append(threading.current_thread().name)\n"


def program(head: str, body: str, owner: str = "app") -> str:
    return f"{HEAD}{head.replace('{owner}', owner)}{indented(NOTED + body)}{TAIL}"


def answered(code: str) -> tuple[list[object], bool]:
    """What the routes of a program answer, and whether the one for users runs in the thread of the event loop."""
    module = loaded(code)
    # A module that was just made does not say what it holds.
    app, threads = cast("FastAPI", module.app), cast("list[str]", module.THREADS)
    loop, *found = answers(app, "/loop", "/users", "/users")
    return found, set(threads) == {loop}


@st.composite
def programs(draw: st.DrawFn) -> str:
    owner = draw(st.sampled_from(("app", "router")))
    return draw(laid_out(program(draw(st.sampled_from(HEADS)), draw(st.sampled_from(BODIES)), owner), most=2))


@examples(8)
@given(programs())
def test_it_answers_the_same_from_another_thread(code: str) -> None:
    after = refactored(code, RULE)
    if after is None:
        return
    found, is_on_loop = answered(code)
    found_after, is_on_loop_after = answered(after)
    assert found == found_after, after
    assert is_on_loop
    assert not is_on_loop_after


def test_each_route_is_rewritten() -> None:
    codes = [program(head, body) for head in HEADS for body in BODIES]
    assert [refactored(code, RULE) is not None for code in codes] == [True] * len(codes)


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (HEADS[0], "await sleep(1)\nreturn session.get(User, 1)\n"),
        (HEADS[0], "async with lock:\n    return session.get(User, 1)\n"),
        (HEADS[0], "asyncio.create_task(send())\nreturn session.get(User, 1)\n"),
        (HEADS[0], "yield session.get(User, 1)\n"),
        (HEADS[0], "return session.get(User, 1)\n\ndef other(session):\n    return users(session)\n"),
        ("@app.get('/users')\n@cached\nasync def users(session: Session):\n", "return session.get(User, 1)\n"),
        ("@functools.cache\nasync def users(session: Session):\n", "return session.get(User, 1)\n"),
        (
            HEADS[0].replace("users(", "users(*, session_: str, "),
            "async def inner():\n    return session.get(User, 1)\n",
        ),
    ],
)
def test_what_needs_the_event_loop_stays_there(head: str, body: str) -> None:
    assert refactored(program(head, body), RULE) is None


def test_a_route_that_is_called_elsewhere_stays_what_it_is() -> None:
    code = (
        program(HEADS[0], BODIES[0])
        + "\nasync def both(session: Session) -> object:\n    return await users(session)\n"
    )
    assert refactored(code, RULE) is None
