"""Coroutines that never await anything and block.

## What it does
Reports an `async def` without `await` in which something blocks: a sleep, a request, a query, a process, a password
hash.

## Why it matters
Whoever awaits the function believes that other tasks run meanwhile.
They do not: the function blocks the event loop from its first line to its last.

## Fix safety
Unsafe: the blocking call then runs in a thread, at the same time as other code.

## Known limits
Off by default: the blocking call is reported where it stands by the rule for its kind, and this would be a second finding
for one mistake, about the name that misleads.
A function that blocks behind a helper, and a generator, are left alone.
Nobody else waits in tests, in commands (`import click`, `import typer`, folders such as `scripts`, `cli` and
`migrations`, before `os.execvp()`) and at the start (a lifespan, names like `setup_database` and `initialize`): all of
these are left alone.
In files that import anyio or trio, and in comprehensions, the fix is not offered.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import Call
from hexguard.facts.model import Function
from hexguard.facts.waits import FAR, waits
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard_rules.knowledge.blocking import BLOCKING, HTTP_STREAMS
from hexguard_rules.knowledge.clients import ONE_THREAD_ONLY as ONE_THREAD_CLIENTS
from hexguard_rules.knowledge.drivers import ONE_THREAD_ONLY as ONE_THREAD_DRIVERS

TITLE = "Run the blocking call in a thread"

RULE = Rule(
    name="sync-in-async-wrapper",
    message="`{name}` awaits nothing and blocks in `{callee}`",
    doc=__doc__,
    severity=Severity.BLOCKING,
    aliases=("AS-05",),
    preview=True,
    examples=(
        Bad(
            """
            import bcrypt

            async def hash_password(password: str) -> str:
            #         ^^^^^^^^^^^^^
                return bcrypt.hashpw(password.encode(), bcrypt.gensalt()).decode()
            """,
            fixed="""
            import asyncio

            import bcrypt

            async def hash_password(password: str) -> str:
                return (await asyncio.to_thread(bcrypt.hashpw, password.encode(), bcrypt.gensalt())).decode()
            """,
        ),
        Bad(
            """
            import asyncio
            from requests import get as fetch

            class Rates:
                async def load(self, url: str) -> dict[str, float]:
            #             ^^^^
                    '''The rates of today.'''
                    return fetch(
                        url,  # the new one
                        timeout=5,
                    ).json()
            """,
            fixed="""
            import asyncio
            from requests import get as fetch

            class Rates:
                async def load(self, url: str) -> dict[str, float]:
                    '''The rates of today.'''
                    return (await asyncio.to_thread(
                        fetch,
                        url,  # the new one
                        timeout=5,
                    )).json()
            """,
        ),
        Bad(
            """
            import sqlite3

            async def count(database: sqlite3.Connection) -> int:
            #         ^^^^^
                return database.execute("select count(*) from users").fetchone()[0]
            """,
            why="a connection of sqlite3 belongs to the thread that opened it",
        ),
        Good(
            """
            import asyncio
            import time

            async def wait_for_rates(client: Client) -> None:
                time.sleep(0.1)
                await client.load()

            async def warm_up() -> None:
                def load() -> None:
                    time.sleep(1)

                asyncio.get_running_loop().run_in_executor(None, load)
            """,
            why="the first awaits something, which another rule is for; the second hands the waiting to a thread",
        ),
        Good(
            """
            import time

            async def total(prices: list[float]) -> float:
                return sum(prices) + time.monotonic()

            def pause() -> None:
                time.sleep(1)
            """,
            why="nothing blocks, and a plain function may",
        ),
    ),
)


@RULE.check(Function)
def check(function: Function, view: View) -> Iterator[Finding[Call]]:
    if not function.is_async or function.is_generator or function.is_stub:
        return
    block, body = view.block, (function.body, FAR)
    if any(waits(block, body, function.scope)):
        return
    for call in block.of_type(Call):
        is_own = call.in_async and block.function_scope(call.context.scope) == function.scope
        if is_own and (callee := view.callee(call)) in BLOCKING and view.holds_up(call):
            short = ".".join(callee.split(".")[-2:])
            yield RULE.at(call, function.name_node, name=function.name, callee=short, qualified=callee)
            return


@RULE.fix(Applicability.UNSAFE)
def run_in_thread(finding: Finding[Call], edits: Edits) -> Fix | Refusal:
    callee = finding["qualified"]
    if callee.startswith((*ONE_THREAD_DRIVERS, *ONE_THREAD_CLIENTS)) or callee in HTTP_STREAMS:
        return Refusal(TITLE, "what blocks belongs to the thread that made it")
    return edits.in_thread(finding.fact, TITLE)
