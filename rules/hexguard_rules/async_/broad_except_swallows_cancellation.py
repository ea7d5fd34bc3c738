"""Handlers of `BaseException` that swallow the cancellation of a task.

## What it does
Reports `except BaseException` in an `async def` around code that waits, where the function goes on after it: it gives a
value, turns its loop once more, or waits again.
A handler that raises, leaves the process or hands the exception on is left alone.

## Why it matters
A task is canceled by `asyncio.CancelledError`, which is a `BaseException` so that `except Exception` lets it through.
Where it is swallowed, the task runs on: a timeout does not end it, a task group hangs, and the process does not stop.

## Fix safety
Unsafe: `except Exception` lets cancellation, `KeyboardInterrupt` and `SystemExit` through.
That is the point, but the handler no longer runs for them.

## Known limits
An `except:` without a type is reported by `bare-except`.
A coroutine that ends by the handler is left alone: if it is a task of its own, nothing is left to cancel.
A handler that raises anything, even under a condition, is left alone.
So is one that keeps the exception: assigns or returns it, or gives it to a call that does not log it.
A `try` in a `finally` or another handler is left alone, since it may keep an error of cleaning up from hiding the first;
so is one in a shielded scope, and one that may be about the cancellation of another task.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import Call, Name
from hexguard.facts.model import Assignment, Handler, Raise, Return
from hexguard.facts.waits import Placed, goes_on, inside, is_about_another_task, is_shielded, waits
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard_rules.knowledge.tasks import CANCELED, LEAVING, REPORTING

TITLE = "Catch `Exception`"

RULE = Rule(
    name="broad-except-swallows-cancellation",
    message="`{callee}` also catches cancellation, so the task goes on after it was canceled",
    doc=__doc__,
    severity=Severity.BLOCKING,
    aliases=("AP-11",),
    examples=(
        Bad(
            """
            import logging

            async def consume(queue: Queue) -> None:
                while True:
                    try:
                        await handle(await queue.get())
                    except BaseException as error:
            #              ^^^^^^^^^^^^^
                        logging.exception("failed: %s", error)
            """,
            fixed="""
            import logging

            async def consume(queue: Queue) -> None:
                while True:
                    try:
                        await handle(await queue.get())
                    except Exception as error:
                        logging.exception("failed: %s", error)
            """,
        ),
        Bad(
            """
            class Client:
                async def ping(self) -> bool:
                    async def once() -> None:
                        async with self.connect() as connection:
                            connection.send("ping")

                    try:
                        await once()
                    except (BaseException):  # whatever it is
            #               ^^^^^^^^^^^^^
                        return False
                    return True
            """,
            fixed="""
            class Client:
                async def ping(self) -> bool:
                    async def once() -> None:
                        async with self.connect() as connection:
                            connection.send("ping")

                    try:
                        await once()
                    except (Exception):  # whatever it is
                        return False
                    return True
            """,
        ),
        Bad(
            """
            async def load(path: str) -> bytes:
                try:
                    return await read(path)
                except Exception:
                    return b"broken"
                except BaseException:
            #          ^^^^^^^^^^^^^
                    return b""
            """,
            why="`Exception` is caught already, so this handler only ever sees cancellation and exit",
        ),
        Good(
            """
            import asyncio

            async def load(path: str) -> bytes:
                try:
                    return await read(path)
                except asyncio.CancelledError:
                    raise
                except BaseException:
                    return b""

            async def save(session: Session) -> None:
                try:
                    await session.commit()
                except BaseException:
                    await session.rollback()
                    raise
            """,
            why="cancellation goes on",
        ),
        Good(
            """
            import os

            async def serve(server: Server, done: Future) -> None:
                try:
                    await server.serve()
                except BaseException as error:
                    done.set_exception(error)
                try:
                    await server.close()
                except BaseException as error:
                    server.failure = error
                finally:
                    try:
                        await server.log("closed")
                    except BaseException:
                        pass
                try:
                    await server.wait()
                except BaseException:
                    os._exit(1)
            """,
            why="somebody else gets the exception, the process ends, or the first error is not to be hidden",
        ),
        Good(
            """
            def parse(text: str) -> dict[str, str]:
                try:
                    return read(text)
                except BaseException:
                    return {}

            async def show(text: str) -> None:
                try:
                    print(parse(text))
                except BaseException:
                    print("broken")
                try:
                    await write(text)
                except Exception:
                    print("not written")
            """,
            why="nothing waits inside, so no cancellation arrives there; and `Exception` does not catch it",
        ),
    ),
)


@RULE.check(Handler)
def check(handler: Handler, view: View) -> Iterator[Finding[Handler]]:
    if not handler.context.in_async or handler.reraises or handler.is_group:
        return
    broad = next((kind for kind in handler.types if view.name(kind) == "builtins.BaseException"), None)
    if broad is None or any(view.name(kind) in CANCELED for kind in handler.earlier):
        return
    block, scope = view.block, view.block.function_scope(handler.context.scope)
    waiting = tuple(waits(block, handler.tried, scope))
    if not waiting or _is_clean_up(handler) or is_about_another_task(block, waiting, scope):
        return
    is_let_out = any(_lets_out(fact, handler.name, view) for fact in inside(block, handler.body, scope))
    if goes_on(block, handler) and not is_let_out:
        is_caught = any(view.name(kind) == "builtins.Exception" for kind in handler.earlier)
        yield RULE.at(handler, broad.node, callee="BaseException", caught="yes" if is_caught else "")


def _is_clean_up(handler: Handler) -> bool:
    """Whether the `try` keeps an error of cleaning up from hiding another one, or is shielded from cancellation."""
    context = handler.context
    return context.in_finally or context.in_handler or is_shielded(context)


def _lets_out(fact: Placed, name: str, view: View) -> bool:
    """Whether a part of the handler raises, ends the process, or hands the exception on."""
    match fact:
        case Raise():
            return True
        case Call():
            handed_on = any(_is_name(given, name) for given in (*fact.args, *(one.value for one in fact.keywords)))
            return (handed_on and fact.method not in REPORTING) or view.callee(fact) in LEAVING
        case Assignment() | Return():
            return _is_name(fact.value, name)
        case _:
            return False


def _is_name(value: object, name: str) -> bool:
    return isinstance(value, Name) and bool(name) and value.id == name


@RULE.fix(Applicability.UNSAFE)
def catch_exception(finding: Finding[Handler], edits: Edits) -> Fix | Refusal:
    if finding["caught"]:
        return Refusal(TITLE, "`Exception` is caught by a clause before")
    is_rebound = any("Exception" in scope.bindings for part in edits.parts() for scope in part.facts.scopes)
    if is_rebound or edits.text(finding.node) != "BaseException":
        return Refusal(TITLE, "the module has another meaning for the name")
    return Fix(TITLE, (edits.replace(finding.node, "Exception"),))
