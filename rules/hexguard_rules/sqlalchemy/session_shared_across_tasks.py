"""Sessions that several tasks use at the same time.

## What it does
Reports coroutines that `asyncio.gather()`, `TaskGroup.create_task()` or `asyncio.create_task()` run side by side, if they
use the same `AsyncSession` or `AsyncConnection`.
They use it as an argument, through an object of the project that was made with it, or from the function around them.

## Why it matters
A session stands for one transaction on one connection, which serves one query at a time.
The second task fails with `InvalidRequestError` or an error of the driver, or its changes are committed and rolled back
by the first.
It depends on timing, so it works with one item and fails under load.

## How to fix
Let each coroutine open a session of its own: `async with make_session() as session:`.
Where that is too many connections, await one coroutine after the other.

## Known limits
Sessions of the module are left alone, and so are registries, classes with a lock, and what is awaited under a lock.
Of a method of the project, only the calls on its own attributes are followed.
Two repositories that a class makes with one session are not known to share it.
A function that starts one task and goes on with the session itself is missed, and so are task groups of anyio.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import Call
from hexguard.facts.rebinding import is_bound_in
from hexguard.facts.scopes import ScopeKind
from hexguard.facts.started import Started, given, runs_beside, task
from hexguard.rule import Bad, Finding, Good, Rule, Severity, View
from hexguard.rule.carried import Carried, Carriers
from hexguard_rules.knowledge.sessions import FOR_ONE_TASK
from hexguard_rules.knowledge.tasks import GATHERERS, PASSING_ON, SIDE_BY_SIDE, SIDE_BY_SIDE_NAMES

MAX_TASKS = 4
"""More tasks before one are not compared with each other."""

RULE = Rule(
    name="session-shared-across-tasks",
    message="`{session}` is used by several tasks at once, and serves one at a time",
    doc=__doc__,
    severity=Severity.BLOCKING,
    requires=("sqlalchemy>=1.4",),
    examples=(
        Bad(
            """
            import asyncio
            from sqlalchemy import select
            from sqlalchemy.ext.asyncio import AsyncSession

            async def dashboard(session: AsyncSession, user_ids: list[int]) -> tuple[object, object]:
                await asyncio.gather(*(load(session, user_id) for user_id in user_ids))
            #         ^^^^^^^^^^^^^^
                jobs = []
                for user_id in user_ids:
                    jobs.append(load(user_id, db=session))
                await asyncio.gather(*jobs)
            #         ^^^^^^^^^^^^^^
                return await asyncio.gather(session.scalar(select(User)), session.scalar(select(Order)))
            #                ^^^^^^^^^^^^^^
            """,
        ),
        Bad(
            """
            from asyncio import TaskGroup, create_task as start
            from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

            make_session = async_sessionmaker(create_async_engine("sqlite+aiosqlite://"))

            async def import_all(paths: list[str]) -> None:
                async with make_session() as session, TaskGroup() as group:
                    for path in paths:
                        group.create_task(read(path, session))
            #           ^^^^^^^^^^^^^^^^^

            async def refresh() -> None:
                async with make_session() as session:
                    users = start(load_users(session))
                    orders = start(load_orders(session))
            #                ^^^^^
                    print(await users, await orders)
            """,
        ),
        Bad(
            """
            import asyncio
            from sqlalchemy import select
            from sqlalchemy.ext.asyncio import AsyncSession

            class Users:
                def __init__(self, session: AsyncSession) -> None:
                    self._session = session

                async def get(self, user_id: int) -> User | None:
                    return await self._session.get(User, user_id)

                async def load(self, user_ids: list[int]) -> list[User | None]:
                    return await asyncio.gather(*[self.get(user_id) for user_id in user_ids])
            #                    ^^^^^^^^^^^^^^

            async def pair(session: AsyncSession, first: int, second: int) -> list[User | None]:
                users = Users(session)
                return await asyncio.gather(users.get(first), asyncio.wait_for(Users(session).get(second), 5))
            #                ^^^^^^^^^^^^^^
            """,
        ),
        Bad(
            """
            import asyncio
            from sqlalchemy import update
            from sqlalchemy.ext.asyncio import AsyncEngine

            async def rename(engine: AsyncEngine, names: dict[int, str]) -> None:
                async with engine.begin() as connection:
                    async def one(user_id: int, name: str) -> None:
                        await connection.execute(update(User).where(User.id == user_id).values(name=name))

                    await asyncio.gather(*[one(user_id, name) for user_id, name in names.items()])
            #             ^^^^^^^^^^^^^^
            """,
        ),
        Good(
            """
            import asyncio
            from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

            async def load_all(make: async_sessionmaker[AsyncSession], session: AsyncSession, ids: list[int]) -> None:
                async def one(user_id: int) -> None:
                    async with make() as own:
                        await own.get(User, user_id)

                await asyncio.gather(*(one(user_id) for user_id in ids), log(session))
                for user_id in ids:
                    await load(session, user_id)
                    await asyncio.create_task(load(session, user_id))
                first = asyncio.create_task(load(session, 1))
                await first
                second = asyncio.create_task(load(session, 2))
                await second
            """,
            why="each task opens its own session, or starts after the one before is done",
        ),
        Good(
            """
            import asyncio
            from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

            async def work(make: async_sessionmaker[AsyncSession], kinds: list[str], sessions: list[AsyncSession]) -> None:
                jobs = []
                async with asyncio.TaskGroup() as group:
                    for kind in kinds:
                        session = make()
                        jobs.append(group.create_task(load(session, kind)))
                await asyncio.gather(*(each.close() for each in sessions))

            async def save(session: AsyncSession, is_new: bool) -> None:
                async with asyncio.TaskGroup() as group:
                    if is_new:
                        group.create_task(insert(session))
                    else:
                        group.create_task(update(session))
                async with asyncio.TaskGroup() as group:
                    group.create_task(log(session))
            """,
            why="each task has a session of its own, or one of the tasks runs at a time",
        ),
        Good(
            """
            import asyncio
            from sqlalchemy.ext.asyncio import AsyncSession

            class Users:
                def __init__(self, session: AsyncSession) -> None:
                    self.session = session
                    self.lock = asyncio.Lock()

                async def get(self, user_id: int) -> User | None:
                    async with self.lock:
                        return await self.session.get(User, user_id)

                async def load(self, user_ids: list[int]) -> list[User | None]:
                    return await asyncio.gather(*(self.get(user_id) for user_id in user_ids))

            async def load(session: AsyncSession, lock: asyncio.Lock, user_ids: list[int]) -> None:
                async def one(user_id: int) -> None:
                    name = await fetch_name(user_id)
                    async with lock:
                        await session.execute(insert(User).values(id=user_id, name=name))

                await asyncio.gather(*(one(user_id) for user_id in user_ids))
            """,
            why="a lock lets the tasks use it one after the other",
        ),
        Good(
            """
            import asyncio
            from aiohttp import ClientSession
            from sqlalchemy.ext.asyncio import async_scoped_session, async_sessionmaker

            async def fetch_all(urls: list[str]) -> None:
                async with ClientSession() as session:
                    await asyncio.gather(*(fetch(session, url) for url in urls))

            async def save_all(users: list[User]) -> None:
                session = async_scoped_session(async_sessionmaker(), scopefunc=asyncio.current_task)
                await asyncio.gather(*(save(session, user) for user in users))
            """,
            why="this session is one of HTTP, and a registry has another session for each task",
        ),
    ),
)


@RULE.check(Call, callees=GATHERERS | SIDE_BY_SIDE)
def check(call: Call, view: View) -> Iterator[Finding[Call]]:
    find = _in_gather if view.callee(call) in GATHERERS else _in_tasks
    if call.in_async and call.args and (shared := find(call, view)):
        yield RULE.at(call, call.func.node, session=shared.name)


def _in_gather(call: Call, view: View) -> Carried | None:
    """What several of the coroutines that a call runs side by side use."""
    seen: set[Carried] = set()
    for started in given(call, view.block):
        for found in (used := _used(started.call, view)):
            if found in seen or _is_repeated(started, found, view):
                return found
        seen.update(used)
    return None


def _in_tasks(call: Call, view: View) -> Carried | None:
    """What a task uses together with itself in another round, or with one task before it.

    Where tasks before it share it already, the second of these is where it is told.
    """
    made = call.args[0]
    used = _used(made, view) if isinstance(made, Call) else ()
    if not used or not isinstance(made, Call):
        return None
    started = task(call, made, view.block)
    if repeated := next((found for found in used if _is_repeated(started, found, view)), None):
        return repeated
    return next((found for found in used if _has_one_meaning(found, view) and _is_second(call, found, view)), None)


def _is_second(call: Call, shared: Carried, view: View) -> bool:
    """Whether some task before this one uses the same and still runs, and no two of them did that already."""
    tasks = [made for made in _tasks_before(call, view) if _uses(made, shared, view)]
    before = [made for made in tasks if runs_beside(made, call, view.block)]
    if not before or len(before) > MAX_TASKS:
        return False
    pairs = ((first, second) for place, second in enumerate(before) for first in before[:place])
    is_told = any(_is_repeated(task(made, made, view.block), shared, view) for made in before)
    return not is_told and not any(runs_beside(first, second, view.block) for first, second in pairs)


def _tasks_before(call: Call, view: View) -> Iterator[Call]:
    scope = view.block.function_scope(call.context.scope)
    for made in view.block.of_type(Call):
        is_before = made.node < call.node and view.block.function_scope(made.context.scope) == scope
        is_named = made.receiver is None or made.method in SIDE_BY_SIDE_NAMES
        if is_before and is_named and made.args and view.callee(made) in SIDE_BY_SIDE:
            yield made


def _uses(maker: Call, shared: Carried, view: View) -> bool:
    made = maker.args[0]
    return isinstance(made, Call) and shared in _used(made, view)


def _used(made: Call, view: View) -> tuple[Carried, ...]:
    """What a coroutine uses, also where `wait_for` or `shield` runs it."""
    if made.args and isinstance(made.args[0], Call) and view.callee(made) in PASSING_ON:
        made = made.args[0]
    return tuple(Carriers(view, FOR_ONE_TASK).used(made))


def _is_repeated(started: Started, shared: Carried, view: View) -> bool:
    """Whether a loop or comprehension makes the coroutine again and again with the same session."""
    if started.in_comprehension and view.block.scopes[shared.scope].kind is not ScopeKind.COMPREHENSION:
        return True
    return any(not is_bound_in(shared.name, loop, view.block) for loop in started.loops)


def _has_one_meaning(shared: Carried, view: View) -> bool:
    return len(view.block.scopes[shared.scope].bindings[shared.name.partition(".")[0]]) == 1
