"""HTTP requests that may wait for minutes or forever.

## What it does
Reports requests of `requests` without a timeout, and clients of httpx with `timeout=None`.
Of aiohttp, it reports a `ClientSession` without one if a request of it has none either.

## Why it matters
`requests` waits as long as the other side likes, and aiohttp for five minutes.
One server that hangs then holds the workers, connections and users of all that call it.

## Fix safety
Unsafe: a request that takes longer now raises.
The timeout is a first guess (10 seconds for `requests`, 30 for the others); choose one that fits.

## Known limits
A timeout that an adapter of `requests` adds is not seen.
`timeout=None` for one request of httpx is left alone, since somebody decided so for that request, and so is a client that
a `with` enters for a stream.
A `ClientSession` that no `with` of the same function enters is left alone, since its requests may have timeouts.
Other clients, modules of tests, and arguments hidden by `**` are not looked at.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import Attribute, Call, Constant, ConstantKind, Name, Starred
from hexguard.facts.model import With
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard_rules.knowledge.pooling import IMPATIENT, NEVER_ENDING, PATIENT_CLIENTS, VERBS

RULE = Rule(
    name="http-client-without-timeout",
    message="`{callee}` without a timeout waits for minutes or forever",
    doc=__doc__,
    severity=Severity.IMPORTANT,
    examples=(
        Bad(
            """
            import requests

            def price(product_id: int) -> float:
                answer = requests.get(f"https://prices.example/{product_id}")
            #            ^^^^^^^^^^^^
                return answer.json()["price"]
            """,
            fixed="""
            import requests

            def price(product_id: int) -> float:
                answer = requests.get(f"https://prices.example/{product_id}", timeout=10)
                return answer.json()["price"]
            """,
        ),
        Bad(
            """
            from aiohttp import ClientSession as Http

            async def price(url: str) -> str:
                async with Http(raise_for_status=True) as session:
            #              ^^^^
                    async with session.get(url) as answer:
                        return await answer.text()
            """,
            fixed="""
            from aiohttp import ClientSession as Http, ClientTimeout

            async def price(url: str) -> str:
                async with Http(raise_for_status=True, timeout=ClientTimeout(total=30)) as session:
                    async with session.get(url) as answer:
                        return await answer.text()
            """,
        ),
        Bad(
            """
            import httpx
            import requests

            class Gateway:
                client = httpx.AsyncClient(timeout=None)
            #            ^^^^^^^^^^^^^^^^^

                def __init__(self) -> None:
                    self.session = requests.Session()

                def pay(self, order: dict[str, object]) -> None:
                    self.session.post(
            #       ^^^^^^^^^^^^^^^^^
                        "https://pay.example",
                        json=order,
                    )
            """,
            fixed="""
            import httpx
            import requests

            class Gateway:
                client = httpx.AsyncClient(timeout=30)

                def __init__(self) -> None:
                    self.session = requests.Session()

                def pay(self, order: dict[str, object]) -> None:
                    self.session.post(
                        "https://pay.example",
                        json=order,
                        timeout=10,
                    )
            """,
        ),
        Bad(
            """
            async def price(url: str) -> str:
                from aiohttp import ClientSession

                ClientTimeout = 30
                async with ClientSession() as session, session.get(url) as answer:
            #              ^^^^^^^^^^^^^
                    return await answer.text()

            def aiohttp() -> None: ...
            """,
            why="every way to write `aiohttp.ClientTimeout` means something else here",
        ),
        Good(
            """
            import aiohttp
            import httpx
            import requests

            def load(url: str, options: dict[str, object]) -> list[object]:
                return [requests.get(url, timeout=3), requests.get(url, **options), httpx.get(url)]

            async def wait(url: str) -> None:
                async with aiohttp.ClientSession() as session:
                    await session.get(url, timeout=aiohttp.ClientTimeout(total=5))
                await aiohttp.ClientSession().get(url, timeout=aiohttp.ClientTimeout(total=5))
                async with httpx.AsyncClient() as client, client.stream("GET", url, timeout=None) as lines:
                    print(lines, await client.post(url, timeout=None))

            async def follow(url: str) -> None:
                async with httpx.AsyncClient(timeout=None) as client, client.stream("GET", url) as events:
                    async for line in events.aiter_lines():
                        print(line)
            """,
            why="each request has a timeout, may have one, or was meant to have none, like a stream of events",
        ),
        Good(
            """
            import requests

            class Patient(requests.Session):
                def request(self, method: str, url: str, **options: object) -> requests.Response:
                    return super().request(method, url, timeout=10, **options)

            def load(url: str) -> requests.Response:
                return Patient().get(url)
            """,
            why="a class that is derived from a client may set a timeout for all its requests",
        ),
        Good(
            """
            class Session:
                def get(self, key: str) -> str:
                    return key

            def read(session: Session) -> str:
                return session.get("order")
            """,
            why="only the name is that of an HTTP client",
        ),
    ),
)


@RULE.check(Call, callees={*NEVER_ENDING, *IMPATIENT, *PATIENT_CLIENTS})
def check(call: Call, view: View) -> Iterator[Finding[Call]]:
    callee = view.callee(call)
    if callee in NEVER_ENDING:
        found = _is_open(call)
    elif callee in IMPATIENT:
        found = _is_unlimited(call) and not any(request.method == "stream" for request in _requests(call, view))
    else:
        found = _is_open(call) and any(
            request.method in VERBS and _is_open(request) for request in _requests(call, view)
        )
    if found and not view.is_test and not _is_of_derived_class(call, callee, view):
        yield RULE.at(call, call.func.node, callee=callee)


def _is_of_derived_class(call: Call, callee: str, view: View) -> bool:
    """Whether the method is one that the class of the client inherits: that class may set a timeout for all requests."""
    receiver = view.value(call.func.value) if isinstance(call.func, Attribute) else None
    return receiver is not None and receiver.instance and not callee.startswith(f"{receiver.name}.")


def _is_open(call: Call) -> bool:
    """Whether the call has no timeout, not even among unpacked arguments."""
    if call.keyword("timeout"):
        return _is_unlimited(call)
    return not any(isinstance(argument, Starred) and argument.double for argument in call.args)


def _is_unlimited(call: Call) -> bool:
    given = call.keyword("timeout")
    return given is not None and isinstance(given.value, Constant) and given.value.kind is ConstantKind.NONE


def _requests(call: Call, view: View) -> Iterator[Call]:
    """The calls of methods of a client that a `with` enters."""
    entered = next((item.target for item in view.block.of_type(With) if item.value == call), None)
    for found in view.block.of_type(Call) if isinstance(entered, Name) else ():
        if isinstance(found.receiver, Name) and isinstance(entered, Name) and found.receiver.id == entered.id:
            yield found


@RULE.fix(Applicability.UNSAFE)
def limit(finding: Finding[Call], edits: Edits) -> Fix | Refusal:
    call, title = finding.fact, "Add a timeout"
    given = call.keyword("timeout")
    if finding["callee"] in PATIENT_CLIENTS:
        spelling = edits.spell("aiohttp.ClientTimeout", call.context)
        if spelling is None:
            return Refusal(title, "`aiohttp.ClientTimeout` cannot be written here: its names mean something else")
        value, imports = f"{spelling.text}(total=30)", spelling.edits
    else:
        value, imports = ("30" if finding["callee"] in IMPATIENT else "10"), ()
    edit = edits.replace(given.value.node, value) if given else edits.add_argument(call, f"timeout={value}")
    return Fix(title, (edit, *imports))
