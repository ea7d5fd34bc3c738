"""Engines, clients and requests get the one argument that they lack, and are otherwise what they were.

aiohttp is no dependency of the tests, so a module with what the fix needs of it stands in its place.
"""

import sys
from types import ModuleType, SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.generated import Imported, examples, indented, laid_out, ways_to_import
from support.mended import FIXES, fixed, loaded, mended
from support.observed import Outcome, outcome

RULES = ("http-client-without-timeout", "pool-pre-ping-missing", "async-engine-sync-driver-url")
TIMEOUT, PING, DRIVER = RULES

SERVER = """
from requests.adapters import BaseAdapter

class Server(BaseAdapter):
    def __init__(self, log):
        super().__init__()
        self.log = log

    def send(self, request, stream=False, timeout=None, verify=True, cert=None, proxies=None):
        self.log.append((request.method, request.url, request.body, stream, timeout))
        answer = requests.Response()
        answer.status_code, answer.url, answer.request, answer._content = 200, request.url, request, b"{}"
        return answer

    def close(self):
        pass
"""
CALLS = (
    "get('https://shop.example'{more})",
    "post('https://shop.example', json={'a': 1}{more})",
    "request('PUT', 'https://shop.example', data=b'x'{more})",
    "delete(\n    'https://shop.example'{more},  # all of it\n)",
    "head(*['https://shop.example']{more})",
)
MORE = ("", ", params={'q': 'é'}", ", timeout=None", ", timeout = None, stream=True", ", headers={'a': 'b'}")


@st.composite
def patient(draw: st.DrawFn) -> str:
    session: Imported = draw(ways_to_import("requests.Session"))
    call = draw(st.sampled_from(CALLS)).replace("{more}", draw(st.sampled_from(MORE)))
    body = f"http = {session.text}()\nhttp.mount('https://', Server(log))\nanswer = http.{call}\nreturn answer.json()"
    return draw(laid_out(f"import requests\n{session.statement}\n{SERVER}\ndef run(log):\n{indented(body)}\n"))


@examples(30)
@given(patient())
def test_a_request_is_the_same_but_for_its_timeout(code: str) -> None:
    before_log: list[tuple[object, ...]] = []
    after_log: list[tuple[object, ...]] = []
    after = mended(code, TIMEOUT, FIXES)
    assert after is not None
    assert outcome(after, after_log) == outcome(code, before_log) == Outcome({})
    assert [entry[:-1] for entry in after_log] == [entry[:-1] for entry in before_log]
    assert [entry[-1] for entry in before_log] == [None]
    assert [entry[-1] for entry in after_log] == [10]


def test_a_client_of_httpx_waits_for_half_a_minute() -> None:
    code = "import httpx\n\ndef run():\n    return httpx.Client(timeout=None, base_url='https://shop.example')\n"
    before, after = loaded(code).run(), loaded(fixed(code, TIMEOUT)).run()
    assert (before.timeout.read, after.timeout.read, after.timeout.connect) == (None, 30, 30)
    assert after.base_url == before.base_url


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """A module that has what the fix needs of aiohttp."""
    module = ModuleType("aiohttp")

    class ClientTimeout(SimpleNamespace):
        """As aiohttp shows it."""

    class ClientSession(SimpleNamespace):
        async def __aenter__(self) -> "ClientSession":
            return self

        async def __aexit__(self, *error: object) -> None:
            pass

        def get(self, url: str) -> list[object]:
            return [url, vars(self)]

    vars(module).update(ClientTimeout=ClientTimeout, ClientSession=ClientSession)
    monkeypatch.setitem(sys.modules, "aiohttp", module)


@pytest.mark.usefixtures("stand_in")
def test_a_session_of_aiohttp_waits_for_half_a_minute() -> None:
    code = """
from aiohttp import ClientSession

async def run():
    async with ClientSession(trust_env=True) as session:
        return session.get("https://shop.example")
"""
    assert outcome(code).result == ["https://shop.example", {"trust_env": True}]
    after = outcome(fixed(code, TIMEOUT)).result
    assert str(after) == "['https://shop.example', {'trust_env': True, 'timeout': ClientTimeout(total=30)}]"


ENGINE = """
from sqlalchemy import create_engine
from types import SimpleNamespace

driver = SimpleNamespace(paramstyle="pyformat", version_info=(1, 4, 0), __version__="1.4.0")

def run():
    return create_engine("mysql+pymysql://shop:secret@db/shop", module=driver, pool_size=7)
"""


def test_the_pool_asks_first_and_is_otherwise_the_same() -> None:
    before, after = loaded(ENGINE).run(), loaded(fixed(ENGINE, PING)).run()
    assert (before.pool._pre_ping, after.pool._pre_ping) == (False, True)
    assert (after.url, after.pool.size(), type(after.pool)) == (before.url, 7, type(before.pool))


ADDRESSES = ("'sqlite://'", '"sqlite:///:memory:"', "'''sqlite+pysqlite://'''", "f'sqlite://{\"\"}'", "r'SQLite://'")


@st.composite
def sync_addresses(draw: st.DrawFn) -> str:
    make: Imported = draw(ways_to_import("sqlalchemy.ext.asyncio.create_async_engine"))
    text = draw(st.sampled_from(("{it}", "url={it}", "{it}, echo=False", "\n    {it},  # in memory\n")))
    call = f"{make.text}({text.replace('{it}', draw(st.sampled_from(ADDRESSES)))})"
    asked = "async with engine.connect() as connection:\n    found = await connection.scalar(text('SELECT 7'))"
    body = f"engine = {call}\n{asked}"
    imports = f"from sqlalchemy import text\n{make.statement}\n"
    return draw(
        laid_out(f"{imports}\nasync def run():\n{indented(body)}\n    await engine.dispose()\n    return found\n")
    )


@examples(15)
@given(sync_addresses())
def test_the_engine_can_be_made_and_asked(code: str) -> None:
    after = mended(code, DRIVER, FIXES)
    assert after is not None
    assert outcome(code).error in ("InvalidRequestError", "NoSuchModuleError")
    assert outcome(after) in (Outcome(7), Outcome(error="NoSuchModuleError", message=outcome(after).message))
