"""HTTP clients that are made anew for each request.

## What it does
Reports a client of httpx, aiohttp or `requests` that is made in a route, in a loop over items, or by the `with` of an
async method.

## Why it matters
A client keeps connections for the next request.
One that is made each time pays for a new connection and TLS handshake with every call, and under load the process runs
out of ports.

Make the client once, in the lifespan of the application or in the `__init__` of the class that uses it, and close it at
the end.

## What the rewrite does
It makes the client in front of a loop instead of in it.
What the client keeps, such as cookies, then goes from one item to the next.

## Known limits
Functions that are no routes are left alone, since they may run once, and so are loops with `while`.
Methods are left alone whose names say that they run once (`start`, `connect`, `setup`).
Clients with an own transport, proxy or certificate, and modules of tests, are left alone.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import Call
from hexguard.facts.loops import is_per_item, loops_around
from hexguard.facts.model import With
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard_rules.knowledge.pooling import CLIENTS, OWN_CONNECTION, RUN_ONCE
from hexguard_rules.rewrites.hoisting import hoisted

RULE = Rule(
    name="http-client-per-request",
    message="`{client}` is made each time, so each use pays for new connections",
    doc=__doc__,
    severity=Severity.IMPORTANT,
    switch=("pooling.http_client_scope", "shared"),
    examples=(
        Bad(
            """
            import httpx
            from fastapi import APIRouter

            router = APIRouter()

            @router.get("/prices/{product_id}")
            async def price(product_id: int) -> object:
                async with httpx.AsyncClient() as client:
            #              ^^^^^^^^^^^^^^^^^
                    answer = await client.get(f"https://prices.example/{product_id}")
                return answer.json()
            """,
            why="the client belongs to the lifespan of the application, which is written elsewhere",
        ),
        Bad(
            """
            from aiohttp import ClientSession as Http

            class Prices:
                async def load(self, product_id: int) -> object:
                    async with Http("https://prices.example") as http, http.get(f"/{product_id}") as answer:
            #                  ^^^^
                        return await answer.json()
            """,
            why="who makes the object has to close its client, which is written elsewhere",
        ),
        Bad(
            """
            import httpx
            import requests

            def load_all(urls: list[str]) -> None:
                for url in urls:
                    session = requests.Session()
            #                 ^^^^^^^^^^^^^^^^
                    session.get(url, timeout=3)

            async def ping_all(urls: list[str]) -> None:
                for url in urls:
                    async with httpx.AsyncClient(timeout=3) as client:
            #                  ^^^^^^^^^^^^^^^^^
                        answer = await client.get(url)
                        print(answer.status_code)
            """,
            fixed="""
            import httpx
            import requests

            def load_all(urls: list[str]) -> None:
                session = requests.Session()
                for url in urls:
            #                 ^^^^^^^^^^^^^^^^
                    session.get(url, timeout=3)

            async def ping_all(urls: list[str]) -> None:
                async with httpx.AsyncClient(timeout=3) as client:
                    for url in urls:
            #                  ^^^^^^^^^^^^^^^^^
                        answer = await client.get(url)
                        print(answer.status_code)
            """,
        ),
        Good(
            """
            import httpx
            from collections.abc import AsyncIterator
            from contextlib import asynccontextmanager
            from fastapi import FastAPI

            @asynccontextmanager
            async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, object]]:
                async with httpx.AsyncClient() as client:
                    yield {"client": client}

            class Prices:
                def __init__(self) -> None:
                    self.client = httpx.AsyncClient()

                async def start(self) -> None:
                    async with httpx.AsyncClient() as client:
                        await client.get("https://prices.example/health")

                async def load(self, product_id: int) -> object:
                    return await self.client.get(f"https://prices.example/{product_id}")
            """,
            why="the client is made once",
        ),
        Good(
            """
            import httpx

            async def main(urls: list[str]) -> None:
                async with httpx.AsyncClient() as client:
                    for url in urls:
                        await client.get(url)

            class Checks:
                async def of(self, app: object) -> object:
                    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app)) as client:
                        return await client.get("/health")
            """,
            why="a script makes one client for all, and no connection is made to an application in the same process",
        ),
    ),
)


@RULE.check(Call, callees=CLIENTS)
def check(call: Call, view: View) -> Iterator[Finding[Call]]:
    if any(call.keyword(name) for name in OWN_CONNECTION) or view.is_test:
        return
    lasting = "object" if _is_in_method(call, view) else "application" if _is_in_route(call, view) else ""
    if lasting or _is_in_loop(call, view):
        yield RULE.at(call, call.func.node, client=view.callee(call), lasting=lasting)


def _is_in_loop(call: Call, view: View) -> bool:
    return any(is_per_item(loop, view.block) for loop in loops_around(view.block, call.node, call.context))


def _is_in_method(call: Call, view: View) -> bool:
    """Whether an async method enters the client, and does not say by its name that it runs once."""
    function = view.function(call.context)
    if function is None or not function.is_async or function.is_generator or not view.block.is_member:
        return False
    is_entered = any(item.value == call for item in view.block.of_type(With))
    return is_entered and function.context.scope == 0 and not RUN_ONCE.intersection(function.name.split("_"))


def _is_in_route(call: Call, view: View) -> bool:
    name = view.function_name(call.context)
    return bool(name) and view.frameworks.route(name) is not None


@RULE.fix(Applicability.REFACTOR)
def make_once(finding: Finding[Call], edits: Edits) -> Fix | Refusal:
    title, lasting = "Make it once, in front of the loop", finding["lasting"]
    if lasting:
        return Refusal(title, f"it belongs to the {lasting} for as long as that lives, whose end is written elsewhere")
    made = hoisted(finding.fact, edits)
    return Refusal(title, made) if isinstance(made, str) else Fix(title, made)
