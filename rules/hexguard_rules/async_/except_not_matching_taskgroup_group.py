"""Handlers around a task group that its errors never reach.

## What it does
Reports `except SomeError` around an `async with asyncio.TaskGroup()`, or a task group of anyio or a nursery of trio,
with nothing beside it in the `try`.

## Why it matters
A task group raises what its tasks raise in an `ExceptionGroup`, be it a single error, and so it does with errors of its
own body.
The handler never runs, and an error that was to be handled becomes an error 500.

## Fix safety
Unsafe: `except*` takes the errors out of the group.
The handler runs for the first time, and other errors of the group are raised after it.

## Known limits
Reported only if everything in the `try` stands inside the task group, since other code may raise the error as it is.
A handler of `Exception` or of a group is left alone, and so is one whose exception is not known.
The fix is not offered where a handler uses the exception by its name, or has a `return`, `break` or `continue`, which
`except*` does not allow.
"""

import re
from collections.abc import Iterator

from hexguard.facts.expressions import Call
from hexguard.facts.model import Handler, Reference, With
from hexguard.facts.waits import Placed, inside
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard_rules.knowledge.tasks import CANCELED, TASK_GROUPS

TITLE = "Catch it by `except*`"

RULE = Rule(
    name="except-not-matching-taskgroup-group",
    message="`{name}` arrives in an exception group here, so the handler never runs",
    doc=__doc__,
    severity=Severity.BLOCKING,
    requires=("python>=3.11",),
    examples=(
        Bad(
            """
            import asyncio

            async def load(urls: list[str]) -> None:
                try:
                    async with asyncio.TaskGroup() as group:
                        for url in urls:
                            group.create_task(fetch(url))
                except ValueError:
            #          ^^^^^^^^^^
                    log.warning("not an address")
                except (OSError, LookupError):
            #           ^^^^^^^
                    log.warning("not there")  # or not now
            """,
            fixed="""
            import asyncio

            async def load(urls: list[str]) -> None:
                try:
                    async with asyncio.TaskGroup() as group:
                        for url in urls:
                            group.create_task(fetch(url))
                except* ValueError:
                    log.warning("not an address")
                except* (OSError, LookupError):
                    log.warning("not there")  # or not now
            """,
        ),
        Bad(
            """
            from asyncio import TaskGroup as Group

            async def load(urls: list[str]) -> bool:
                try:
                    async with Group() as group:
                        group.create_task(fetch(urls[0]))
                        int(urls[1])
                except ValueError:
            #          ^^^^^^^^^^
                    return False
                return True
            """,
            why="`except*` allows no `return`",
        ),
        Good(
            """
            import asyncio

            async def load(urls: list[str]) -> None:
                try:
                    async with asyncio.TaskGroup() as group:
                        group.create_task(fetch(urls[0]))
                except* ValueError as errors:
                    log.warning("%s", errors)
                try:
                    async with asyncio.TaskGroup() as group:
                        group.create_task(fetch(urls[0]))
                except ExceptionGroup:
                    log.warning("some failed")
                except Exception:
                    log.warning("failed")
            """,
            why="these handlers take the group",
        ),
        Good(
            """
            import asyncio

            async def load(path: str) -> None:
                try:
                    urls = read(path)
                    async with asyncio.TaskGroup() as group:
                        group.create_task(fetch(urls[0]))
                except OSError:
                    log.warning("no such file")
                try:
                    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
                        group.create_task(fetch(urls[0]))
                except TimeoutError:
                    log.warning("too slow")
            """,
            why="`read` and `timeout` raise their errors as they are",
        ),
        Good(
            """
            import asyncio

            async def load(urls: list[str]) -> None:
                async def fetch_one(url: str) -> None:
                    try:
                        await fetch(url)
                    except ValueError:
                        log.warning("not an address")

                try:
                    async with asyncio.TaskGroup() as group:
                        for url in urls:
                            group.create_task(fetch_one(url))
                except asyncio.CancelledError:
                    log.warning("canceled")
                    raise
            """,
            why="the error is handled in the task, and cancellation does not come in a group",
        ),
    ),
)


@RULE.check(Handler)
def check(handler: Handler, view: View) -> Iterator[Finding[Handler]]:
    if not handler.context.in_async or handler.is_group or not handler.types:
        return
    names = [view.name(kind) for kind in handler.types]
    if all(_is_single(name) for name in names) and _is_all_in_group(handler, view):
        yield RULE.at(handler, handler.types[0].node, name=names[0].rpartition(".")[2])


def _is_single(name: str) -> bool:
    """Whether an exception is known and neither takes a group nor leaves one as it is."""
    return bool(name) and name not in _LEFT_ALONE and not name.endswith("Group") and name not in CANCELED


_LEFT_ALONE = frozenset(
    f"builtins.{name}" for name in ("Exception", "BaseException", "KeyboardInterrupt", "SystemExit", "GeneratorExit")
)


def _is_all_in_group(handler: Handler, view: View) -> bool:
    """Whether everything that the `try` does, it does inside a task group."""
    facts = tuple(inside(view.block, handler.tried, view.block.function_scope(handler.context.scope)))
    group = next((fact for fact in facts if isinstance(fact, With) and fact.is_async), None)
    if group is None or not isinstance(group.value, Call) or view.callee(group.value) not in TASK_GROUPS:
        return False
    return all(_is_of(fact, group) for fact in facts)


def _is_of(fact: Placed, group: With) -> bool:
    """Whether a fact is the group, what makes it, or something inside."""
    is_inside = any(value.node == group.value.node for value in fact.context.withs)
    return is_inside or fact is group or group.node <= fact.node <= group.value.node or _is_maker(fact, group)


def _is_maker(fact: Placed, group: With) -> bool:
    return isinstance(fact, Reference) and isinstance(group.value, Call) and fact.node == group.value.func.node


@RULE.fix(Applicability.UNSAFE)
def catch_from_group(finding: Finding[Handler], edits: Edits) -> Fix | Refusal:
    handler = finding.fact
    clauses = [fact for fact in edits.facts() if isinstance(fact, Handler) and fact.tried == handler.tried]
    if any(not clause.types or clause.is_group or _uses_name(clause, edits) for clause in clauses):
        return Refusal(TITLE, "a clause of the `try` has no type, or uses the exception by its name")
    if any(_JUMP.search(edits.text(clause.node)) for clause in clauses):
        return Refusal(TITLE, "`except*` allows no `return`, `break` or `continue`")
    return Fix(TITLE, tuple(edits.insert_after(clause.keyword, "*") for clause in clauses))


def _uses_name(clause: Handler, edits: Edits) -> bool:
    return bool(clause.name) and any(
        isinstance(fact, Reference) and fact.root == clause.name and clause.body[0] <= fact.node < clause.body[1]
        for fact in edits.facts()
    )


_JUMP = re.compile(r"\b(return|break|continue)\b")
