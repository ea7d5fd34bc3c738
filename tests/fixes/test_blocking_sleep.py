"""While the mended code sleeps, other tasks run; besides that, it gives and raises what it did."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.generated import EXPRESSION_SITES, Imported, examples, indented, laid_out, ways_to_import
from support.mended import FIXES, fixed, loaded, mended
from support.observed import outcome

RULE = "blocking-sleep-in-async"

CODE = """
from time import sleep

async def pause(log: list[str]) -> None:
    log.append("before")
    sleep(0)
    log.append("after")
"""

ARGUMENTS = (
    "0",
    "0.0",
    "*[0]",
    "0 if log else 0.0",
    "int('0')",
    "(0)",
    "0,",
    "None",
    "'0'",
    "",
    "0, 0, 0",
    "await given()",
    "[]",
)
SHAPES = (
    "{it}",
    "({it})",
    "{it} or 'slept'",
    "[{it}, {it}]",
    "{it}.__class__.__name__",
    'f"{{{it}}}"',
    "2 if {it} else 3",
    "[log.append(1) or {it} for one in [1]]",
    "[one for one in [{it}]]",
    "list(map(lambda one: {it}, [1]))",
)
BODIES = ("def deeper():\n    {it}\ndeeper()\nreturn log", "def deeper(given={it}):\n    return given\nreturn deeper()")


@st.composite
def programs(draw: st.DrawFn) -> str:
    sleep: Imported = draw(ways_to_import("time.sleep"))
    call = f"{sleep.text}({draw(st.sampled_from(ARGUMENTS))})"
    site = draw(st.sampled_from((*EXPRESSION_SITES, *BODIES)))
    body = site.replace("{it}", draw(st.sampled_from(SHAPES)).replace("{it}", call))
    body = body.replace("{{", "{").replace("}}", "}")
    start = "async def given():\n    return 0\n\nasync def run(log):\n    log.append('before')\n"
    known = draw(st.sampled_from(("", "import asyncio\n", "from asyncio import sleep as doze\n")))
    return draw(laid_out(f"{known}{sleep.statement}\nfrom contextlib import nullcontext\n\n{start}{indented(body)}\n"))


async def order(code: str) -> list[str]:
    log: list[str] = []

    async def other() -> None:
        log.append("other")

    await asyncio.gather(loaded(code).pause(log), other())
    return log


async def test_others_run_meanwhile() -> None:
    assert await order(CODE) == ["before", "after", "other"]
    assert await order(fixed(CODE, RULE)) == ["before", "other", "after"]


@examples(100)
@given(programs())
def test_gives_and_raises_the_same(code: str) -> None:
    after = mended(code, RULE, FIXES)
    if after is not None:
        assert outcome(after, [], compares_messages=False) == outcome(code, [], compares_messages=False), after


@pytest.mark.parametrize(
    "line",
    [
        "return sleep(0).__class__",
        "return (sleep)(0)",
        "class Kept:\n        value = sleep(0)",
        "return [sleep(0) for _ in '1']",
    ],
)
def test_no_await_where_it_would_be_about_something_else(line: str) -> None:
    code = f"from time import sleep\n\nasync def run():\n    {line}\n"
    assert mended(code, RULE, FIXES) is None
