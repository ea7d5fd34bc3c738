"""Calls of `asyncio.gather` that a `TaskGroup` could hold together.

## What it does
Offers to rewrite `await asyncio.gather(...)` as an `async with asyncio.TaskGroup()`, where the cursor is.
Nothing is reported, unless the settings select the rule by its name or turn the switch `async.gather` to `report`:
`gather` is no defect.

## Why it matters
When one of the awaitables of `gather` fails, the others run on, and nobody waits for them.
A task group cancels them, waits until they are done, and only then lets the error out.

## Fix safety
A rewrite on request.
Errors arrive in an `ExceptionGroup`, so whoever catches them has to write `except*`, and the other tasks are cancelled.

## Known limits
Offered where all arguments are calls, or one comprehension of calls that is unpacked.
A call that gives a task or a future instead of a coroutine fails at run time with `TypeError`; the known ones are refused.
With `return_exceptions`, inside a `try`, and where comments stand between the arguments, the rewrite is refused.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import Call, Expr
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard_rules.knowledge.tasks import FUTURE_MAKERS, FUTURE_METHODS
from hexguard_rules.rewrites.gather import task_group

TITLE = "Rewrite as a task group"

RULE = Rule(
    name="gather-to-taskgroup",
    message="`{callee}` lets the other awaitables run on when one fails",
    doc=__doc__,
    severity=Severity.SUGGESTION,
    requires=("python>=3.11",),
    on_request=True,
    switch=("async.gather", "report"),
    examples=(
        Bad(
            """
            import asyncio

            async def load(user_id: int) -> tuple[str, int]:
                name, age = await asyncio.gather(fetch_name(user_id), fetch_age(user_id))
            #                     ^^^^^^^^^^^^^^
                return name, age
            """,
            fixed="""
            import asyncio

            async def load(user_id: int) -> tuple[str, int]:
                async with asyncio.TaskGroup() as group:
                    name_task = group.create_task(fetch_name(user_id))
                    age_task = group.create_task(fetch_age(user_id))
                name, age = name_task.result(), age_task.result()
                return name, age
            """,
        ),
        Bad(
            """
            from asyncio import gather

            async def load_all(user_ids: list[int]) -> list[str]:
                return await gather(*(fetch_name(user_id) for user_id in user_ids))
            #                ^^^^^^
            """,
            fixed="""
            import asyncio

            async def load_all(user_ids: list[int]) -> list[str]:
                async with asyncio.TaskGroup() as group:
                    tasks = [group.create_task(fetch_name(user_id)) for user_id in user_ids]
                return [task.result() for task in tasks]
            """,
        ),
        Bad(
            """
            import asyncio

            async def notify(order_id: int) -> None:
                await asyncio.gather(
            #         ^^^^^^^^^^^^^^
                    send_mail(order_id),
                    send_message(order_id, urgent=True),
                )
            """,
            fixed="""
            import asyncio

            async def notify(order_id: int) -> None:
                async with asyncio.TaskGroup() as group:
                    group.create_task(send_mail(order_id))
                    group.create_task(send_message(order_id, urgent=True))
            """,
        ),
        Bad(
            """
            import asyncio

            async def load(user_id: int) -> list[object]:
                try:
                    return await asyncio.gather(fetch_name(user_id), fetch_age(user_id))
            #                    ^^^^^^^^^^^^^^
                except LookupError:
                    return []
            """,
            why="the handler would have to catch an exception group",
        ),
        Good(
            """
            import asyncio

            async def load(user_id: int) -> list[object]:
                return await asyncio.gather(fetch_name(user_id), fetch_age(user_id), return_exceptions=True)
            """,
            why="this is how partial results are asked for",
        ),
    ),
)


@RULE.check(Call, callees=["asyncio.gather"])
def check(call: Call, view: View) -> Iterator[Finding[Call]]:
    if call.awaited and not call.keywords:
        makers = [made for argument in call.args if (made := _maker(argument, view))]
        yield RULE.at(call, call.func.node, callee="asyncio.gather", maker=makers[0] if makers else "")


def _maker(argument: Expr, view: View) -> str:
    if not isinstance(argument, Call):
        return ""
    callee = view.callee(argument)
    if callee in FUTURE_MAKERS:
        return callee
    return argument.method if not callee and argument.method in FUTURE_METHODS else ""


@RULE.fix(Applicability.REFACTOR)
def use_task_group(finding: Finding[Call], edits: Edits) -> Fix | Refusal:
    call = finding.fact
    if call.context.in_try:
        return Refusal(TITLE, "the handlers around it would have to catch an exception group, by `except*`")
    if finding["maker"]:
        return Refusal(TITLE, f"`{finding['maker']}` gives a task or a future already, and a group takes coroutines")
    spelling = edits.exchange("asyncio.TaskGroup", call.context, call.func)
    rewritten = task_group(call, spelling.text, edits) if spelling else None
    if spelling is None or rewritten is None:
        return Refusal(TITLE, "the awaitables, what becomes of their results, or comments between them are in the way")
    return Fix(TITLE, (rewritten, *spelling.edits))
