"""Where a coroutine waits, and what a handler of its cancellation leaves it to do."""

import pytest

from hexguard.facts.block import BlockFacts, lower
from hexguard.facts.expressions import Attribute, Await, Call, Name
from hexguard.facts.model import Function, Handler, Loop
from hexguard.facts.waits import FAR, Wait, goes_on, is_about_another_task, is_shielded, waits
from hexguard.syntax.parse import parse


def facts_of(body: str) -> BlockFacts:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return lower(parse(f"async def run(task):\n{lines}"), is_member=False)[0]


def names(block: BlockFacts, waiting: list[Wait]) -> str:
    """The roots of what is waited for."""
    found: list[str] = []
    for wait in waiting:
        value = wait.source if isinstance(wait, Loop) else wait.value
        value = value.func if isinstance(value, Call) else value
        found.append(value.id if isinstance(value, Name) else value.attr if isinstance(value, Attribute) else "?")
    return " ".join(found)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("a()\nawait b()\nawait c", "b c"),
        ("async with a() as b:\n    async for c in d: pass\nwith e: pass", "a d"),
        ("async def inner():\n    await a()\nawait inner()", "inner"),
        ("return [await a(b) for b in c]", "a"),
        ("lambda: a()\nfor b in c: d()", ""),
    ],
)
def test_waits(body: str, expected: str) -> None:
    block = facts_of(body)
    (function, *_) = block.of_type(Function)
    assert names(block, list(waits(block, (0, FAR), function.scope))) == expected


TRY = "try:\n    {tried}\nexcept E:\n    {body}\n"


def check(body: str) -> tuple[BlockFacts, Handler]:
    block = facts_of(body)
    return block, block.of_type(Handler)[0]


@pytest.mark.parametrize(
    ("tried", "after", "expected"),
    [
        ("await work()", "", False),
        ("await task", "", True),
        ("await self.task", "", True),
        ("await gather(*tasks)", "", True),
        ("await gather(work(), task)", "", False),
        ("await wait_for(task, 5)", "", True),
        ("await shield(work())", "", False),
        ("async with work(): pass", "", False),
        ("await work()", "task.cancel()", True),
        ("await work()", "def stop():\n    task.cancel()", False),
    ],
)
def test_whose_cancellation_it_is(tried: str, after: str, expected: bool) -> None:
    block, handler = check(TRY.replace("{tried}", tried).replace("{body}", "pass") + after)
    scope = block.function_scope(handler.context.scope)
    assert is_about_another_task(block, list(waits(block, handler.tried, scope)), scope) == expected


@pytest.mark.parametrize(
    ("body", "after", "expected"),
    [
        ("pass", "", False),
        ("return", "await more()", False),
        ("return None", "", False),
        ("return 1", "", True),
        ("def inner(): return 1", "", False),
        ("pass", "done()", False),
        ("pass", "await more()", True),
        ("pass", "async with more: pass", True),
        ("pass", "async def inner():\n    await more()", False),
    ],
)
def test_goes_on(body: str, after: str, expected: bool) -> None:
    block, handler = check(TRY.replace("{tried}", "await work()").replace("{body}", body) + after)
    assert goes_on(block, handler) == expected


@pytest.mark.parametrize(
    ("body", "expected"), [("pass", True), ("continue", True), ("break", False), ("return", False), ("log()", True)]
)
def test_goes_on_in_a_loop(body: str, expected: bool) -> None:
    inner = TRY.replace("{tried}", "await work()").replace("{body}", body)
    block, handler = check("while True:\n" + "".join(f"    {line}\n" for line in inner.splitlines()))
    assert goes_on(block, handler) == expected


def test_another_clause_does_not_count_as_more_to_do() -> None:
    block, handler = check("try:\n    await work()\nexcept E:\n    pass\nexcept F:\n    await more()\n")
    assert not goes_on(block, handler)


@pytest.mark.parametrize(
    ("header", "expected"), [("with CancelScope(shield=True):", True), ("with CancelScope():", False), ("if 1:", False)]
)
def test_shielded(header: str, expected: bool) -> None:
    block = facts_of(f"{header}\n    await work()\n")
    assert is_shielded(block.of_type(Await)[0].context) == expected
