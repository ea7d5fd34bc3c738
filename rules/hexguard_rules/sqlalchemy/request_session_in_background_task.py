"""Sessions of a request that a background task goes on to use.

## What it does
Reports what hangs on a session, where it is handed to `BackgroundTasks.add_task()` of FastAPI or Starlette, or to the
`BackgroundTask` of Starlette or Litestar: a session that the function was given or opened by `with`, a row that it
loaded or added, a repository that was made with it, or a method that uses one.
With `asyncio.create_task()`, it reports sessions of dependencies and of a `with` around, if nobody waits for the task.

## Why it matters
The task runs after the response, and the session may be closed by then.
A closed session opens another transaction for the task, which nobody commits, rolls back or gives back to the pool.
Rows that a commit expired, and relationships that are loaded on access, raise `DetachedInstanceError`.
A task of `asyncio` runs beside the request as well, so both use one connection at the same time.

## How to fix
Hand over keys and plain values, and let the task open its own session: `async with make_session() as session:`.

## Known limits
FastAPI closes what its dependencies give before the tasks run, or after them, depending on its version (0.106 and 0.118)
and on the `scope` of the dependency; where it is after them, the connection is held until the last task is done.
A session that the function makes for the task without `with` is left alone.
Rows count where they come from `get`, `scalar`, `query` or a `select` of one model, or from a function that was given
the session and promises a model.
Tasks that are awaited, returned or kept elsewhere are left alone, and so are queues.
Where several tasks share the session, `session-shared-across-tasks` tells.
"""

from collections.abc import Iterator

from hexguard.facts.chains import dotted
from hexguard.facts.expressions import Attribute, Await, Call, Expr, Name
from hexguard.facts.localize import find
from hexguard.facts.model import With
from hexguard.facts.rebinding import is_bound_in
from hexguard.facts.scopes import BindingKind
from hexguard.facts.started import is_left, task
from hexguard.facts.waits import FAR, waits
from hexguard.rule import Bad, Finding, Good, Rule, Severity, View
from hexguard.rule.carried import Carried, Carriers
from hexguard.rule.loaded import loaded_by
from hexguard_rules.knowledge.sessions import CLOSED_WITH_REQUEST, ROWS
from hexguard_rules.knowledge.tasks import BACKGROUND, SIDE_BY_SIDE, SIDE_BY_SIDE_NAMES, TASK_MAKERS

