"""Requests to a server on the loopback interface: in the event loop, in a thread, and by httpx."""

import asyncio
import json
import re
from collections.abc import Awaitable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.generated import EXPRESSION_SITES, Imported, examples, indented, laid_out, ways_to_import
from support.mended import FIXES, fixed, loaded, mended, refactored
from support.observed import Outcome, outcome

RULE = "blocking-http-in-async"
TRANSITIVE = "blocking-call-transitive"

GATE_SECONDS = 30


class Answers(BaseHTTPRequestHandler):
    """Says what it was asked; `/old` leads to `/new`, and `/gate` waits for the gate."""

    gate: ClassVar[Event] = Event()
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.answer()

    def do_POST(self) -> None:
        self.answer()

    def do_HEAD(self) -> None:
        self.answer()

    def do_PUT(self) -> None:
        self.answer()

    def do_PATCH(self) -> None:
        self.answer()

    def do_DELETE(self) -> None:
        self.answer()

    def do_OPTIONS(self) -> None:
        self.answer()

    def answer(self) -> None:
        received = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        if self.path == "/gate":
            assert self.gate.wait(GATE_SECONDS)
        said = json.dumps(
            [self.command, self.path, received, self.headers.get("X-Shop"), self.headers.get("Authorization")]
        )
        self.send_response({"/old": 302, "/none": 404, "/broken": 500}.get(self.path, 200))
        self.send_header("Location", "/new")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(said.encode())

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Tests print nothing."""


@pytest.fixture
def base(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a server that runs for one test."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(Answers, "gate", Event())
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def requesting(call: str, result: str = "[response.status_code, response.text]") -> str:
    return f"import requests\n\nasync def run(base):\n    response = {call}\n    return {result}\n"


GET = requesting('requests.get(base + "/tea", params={"size": "2 cups"}, headers={"X-Shop": "7"}, timeout=20)')
REDIRECT = requesting('requests.get(base + "/old")')
NO_REDIRECT = requesting('requests.get(base + "/old", allow_redirects=False, timeout=20)')
HEAD = requesting('requests.head(base + "/old", auth=("ada", "secret"))', "response.status_code")
FORM = requesting('requests.post(url=base + "/form", data={"name": "Ada"}, timeout=None)')
JSON = requesting(
    """requests.post(
        base + "/json",  # the new one
        json={"id": 7},
    )""",
    "response.json()[:2]",
)
CASES = {"get": GET, "redirect": REDIRECT, "no-redirect": NO_REDIRECT, "head": HEAD, "form": FORM, "json": JSON}


@pytest.mark.parametrize("code", CASES.values(), ids=CASES)
async def test_each_way_gets_the_same_answer(code: str, base: str) -> None:
    rewritten = refactored(code, RULE)
    assert rewritten is not None
    assert "requests" not in rewritten
    before = await loaded(code).run(base)
    assert await loaded(fixed(code, RULE)).run(base) == before
    assert await loaded(rewritten).run(base) == before


HELPER = """
import requests

def fetch(url):
    return requests.get(url, timeout=20)

async def run(base):
    return fetch(base).status_code
"""


@pytest.mark.parametrize(
    "code",
    [
        fixed(requesting("requests.get(base, timeout=20)", "response.status_code"), RULE),
        refactored(requesting("requests.get(base, timeout=20)", "response.status_code"), RULE),
        fixed(HELPER, TRANSITIVE),
    ],
    ids=["thread", "httpx", "helper"],
)
async def test_the_event_loop_runs_meanwhile(code: str, base: str) -> None:
    async def open_gate() -> None:
        Answers.gate.set()

    request: Awaitable[int] = loaded(code).run(f"{base}/gate")
    answers = await asyncio.gather(request, open_gate())
    assert answers[0] == 200


REFUSED = {
    "streamed": requesting("requests.get(base, stream=True)"),
    "unverified": requesting("requests.get(base, verify=False)"),
    "body of a get": requesting('requests.get(base, json={"id": 7})'),
    "two timeouts": requesting("requests.get(base, timeout=(1, 2))"),
    "unknown data": requesting("requests.post(base, data=base)"),
    "positional": requesting('requests.get(base, {"id": 7})'),
    "unpacked": requesting("requests.get(base, **base)"),
    "part of an expression": requesting("requests.get(base).json()"),
    "handed on": requesting("requests.get(base)", "response"),
    "other attribute": requesting("requests.get(base)", "response.ok"),
    "two targets": requesting("other = requests.get(base)"),
    "taken name": requesting("requests.get(base)", "client"),
    "errors of a redirect": requesting("requests.get(base, allow_redirects=False)", "response.raise_for_status()"),
    "all headers": requesting("requests.get(base)", "dict(response.headers)"),
    "the encoding": requesting("requests.get(base)", "response.encoding"),
    "what may be none": requesting("requests.get(base, params={'size': base})"),
    "what is none": requesting("requests.post(base, data={'size': None})"),
    "a truth": requesting("requests.get(base, params={'size': True})"),
    "files": requesting("requests.post(base, files={'label': b'1'})"),
    "in parentheses": requesting("(requests.get)(base)"),
    "two statements": requesting("requests.get(base); print(response.text)"),
    "session": "import requests\n\nasync def run(s: requests.Session):\n    s.get('http://127.0.0.1')\n",
    "handled errors": """
