"""What a lifespan opens is closed at its end, in reverse order, and the application answers as before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from support.client import answers
from support.generated import Imported, examples, indented, laid_out, ways_to_import
from support.mended import FIXES, fixed, loaded, mended

RULE = "pool-not-disposed"

APP = """
from contextlib import asynccontextmanager
from fastapi import FastAPI
import httpx
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import async_sessionmaker
from sqlalchemy.pool import StaticPool
{imports}

opened = []

@asynccontextmanager
async def lifespan(app: FastAPI):
{body}

app = FastAPI(lifespan=lifespan)

@app.get("/open")
def is_open() -> list[bool]:
    return [getattr(one, "is_closed", False) for one in opened]
"""
ENDINGS = (
    "yield",
    "yield  # serving",
    "yield {'opened': 1}",
    "yield\nopened.append(len(opened))",
    "if True:\n    yield",
)
TARGETS = ("client", "app.state.client", "client: httpx.AsyncClient")


@st.composite
def lifespans(draw: st.DrawFn) -> str:
    client: Imported = draw(ways_to_import("httpx.AsyncClient", "other"))
    target = draw(st.sampled_from(TARGETS))
    name = target.partition(":")[0]
    keep = f"opened[:] = [*opened, {name}]"
    ending = draw(st.sampled_from(ENDINGS))
    body = indented(f"{target} = {client.text}(\n    base_url='https://shop.example'\n)\n{keep}\n{ending}")
    return draw(laid_out(APP.replace("{imports}", client.statement).replace("{body}", body)))


@examples(25)
@given(lifespans())
def test_the_client_is_closed_after_the_last_answer(code: str) -> None:
    after = mended(code, RULE, FIXES)
    assert after is not None
    before_module = loaded(code)
    expected = answers(before_module.app, "/open", "/missing")
    assert not before_module.opened[0].is_closed
    after_module = loaded(after)
    assert answers(after_module.app, "/open", "/missing") == expected
    assert after_module.opened[0].is_closed


TWO = APP.replace("{imports}", "from sqlalchemy.ext.asyncio import create_async_engine").replace(
    "{body}",
    """
    engine = create_async_engine("sqlite+aiosqlite://", poolclass=StaticPool)
    app.state.make_session = async_sessionmaker(engine)
    async with app.state.make_session() as session:
        opened.append(await session.scalar(sa.text("SELECT 1")))
    client = httpx.AsyncClient()
    yield
""",
)


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_two_are_closed_in_reverse_order(line_end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    disposed: list[AsyncEngine] = []
    dispose = AsyncEngine.dispose

    async def noted(engine: AsyncEngine, close: bool = True) -> None:
        disposed.append(engine)
        await dispose(engine, close)

    monkeypatch.setattr(AsyncEngine, "dispose", noted)
    after = fixed(TWO.replace("\n", line_end), RULE)
    assert after.index("await client.aclose()") < after.index("await engine.dispose()")
    module = loaded(after)
    answers(module.app, "/missing")
    assert (module.opened, len(disposed)) == ([1], 1)
