"""Handlers that take the cancellation of their own task and go on.

## What it does
Reports `except asyncio.CancelledError` and `suppress(asyncio.CancelledError)` around code that waits, where the function
goes on after it: it gives a value, turns its loop once more, or waits again.

## Why it matters
A task is canceled by this exception, raised where it waits.
Where it is swallowed, the task runs on: a timeout does not end it, a task group hangs, and the process does not stop.

## Fix safety
Unsafe: the handler raises the exception again at its end.
Whoever waits for the task then sees that it was canceled.

## Known limits
A handler that may be about another task is left alone: the function calls `cancel()`, or only awaits a task that it was
given.
A handler that raises anything, even under a condition, or that keeps the exception is left alone, and so is code that
calls `uncancel()` or is shielded.
A coroutine that ends by the handler is left alone: if it is a task of its own, nothing is left to cancel.
"""

import re
from collections.abc import Iterator

from hexguard.facts.expressions import Call, Constant, Name
from hexguard.facts.model import Assignment, Handler, Raise, Return, With
from hexguard.facts.waits import FAR, Placed, Wait, goes_on, inside, is_about_another_task, is_shielded, waits
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard.text.edit import Edit
from hexguard.text.span import Span
from hexguard_rules.knowledge.tasks import CANCELED

TITLE = "Raise the exception again"

RULE = Rule(
    name="swallowed-cancelled-error",
    message="`{callee}` is swallowed, so the task goes on after it was canceled",
    doc=__doc__,
    severity=Severity.BLOCKING,
    examples=(
        Bad(
            """
            import asyncio

            async def consume(queue: asyncio.Queue[Order]) -> None:
                while True:
                    try:
                        order = await queue.get()
                        await handle(order)
                    except asyncio.CancelledError:
            #              ^^^^^^^^^^^^^^^^^^^^^^
                        log.info("stopping")  # soon
            """,
            fixed="""
            import asyncio

            async def consume(queue: asyncio.Queue[Order]) -> None:
                while True:
                    try:
                        order = await queue.get()
                        await handle(order)
                    except asyncio.CancelledError:
                        log.info("stopping")  # soon
                        raise
            """,
        ),
        Bad(
            """
            from asyncio import CancelledError as Stopped, sleep

            class Poller:
                async def run(self) -> bool:
                    try:
                        async with self.client as client:
                            await client.poll()
                    except (Stopped, OSError) as error:
            #               ^^^^^^^
                        self.report(error)
                        return False
                    return True

                async def idle(self) -> None:
                    try:
                        await sleep(60)
                    except Stopped:
            #              ^^^^^^^
                        pass
                    await self.client.close()
            """,
            fixed="""
            from asyncio import CancelledError as Stopped, sleep

            class Poller:
                async def run(self) -> bool:
                    try:
                        async with self.client as client:
                            await client.poll()
                    except (Stopped, OSError) as error:
                        self.report(error)
                        raise
                    return True

                async def idle(self) -> None:
                    try:
                        await sleep(60)
                    except Stopped:
                        raise
                    await self.client.close()
            """,
        ),
        Bad(
            """
            import asyncio
            from contextlib import suppress

            async def heartbeat(client: Client) -> None:
                with suppress(asyncio.CancelledError):
            #                 ^^^^^^^^^^^^^^^^^^^^^^
                    await client.ping()
                await client.close()
            """,
            why="there is no handler to raise it in",
        ),
        Good(
            """
            import asyncio
            from contextlib import suppress

            class Worker:
                async def stop(self) -> None:
                    self.task.cancel()
                    try:
                        await self.task
                    except asyncio.CancelledError:
                        pass

                async def join(self) -> None:
                    with suppress(asyncio.CancelledError):
                        await asyncio.gather(self.task, self.other)
            """,
            why="this is about the cancellation of another task",
        ),
        Good(
            """
            import asyncio

            async def convert(path: str) -> None:
                try:
                    await run(path)
                except asyncio.CancelledError:
                    await clean_up(path)
                    raise
                except asyncio.TimeoutError:
                    log.warning("too slow")
            """,
            why="the handler cleans up and raises again",
        ),
        Good(
            """
            import asyncio

            async def watch(client: Client) -> None:
                while True:
                    try:
                        await client.ping()
                        await asyncio.sleep(5)
                    except asyncio.CancelledError:
                        log.info("stopping")
                        break

            async def remind(client: Client) -> None:
                try:
                    await asyncio.sleep(60)
                    await client.remind()
                except asyncio.CancelledError:
                    pass
            """,
            why="missed: the coroutine ends, which is all that a task of its own was told to do",
        ),
        Good(
            """
            import asyncio

            def result_of(task: asyncio.Task[int]) -> int | None:
                try:
                    return task.result()
                except asyncio.CancelledError:
                    return None

            async def show(task: asyncio.Task[int]) -> None:
                try:
                    print(task.result())
                except asyncio.CancelledError:
                    print("canceled")
            """,
            why="nothing waits here, so the exception is that of the other task",
        ),
    ),
)


