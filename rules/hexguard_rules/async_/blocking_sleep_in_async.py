"""Calls of `time.sleep` on the event loop.

## What it does
Reports `time.sleep()` in an `async def`, under whatever name it was imported.

## Why it matters
The event loop runs in one thread.
While that thread sleeps, every other request, task and timer of the process waits as well.

## Fix safety
Unsafe: `await asyncio.sleep()` lets other tasks run meanwhile.
That is the point, but code that relied on nothing happening in between should be looked at.
A negative time raises no error any more.

## Known limits
A nested `def` or `lambda` is left alone, since it may run in a thread.
A sleep whose result is used (`time.sleep(1).real`), or in a class body, is reported without a fix.
A sleep behind a helper is reported by `blocking-call-transitive`.
In files that import anyio or trio, the fix is not offered.
Nobody else waits in tests, in commands (`import click`, `import typer`, folders such as `scripts`, `cli` and
`migrations`, before `os.execvp()`) and at the start (a lifespan, names like `setup_database` and `initialize`): all of
these are left alone.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import Call
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard.text.span import Span
from hexguard_rules.knowledge.blocking import SLEEP

TITLE = "Await `asyncio.sleep`"

RULE = Rule(
    name="blocking-sleep-in-async",
    message="`{callee}` stops the whole event loop, not just this coroutine",
    doc=__doc__,
    severity=Severity.BLOCKING,
    aliases=("AP-09",),
    examples=(
        Bad(
            """
            import time

            async def poll_payment(payment_id: int) -> None:
                time.sleep(0.5)
            #   ^^^^^^^^^^
            """,
            fixed="""
            import asyncio

            async def poll_payment(payment_id: int) -> None:
                await asyncio.sleep(0.5)
            """,
        ),
        Bad(
            """
            import asyncio
            from time import monotonic, sleep as pause

            async def wait_until(deadline: float) -> None:
                while monotonic() < deadline:
                    pause(0.1)  # be gentle
            #       ^^^^^
            """,
            fixed="""
            import asyncio
            from time import monotonic

            async def wait_until(deadline: float) -> None:
                while monotonic() < deadline:
                    await asyncio.sleep(0.1)  # be gentle
            """,
        ),
        Bad(
            """
            import time

            async def nap() -> str:
                return time.sleep(1).__class__.__name__
            #          ^^^^^^^^^^
            """,
            why="`await` would be about the name, not about the sleep",
        ),
        Good(
            """
            import asyncio
            import time

            async def report() -> None:
                await asyncio.to_thread(time.sleep, 1)
                await asyncio.to_thread(lambda: time.sleep(1))
            """,
            why="the sleep runs in a thread",
        ),
        Good(
            """
            import time

            def retry() -> None:
                time.sleep(1)
            """,
            why="a plain function may sleep; who calls it from a coroutine is another rule's concern",
        ),
        Good(
            """
            import time
            from contextlib import asynccontextmanager
            from fastapi import FastAPI

            @asynccontextmanager
            async def lifespan(app: FastAPI):
                time.sleep(1)
                yield
            #- app/events.py
            import time
            from fastapi import FastAPI

            app = FastAPI()

            @app.on_event("startup")
            async def wait_for_database() -> None:
                time.sleep(1)

            async def setup_tables() -> None:
                time.sleep(1)
            #- scripts/seed.py
            import time

            async def seed() -> None:
                time.sleep(1)
            #- app/commands.py
            import time
            import click

            async def wait() -> None:
                time.sleep(1)
                click.echo("done")
            #- tests/test_tokens.py
            import time

            async def test_token_expires(client) -> None:
                time.sleep(1.1)
                assert (await client.get("/me")).status_code == 401
            """,
            why="nobody else waits for the loop of a test or command, or before an application serves",
        ),
    ),
)


@RULE.check(Call, callees=SLEEP)
def check(call: Call, view: View) -> Iterator[Finding[Call]]:
    if view.holds_up(call):
        yield RULE.at(call, call.func.node, callee=view.callee(call))


@RULE.fix(Applicability.UNSAFE)
def sleep_asynchronously(finding: Finding[Call], edits: Edits) -> Fix | Refusal:
    call = finding.fact
    spelling = edits.spell_awaited("asyncio.sleep", call.context)
    if spelling is None:
        return edits.no_await(call, TITLE)
    if not _is_plain(call, edits):
        return Refusal(TITLE, "`await` would be about something else than the call")
    return Fix(
        TITLE,
        (edits.replace(call.func.node, f"await {spelling.text}"), *spelling.edits, *edits.forget(call.func)),
    )


def _is_plain(call: Call, edits: Edits) -> bool:
    """Whether the function is a mere name, and nothing is done to the result that binds closer than `await`."""
    whole = edits.span(call.node)
    follows = edits.slice(Span(whole.end, whole.end + _FAR)).lstrip()[:1]
    is_mere = edits.span(call.func.node).start == whole.start and "#" not in edits.text(call.func.node)
    return is_mere and follows not in (".", "[", "(")


_FAR = 80
"""Enough characters to see what follows a call."""
