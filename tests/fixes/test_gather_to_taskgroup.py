"""A task group gives what `gather` gave, in the same order; when one task fails, the others are cancelled."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.generated import Imported, examples, indented, laid_out, ways_to_import
from support.mended import REFACTORINGS, loaded, mended, refactored
from support.observed import outcome

RULE = "gather-to-taskgroup"

START = """
async def load(number, log, key="loaded"):
    log.append(f"begin {number}")
    await asyncio.sleep(0)
    log.append(f"end {number}")
    return key, number

class Shelf:
    kept = None

    async def load(self, number, log):
        return await load(number, log, key="shelf")

"""

STATEMENTS = (
    "await {it}",
    "found = await {it}\nlog.append(found)",
    "return await {it}",
    "first, second = await {it}\nreturn second, first",
    "(first, second) = await {it}\nreturn second, first",
    "[first, second] = await {it}\nreturn second, first",
    "first, *others = await {it}\nreturn others, first",
    "log[0:0] = await {it}",
    "Shelf.kept = await {it}\nlog.append(Shelf.kept)",
    "kept: list = await {it}\nlog.append(kept)",
    "if await {it}:\n    log.append('some')",
    "for one in [1]:\n    await {it}  # again",
    "log.append(await {it})",
    "await {it}; log.append('and')",
    "found = other = await {it}\nlog.append([found, other])",
    "with nullcontext() as group:\n    await {it}",
    "for index in range(2):\n    log.extend(await {it})",
)
ARGUMENTS = (
    "load(1, log), load(2, log)",
    "load(1, log), Shelf().load(2, log)",
    "load(1, log, key=[1]), load(2, log)",
    "Shelf().load(3, log), Shelf().load(4, log),",
    "*(load(one, log) for one in (1, 2))",
    "*[load(one, log) for one in range(4) if one % 3]",
    "*(load(one + other, log) for one in (1, 2) for other in range(1))",
    "*[load(1, log), load(2, log)]",
    "*map(lambda one: load(one, log), (1, 2))",
    "load(1, log), *[load(2, log)]",
    "load(1, log), asyncio.create_task(load(2, log))",
    "load(1, log), asyncio.get_running_loop().run_in_executor(None, str, 2)",
    "(load(1, log)), (load(2, log))",
    "",
)


@st.composite
def programs(draw: st.DrawFn) -> str:
    gather: Imported = draw(ways_to_import("asyncio.gather"))
    call = f"{gather.text}({draw(st.sampled_from(ARGUMENTS))})"
    body = draw(st.sampled_from(STATEMENTS)).replace("{it}", call)
    run = f"async def run():\n    log = []\n{indented(body)}\n    return log\n"
    head = "import asyncio\n" if "asyncio" not in gather.statement or " as " in gather.statement else ""
    head += "" if gather.statement == "import asyncio" else "import asyncio\n"
    return draw(laid_out(f"{head}{gather.statement}\nfrom contextlib import nullcontext\n{START}{run}"))


@examples(200)
@given(programs())
def test_gives_the_same_in_the_same_order(code: str) -> None:
    after = mended(code, RULE, REFACTORINGS)
    if after is not None:
        assert outcome(after) == outcome(code), after


FAILING = """
import asyncio

LOG = []

async def fail():
    raise LookupError("gone")

async def work():
    try:
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        LOG.append("worked")
    except asyncio.CancelledError:
        LOG.append("cancelled")
        raise

async def run():
    await asyncio.gather(fail(), work())
"""


async def ended(code: str) -> tuple[str, list[str]]:
    """What was raised, and what the other task did in the end."""
    module = loaded(code)
    error = ""
    try:
        await module.run()
    except Exception as raised:  # noqa: BLE001 - which error it is, is the question
        error = repr(raised)
    for _ in range(5):
        await asyncio.sleep(0)
    return error, module.LOG


async def test_when_one_fails_the_others_are_cancelled_which_is_the_point() -> None:
    error, log = await ended(FAILING)
    assert (error, log) == ("LookupError('gone')", ["worked"])
    after = refactored(FAILING, RULE)
    assert after
    error, log = await ended(after)
    assert error.startswith("ExceptionGroup(")
    assert ("LookupError('gone')" in error, log) == (True, ["cancelled"])


@pytest.mark.parametrize(
    "line",
    [
        "await asyncio.gather(fail(), work(), return_exceptions=True)",
        "await asyncio.gather(*tasks)",
        "return (await asyncio.gather(fail(), work()))[0]",
        "await asyncio.gather(fail(),  # first\n                         work())",
        "group = 1\n    await asyncio.gather(fail(), work())",
    ],
)
def test_what_is_not_plain_is_left_alone(line: str) -> None:
    assert mended(f"import asyncio\n\nasync def run(tasks):\n    {line}\n", RULE, REFACTORINGS) is None