RULE = Rule(
    name="request-session-in-background-task",
    message="`{name}` goes to a task that may still run when the session is closed",
    doc=__doc__,
    severity=Severity.IMPORTANT,
    aliases=("AP-07",),
    requires=("sqlalchemy>=1.4",),
    examples=(
        Bad(
            """
            from fastapi import APIRouter, BackgroundTasks, Depends
            from sqlalchemy import select
            from sqlalchemy.ext.asyncio import AsyncSession
            from sqlalchemy.orm import DeclarativeBase

            from app.database import get_session

            router = APIRouter()

            class Base(DeclarativeBase):
                pass

            class Order(Base):
                __tablename__ = "orders"

            @router.post("/orders/{order_id}")
            async def pay(
                order_id: int, tasks: BackgroundTasks, db: AsyncSession = Depends(get_session)
            ) -> None:
                tasks.add_task(send_invoice, order_id, session=db)
            #                                                  ^^
                order = await db.get(Order, order_id)
                tasks.add_task(send_mail, order)
            #                             ^^^^^
                result = await db.execute(select(Order).limit(10))
                tasks.add_task(send_mails, result.scalars().all())
            #                              ^^^^^^^^^^^^^^^^^^^^^^
            """,
        ),
        Bad(
            """
            from functools import partial
            from fastapi import BackgroundTasks as Tasks, Depends, FastAPI
            from sqlalchemy.orm import Session
            from starlette.background import BackgroundTask
            from starlette.responses import JSONResponse

            app = FastAPI()

            class Orders:
                def __init__(self, session: Session) -> None:
                    self.session = session

                def close(self, order_id: int) -> None:
                    self.session.execute(delete(Order).where(Order.id == order_id))

                def close_later(self, order_id: int, tasks: Tasks) -> None:
                    tasks.add_task(self.close, order_id)
            #                      ^^^^^^^^^^

            @app.post("/orders")
            def order(tasks: Tasks, orders: Orders = Depends(Orders)) -> None:
                tasks.add_task(export, orders, format="csv")
            #                          ^^^^^^

            def remove(session: Session, order_id: int) -> JSONResponse:
                orders = Orders(session)
                return JSONResponse({}, background=BackgroundTask(orders.close, order_id))
            #                                                     ^^^^^^^^^^^^

            def archive(session: Session, order_id: int, tasks: Tasks) -> None:
                tasks.add_task(move, Orders(session), order_id)
            #                        ^^^^^^^^^^^^^^^
                tasks.add_task(partial(move_all, db=session))
            #                                       ^^^^^^^
            """,
        ),
        Bad(
            """
            import asyncio
            from typing import Annotated
            from fastapi import Depends, FastAPI
            from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

            app = FastAPI()
            running: set[asyncio.Task[None]] = set()

            async def get_session(): ...

            SessionDep = Annotated[AsyncSession, Depends(get_session)]

            @app.post("/orders")
            async def order(session: SessionDep) -> None:
                task = asyncio.create_task(notify(session))
            #                                     ^^^^^^^
                running.add(task)
                task.add_done_callback(running.discard)
                await session.commit()

            async def refresh(make_session: async_sessionmaker[AsyncSession]) -> None:
                async with make_session() as session:
                    asyncio.create_task(load(session))
            #                                ^^^^^^^
                    await session.commit()
            """,
        ),
        Good(
            """
            import asyncio
            from fastapi import BackgroundTasks, Depends, FastAPI
            from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

            from app.database import get_session

            app = FastAPI()

            @app.post("/orders/{order_id}")
            async def pay(
                order_id: int, tasks: BackgroundTasks, session: AsyncSession = Depends(get_session)
            ) -> None:
                order = await session.get(Order, order_id)
                tasks.add_task(send_mail, order.id, order.mail)
                tasks.add_task(count, await session.scalar(select(func.count())))

            async def export(make_session: async_sessionmaker[AsyncSession], tasks: BackgroundTasks) -> None:
                session = make_session()
                tasks.add_task(write_all, session)
                tasks.add_task(write_more, make_session)
            """,
            why="plain values are passed on, or the session is made for the task",
        ),
        Good(
            """
            import asyncio
            from fastapi import Depends, FastAPI
            from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

            from app.database import get_session

            app = FastAPI()

            @app.get("/orders")
            async def orders(session: AsyncSession = Depends(get_session)) -> object:
                task = asyncio.create_task(load(session))
                rates = await fetch_rates()
                return await asyncio.wait_for(task, 5), rates

            async def main(make_session: async_sessionmaker[AsyncSession], server: Server) -> None:
                async with make_session() as session:
                    asyncio.create_task(poll(session))
                    await server.serve()

            def start(session: AsyncSession) -> asyncio.Task[None]:
                task = asyncio.create_task(poll(session))
                task.add_done_callback(print)
                return task
            """,
            why="the session is open until the task is done, or may well be",
        ),
        Good(
            """
            import asyncio
            from fastapi import BackgroundTasks, Depends, FastAPI
            from sqlalchemy.ext.asyncio import AsyncSession

            from app.database import get_session

            app = FastAPI()

            class Queue:
                def add_task(self, job: object, session: object) -> None: ...

            class Mails:
                def __init__(self, session: AsyncSession) -> None:
                    self.session = session

                async def send(self, address: str) -> None:
                    await post(address)

            @app.post("/orders")
            async def order(queue: Queue, tasks: BackgroundTasks, session: AsyncSession = Depends(get_session)) -> None:
                queue.add_task(notify, session)
                tasks.add_task(Mails(session).send, "ada@example.com")
            """,
            why="the queue is one of the project's own, and the method uses no session",
        ),
        Good(
            """
            import asyncio
            from fastapi import Depends, FastAPI
            from sqlalchemy.ext.asyncio import AsyncSession

            from app.database import get_session

            app = FastAPI()

            @app.post("/orders")
            async def order(user_ids: list[int], session: AsyncSession = Depends(get_session)) -> None:
                for user_id in user_ids:
                    asyncio.create_task(notify(user_id, session))
                asyncio.create_task(log(session))
                asyncio.create_task(audit(session))
            """,
            why="`session-shared-across-tasks` reports these",
        ),
    ),
)


@RULE.check(Call, callees=BACKGROUND | TASK_MAKERS)
def check(call: Call, view: View) -> Iterator[Finding[Call]]:
    arguments = _in_background if view.callee(call) in BACKGROUND else _in_task
    if call.args and (found := next(arguments(call, view), None)):
        yield RULE.at(call, found.node, name=dotted(found) or _short(found))


def _short(expr: Expr) -> str:
    """`Orders` for `Orders(session)`, and the name at the start of a longer chain."""
    while isinstance(expr, Call | Attribute | Await):
        expr = expr.func if isinstance(expr, Call) else expr.value
    return expr.id if isinstance(expr, Name) else "the argument"


