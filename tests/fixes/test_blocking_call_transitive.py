"""A function that blocks somewhere inside does in a thread what it does on the event loop."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from support.generated import EXPRESSION_SITES, examples, indented, laid_out
from support.mended import FIXES, fixed, loaded, mended
from support.observed import outcome

RULE = "blocking-call-transitive"

HEADER = """
import contextvars
import functools
import time
from contextlib import nullcontext

user = contextvars.ContextVar("user", default="nobody")

def pause():
    time.sleep(0)

def load(*given, key=None, **named):
    pause()
    return [user.get(), [list(one) if hasattr(one, "__next__") else one for one in given], key, sorted(named.items())]

def fail(*given, **named):
    pause()
    raise KeyError(*given)

@functools.cache
def cached(*given, **named):
    return load(*given, **named)

class Scale:
    def __init__(self, *given, **named):
        pause()
        self.given = given

    def weigh(self, *given, **named):
        return load(*given, **named)

    @classmethod
    def made(cls, *given, **named):
        return load(*given, **named)

    @staticmethod
    def plain(*given, **named):
        return load(*given, **named)

    async def read(self, log):
        return self.weigh(1), self.weigh(key=2)

async def given_later():
    return 5

"""
CALLED = (
    "load",
    "load",
    "fail",
    "cached",
    "Scale.made",
    "Scale.plain",
    "Scale().weigh",
    "scale.weigh",
    "(load)",
    "load ",
    "pause",
)
ARGUMENTS = (
    "", "1", "1, 2", "1,", "key=1", "*[1, 2]", "**{'key': 1}", "1, *[2], key=3, **{}", "(one for one in [1, 2])",
    "one for one in (1, 2)",
    "lambda: 1 and None", "await given_later()", "kept := 5", "load(1)", "'#'", "\n    1,  # one\n    key=2,\n",
    "log", "**{}", "func=1",
)  # fmt: skip
SHAPES = (
    "{it}",
    "({it})",
    "{it}[0]",
    "{it} [1]",
    "({it})\n    .__class__.__name__",
    "{it} or {it}",
    "not {it}",
    "[*{it}]",
    "{it} == {it}",
    "str({it})",
)


@st.composite
def programs(draw: st.DrawFn) -> str:
    call = f"{draw(st.sampled_from(CALLED))}({draw(st.sampled_from(ARGUMENTS))})"
    shape = draw(st.sampled_from(SHAPES)).replace("{it}", call)
    shape = f"({shape})" if "\n" in shape or ":=" in shape else shape
    body = draw(st.sampled_from(EXPRESSION_SITES)).replace("{it}", shape).replace("{{", "{").replace("}}", "}")
    known = draw(st.sampled_from(("", "import asyncio as aio\n", "from asyncio import to_thread\n")))
    code = f"{known}{HEADER}async def run(log):\n    scale = Scale()\n    user.set('ada')\n{indented(body)}\n"
    return draw(laid_out(code))


@examples(70)
@given(programs())
def test_gives_and_raises_the_same(code: str) -> None:
    try:
        compile(code, "given", "exec")
    except SyntaxError:
        return
    after = mended(code, RULE, FIXES)
    if after is not None:
        assert _without_addresses(outcome(after, [])) == _without_addresses(outcome(code, [])), after


def _without_addresses(found: object) -> str:
    return str(found).partition(" at 0x")[0]


METHOD = HEADER + "async def run():\n    return await Scale().read([])\n"
HELPER = """
import time

def load():
    time.sleep(0.01)

async def run(log):
    log.append("before")
    load()
    log.append("after")
"""


def test_a_method_calls_its_own_in_a_thread() -> None:
    assert outcome(fixed(METHOD, RULE)) == outcome(METHOD)


async def test_others_run_meanwhile() -> None:
    async def order(code: str) -> list[str]:
        log: list[str] = []

        async def other() -> None:
            log.append("other")

        await asyncio.gather(loaded(code).run(log), other())
        return log

    assert await order(HELPER) == ["before", "after", "other"]
    assert await order(fixed(HELPER, RULE)) == ["before", "other", "after"]
