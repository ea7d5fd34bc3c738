"""While the mended code sleeps, other tasks run."""

import asyncio

from support.mended import fixed, loaded

CODE = """
from time import sleep

async def pause(log: list[str]) -> None:
    log.append("before")
    sleep(0)
    log.append("after")
"""


async def order(code: str) -> list[str]:
    log: list[str] = []

    async def other() -> None:
        log.append("other")

    await asyncio.gather(loaded(code).pause(log), other())
    return log


async def test_others_run_meanwhile() -> None:
    assert await order(CODE) == ["before", "after", "other"]
    assert await order(fixed(CODE, "blocking-sleep-in-async")) == ["before", "other", "after"]
