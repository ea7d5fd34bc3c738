"""Waiting for a process on the event loop.

## What it does
Reports `subprocess.run()` and its siblings, `wait()` and `communicate()` of a `Popen`, `os.system()`, `os.wait()` and
reading from `os.popen()` in an `async def`.

## Why it matters
The event loop runs in one thread.
Until the process ends, every other request, task and timer of the program waits as well.

## Fix safety
Unsafe: the process is then waited for in a thread, and other code runs meanwhile.
If the task is canceled, the thread and the process go on.

## Known limits
Starting a `Popen` takes a few milliseconds and is left alone.
A nested `def` or `lambda` is left alone, since it may run in a thread.
Waiting behind a helper is reported by `blocking-call-transitive`.
In files that import anyio or trio, and in comprehensions, no fix is offered.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import Call, Constant
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard_rules.knowledge.blocking import PROCESS

TITLE = "Wait for the process in a thread"

RULE = Rule(
    name="blocking-subprocess-in-async",
    message="`{callee}` waits for a process and stops the event loop meanwhile",
    doc=__doc__,
    severity=Severity.BLOCKING,
    aliases=("AP-09",),
    examples=(
        Bad(
            """
            import subprocess

            async def convert(path: str) -> str:
                done = subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True)
            #          ^^^^^^^^^^^^^^
                return done.stdout.decode()
            """,
            fixed="""
            import asyncio
            import subprocess

            async def convert(path: str) -> str:
                done = await asyncio.to_thread(subprocess.run, ["pdftotext", path, "-"], capture_output=True, check=True)
                return done.stdout.decode()
            """,
        ),
        Bad(
            """
            import asyncio
            from subprocess import PIPE, Popen, check_output as output

            class Deployer:
                def __init__(self) -> None:
                    self.process = Popen(["deploy"], stdout=PIPE)

                async def finish(self) -> str:
                    log = self.process.communicate()[0]
            #             ^^^^^^^^^^^^^^^^^^^^^^^^
                    return output(["git", "rev-parse", "HEAD"]).decode() + log.decode()
            #              ^^^^^^
            """,
            fixed="""
            import asyncio
            from subprocess import PIPE, Popen, check_output as output

            class Deployer:
                def __init__(self) -> None:
                    self.process = Popen(["deploy"], stdout=PIPE)

                async def finish(self) -> str:
                    log = (await asyncio.to_thread(self.process.communicate))[0]
                    return (await asyncio.to_thread(output, ["git", "rev-parse", "HEAD"])).decode() + log.decode()
            """,
        ),
        Bad(
            """
            import os

            async def disk_usage(pid: int) -> list[str]:
                os.waitpid(pid, 0)
            #   ^^^^^^^^^^
                return os.popen("du -s /srv").read().split()
            #          ^^^^^^^^^^^^^^^^^^^^^^^^^^^
            """,
            fixed="""
            import asyncio
            import os

            async def disk_usage(pid: int) -> list[str]:
                await asyncio.to_thread(os.waitpid, pid, 0)
                return (await asyncio.to_thread(os.popen("du -s /srv").read)).split()
            """,
        ),
        Bad(
            """
            import anyio
            import os

            async def restart() -> None:
                os.system("service shop restart")
            #   ^^^^^^^^^
                await anyio.sleep(1)
            """,
            why="the loop may be one of trio, which has threads of its own",
        ),
        Good(
            """
            import asyncio
            import subprocess

            async def convert(path: str) -> None:
                process = await asyncio.create_subprocess_exec("pdftotext", path)
                await process.wait()
                await asyncio.to_thread(subprocess.run, ["rm", path], check=True)
                subprocess.Popen(["logger", path])
            """,
            why="nobody waits on the event loop",
        ),
        Good(
            """
            import os
            import subprocess

            async def poll(process: subprocess.Popen[bytes]) -> bool:
                def wait() -> int:
                    return process.wait()

                os.waitpid(process.pid, os.WNOHANG)
                return process.poll() is None
            """,
            why="asking does not wait, and the nested function may run in a thread",
        ),
    ),
)


@RULE.check(Call)
def check(call: Call, view: View) -> Iterator[Finding[Call]]:
    if call.in_async and not call.awaited:
        callee = view.callee(call)
        if callee in PROCESS or (callee in _OPTIONS and _waits(call, callee)):
            yield RULE.at(call, call.func.node, callee=callee.replace("os._wrap_close", "os.popen"))


_OPTIONS = {"os.waitpid": 1, "os.wait3": 0, "os.wait4": 1}
"""Functions with the place of the argument by which they only ask."""


def _waits(call: Call, callee: str) -> bool:
    options = call.argument(_OPTIONS[callee], "options")
    return isinstance(options, Constant) and options.text == "0"


@RULE.fix(Applicability.UNSAFE)
def run_in_thread(finding: Finding[Call], edits: Edits) -> Fix | Refusal:
    return edits.in_thread(finding.fact, TITLE)
