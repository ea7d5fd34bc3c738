"""What makes tasks and futures.

Sources: the documentation of `asyncio`, *Coroutines and Tasks* and *Event Loop*; that of `concurrent.futures`.
"""

FUTURE_MAKERS = frozenset(
    {
        "asyncio.create_task",
        "asyncio.ensure_future",
        "asyncio.gather",
        "asyncio.run_coroutine_threadsafe",
        "asyncio.shield",
        "asyncio.wrap_future",
        "asyncio.TaskGroup.create_task",
        "asyncio.AbstractEventLoop.create_future",
        "asyncio.AbstractEventLoop.create_task",
        "asyncio.AbstractEventLoop.run_in_executor",
        "concurrent.futures.ThreadPoolExecutor.submit",
        "concurrent.futures.ProcessPoolExecutor.submit",
    }
)
"""What gives something that runs already, so that no task can be made of it."""

FUTURE_METHODS = frozenset({"create_future", "create_task", "ensure_future", "run_in_executor", "submit", "shield"})
"""The last names of these, for receivers that cannot be resolved: a refusal too many costs less than a `TypeError`."""

LOOPS = dict.fromkeys(
    ("asyncio.get_running_loop", "asyncio.get_event_loop", "asyncio.new_event_loop"), "asyncio.AbstractEventLoop"
)
"""What gives an event loop."""

TASK_MAKERS = frozenset(
    {
        "asyncio.create_task",
        "asyncio.ensure_future",
        "asyncio.AbstractEventLoop.create_task",
    }
)
"""What starts a task that nobody but its maker holds: the event loop keeps weak references only."""

CALLBACK_TAKERS = frozenset(
    {"add_done_callback", "add_signal_handler", "call_at", "call_later", "call_soon", "call_soon_threadsafe"}
)
"""Methods that call a function later and drop what it gives."""

LOOP_RUNNERS = frozenset(
    {
        "anyio.run",
        "asyncio.run",
        "asyncio.AbstractEventLoop.run_forever",
        "asyncio.AbstractEventLoop.run_until_complete",
        "asyncio.Runner.run",
        "trio.run",
        "uvloop.run",
    }
)
"""What runs an event loop, and raises if one runs in the thread already."""

NESTED_LOOPS = ("nest_asyncio", "nest_asyncio2")
"""Packages that let a loop run inside a loop."""

CANCELED = frozenset({"asyncio.CancelledError", "asyncio.exceptions.CancelledError", "trio.Cancelled"})
"""The exceptions by which a coroutine is told to stop."""

TASK_GROUPS = frozenset({"asyncio.TaskGroup", "anyio.create_task_group", "trio.open_nursery"})
"""What raises an exception group for whatever is raised inside."""

CANCEL_SCOPES = TASK_GROUPS | frozenset(
    {
        *("asyncio.timeout", "asyncio.timeout_at", "async_timeout.timeout", "async_timeout.timeout_at"),
        *("anyio.CancelScope", "anyio.fail_after", "anyio.move_on_after"),
        *("trio.CancelScope", "trio.fail_after", "trio.fail_at", "trio.move_on_after", "trio.move_on_at"),
    }
)
"""What cancels the task that entered it."""

LIMITERS = frozenset({"asyncio.Semaphore", "asyncio.BoundedSemaphore", "asyncio.Lock"})
"""What coroutines have to share for it to limit anything."""

LEAVING = frozenset({"os._exit", "os.abort", "os.kill", "signal.raise_signal", "sys.exit", "builtins.exit"})
"""What ends the process."""

REPORTING = frozenset(
    {
        *("critical", "debug", "error", "exception", "info", "log", "warn", "warning"),
        *("format", "format_exc", "format_exception", "isinstance", "print", "print_exc", "print_exception", "repr"),
        *("str", "type"),
    }
)
"""Last names of functions that tell of an exception and do not keep it."""

GATHERERS = frozenset({"asyncio.gather"})
"""What runs all its arguments side by side."""

SIDE_BY_SIDE = TASK_MAKERS | {"asyncio.TaskGroup.create_task"}
"""What starts a coroutine as a task and goes on."""

SIDE_BY_SIDE_NAMES = frozenset(name.rpartition(".")[2] for name in SIDE_BY_SIDE | GATHERERS)

PASSING_ON = frozenset({"asyncio.shield", "asyncio.wait_for"})
"""What runs the coroutine that is its first argument, and nothing else."""

BACKGROUND = frozenset(
    {
        "fastapi.BackgroundTasks.add_task",
        "fastapi.background.BackgroundTasks.add_task",
        "litestar.background_tasks.BackgroundTask",
        "starlette.background.BackgroundTask",
        "starlette.background.BackgroundTasks.add_task",
    }
)
"""What runs its first argument with the others after the response. Sources: the documentations of the frameworks."""
