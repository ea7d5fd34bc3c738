"""Starting an event loop inside an event loop.

## What it does
Reports `asyncio.run()`, `run_until_complete()` and the like in an `async def`.

## Why it matters
A thread runs one event loop at a time, so this raises `RuntimeError` as soon as the line is reached.
The coroutine that was to run is never awaited.

## Fix safety
Unsafe: the coroutine is awaited instead, in the loop that runs already.
The line raised an error before, so nothing can have relied on it, but the code behind it now runs for the first time.

## Known limits
A plain function that starts a loop and is only called by coroutines is not reported.
Files that import `nest_asyncio` are left alone.
The fix is offered for `asyncio.run` and `run_until_complete` with one call of a function as their argument.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import Call
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard.text.span import Span
from hexguard_rules.knowledge.tasks import LOOP_RUNNERS, NESTED_LOOPS

TITLE = "Await the coroutine"

RULE = Rule(
    name="asyncio-run-inside-event-loop",
    message="`{callee}` raises `RuntimeError` where an event loop runs already",
    doc=__doc__,
    severity=Severity.BLOCKING,
    examples=(
        Bad(
            """
            import asyncio

            async def refresh(user_id: int) -> str:
                return asyncio.run(load_user(user_id)).name
            #          ^^^^^^^^^^^
            """,
            fixed="""
            async def refresh(user_id: int) -> str:
                return (await load_user(user_id)).name
            """,
        ),
        Bad(
            """
            from asyncio import get_event_loop, run as start, sleep

            class Importer:
                async def load(self, path: str) -> None:
                    loop = get_event_loop()
                    rows = loop.run_until_complete(self.read(path))
            #              ^^^^^^^^^^^^^^^^^^^^^^^
                    start(self.save(rows))  # all of them
            #       ^^^^^
                    await sleep(0)
            """,
            fixed="""
            from asyncio import get_event_loop, sleep

            class Importer:
                async def load(self, path: str) -> None:
                    loop = get_event_loop()
                    rows = await self.read(path)
                    await self.save(rows)  # all of them
                    await sleep(0)
            """,
        ),
        Bad(
            """
            import anyio
            import asyncio

            async def main(work: list[object]) -> None:
                anyio.run(serve, 8000)
            #   ^^^^^^^^^
                asyncio.run(work[0])
            #   ^^^^^^^^^^^
            """,
            why="what would be awaited is not a call",
        ),
        Good(
            """
            import asyncio

            async def main() -> None:
                await asyncio.to_thread(asyncio.run, load())

                def in_thread() -> None:
                    asyncio.run(load())

                await asyncio.to_thread(in_thread)

            if __name__ == "__main__":
                asyncio.run(main())
            """,
            why="a thread has a loop of its own, and nothing runs where the program starts",
        ),
        Good(
            """
            import asyncio
            import nest_asyncio

            nest_asyncio.apply()

            async def cell() -> None:
                asyncio.run(load())
            """,
            why="`nest_asyncio` lets a loop run inside a loop",
        ),
    ),
)


@RULE.check(Call, callees=LOOP_RUNNERS)
def check(call: Call, view: View) -> Iterator[Finding[Call]]:
    if call.in_async and not _is_nested(view):
        yield RULE.at(call, call.func.node, callee=view.callee(call).replace("AbstractEventLoop", "loop"))


def _is_nested(view: View) -> bool:
    return any(view.imports(package) for package in NESTED_LOOPS)


@RULE.fix(Applicability.UNSAFE)
def await_it(finding: Finding[Call], edits: Edits) -> Fix | Refusal:
    call = finding.fact
    if not finding["callee"].startswith("asyncio.") or len(call.args) != 1 or call.keywords:
        return Refusal(TITLE, "the coroutine is not the only argument")
    made = call.args[0]
    if not isinstance(made, Call) or call.awaited or not edits.can_await(call.context):
        return Refusal(TITLE, "`await` is not allowed here, or what would be awaited is not a call")
    text = edits.text(made.node)
    head = edits.slice(Span(edits.span(call.node).start, edits.parentheses(call).start))
    if edits.arguments(call).strip() != text or "#" in head:
        return Refusal(TITLE, "a comment or a comma is in the way")
    awaited = f"await ({text})" if "\n" in text or "\r" in text else f"await {text}"
    awaited = f"({awaited})" if edits.is_taken_apart(call) else awaited
    return Fix(TITLE, (edits.replace(call.node, awaited), *edits.forget(call.func)))
