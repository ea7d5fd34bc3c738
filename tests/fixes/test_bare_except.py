"""`except Exception:` treats every error as `except:` did, and lets pass what is meant to end a task or a process."""

import asyncio
import builtins

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.generated import examples, indented, laid_out
from support.mended import FIXES, mended
from support.observed import Outcome, outcome

RULE = "bare-except"

LET_PASS = {
    "KeyboardInterrupt",
    "SystemExit",
    "GeneratorExit",
    "BaseException",
    "CancelledError",
    "Own",
    "BaseExceptionGroup",
}
RAISED = sorted(
    name
    for name, kind in vars(builtins).items()
    if isinstance(kind, type)
    and issubclass(kind, BaseException)
    and not issubclass(kind, Warning)
    and name.isidentifier()
    if not name.startswith("Unicode")
)

HEADER = """
import asyncio
from asyncio import CancelledError
from contextlib import nullcontext

class Own(BaseException):
    pass

class Mistake(Exception):
    pass

def fail(raised, log):
    log.append("called")
    if raised is not None:
        raise raised

"""
TRIES = (
    "try:\n    fail(raised, log)\nexcept:\n    log.append('caught')",
    "try: fail(raised, log)\nexcept: log.append('caught')",
    "try:\n    fail(raised, log)\nexcept :  # keep going\n    log.append('caught')\nelse:\n    log.append('else')",
    (
        "try:\n    fail(raised, log)\nexcept (KeyError, OSError) as error:\n"
        "    log.append(repr(error))\nexcept:\n    pass\nfinally:\n    log.append('end')"
    ),
    "try:\n    fail(raised, log)\nexcept ValueError:\n    raise\nexcept:\n    return log",
    (
        "try:\n    try:\n        fail(raised, log)\n    except:\n"
        "        fail(KeyError('inner'), log)\nexcept:\n    log.append('outer')"
    ),
    "try:\n    fail(raised, log)\nexcept \\\n:\n    log.append('caught')",
    "try:\n    fail(raised, log)\nexcept:\n    log.append(type(__import__('sys').exc_info()[1]).__name__)",
    "for number in (1, 2):\n    try:\n        fail(raised, log)\n    except:\n        continue\n    log.append(number)",
    (
        "try:\n    fail(raised, log)\nexcept:\n    try:\n        fail(raised, log)\n"
        "    except:\n        log.append('twice')"
    ),
    "with nullcontext():\n    try:\n        fail(raised, log)\n    finally:\n        log.append('first')\n",
    "try:\n    fail(raised, log)\nexcept: # hexagon\n\n    # why\n    log.append('caught')",
)
OWNERS = (
    "def run(raised, log):\n{body}\n    return log\n",
    "async def run(raised, log):\n    await asyncio.sleep(0)\n{body}\n    return log\n",
    (
        "class Shop:\n    def sell(self, raised, log):\n{deeper}\n        return log\n\n"
        "def run(raised, log):\n    return Shop().sell(raised, log)\n"
    ),
    "def run(raised, log):\n    def deeper():\n{deeper}\n        return log\n    return deeper()\n",
)


def made(name: str) -> BaseException:
    """A new error by its name in the program or among the builtins."""
    if name in ("BaseExceptionGroup", "ExceptionGroup"):
        inner = KeyboardInterrupt() if name.startswith("Base") else ValueError("b")
        group: BaseException = getattr(builtins, name)("a", [inner])
        return group
    kind: type[BaseException] = getattr(builtins, name, asyncio.CancelledError)
    return kind("a")


@st.composite
def programs(draw: st.DrawFn) -> str:
    body = draw(st.sampled_from(TRIES))
    code = draw(st.sampled_from(OWNERS)).replace("{body}", indented(body)).replace("{deeper}", indented(body, 2))
    return draw(laid_out(HEADER + code))


@examples(100)
@given(programs(), st.sampled_from([None, "CancelledError", *RAISED]))
def test_errors_are_caught_and_the_rest_passes(code: str, name: str | None) -> None:
    after = mended(code, RULE, FIXES)
    if after is None:
        assert "except" not in code
        return
    before_log: list[object] = []
    after_log: list[object] = []
    before = outcome(code, made(name) if name else None, before_log)
    found = outcome(after, made(name) if name else None, after_log)
    if name is not None and name in LET_PASS:
        assert found == Outcome(error=name, message=str(made(name)))
        assert after_log[:1] == ["called"]
    else:
        assert (found, after_log) == (before, before_log)


@pytest.mark.parametrize(
    "code",
    [
        "class Exception(BaseException): ...\n\ntry:\n    stop()\nexcept:\n    pass\n",
        "def run(Exception):\n    try:\n        stop()\n    except:\n        pass\n",
        "try:\n    stop()\nexcept Exception:\n    pass\nexcept:\n    pass\n",
    ],
)
def test_no_fix_where_the_name_says_something_else(code: str) -> None:
    assert mended(code, RULE, FIXES) is None
