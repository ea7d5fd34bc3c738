"""What blocks gives and raises in a thread what it does on the event loop, and other tasks run meanwhile.

redis stands for the drivers, as a module of the same names: what is proven is the call in a thread, not the driver.
"""

import asyncio
import os
import sys
from collections.abc import Awaitable
from types import ModuleType

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from support.generated import EXPRESSION_SITES, Imported, examples, indented, laid_out, ways_to_import
from support.mended import FIXES, fixed, loaded, mended
from support.observed import outcome

WRAPPER = "sync-in-async-wrapper"
RULES = (
    "blocking-subprocess-in-async",
    "blocking-password-hash-in-async",
    "blocking-network-client-in-async",
    "blocking-db-driver-in-async",
    "sync-in-async-wrapper",
)

CALLS = {
    "blocking-subprocess-in-async": (
        ("subprocess.run", "(['echo', 'tea'], capture_output=True).stdout"),
        ("subprocess.check_output", "(['echo', 'tea'])"),
        ("subprocess.check_call", "(['false'])"),
        ("subprocess.call", "('exit 3', shell=True)"),
        ("subprocess.run", "(*['true'], **{'check': True}).returncode"),
        ("subprocess.run", "(['no such program'])"),
        ("subprocess.run", "()"),
        ("subprocess.Popen", "(['echo', 'tea'], stdout=-1).communicate()[0]"),
        ("os.system", "('exit 3')"),
        ("os.popen", "('exit 3').close()"),
    ),
    "blocking-password-hash-in-async": (
        ("hashlib.pbkdf2_hmac", "('sha256', b'tea', b'salt', 2).hex()"),
        ("hashlib.pbkdf2_hmac", "(hash_name='sha1', password=b'tea', salt=b'salt', iterations=log and 2 or 3)"),
        ("hashlib.pbkdf2_hmac", "('no such hash', b'tea', b'salt', 2)"),
        ("hashlib.scrypt", "(b'tea', salt=b'salt', n=2, r=1, p=1)[:2]"),
        ("hashlib.scrypt", "(b'tea')"),
    ),
    "blocking-network-client-in-async": (
        ("socket.gethostbyname", "('127.0.0.1').split('.')"),
        ("socket.getaddrinfo", "('127.0.0.1', 80)[0][4]"),
        ("socket.gethostbyname", "('x' * 99)"),
        ("socket.create_connection", "(address=None)"),
        ("smtplib.SMTP", "('127.0.0.1', 'no port')"),
    ),
    "blocking-db-driver-in-async": (
        ("redis.Redis", "('shop').get('tea')"),
        ("redis.Redis", "('shop').hgetall(name='tea')['name']"),
        ("redis.Redis", "('shop').set('tea')"),
        ("redis.from_url", "('redis://shop').get(*['tea'])"),
        ("redis.Redis", ".from_url('shop').get(log)"),
    ),
}


class Redis:
    """Answers like a server that has everything."""

    def __init__(self, url: str) -> None:
        self.url = url

    @classmethod
    def from_url(cls, url: str) -> "Redis":
        return cls(url)

    def get(self, name: str) -> str:
        return f"{self.url}/{name}"

    def set(self, name: str, value: str) -> bool:
        return bool(name and value)

    def hgetall(self, name: str) -> dict[str, str]:
        return {"name": name}


@pytest.fixture(autouse=True)
def redis(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("redis")
    vars(module).update(Redis=Redis, from_url=Redis.from_url)
    monkeypatch.setitem(sys.modules, "redis", module)


@st.composite
def programs(draw: st.DrawFn) -> tuple[str, str]:
    rule = draw(st.sampled_from(tuple(CALLS)))
    qualified, rest = draw(st.sampled_from(CALLS[rule]))
    imported: Imported = draw(ways_to_import(qualified))
    assume(imported.text != "run")
    body = draw(st.sampled_from(EXPRESSION_SITES)).replace("{it}", imported.text + rest)
    body = body.replace("{{", "{").replace("}}", "}")
    header = f"{imported.statement}\nfrom contextlib import nullcontext\n\nasync def run(log):\n"
    return rule, draw(laid_out(f"{header}{indented(body)}\n"))


@examples(60)
@given(programs())
def test_gives_and_raises_the_same(program: tuple[str, str]) -> None:
    rule, code = program
    before = outcome(code, [])
    for name in (rule, WRAPPER):
        after = mended(code, name, FIXES)
        if after is not None:
            assert outcome(after, []) == before, after


WAITING = """
import subprocess

async def run(read_end):
    return subprocess.run(["cat"], stdin=read_end, stdout=subprocess.PIPE).stdout
"""


@pytest.mark.parametrize("rule", ["blocking-subprocess-in-async", WRAPPER])
async def test_other_tasks_run_meanwhile(rule: str) -> None:
    read_end, write_end = os.pipe()

    async def write() -> None:
        os.write(write_end, b"tea")
        os.close(write_end)

    reading: Awaitable[bytes] = loaded(fixed(WAITING, rule)).run(read_end)
    answers = await asyncio.gather(reading, write())
    os.close(read_end)
    assert answers[0] == b"tea"


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("blocking-subprocess-in-async", "import os\nasync def run():\n    return [os.system(one) for one in ()]\n"),
        ("blocking-db-driver-in-async", "import sqlite3\nasync def run(c: sqlite3.Connection):\n    c.commit()\n"),
        (WRAPPER, "import sqlite3\nasync def run(c: sqlite3.Connection):\n    c.commit()\n"),
        (WRAPPER, "import time, anyio\nasync def run():\n    time.sleep(1)\n"),
    ],
)
def test_no_thread_where_it_would_not_do(rule: str, code: str) -> None:
    assert mended(code, rule, FIXES) is None
