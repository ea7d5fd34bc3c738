"""Rewrites about tasks change what they promise, and leave all other ways through a function as they were."""

import asyncio
import gc
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from support.generated import EXPRESSION_SITES, Imported, examples, indented, laid_out, ways_to_import
from support.mended import FIXES, fixed, loaded, mended, refactored
from support.observed import outcome

RUN, TASK, SEMAPHORE = "asyncio-run-inside-event-loop", "fire-and-forget-task", "semaphore-created-per-call"
CANCELED, BROAD, GROUP = (
    "swallowed-cancelled-error",
    "broad-except-swallows-cancellation",
    "except-not-matching-taskgroup-group",
)
RULES = (
    "asyncio-run-inside-event-loop",
    "fire-and-forget-task",
    "semaphore-created-per-call",
    "swallowed-cancelled-error",
    "broad-except-swallows-cancellation",
    "except-not-matching-taskgroup-group",
)

ARGUMENTS = ("load(1)", "load(log)", "load(*[1, 2])", "load()", "fail()", "load(key=(1, 2)),", "(load(1))")
STARTS_LOOP = re.compile(r"\b(run|other)\b")
SHAPES = ("{it}", "{it}[0]", "({it}) or 1", "[{it}, {it}]", "{it}.__class__.__name__", "-len({it})", "not {it}")


@st.composite
def loops_inside(draw: st.DrawFn) -> str:
    run: Imported = draw(ways_to_import("asyncio.run"))
    assume(run.text != "run")
    call = f"{run.text}({draw(st.sampled_from(ARGUMENTS))})"
    body = draw(st.sampled_from(EXPRESSION_SITES)).replace("{it}", draw(st.sampled_from(SHAPES)).replace("{it}", call))
    body = body.replace("{{", "{").replace("}}", "}")
    header = f"{run.statement}\nfrom contextlib import nullcontext\n\n"
    helpers = (
        "async def load(*given, key=None):\n    return [given, key]\n\nasync def fail():\n    raise KeyError(1)\n\n"
    )
    return draw(laid_out(f"{header}{helpers}async def run(log):\n{indented(body)}\n"))


@examples(50)
@given(loops_inside())
def test_awaiting_gives_what_a_loop_would_give(code: str) -> None:
    after = mended(code, RUN, FIXES)
    if after is not None and not STARTS_LOOP.search(after.partition("async def run(")[2]):
        assert outcome(after, []) == outcome(code.replace("async def run(", "def run("), []), after


STARTED = """
import asyncio

async def job(log):
    log.append("started")
    await asyncio.get_running_loop().create_future()

def begin(log):
    {start}asyncio.create_task(job(log))  # in the background
    return len(log)

async def quick(log):
    begin_quick(log)
    await asyncio.sleep(0)

def begin_quick(log):
    {start}asyncio.ensure_future(add(log))

async def add(log):
    log.append("done")
    return 1
"""


@pytest.mark.parametrize("start", ["", "other = "])
async def test_a_task_is_held_until_it_is_done(start: str) -> None:
    before = STARTED.replace("{start}", start)
    after = refactored(before, TASK)
    assert after is not None
    assert await running(before) == 0
    assert await running(after) == 1
    module, log = loaded(after), list[str]()
    await module.quick(log)
    await asyncio.sleep(0)
    assert (log, module._background_tasks) == (["done"], set())


@pytest.mark.parametrize(
    ("holder", "expected"),
    [
        ("_background_tasks = set()", True),
        ("_background_tasks = []", False),
        ("from tasks import _background_tasks", False),
    ],
)
def test_only_a_set_of_the_module_is_used_again(holder: str, expected: bool) -> None:
    code = f"import asyncio\n\n{holder}\n\ndef begin(work):\n    asyncio.create_task(work())\n"
    after = refactored(code, TASK)
    assert (after is not None and after.count(" = set()") == 1) == expected


async def running(code: str) -> int:
    """How many tasks there are besides this one, after one was started and garbage was collected."""
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
    log: list[str] = []
    assert loaded(code).begin(log) == 0
    await asyncio.sleep(0)
    gc.collect()
    assert log == ["started"]
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    return len(others)


LIMITED = """
import asyncio
from asyncio import Lock as Mutex

running = most = 0

async def work(number):
    global running, most
    running += 1
    most = max(most, running)
    await asyncio.sleep(0)
    running -= 1
    return number

class Shop:
    async def by_name(self, number):
        slots = asyncio.Semaphore(2)
        async with slots:
            return await work(number)

    async def in_place(self, number):
        async with asyncio.BoundedSemaphore(value=2):
            return await work(number)

    async def locked(self, number):
        async with Mutex():
            return await work(number)

    async def by_hand(self, number):
        hands: asyncio.Semaphore = asyncio.Semaphore(2)
        await hands.acquire()
        try:
            return await work(number)
        finally:
            hands.release()
"""


