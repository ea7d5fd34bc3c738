"""What a program does when it runs, as data that can be compared."""

import asyncio
import inspect
import warnings
from types import ModuleType

import msgspec

from support.mended import loaded


class Outcome(msgspec.Struct, frozen=True):
    """What a program gave, or the type of the error that it raised and what that said."""

    result: object = None
    error: str = ""
    message: str = ""


def outcome(code: str, *given: object, compares_messages: bool = True) -> Outcome:
    """What `run(*given)` of the program gives or raises; an `async def` runs on an event loop of its own.

    Deprecated names warn, which is no part of the outcome.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            return Outcome(_run(loaded(code), given))
        except BaseException as error:  # noqa: BLE001 - every way out of a program is a part of what it does
            return Outcome(error=type(error).__name__, message=str(error) if compares_messages else "")


def _run(module: ModuleType, given: tuple[object, ...]) -> object:
    result = module.run(*given)
    if not inspect.iscoroutine(result):
        return result

    async def awaited() -> object:
        return await result

    return asyncio.run(awaited())