def _in_background(call: Call, view: View) -> Iterator[Expr]:
    """The arguments of a background task that hang on a session which is not made for it."""
    carriers, run = Carriers(view, CLOSED_WITH_REQUEST), call.args[0]
    is_partial = isinstance(run, Call) and view.callee(run) == "functools.partial"
    for given in (*_given(call), *(_given(run) if isinstance(run, Call) and is_partial else ())):
        source = carriers.brought(given) or loaded_by(given, carriers, view, ROWS)
        if (source and _is_lent(source, view)) or _is_holder_of_request(given, call, view):
            yield given
    if isinstance(run, Attribute):
        sources = [carriers.through(run)]
    else:
        sources = list(carriers.closed_over(run, awaited=False)) if isinstance(run, Name) else []
    if any(source and _is_lent(source, view) for source in sources):
        yield run


def _given(call: Call) -> tuple[Expr, ...]:
    """The arguments of a call after the first, which is what runs."""
    return (*call.args[1:], *(keyword.value for keyword in call.keywords))


def _is_lent(source: Carried, view: View) -> bool:
    """Whether somebody else closes a session: it was given, or a `with` opened it."""
    bound = view.block.scopes[source.scope].bindings[source.name.partition(".")[0]]
    return all(found.kind in (BindingKind.PARAMETER, BindingKind.ENTERED) for found in bound)


def _is_holder_of_request(expr: Expr, call: Call, view: View) -> bool:
    """Whether a dependency gave an object of the project that holds a session."""
    value = view.value(expr)
    if not isinstance(expr, Name) or value is None or not value.instance:
        return False
    given = Carried(find(expr.id, expr.scope, view.block)[0], expr.id)
    return _is_of_request(given, call, view) and bool(view.holders.attributes(value.name, CLOSED_WITH_REQUEST))


def _in_task(call: Call, view: View) -> Iterator[Expr]:
    """The arguments of a task that nobody waits for, which hang on a session of the request or of a `with` around."""
    made = call.args[0]
    if not call.in_async or not isinstance(made, Call) or not is_left(call, view.block):
        return
    carriers = Carriers(view, CLOSED_WITH_REQUEST)
    given = [*made.args, *(keyword.value for keyword in made.keywords)]
    found = [(expr, carriers.brought(expr) or loaded_by(expr, carriers, view, ROWS)) for expr in given]
    if isinstance(made.func, Attribute):
        found.append((made.func, carriers.through(made.func)))
    for expr, source in found:
        is_ended = source and (_is_of_request(source, call, view) or _ends_before(source, call, view))
        if source and is_ended and not _is_shared(source, call, made, view):
            yield expr


def _is_of_request(source: Carried, call: Call, view: View) -> bool:
    """Whether a session is a parameter that a framework fills."""
    function = view.function(call.context)
    name = view.function_name(call.context)
    if function is None or source.scope != function.scope or source.name not in {p.name for p in function.parameters}:
        return False
    given = {dependency.parameter for dependency in view.frameworks.dependencies(name)}
    return source.name in given or view.frameworks.route(name) is not None


def _ends_before(source: Carried, call: Call, view: View) -> bool:
    """Whether a `with` around the call opens the session, and its body waits for nothing else after the call."""
    scope = view.block.function_scope(call.context.scope)
    for opened in view.block.of_type(With):
        is_around = any(value.node == opened.value.node for value in call.context.withs)
        if is_around and opened.target and dotted(opened.target) == source.name:
            after = (found for found in waits(view.block, (call.node, FAR), scope))
            inside = [found for found in after if opened.value in found.context.withs]
            return all(isinstance(found, Await) and _is_on(source, found.value) for found in inside)
    return False


def _is_on(source: Carried, expr: Expr) -> bool:
    return isinstance(expr, Call) and dotted(expr.func).startswith(f"{source.name}.")


def _is_shared(source: Carried, call: Call, made: Call, view: View) -> bool:
    """Whether other tasks of the function use the session as well, so that another rule tells."""
    started = task(call, made, view.block)
    if started.in_comprehension or any(not is_bound_in(source.name, loop, view.block) for loop in started.loops):
        return True
    scope = view.block.function_scope(call.context.scope)
    carriers = Carriers(view, CLOSED_WITH_REQUEST)
    return any(
        other.node != call.node
        and view.block.function_scope(other.context.scope) == scope
        and other.method in SIDE_BY_SIDE_NAMES
        and view.callee(other) in SIDE_BY_SIDE
        and any(isinstance(run, Call) and source in carriers.used(run) for run in other.args)
        for other in view.block.of_type(Call)
    )