@pytest.mark.parametrize(("method", "limit"), [("by_name", 2), ("in_place", 2), ("locked", 1), ("by_hand", 2)])
async def test_a_shared_semaphore_limits(method: str, limit: int) -> None:
    after = refactored(LIMITED, SEMAPHORE)
    assert after is not None
    for code, expected in ((LIMITED, 5), (after, limit)):
        module = loaded(code)
        call = getattr(module.Shop(), method)
        assert await asyncio.gather(*(call(number) for number in range(5))) == list(range(5))
        assert module.most == expected


@pytest.mark.parametrize(
    "body",
    [
        "s = asyncio.Semaphore(log)\n    async with s:\n        pass",
        "s = asyncio.Semaphore(1); await s.acquire()",
        "s = asyncio.Semaphore(1)  # one\n    await s.acquire()",
    ],
)
def test_a_semaphore_stays_where_it_cannot_be_moved(body: str) -> None:
    assert refactored(f"import asyncio\n\nasync def run(log):\n    {body}\n", SEMAPHORE) is None


HANDLERS = {
    CANCELED: """
import asyncio

async def run(log, work):
    try:
        await work(log)
    except (asyncio.CancelledError, OSError):
        log.append("handled")  # and that is that
        {ending}
    log.append("after")
    await asyncio.sleep(0)
    return "done"
""",
    BROAD: """
import asyncio

async def run(log, work):
    try:
        await work(log)
    except BaseException:  # whatever
        log.append("handled")
        {ending}
    log.append("after")
    await asyncio.sleep(0)
    return "done"
""",
}
OVER_LINES = HANDLERS[CANCELED].replace("CancelledError, OSError", "CancelledError,\n        OSError,\n    ")
ENDINGS = ("", "return 'canceled'", "pass", "if log:\n            log.append(len(log))")


async def fine(log: list[str]) -> None:
    log.append("worked")


async def failing(log: list[str]) -> None:
    raise OSError


async def wrong(log: list[str]) -> None:
    raise KeyError("key")


async def canceled(log: list[str]) -> None:
    task = asyncio.current_task()
    assert task
    task.cancel()
    await asyncio.sleep(0)


async def told(code: str, work: object) -> tuple[str, list[str]]:
    """How a task of the program ended, and what it did on its way."""
    log: list[str] = []
    task = asyncio.ensure_future(loaded(code).run(log, work))
    await asyncio.wait([task])
    if task.cancelled():
        return "canceled", log
    error = task.exception()
    return (type(error).__name__ if error else task.result()), log


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize(("rule", "program"), [*HANDLERS.items(), (CANCELED, OVER_LINES)])
async def test_cancellation_goes_on_and_results_stay(rule: str, program: str, ending: str) -> None:
    before = program.replace("{ending}", ending)
    after = fixed(before, rule)
    assert (await told(before, canceled))[0] in ("done", "canceled")
    assert (await told(after, canceled))[0] == "canceled"
    assert await told(after, fine) == await told(before, fine) == ("done", ["worked", "after"])
    assert await told(after, wrong) == await told(before, wrong)
    if rule == BROAD:
        assert await told(after, failing) == await told(before, failing)


@pytest.mark.parametrize(
    "handler",
    [
        "    except asyncio.CancelledError: pass\n",
        "    except asyncio.CancelledError:\n        if log:\n            return 1\n        log.append(1)\n",
        "    except asyncio.CancelledError:\n        return log\n",
    ],
)
def test_no_raise_where_the_handler_is_left_by_other_ways(handler: str) -> None:
    code = f"import asyncio\n\nasync def run(log):\n    try:\n        await log()\n{handler}    await log()\n"
    assert mended(code, CANCELED, FIXES) is None


GROUPED = """
import asyncio

async def run(log, *work):
    try:
        async with asyncio.TaskGroup() as group:
            for one in work:
                group.create_task(one(log))
    except KeyError:
        log.append("key")
    except (OSError, EOFError):  # from outside
        log.append("outside")
    return "done"
"""


async def both(log: list[str]) -> None:
    raise ExceptionGroup("several", [KeyError(1), OSError(2)])


async def value(log: list[str]) -> None:
    raise ValueError


@pytest.mark.parametrize(
    ("work", "before", "after"),
    [
        (fine, "done worked", "done worked"),
        (failing, "ExceptionGroup", "done outside"),
        (wrong, "ExceptionGroup", "done key"),
        (both, "ExceptionGroup", "done key outside"),
        (value, "ExceptionGroup", "ExceptionGroup"),
    ],
)
async def test_errors_of_a_group_reach_their_handlers(work: object, before: str, after: str) -> None:
    ended, log = await told(GROUPED, work)
    assert " ".join([ended, *log]) == before
    ended, log = await told(fixed(GROUPED, GROUP), work)
    assert " ".join([ended, *log]) == after


@pytest.mark.parametrize(
    "handler", ["except KeyError as error:\n        log(error)", "except KeyError:\n        return"]
)
def test_no_star_where_it_is_not_allowed(handler: str) -> None:
    body = "    try:\n        async with asyncio.TaskGroup():\n            log(1)\n"
    assert mended(f"import asyncio\n\nasync def run(log):\n{body}    {handler}\n", GROUP, FIXES) is None
