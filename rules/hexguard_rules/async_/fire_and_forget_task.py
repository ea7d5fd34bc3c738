"""Tasks that nobody holds on to.

## What it does
Reports a task that is started by `asyncio.create_task()`, `asyncio.ensure_future()` or `loop.create_task()` and thrown
away, or kept only in a local name that nobody reads until the function ends.
A callback that starts a task and is given to the event loop as a `lambda` counts as well.

## Why it matters
The event loop keeps weak references to tasks only.
A task that nothing else refers to can be collected as garbage at any moment, before it is done.
What it raises is told, if at all, when that happens.

## Fix safety
A rewrite on request: a set of the module holds the task until it is done.
A task that would have been lost runs to its end then.

## Known limits
A local name that nobody reads is left alone if the function awaits something after it, since the name holds the task.
Loops are known by `asyncio.get_running_loop()` and its siblings or by annotation.
Tasks of a `TaskGroup` are held by the group.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import Call, Lambda, Name
from hexguard.facts.localize import find
from hexguard.facts.model import Assignment, Reference
from hexguard.facts.scopes import Binding, BindingKind, ScopeKind
from hexguard.facts.waits import FAR, waits
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard_rules.knowledge.tasks import CALLBACK_TAKERS, TASK_MAKERS

TITLE = "Hold the task until it is done"
HOLDER = "_background_tasks"

RULE = Rule(
    name="fire-and-forget-task",
    message="nobody holds the task of `{callee}`, so it may vanish before it is done",
    doc=__doc__,
    severity=Severity.IMPORTANT,
    aliases=("AP-10",),
    examples=(
        Bad(
            """
            import asyncio

            async def place_order(order: Order) -> None:
                await save(order)
                asyncio.create_task(send_mail(order))  # the mail may take a while
            #   ^^^^^^^^^^^^^^^^^^^
            """,
            fixed="""
            import asyncio

            _background_tasks: set[asyncio.Task[object]] = set()


            async def place_order(order: Order) -> None:
                await save(order)
                task = asyncio.create_task(send_mail(order))  # the mail may take a while
                _background_tasks.add(task)
                task.add_done_callback(_background_tasks.discard)
            """,
        ),
        Bad(
            """
            from asyncio import AbstractEventLoop, ensure_future as start

            class Poller:
                def __init__(self, loop: AbstractEventLoop) -> None:
                    self.loop = loop

                def begin(self, names: list[str]) -> None:
                    for name in names:
                        job = self.loop.create_task(self.poll(name))
            #                 ^^^^^^^^^^^^^^^^^^^^^
                    last = start(
            #              ^^^^^
                        self.report(),
                    )
            """,
            fixed="""
            import asyncio
            from asyncio import AbstractEventLoop, ensure_future as start

            _background_tasks: set[asyncio.Task[object]] = set()


            class Poller:
                def __init__(self, loop: AbstractEventLoop) -> None:
                    self.loop = loop

                def begin(self, names: list[str]) -> None:
                    for name in names:
                        job = self.loop.create_task(self.poll(name))
                        _background_tasks.add(job)
                        job.add_done_callback(_background_tasks.discard)
                    last = start(
                        self.report(),
                    )
                    _background_tasks.add(last)
                    last.add_done_callback(_background_tasks.discard)
            """,
        ),
        Bad(
            """
            import asyncio
            import signal

            async def main(server: Server) -> None:
                loop = asyncio.get_running_loop()
                loop.add_signal_handler(signal.SIGTERM, lambda: asyncio.create_task(server.stop()))
            #                                                   ^^^^^^^^^^^^^^^^^^^
                await server.serve()
            """,
            why="in a `lambda` there is no place for the statements that hold the task",
        ),
        Bad(
            """
            import asyncio

            def warm(cache: Cache | None) -> None:
                if cache is None:
                    job = None
                else:
                    job = asyncio.create_task(cache.fill())
            #             ^^^^^^^^^^^^^^^^^^^
            """,
            fixed="""
            import asyncio

            _background_tasks: set[asyncio.Task[object]] = set()


            def warm(cache: Cache | None) -> None:
                if cache is None:
                    job = None
                else:
                    job = asyncio.create_task(cache.fill())
                    _background_tasks.add(job)
                    job.add_done_callback(_background_tasks.discard)
            """,
        ),
        Good(
            """
            import asyncio

            tasks: set[asyncio.Task[None]] = set()

            async def place_order(order: Order) -> None:
                task = asyncio.create_task(send_mail(order))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
                async with asyncio.TaskGroup() as group:
                    group.create_task(log(order))
                await asyncio.create_task(save(order))
            """,
            why="a set, a group or the `await` holds the task",
        ),
        Good(
            """
            import asyncio

            async def main(server: Server) -> None:
                watcher = asyncio.create_task(watch(server))
                await server.serve()
            """,
            why="the name holds the task until `serve` is done",
        ),
        Good(
            """
            import asyncio

            class Server:
                def start(self) -> None:
                    self.watcher = asyncio.create_task(self.watch())

            def begin(server: Server) -> asyncio.Task[None]:
                task = asyncio.create_task(server.watch())

                def stop() -> None:
                    task.cancel()

                server.on_stop(stop)
                return asyncio.ensure_future(server.watch())

            def repeat(server: Server) -> None:
                job = asyncio.create_task(server.watch())

                def again() -> None:
                    nonlocal job
                    job.cancel()
                    job = asyncio.create_task(server.watch())

                server.on_change(again)
            """,
            why="an attribute, a nested function or the caller holds the task",
        ),
    ),
)


@RULE.check(Call)
def check(call: Call, view: View) -> Iterator[Finding[Call]]:
    if call.discarded and (callee := _maker(call, view)):
        yield _at(call, callee)
    if call.method in CALLBACK_TAKERS:
        for given in call.args:
            made = given.body if isinstance(given, Lambda) else None
            if isinstance(made, Call) and (callee := _maker(made, view)):
                yield _at(made, callee)


@RULE.check(Assignment)
def check_assignment(kept: Assignment, view: View) -> Iterator[Finding[Call]]:
    call = kept.value
    if isinstance(call, Call) and isinstance(kept.target, Name) and not kept.op:
        callee = _maker(call, view)
        if callee and _is_dropped(kept, kept.target, view):
            yield _at(call, callee, kept.target.id)


def _maker(call: Call, view: View) -> str:
    """The function that starts the task; empty for any other call. A method is only followed if its name fits."""
    if call.receiver is not None and call.method not in ("create_task", "ensure_future"):
        return ""
    callee = view.callee(call)
    return callee if callee in TASK_MAKERS else ""


def _at(call: Call, callee: str, name: str = "") -> Finding[Call]:
    return RULE.at(call, call.func.node, callee=callee.replace("AbstractEventLoop", "loop"), name=name)


def _is_dropped(kept: Assignment, target: Name, view: View) -> bool:
    """Whether the local name is read nowhere, and the function ends or overwrites it before anything is awaited."""
    block = view.block
    index, bindings = find(target.id, target.scope, block)
    if index <= 0 or block.scopes[index].kind is not ScopeKind.FUNCTION:
        return False
    if any(binding.kind is not BindingKind.VALUE for binding in bindings):
        return False
    for found in block.of_type(Reference):
        # A nested function that declares the name `nonlocal` is not followed any further.
        if found.root == target.id and find(target.id, found.context.scope, block)[0] in (index, -1):
            return False
    return kept.context.in_loop or not any(waits(block, (kept.node, FAR), index))


@RULE.fix(Applicability.REFACTOR)
def hold(finding: Finding[Call], edits: Edits) -> Fix | Refusal:
    call, name = finding.fact, finding["name"]
    statement = _statement(call, edits)
    if statement is None:
        return Refusal(TITLE, "there is no place for the statements that hold the task")
    kept = name or next((free for free in ("task", "background_task") if edits.is_unused(free)), "")
    spelling = edits.spell("asyncio.Task", call.context)
    lines = edits.lines_after(statement, f"{HOLDER}.add({kept})", f"{kept}.add_done_callback({HOLDER}.discard)")
    is_new = edits.is_free_in_module(HOLDER)
    if not kept or lines is None or spelling is None or not (is_new or _holds_tasks(edits)):
        return Refusal(TITLE, "other statements stand in the same line, or the names are taken")
    made = [lines] if name else [edits.insert_before(call.node, f"{kept} = "), lines]
    if is_new:
        made.append(edits.before_statement(f"{HOLDER}: set[{spelling.text}[object]] = set()"))
        made.extend(spelling.edits)
    return Fix(TITLE, tuple(made))


def _statement(call: Call, edits: Edits) -> int | None:
    """The statement that makes the task, and keeps it in a name at most."""
    if call.discarded:
        return call.node
    kept = (fact for fact in edits.facts() if isinstance(fact, Assignment) and fact.value == call)
    return next((fact.node for fact in kept), None)


def _holds_tasks(edits: Edits) -> bool:
    """Whether the name of the holder stands for one set of the module everywhere."""
    bound = [
        (part, binding)
        for part in edits.parts()
        for scope in part.facts.scopes
        for binding in scope.bindings.get(HOLDER, ())
    ]
    match bound:
        case [(part, Binding(value=Call(func=Name(id="set"), args=())))]:
            return not part.facts.is_member and HOLDER in part.facts.scopes[0].bindings
        case _:
            return False
