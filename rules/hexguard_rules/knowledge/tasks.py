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
