"""Waiting for a process on the event loop.

## What it does
Reports `subprocess.run()` and its siblings, `wait()` and `communicate()` of a `Popen`, `os.system()`, `os.wait()`,
`os.spawnl()` with `P_WAIT` and its siblings, and reading from `os.popen()` in an `async def`.

## Why it matters
The event loop runs in one thread.
Until the process ends, every other request, task and timer of the program waits as well.

## Fix safety
Unsafe: the process is then waited for in a thread, and other code runs meanwhile.
If the task is canceled, the thread and the process go on.

## Known limits
Starting a process by `Popen`, `os.posix_spawn()` or `os.spawnl()` with `P_NOWAIT` takes a few milliseconds and is left
alone.
A nested `def` or `lambda` is left alone, since it may run in a thread.
Waiting behind a helper is reported by `blocking-call-transitive`.
In files that import anyio or trio, and in comprehensions, no fix is offered.
Nobody else waits in tests, in commands (`import click`, `import typer`, folders such as `scripts`, `cli` and
`migrations`, before `os.execvp()`) and at the start (a lifespan, names like `setup_database` and `initialize`): all of
these are left alone.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import Binary, Call, Constant, Expr
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
                os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
            #   ^^^^^^^^^
                return os.popen("du -s /srv").read().split()
            #          ^^^^^^^^^^^^^^^^^^^^^^^^^^^
            """,
            fixed="""
            import asyncio
            import os

            async def disk_usage(pid: int) -> list[str]:
                await asyncio.to_thread(os.waitpid, pid, 0)
                await asyncio.to_thread(os.waitid, os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
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
        Bad(
            """
            import os

            async def deploy() -> int:
                return os.spawnlp(os.P_WAIT, "deploy", "deploy", "--all")
            #          ^^^^^^^^^^
            """,
            why="`os.spawnlp` copies the whole process, which is not safe in a program with threads",
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
                os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG)
                os.spawnlp(os.P_NOWAIT, "logger", "logger", "polled")
                return process.poll() is None
            """,
            why="asking and starting do not wait, and the nested function may run in a thread",
        ),
        Good(
            """
            import os
            import subprocess

            async def start(path: str) -> None:
                subprocess.check_output([path, "--unpack"])
                os.execvp("bash", ["bash", path])
            """,
            why="the process becomes another program, so nothing else waits",
        ),
    ),
)


_SPAWNS = tuple(f"os.spawn{how}" for how in ("l", "le", "lp", "lpe", "v", "ve", "vp", "vpe"))
_FLAGS = {
    **dict.fromkeys(_SPAWNS, (0, "mode")),
    "os.wait3": (0, "options"),
    "os.wait4": (1, "options"),
    "os.waitid": (2, "options"),
    "os.waitpid": (1, "options"),
}
"""Functions with the place and the name of the argument that says whether they wait."""


@RULE.check(Call, callees={*PROCESS, *_FLAGS})
def check(call: Call, view: View) -> Iterator[Finding[Call]]:
    if view.holds_up(call):
        callee = view.callee(call)
        if callee in PROCESS or _waits(call.argument(*_FLAGS[callee]), view):
            yield RULE.at(call, call.func.node, callee=callee.replace("os._wrap_close", "os.popen"))


def _waits(flags: Expr | None, view: View) -> bool:
    """Whether all flags are known, and none of them says to come back at once."""
    match flags:
        case None:
            return False
        case Binary(op="|", left=left, right=right):
            return _waits(left, view) and _waits(right, view)
        case Constant(text=text):
            return text == "0"
        case _:
            return view.name(flags) in _WAITING


_WAITING = ("os.P_WAIT", "os.WCONTINUED", "os.WEXITED", "os.WNOWAIT", "os.WSTOPPED", "os.WUNTRACED")


@RULE.fix(Applicability.UNSAFE)
def run_in_thread(finding: Finding[Call], edits: Edits) -> Fix | Refusal:
    if finding["callee"] in _SPAWNS:
        return Refusal(TITLE, "it copies the whole process, which is not safe beside other threads")
    return edits.in_thread(finding.fact, TITLE)
