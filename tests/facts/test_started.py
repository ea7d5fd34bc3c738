"""Which coroutines run side by side: small functions, what they start, and what of it is made again and again."""

import pytest

from hexguard.facts.block import BlockFacts, lower
from hexguard.facts.expressions import Call
from hexguard.facts.started import awaited_names, given, holding, is_left, runs_beside, task
from hexguard.syntax.parse import parse


def facts_of(body: str) -> BlockFacts:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return lower(parse(f"async def run(s, items, group):\n{lines}"), is_member=False)[0]


def calls_of(block: BlockFacts, name: str) -> list[Call]:
    """The calls of a function or method with this name, in the order of the text."""
    return sorted((call for call in block.of_type(Call) if call.method == name), key=lambda call: call.node)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("gather(a(), *b, c)", "a"),
        ("gather(*[a(), b()], *(c(i) for i in items))", "a b c:comprehension"),
        ("jobs = [a(i) for i in items]\ngather(*jobs)", "a:comprehension"),
        ("jobs = []\njobs.append(a())\nfor i in items:\n    jobs.append(b())\ngather(*jobs)", "a b:loop"),
        ("for i in items:\n    jobs = [a()]\n    jobs.append(b())\n    gather(*jobs)", "a b"),
        ("jobs = []\ngather(*jobs)\njobs.append(a())", ""),
        ("jobs = other\ngather(*jobs)", ""),
        ("jobs = jobs\nfor jobs in jobs: pass\ngather(*jobs)", ""),
        ("def inner():\n    jobs.append(a())\njobs = []\ngather(*jobs)", ""),
    ],
)
def test_given(body: str, expected: str) -> None:
    block = facts_of(body)
    (gather,) = calls_of(block, "gather")
    found = [
        f"{started.call.method}{':loop' if started.loops else ''}{':comprehension' if started.in_comprehension else ''}"
        for started in given(gather, block)
    ]
    assert " ".join(found) == expected


@pytest.mark.parametrize(
    ("body", "loops", "in_comprehension"),
    [
        ("start(a())", 0, False),
        ("for i in items:\n    start(a())", 1, False),
        ("for i in items:\n    for j in i:\n        start(a())", 2, False),
        ("for i in items:\n    await start(a())", 0, False),
        ("for i in items:\n    t = start(a())\n    await t", 0, False),
        ("for i in items:\n    t = start(a())\n    await wait([t], timeout=5)", 0, False),
        ("for i in items:\n    await wait_for(start(a()), 5)", 0, False),
        ("for i in items:\n    t = start(a())\n    await other", 1, False),
        ("for i in items:\n    self.t = start(a())\n    await self.t", 0, False),
        ("for i in items:\n    start(a())\n    break", 0, False),
        ("for i in items:\n    start(a())\n    return", 0, False),
        ("for i in items:\n    if i: return\n    start(a())", 1, False),
        ("for i in items:\n    async with TaskGroup() as g:\n        g.start(a())", 0, False),
        ("async with TaskGroup() as g:\n    for i in items:\n        g.start(a())", 1, False),
        ("jobs = [start(a()) for i in items]", 0, True),
        ("jobs = [await start(a()) for i in items]", 0, False),
    ],
)
def test_task(body: str, loops: int, in_comprehension: bool) -> None:
    block = facts_of(body)
    (maker,) = calls_of(block, "start")
    (made,) = calls_of(block, "a")
    started = task(maker, made, block)
    assert (len(started.loops), started.in_comprehension) == (loops, in_comprehension)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("start(a())\nstart(b())", True),
        ("await start(a())\nstart(b())", False),
        ("t = start(a())\nawait t\nstart(b())", False),
        ("t = start(a())\nawait other()\nstart(b())", True),
        ("jobs = []\njobs.append(start(a()))\nawait gather(*jobs)\nstart(b())", False),
        ("if s:\n    start(a())\nelse:\n    start(b())", False),
        ("if s:\n    start(a())\nstart(b())", True),
        ("if s:\n    start(a())\n    return\nstart(b())", False),
        ("match s:\n    case 1: start(a())\n    case 2: start(b())", False),
        ("group.start(a())\ngroup.start(b())", True),
        ("async with T() as g:\n    g.start(a())\n    g.start(b())", True),
        ("async with T() as g:\n    g.start(a())\nasync with T() as g:\n    g.start(b())", False),
        ("async with T() as g:\n    g.start(a())\n    async with T() as h:\n        h.start(b())", True),
    ],
)
def test_runs_beside(body: str, expected: bool) -> None:
    block = facts_of(body)
    first, second = calls_of(block, "start")
    assert runs_beside(first, second, block) is expected


def test_what_holds_a_task() -> None:
    block = facts_of("t = start(a())\nkept.add(start(b()))\nself.t = start(c())\nstart(d())\nawait t\nawait f(g)")
    held = [holding(call, block) for call in calls_of(block, "start")]
    assert [" ".join(sorted(names)) for names in held] == ["t", "kept", "self", ""]
    assert awaited_names(block, 1) == {"t", "f", "g"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("start(a())", True),
        ("t = start(a())", True),
        ("t = start(a())\nt.add_done_callback(f)\nkept.add(t)", True),
        ("kept.add(start(a()))", True),
        ("await start(a())", False),
        ("t = start(a())\nawait t", False),
        ("t = start(a())\njobs.append(t)\nawait gather(*jobs)", False),
        ("t = start(a())\nreturn t", False),
        ("t = start(a())\nt.cancel()", False),
        ("t = start(a())\nkeep(t)", False),
        ("self.t = start(a())", False),
        ("keep(start(a()))", False),
    ],
)
def test_is_left(body: str, expected: bool) -> None:
    block = facts_of(body)
    assert is_left(calls_of(block, "start")[0], block) is expected
