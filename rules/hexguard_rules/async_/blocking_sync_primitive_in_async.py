"""Locks, queues and futures of threads that hold up the event loop.

## What it does
Reports waiting for another thread or process in an `async def`: `acquire()` of a lock of `threading`, `wait()` of an
event or condition, `get()` of a `queue.Queue`, `join()` of a thread, and `result()` of a future of `concurrent.futures`.
A plain `with` on such a lock is reported if something is awaited inside.

## Why it matters
The event loop runs in one thread, and all coroutines stand still while it waits.
If the one that would open the lock or fill the queue is a coroutine of the same loop, they wait forever: a `with lock:`
that is left by `await` and entered by another coroutine never ends.

## How to fix
Between coroutines, use `asyncio.Lock`, `asyncio.Event` and `asyncio.Queue`.
For what a thread gives, use `await asyncio.to_thread(...)` or `await asyncio.wrap_future(future)`.

## Known limits
A `with lock:` without `await` inside is left alone, since it may guard a few lines against another thread.
`put()` of a queue is left alone, since it only waits if the queue is full.
A future is left alone where the block asks for something called `done`, or wraps it by `asyncio.wrap_future`.
Waiting without blocking, by `block=False` or a time of 0, is left alone.
Nobody else waits in tests, in commands (`import click`, `import typer`, folders such as `scripts`, `cli` and
`migrations`, before `os.execvp()`) and at the start (a lifespan, names like `setup_database` and `initialize`): all of
these are left alone.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import Attribute, Await, Call, Constant, ConstantKind, Expr
from hexguard.facts.model import Loop, Reference, With
from hexguard.rule import Bad, Finding, Good, Rule, Severity, View
from hexguard_rules.knowledge.blocking import FUTURE_RESULTS, LOCKS, QUEUES, THREAD

RULE = Rule(
    name="blocking-sync-primitive-in-async",
    message="`{callee}` makes the event loop wait for another thread",
    doc=__doc__,
    severity=Severity.BLOCKING,
    examples=(
        Bad(
            """
            import threading

            class Counter:
                def __init__(self) -> None:
                    self.lock = threading.Lock()
                    self.ready = threading.Event()

                async def add(self, name: str) -> None:
                    self.ready.wait(timeout=5)
            #       ^^^^^^^^^^^^^^^
                    with self.lock:
            #            ^^^^^^^^^
                        await self.store(name)
            """,
        ),
        Bad(
            """
            import queue
            from concurrent.futures import ThreadPoolExecutor as Pool
            from threading import Lock, Thread

            jobs: queue.Queue[str] = queue.Queue()

            async def work(pool: Pool, lock: Lock) -> int:
                name = jobs.get()
            #          ^^^^^^^^
                worker = Thread(target=print, args=(name,))
                worker.join()
            #   ^^^^^^^^^^^
                lock.acquire()
            #   ^^^^^^^^^^^^
                return pool.submit(len, name).result(timeout=3)
            #          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            """,
        ),
        Bad(
            """
            import asyncio

            async def ask(loop: asyncio.AbstractEventLoop) -> str:
                answer = asyncio.run_coroutine_threadsafe(fetch(), loop)
                return answer.result()
            #          ^^^^^^^^^^^^^
            """,
        ),
        Good(
            """
            import threading

            total = 0
            lock = threading.Lock()

            async def add(amount: int) -> None:
                global total
                with lock:
                    total += amount
                await save(total)
            """,
            why="nothing is awaited inside, so the lock is held for a moment only",
        ),
        Good(
            """
            import asyncio
            import queue
            import threading

            async def work(jobs: queue.Queue[str], lock: threading.Lock, ready: threading.Event) -> None:
                if lock.acquire(blocking=False):
                    jobs.get(False)
                    jobs.get_nowait()
                ready.wait(0)
                await asyncio.to_thread(ready.wait)

                def wait() -> str:
                    return jobs.get()

                await asyncio.to_thread(wait)
            """,
            why="nobody waits on the event loop",
        ),
        Good(
            """
            import asyncio
            from concurrent.futures import ThreadPoolExecutor

            async def work(pool: ThreadPoolExecutor, jobs: asyncio.Queue[str], lock: asyncio.Lock) -> int:
                async with lock:
                    name = await jobs.get()
                future = pool.submit(len, name)
                await asyncio.wrap_future(future)
                return future.result()
            """,
            why="these are made for coroutines, and the future is done",
        ),
        Good(
            """
            import asyncio
            from concurrent.futures import Future

            class Job:
                def __init__(self, future: Future[str]) -> None:
                    self.future = future

                @property
                def done(self) -> bool:
                    return self.future.done()

                async def wait(self) -> str:
                    while not self.done:
                        await asyncio.sleep(0.1)
                    return self.future.result()
            """,
            why="the loop ends when the future is done",
        ),
    ),
)


_WAITS = {
    *THREAD,
    *FUTURE_RESULTS,
    *(f"{lock}.acquire" for lock in LOCKS),
    *(f"{queue}.get" for queue in QUEUES),
}


@RULE.check(Call, callees=_WAITS)
def check(call: Call, view: View) -> Iterator[Finding[Call]]:
    if not view.holds_up(call) or _only_asks(call):
        return
    callee = view.callee(call)
    if callee not in FUTURE_RESULTS or not _knows_that_it_is_done(view):
        yield RULE.at(call, call.func.node, callee=callee)


@RULE.check(With)
def check_with(block: With, view: View) -> Iterator[Finding[With]]:
    if block.is_async or not block.context.in_async:
        return
    value = view.value(block.value)
    lock = value.name if value and value.instance else ""
    if lock in LOCKS and _awaits_inside(block, view) and not view.runs_alone(block.context):
        yield RULE.at(block, block.value.node, callee=f"with {lock}")


def _awaits_inside(block: With, view: View) -> bool:
    return any(
        any(value.node == block.value.node for value in fact.context.withs)
        for fact in view.block.facts
        if isinstance(fact, Await) or (isinstance(fact, With | Loop) and fact.is_async)
    )


def _knows_that_it_is_done(view: View) -> bool:
    read = (reference.expr for reference in view.block.of_type(Reference))
    asks = any(isinstance(expr, Attribute) and expr.attr == "done" for expr in read)
    return asks or any(call.method in ("done", "wrap_future") for call in view.block.of_type(Call))


def _only_asks(call: Call) -> bool:
    """Whether the arguments say not to wait."""
    given = [keyword.value for keyword in call.keywords if keyword.name in ("block", "blocking", "timeout")]
    return any(_is_off(value) for value in (*call.args[:1], *given))


def _is_off(value: Expr) -> bool:
    return isinstance(value, Constant) and (value.kind is ConstantKind.FALSE or value.text in ("0", "0.0"))
