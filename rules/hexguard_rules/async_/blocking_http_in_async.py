"""HTTP requests that hold up the event loop.

## What it does
Reports a request by requests, urllib, urllib3, http.client or the sync side of httpx in an `async def`.
Sessions and clients are followed through annotations, assignments and attributes.

## Why it matters
The event loop runs in one thread.
Until the other side answers, every other request, task and timer of the process waits as well.

## Fix safety
Unsafe: the request then runs in a thread, at the same time as other code.
A session that other code uses meanwhile should not be shared with it.
The rewrite raises the errors of httpx, replaces the query of an address that has one, and needs httpx installed.
It makes a client for the one request; where many follow, pass one client around.
It does not read `.netrc`, and takes an answer that names no charset for UTF-8.

## Known limits
A nested `def` or `lambda` is left alone, since it may run in a thread.
A request behind a helper is reported by `blocking-call-transitive`.
In files that import anyio or trio, and in comprehensions, no fix is offered.
The rewrite is offered for a statement that only makes the request, with arguments that mean the same in httpx.
Nobody else waits in tests, in commands (`import click`, `import typer`, folders such as `scripts`, `cli` and
`migrations`, before `os.execvp()`) and at the start (a lifespan, names like `setup_database` and `initialize`): all of
these are left alone.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import (
    Attribute,
    Call,
    Collection,
    Constant,
    ConstantKind,
    Dictionary,
    Expr,
    FormattedString,
    Keyword,
    Name,
    Subscript,
)
from hexguard.facts.model import Assignment, Handler, Reference
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard.text.edit import Edit
from hexguard.text.span import Span
from hexguard_rules.knowledge.blocking import HTTP, HTTP_STREAMS
from hexguard_rules.knowledge.httpx import (
    ARGUMENTS,
    BODIES,
    FAMILY_NEUTRAL_ERRORS,
    HEADER_METHODS,
    METHODS,
    METHODS_WITH_BODY,
    RESPONSE_ATTRIBUTES,
)

RULE = Rule(
    name="blocking-http-in-async",
    message="`{callee}` waits for its answer and stops the event loop meanwhile",
    doc=__doc__,
    severity=Severity.BLOCKING,
    aliases=("AP-09", "AS-05"),
    examples=(
        Bad(
            """
            import requests

            async def fetch_rates(url: str) -> dict[str, float]:
                response = requests.get(url, timeout=5)
            #              ^^^^^^^^^^^^
                return response.json()
            """,
            fixed="""
            import asyncio

            import requests

            async def fetch_rates(url: str) -> dict[str, float]:
                response = await asyncio.to_thread(requests.get, url, timeout=5)
                return response.json()
            """,
        ),
        Bad(
            """
            import asyncio
            from requests import Session as Http

            class Carrier:
                def __init__(self, base: str) -> None:
                    self.base = base
                    self.http = Http()

                async def track(self, code: str) -> str:
                    return self.http.get(
            #              ^^^^^^^^^^^^^
                        f"{self.base}/{code}",  # no slash at the end
                        timeout=5,
                    ).json()["state"]
            """,
            fixed="""
            import asyncio
            from requests import Session as Http

            class Carrier:
                def __init__(self, base: str) -> None:
                    self.base = base
                    self.http = Http()

                async def track(self, code: str) -> str:
                    return (await asyncio.to_thread(
                        self.http.get,
                        f"{self.base}/{code}",  # no slash at the end
                        timeout=5,
                    )).json()["state"]
            """,
        ),
        Bad(
            """
            from asyncio import to_thread
            from urllib.request import urlopen
            import httpx

            async def ping(client: httpx.Client, url: str) -> int:
                with urlopen(url) as response:
            #        ^^^^^^^
                    body = response.read()
                return len(body) + client.head(url).status_code
            #                      ^^^^^^^^^^^
            """,
            fixed="""
            from asyncio import to_thread
            from urllib.request import urlopen
            import httpx

            async def ping(client: httpx.Client, url: str) -> int:
                with await to_thread(urlopen, url) as response:
                    body = response.read()
                return len(body) + (await to_thread(client.head, url)).status_code
            """,
        ),
        Bad(
            """
            import httpx

            async def download(url: str, codes: list[str]) -> int:
                with httpx.stream("GET", url) as response:
            #        ^^^^^^^^^^^^
                    size = len(response.read())
                return size + sum(httpx.get(url + code).status_code for code in codes)
            #                     ^^^^^^^^^
            """,
            why="the `with` waits, not the call; and `await` would make an async generator of the argument of `sum`",
        ),
        Good(
            """
            import asyncio
            import httpx
            import requests

            async def fetch(client: httpx.AsyncClient, url: str) -> object:
                await asyncio.to_thread(requests.get, url)
                await asyncio.to_thread(lambda: requests.get(url))
                return await client.get(url)
            """,
            why="a thread waits, or nobody does",
        ),
        Good(
            """
            import requests

            def fetch(url: str) -> requests.Response:
                return requests.get(url)

            async def make(url: str) -> requests.Request:
                session = requests.Session()
                session.headers.update({"Accept": "application/json"})
                return requests.Request("GET", url)
            """,
            why="a plain function may wait, and preparing a request sends nothing",
        ),
    ),
)


@RULE.check(Call, callees=HTTP)
def check(call: Call, view: View) -> Iterator[Finding[Call]]:
    if view.holds_up(call):
        yield RULE.at(call, call.func.node, callee=view.callee(call))


@RULE.fix(Applicability.UNSAFE)
def run_in_thread(finding: Finding[Call], edits: Edits) -> Fix | Refusal:
    title = "Run the request in a thread"
    if finding["callee"] in HTTP_STREAMS:
        return Refusal(title, "the `with` waits, not the call")
    return edits.in_thread(finding.fact, title)


@RULE.fix(Applicability.REFACTOR)
def send_by_httpx(finding: Finding[Call], edits: Edits) -> Fix | None:
    call = finding.fact
    if edits.span(call.func.node).start != edits.span(call.node).start or "#" in edits.text(call.func.node):
        return None
    statement = _statement(call, edits)
    arguments = _arguments(finding, edits)
    if statement is None or arguments is None or not edits.is_unused("client") or _treats_errors(edits):
        return None
    spelling = edits.spell("httpx.AsyncClient", call.context)
    method = finding["callee"].rpartition(".")[2]
    inside = (edits.replace(call.func.node, f"await client.{method}"), *arguments)
    header = f"async with {spelling.text}() as client:" if spelling else ""
    wrapped = edits.wrap(statement, header, call.context, inside)
    if spelling is None or wrapped is None:
        return None
    return Fix("Send the request by `httpx`", (*wrapped, *spelling.edits, *edits.forget(call.func)))


def _statement(call: Call, edits: Edits) -> int | None:
    """The statement that only makes the call, and keeps its result in a name at most that httpx serves as well."""
    if call.discarded:
        return call.node
    kept = [fact for fact in edits.facts() if isinstance(fact, Assignment) and fact.value == call]
    if len(kept) != 1 or kept[0].annotation or kept[0].op or not isinstance(kept[0].target, Name):
        return None
    name = kept[0].target.id
    uses = [fact.expr for fact in edits.facts() if isinstance(fact, Reference)]
    looked_up = {fact.value.node for fact in edits.facts() if isinstance(fact, Subscript)}
    return kept[0].node if all(_is_common_use(use, name, call, looked_up) for use in uses) else None


def _is_common_use(use: Expr, name: str, call: Call, looked_up: set[int]) -> bool:
    """Whether a dotted name is not about the response `name`, or reads what both libraries call the same."""
    attributes: list[str] = []
    root = use
    while isinstance(root, Attribute):
        attributes.insert(0, root.attr)
        root = root.value
    if not isinstance(root, Name) or root.id != name:
        return True
    match attributes:
        case ["headers"]:
            return use.node in looked_up
        case ["headers", method]:
            return method in HEADER_METHODS
        case ["raise_for_status"]:
            # An answer that leads elsewhere is an error for httpx.
            return _follows(call)
        case [attribute, *_]:
            return attribute in RESPONSE_ATTRIBUTES
        case _:
            return False


def _follows(call: Call) -> bool:
    """Whether redirects are followed, as far as it is written."""
    given = call.keyword("allow_redirects")
    if given is None:
        return call.method != "head"
    return isinstance(given.value, Constant) and given.value.kind is ConstantKind.TRUE


def _treats_errors(edits: Edits) -> bool:
    """Whether a handler of the block may be about errors of requests."""
    handled = [kind for fact in edits.facts() if isinstance(fact, Handler) for kind in fact.types]
    return not all(isinstance(kind, Name) and kind.id in FAMILY_NEUTRAL_ERRORS for kind in handled)


def _arguments(finding: Finding[Call], edits: Edits) -> tuple[Edit, ...] | None:
    """Edits that make httpx do with the arguments what requests does; `None` if that is not certain."""
    call, callee = finding.fact, finding["callee"]
    if callee not in METHODS or call.has_unpacking or len(call.args) > 1:
        return None
    if not all(_means_the_same(given, callee) for given in call.keywords):
        return None
    changed: list[Edit] = []
    added: list[str] = []
    if redirects := call.keyword("allow_redirects"):
        start = edits.span(redirects.node).start
        changed.append(Edit(Span(start, start + len(redirects.name)), "follow_redirects"))
    elif callee != "requests.head":
        added.append("follow_redirects=True")
    if not call.keyword("timeout"):
        added.append("timeout=None")
    return (*changed, edits.add_argument(call, ", ".join(added))) if added else tuple(changed)


def _is_text(value: Expr) -> bool:
    """Whether a value is sure to be a text or a number, or a list of such."""
    match value:
        case Constant(kind=ConstantKind.STRING | ConstantKind.INTEGER | ConstantKind.FLOAT) | FormattedString():
            return True
        case Call(func=Name(id="str" | "int")):
            return True
        case Collection(kind="list" | "tuple", items=items):
            return all(_is_text(item) for item in items)
        case _:
            return False


def _means_the_same(given: Keyword, callee: str) -> bool:
    if given.name not in ARGUMENTS or (given.name in BODIES and callee not in METHODS_WITH_BODY):
        return False
    match given.name:
        case "timeout":
            return isinstance(given.value, Constant) and given.value.kind is not ConstantKind.STRING
        case "auth":
            return isinstance(given.value, Collection) and given.value.kind == "tuple"
        case "data" | "params":
            # requests leaves out what is `None`, and writes `True` with a capital letter.
            return isinstance(given.value, Dictionary) and all(
                key is not None and _is_text(value) for key, value in given.value.entries
            )
        case _:
            return True
