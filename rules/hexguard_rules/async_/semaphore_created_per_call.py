"""Semaphores and locks that are made anew by each call that takes them.

## What it does
Reports an `asyncio.Semaphore`, `BoundedSemaphore` or `Lock` that a function makes and takes itself, without handing it
to another coroutine.

## Why it matters
Each call has its own, so nobody ever waits: nothing is limited, and nothing is locked.
The code looks as if it were, until the database or the other service is overrun.

## Fix safety
A rewrite on request: a name of the module holds the semaphore, so that all calls share it.
From then on calls wait for each other, in one event loop; two loops cannot share it.

## Known limits
One that a nested function, a task, an attribute or another function gets is left alone, since that may share it.
The rewrite is offered where the arguments are literals, and the lines hold nothing else.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import Attribute, Call, Constant, Name
from hexguard.facts.localize import find
from hexguard.facts.model import Assignment, Reference, With
from hexguard.facts.scopes import ScopeKind
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard.text.edit import Edit
from hexguard_rules.knowledge.tasks import LIMITERS

TITLE = "Share it between all calls"

RULE = Rule(
    name="semaphore-created-per-call",
    message="`{callee}` is new in each call, so it limits nothing",
    doc=__doc__,
    severity=Severity.BLOCKING,
    examples=(
        Bad(
            """
            import asyncio

            async def fetch(client: Client, url: str) -> bytes:
                limit = asyncio.Semaphore(10)
            #           ^^^^^^^^^^^^^^^^^
                async with limit:
                    return await client.get(url)
            """,
            fixed="""
            import asyncio

            limit = asyncio.Semaphore(10)


            async def fetch(client: Client, url: str) -> bytes:
                async with limit:
                    return await client.get(url)
            """,
        ),
        Bad(
            """
            from asyncio import BoundedSemaphore, Lock as Mutex

            class Ledger:
                async def book(self, amount: int) -> None:
                    # One at a time.
                    async with Mutex():
            #                  ^^^^^
                        self.total += amount
                        await self.save()

                async def export(self) -> None:
                    slots = BoundedSemaphore(value=2)
            #               ^^^^^^^^^^^^^^^^
                    await slots.acquire()
                    try:
                        await self.write()
                    finally:
                        slots.release()
            """,
            fixed="""
            from asyncio import BoundedSemaphore, Lock as Mutex

            _lock = Mutex()


            slots = BoundedSemaphore(value=2)


            class Ledger:
                async def book(self, amount: int) -> None:
                    # One at a time.
                    async with _lock:
                        self.total += amount
                        await self.save()

                async def export(self) -> None:
                    await slots.acquire()
                    try:
                        await self.write()
                    finally:
                        slots.release()
            """,
        ),
        Bad(
            """
            import asyncio

            async def fetch(client: Client, url: str, most: int) -> bytes:
                async with asyncio.Semaphore(most):
            #              ^^^^^^^^^^^^^^^^^
                    return await client.get(url)
            """,
            why="the module does not know `most`",
        ),
        Good(
            """
            import asyncio

            async def fetch_all(client: Client, urls: list[str]) -> list[bytes]:
                limit = asyncio.Semaphore(10)

                async def fetch(url: str) -> bytes:
                    async with limit:
                        return await client.get(url)

                return await asyncio.gather(*map(fetch, urls))
            """,
            why="the inner tasks share it",
        ),
        Good(
            """
            import asyncio

            async def fetch_all(client: Client, urls: list[str]) -> None:
                limit = asyncio.Semaphore(10)
                for url in urls:
                    await limit.acquire()
                    task = asyncio.create_task(client.get(url))
                    task.add_done_callback(lambda task: limit.release())
            """,
            why="the tasks give back what was taken",
        ),
        Good(
            """
            import asyncio

            class Client:
                def __init__(self, limits: dict[str, asyncio.Lock]) -> None:
                    self.limit = asyncio.Semaphore(10)
                    self.limits = limits

                async def fetch(self, url: str) -> bytes:
                    lock = self.limits.setdefault(url, asyncio.Lock())
                    async with self.limit, lock:
                        return await self.get(url)
            """,
            why="the object and the dictionary hold them between calls",
        ),
    ),
)


@RULE.check(With)
def check_with(block: With, view: View) -> Iterator[Finding[Call]]:
    call = block.value
    if block.is_async and isinstance(call, Call) and (callee := view.callee(call)) in LIMITERS:
        yield RULE.at(call, call.func.node, callee=callee, name="")


@RULE.check(Assignment)
def check(kept: Assignment, view: View) -> Iterator[Finding[Call]]:
    call, target = kept.value, kept.target
    if isinstance(call, Call) and isinstance(target, Name) and not kept.op:
        # A method is only followed if its name fits; one imported under another name has no receiver.
        fits = call.receiver is None or call.method in ("Semaphore", "BoundedSemaphore", "Lock")
        if fits and (callee := view.callee(call)) in LIMITERS and _is_private(target, view):
            yield RULE.at(call, call.func.node, callee=callee, name=target.id)


def _is_private(target: Name, view: View) -> bool:
    """Whether the function that binds the name takes what it holds, and gives it to nobody."""
    block = view.block
    index, bindings = find(target.id, target.scope, block)
    if index <= 0 or block.scopes[index].kind is not ScopeKind.FUNCTION or len(bindings) > 1:
        return False
    entered = {found.value.node for found in block.of_type(With) if found.is_async}
    uses = [
        found
        for found in block.of_type(Reference)
        if found.root == target.id and find(target.id, found.context.scope, block)[0] == index
    ]
    if not all(found.context.scope == index and (found.node in entered or _method(found)) for found in uses):
        return False
    return any(found.node in entered or _method(found) == "acquire" for found in uses)


def _method(found: Reference) -> str:
    """The method of the semaphore that is called; empty for any other use."""
    expr = found.expr
    return expr.attr if found.called and isinstance(expr, Attribute) and expr.attr in _METHODS else ""


_METHODS = frozenset({"acquire", "release", "locked"})


@RULE.fix(Applicability.REFACTOR)
def share(finding: Finding[Call], edits: Edits) -> Fix | Refusal:
    call = finding.fact
    given = (*call.args, *(keyword.value for keyword in call.keywords))
    if not all(isinstance(value, Constant) for value in given):
        return Refusal(TITLE, "the arguments are not known to the module")
    spelling = edits.spell(finding["callee"], call.context)
    name = finding["name"] or ("_lock" if finding["callee"] == "asyncio.Lock" else "_semaphore")
    if spelling is None or spelling.edits or not _is_free(name, finding, edits):
        return Refusal(TITLE, f"the module uses the name `{name}` already, or imports `asyncio` elsewhere")
    taken = _taken_out(finding, name, edits)
    if taken is None:
        return Refusal(TITLE, "something else stands in the same line")
    return Fix(TITLE, (edits.before_statement(f"{name} = {edits.text(call.node)}"), taken))


def _is_free(name: str, finding: Finding[Call], edits: Edits) -> bool:
    """Whether the module can bind the name: nobody does, but perhaps the one function that is rewritten."""
    bound = [scope for part in edits.parts() for scope in part.facts.scopes if name in scope.bindings]
    return edits.is_free_in_module(name) if not finding["name"] else len(bound) == 1


def _taken_out(finding: Finding[Call], name: str, edits: Edits) -> Edit | None:
    """The edit by which the function does not make it any more."""
    if not finding["name"]:
        return edits.replace(finding.fact.node, name)
    kept = (fact for fact in edits.facts() if isinstance(fact, Assignment) and fact.value == finding.fact)
    statement = next((fact.node for fact in kept), None)
    return None if statement is None else edits.without_lines(statement)
