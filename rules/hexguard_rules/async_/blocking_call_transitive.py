"""Calls on the event loop of a plain function that blocks somewhere inside.

## What it does
Reports a call in an `async def` of a plain project function that waits somewhere inside, some calls deep.
A sleep, an HTTP request and a process are what it may wait for.
The way there is shown call by call.

## Why it matters
The function looks harmless where it is called.
While it waits, every other request, task and timer of the process waits as well.

## Fix safety
Unsafe: the function then runs in a thread, at the same time as other code.
Objects that are not made for threads, such as an open session, should not go with it.

## Known limits
What a library does inside is not followed, and neither is a call on an object of unknown type.
The search ends after four calls, since each of them may hang on a condition.
What happens once is not followed: a call whose result a `global` keeps, and what an `except ImportError` does.
A decorator that is not known to run the function at once ends the search, since it may hand it to a thread.
In files that import anyio or trio, and in comprehensions, the fix is not offered.
Nobody else waits in tests, in commands (`import click`, `import typer`, folders such as `scripts`, `cli` and
`migrations`, before `os.execvp()`) and at the start (a lifespan, names like `setup_database` and `initialize`): all of
these are left alone.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import Call
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Related, Rule, Severity, View

TITLE = "Run it in a thread"

RULE = Rule(
    name="blocking-call-transitive",
    message="`{name}` ends in `{primitive}`, which stops the event loop",
    doc=__doc__,
    severity=Severity.BLOCKING,
    aliases=("AP-09",),
    examples=(
        Bad(
            """
            #- app/rates.py
            import requests as http

            def fetch(url: str) -> dict[str, float]:
                return http.get(url, timeout=5).json()

            def load_rates() -> dict[str, float]:
                return fetch("https://rates.example/today")
            #- app/main.py
            from app.rates import load_rates as rates

            async def convert(amount: float) -> float:
                return amount * rates()["EUR"]
            #                   ^^^^^
            """,
            fixed="""
            #- app/main.py
            import asyncio

            from app.rates import load_rates as rates

            async def convert(amount: float) -> float:
                return amount * (await asyncio.to_thread(rates))["EUR"]
            #- app/rates.py
            import requests as http

            def fetch(url: str) -> dict[str, float]:
                return http.get(url, timeout=5).json()

            def load_rates() -> dict[str, float]:
                return fetch("https://rates.example/today")
            """,
        ),
        Bad(
            """
            import asyncio
            import subprocess

            class Printer:
                command = "lp"

                def send(self, path: str, copies: int) -> None:
                    self._run([self.command, "-n", str(copies), path])

                def _run(self, words: list[str]) -> None:
                    subprocess.run(words, check=True)

            async def print_label(printer: Printer, path: str) -> None:
                printer.send(
            #   ^^^^^^^^^^^^
                    path,  # a PDF
                    copies=2,
                )
            """,
            fixed="""
            import asyncio
            import subprocess

            class Printer:
                command = "lp"

                def send(self, path: str, copies: int) -> None:
                    self._run([self.command, "-n", str(copies), path])

                def _run(self, words: list[str]) -> None:
                    subprocess.run(words, check=True)

            async def print_label(printer: Printer, path: str) -> None:
                await asyncio.to_thread(
                    printer.send,
                    path,  # a PDF
                    copies=2,
                )
            """,
        ),
        Bad(
            """
            import time

            class Scale:
                def __init__(self, port: str) -> None:
                    self.port = port
                    time.sleep(2)

            async def weigh() -> Scale:
                def settle() -> None:
                    time.sleep(0.1)

                settle()
            #   ^^^^^^
                return Scale("/dev/ttyS0")
            #          ^^^^^
            """,
            fixed="""
            import asyncio
            import time

            class Scale:
                def __init__(self, port: str) -> None:
                    self.port = port
                    time.sleep(2)

            async def weigh() -> Scale:
                def settle() -> None:
                    time.sleep(0.1)

                await asyncio.to_thread(settle)
                return await asyncio.to_thread(Scale, "/dev/ttyS0")
            """,
        ),
        Bad(
            """
            import requests

            def price(code: str) -> float:
                return requests.get(f"https://shop.example/{code}").json()

            async def total(codes: list[str]) -> float:
                return sum(price(code) for code in codes)
            #              ^^^^^
            """,
            why="`await` would make an async generator of the argument of `sum`",
        ),
        Good(
            """
            import asyncio
            import time

            def load() -> str:
                time.sleep(1)
                return "rates"

            async def show(loop: asyncio.AbstractEventLoop) -> None:
                await asyncio.to_thread(load)
                await loop.run_in_executor(None, load)
                await asyncio.to_thread(lambda: load().upper())
            """,
            why="the function is handed to a thread, not called here",
        ),
        Good(
            """
            import asyncio
            import time
            from collections.abc import Iterator

            def steps() -> Iterator[int]:
                time.sleep(1)
                yield 1

            async def pause() -> None:
                await asyncio.sleep(1)

            def start() -> object:
                return pause()

            async def run() -> None:
                steps()
                start()
                await pause()
            """,
            why="a generator has not started yet, and a coroutine waits without blocking",
        ),
        Good(
            """
            import time
            from starlette.concurrency import run_in_threadpool

            def threaded(function):
                return lambda *args: run_in_threadpool(function, *args)

            @threaded
            def load() -> None:
                time.sleep(1)

            async def show() -> None:
                await load()
            """,
            why="what a decorator makes of the function is not known",
        ),
        Good(
            """
            #- app/rates.py
            import time

            def load_rates() -> str:
                time.sleep(1)
                return "rates"
            #- app/main.py
            from collections.abc import AsyncIterator
            from contextlib import asynccontextmanager
            from fastapi import Depends, FastAPI
            from app.rates import load_rates

            @asynccontextmanager
            async def lifespan(app: FastAPI) -> AsyncIterator[None]:
                load_rates()
                yield

            app = FastAPI(lifespan=lifespan)

            @app.get("/rates")
            async def show(found: str = Depends(load_rates)) -> str:
                return found
            #- tests/conftest.py
            from app.rates import load_rates

            async def rates() -> str:
                return load_rates()
            """,
            why="FastAPI runs a plain dependency in a thread, and nobody else waits before it serves or beside a fixture",
        ),
    ),
)


@RULE.check(Call)
def check(call: Call, view: View) -> Iterator[Finding[Call]]:
    if not call.in_async or call.awaited:
        return
    name = view.callee(call)
    chain = view.blocking_chain(name) if name else None
    if chain is None or not view.holds_up(call):
        return
    steps = [Related(f"`{_short(step.caller)}` calls `{_short(step.callee)}` here", step) for step in chain.steps[:-1]]
    last = chain.steps[-1]
    steps.append(Related(f"`{_short(last.caller)}` calls `{chain.primitive}`, which {chain.reason}", last))
    yield RULE.at(call, call.func.node, steps, name=_short(name), primitive=chain.primitive)


def _short(name: str) -> str:
    """The last name, with its class if it has one."""
    owner, _, last = name.rpartition(".")
    owner = owner.rpartition(".")[2]
    return f"{owner}.{last}" if owner[:1].isupper() else last


@RULE.fix(Applicability.UNSAFE)
def run_in_thread(finding: Finding[Call], edits: Edits) -> Fix | Refusal:
    return edits.in_thread(finding.fact, TITLE)