import requests

async def run(base):
    try:
        response = requests.get(base)
    except OSError:
        return None
    return response.text
""",
}


@pytest.mark.parametrize("code", REFUSED.values(), ids=REFUSED)
def test_no_rewrite_where_meaning_is_not_certain(code: str) -> None:
    assert refactored(code, RULE) is None


def test_the_rewrite_keeps_layout_and_comments() -> None:
    assert refactored(JSON, RULE) == (
        "import httpx\n\n"
        "async def run(base):\n"
        "    async with httpx.AsyncClient() as client:\n"
        "        response = await client.post(\n"
        '            base + "/json",  # the new one\n'
        '            json={"id": 7},\n'
        "            follow_redirects=True, timeout=None,\n"
        "        )\n"
        "    return response.json()[:2]\n"
    )


ADDRESSES = ("/tea", "/old", "/none", "/broken", "/tea?size=2")
ARGUMENTS = (
    "timeout=20",
    "timeout=None",
    "allow_redirects=False",
    "allow_redirects=True",
    "params={'size': '2 cups', 'kinds': ['black', 'green']}",
    "params={'size': 2, 'price': 1.5}",
    "params={'size': None}",
    "headers={'X-Shop': '7'}",
    "headers={}",
    "auth=('ada', 'secret')",
    "data={'name': 'Ada & Bob', 'id': 7}",
    "data='text'",
    "data={}",
    "json={'id': 7, 'name': 'é'}",
    "json=None",
    "json=[1, None, True]",
    "**{'timeout': 20}",
    "stream=False",
    "verify=True",
    "cookies={'a': 'b'}",
)
USES = (
    "response.status_code",
    "response.text",
    "response.json()",
    "response.content",
    "response.headers['content-length']",
    "response.headers.get('Location')",
    "[response.status_code, response.json()[0]]",
    "response.raise_for_status()",
    "response.ok",
    "response.url",
    "response.history",
    "response.reason",
)


@st.composite
def requests_made(draw: st.DrawFn) -> str:
    method = draw(st.sampled_from(("get", "get", "post", "post", "put", "patch", "delete", "head", "options")))
    function: Imported = draw(ways_to_import(f"requests.{method}"))
    address = f"base + {draw(st.sampled_from(ADDRESSES))!r}"
    given_ = draw(st.lists(st.sampled_from(ARGUMENTS), max_size=2, unique_by=lambda one: one.partition("=")[0]))
    call = f"{function.text}({', '.join([draw(st.sampled_from((address, 'url=' + address))), *given_])})"
    use = draw(st.sampled_from(USES))
    if draw(st.booleans()):
        body = f"response = {call}\nreturn {use}"
    else:
        shape = use.replace("response", call)
        body = draw(st.sampled_from(EXPRESSION_SITES)).replace("{it}", shape).replace("{{", "{").replace("}}", "}")
    header = f"{function.statement}\nfrom contextlib import nullcontext\n\nasync def run(base, log):\n"
    return draw(laid_out(f"{header}{indented(body)}\n"))


def shown(found: Outcome, base: str) -> str:
    """An outcome as text; of an error of a library only that it is one. httpx writes JSON without blanks."""
    if found.error in ("HTTPError", "HTTPStatusError"):
        return "an error of the library"
    return re.sub(r"content-length.*|\\\\+u00e9|é|,|\s", "", str(found).replace(base, ""))


@examples(30)
@given(code=requests_made())
def test_any_request_gets_the_same_answer(code: str, base: str) -> None:
    before = outcome(code, base, [])
    in_thread, rewritten = mended(code, RULE, FIXES), refactored(code, RULE)
    if in_thread is not None:
        assert str(outcome(in_thread, base, [])) == str(before), in_thread
    if rewritten is not None and "content-length" not in code and "?size" not in code:
        assert shown(outcome(rewritten, base, []), base) == shown(before, base), rewritten