@RULE.check(Handler)
def check(handler: Handler, view: View) -> Iterator[Finding[Handler]]:
    if not handler.context.in_async or handler.reraises or handler.is_group:
        return
    canceled = next((kind for kind in handler.types if view.name(kind) in CANCELED), None)
    if canceled is None or any(view.name(kind) in CANCELED for kind in handler.earlier):
        return
    block, scope = view.block, view.block.function_scope(handler.context.scope)
    waiting = tuple(waits(block, handler.tried, scope))
    is_kept = any(_keeps(fact, handler.name) for fact in inside(block, handler.body, scope))
    if not waiting or is_kept or is_shielded(handler.context) or is_about_another_task(block, waiting, scope):
        return
    if goes_on(block, handler):
        yield RULE.at(handler, canceled.node, callee=view.name(canceled))


@RULE.check(With)
def check_suppress(block: With, view: View) -> Iterator[Finding[With]]:
    call = block.value
    if not block.context.in_async or not isinstance(call, Call) or view.callee(call) != "contextlib.suppress":
        return
    scope = view.block.function_scope(block.context.scope)
    waiting: list[Wait] = []
    after: list[Wait] = []
    for wait in waits(view.block, (call.node, FAR), scope):
        is_inside = any(value.node == call.node for value in wait.context.withs)
        (waiting if is_inside else after).append(wait)
    canceled = next((kind for kind in call.args if view.name(kind) in CANCELED), None)
    if canceled is None or not waiting or is_about_another_task(view.block, waiting, scope):
        return
    if (after or block.context.in_loop) and not is_shielded(block.context):
        yield RULE.at(block, canceled.node, callee=view.name(canceled))


def _keeps(fact: Placed, name: str) -> bool:
    """Whether a part of the handler raises something, or keeps the exception."""
    return isinstance(fact, Raise) or (
        isinstance(fact, Assignment) and isinstance(fact.value, Name) and bool(name) and fact.value.id == name
    )


@RULE.fix(Applicability.UNSAFE)
def raise_again(finding: Finding[Handler | With], edits: Edits) -> Fix | Refusal:
    handler = finding.fact
    if not isinstance(handler, Handler):
        return Refusal(TITLE, "`suppress` has no place to raise it again")
    made = _at_the_end(handler, edits)
    return Fix(TITLE, made) if made else Refusal(TITLE, "the handler is left by other ways, or stands in one line")


def _at_the_end(handler: Handler, edits: Edits) -> tuple[Edit, ...]:
    """The edit that ends the handler by `raise`; empty where that is not the only way out."""
    start, end = handler.body
    returns = [fact for fact in edits.facts() if isinstance(fact, Return) and start <= fact.node < end]
    header, body = _parts(handler, edits)
    if "#" in header or not body or len(returns) > 1 or _JUMP.search(body):
        return ()
    end_of_clause = edits.span(handler.node).end
    if returns:
        is_last = edits.span(returns[0].node).end == end_of_clause
        is_plain = returns[0].value is None or isinstance(returns[0].value, Constant)
        return (edits.replace(returns[0].node, "raise"),) if is_last and is_plain else ()
    if body.strip() == "pass":
        return (Edit(Span(end_of_clause - len("pass"), end_of_clause), "raise"),)
    last = edits.whole_lines(Span(end_of_clause, end_of_clause)).end
    indent = body[: len(body) - len(body.lstrip())].rpartition(edits.newline)[2]
    ends_line = edits.slice(Span(last - 1, last)) in ("\n", "\r")
    return (edits.insert_at(last, f"{indent}raise{edits.newline}" if ends_line else f"{edits.newline}{indent}raise"),)


def _parts(handler: Handler, edits: Edits) -> tuple[str, str]:
    """What follows the types up to the colon, and the lines after it; no lines if the clause is one line."""
    after = max(edits.span(kind.node).end for kind in handler.types)
    header, _, rest = edits.slice(Span(after, edits.span(handler.node).end)).partition(":")
    return header, rest.partition(edits.newline)[2]


_JUMP = re.compile(r"\b(break|continue)\b")
