"""Measures whole processes: how long servers take to start, and how fast the command line gets through a project."""

import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from hexguard_dev.bench.measure import Row, Tally
from hexguard_dev.bench.project import Project
from hexguard_dev.bench.servers import HEXGUARD_SERVER, Server, environment
from hexguard_dev.bench.session import Session
from hexguard_dev.client import HEXGUARD, ClientError, SilenceError

ANSWERED, SHOWN = "`initialize` answered", "first diagnostics of a small file"
VERSION, COLD, WARM = "`hexguard --version`", "cold", "warm"
SMALL = '''"""A small file with one defect."""

import time


async def wait() -> None:
    """Wait for the other side."""
    time.sleep(1)
'''
CHECK_SECONDS = 1800
FINISHED = (0, 1)


class CheckError(RuntimeError):
    """The command line ended in another way than with or without findings."""


def time_starts(servers: Sequence[Server], folder: Path, cache: Path, rounds: int, limit: float) -> tuple[Row, ...]:
    """Start each server again and again, in turn. The first start of each does not count: it compiles Python files."""
    tally = Tally()
    failed: set[str] = set()
    path = folder / "small.py"
    path.write_text(SMALL, "utf-8")
    for number in range(rounds + 1):
        for server in servers:
            if server.name in failed:
                continue
            try:
                answered, shown = _start(server, path, environment(cache), limit)
            except ClientError as error:
                failed.add(server.name)
                trouble = f"> {limit:.0f} s" if isinstance(error, SilenceError) else "ended"
                for row in (ANSWERED, SHOWN):
                    tally.fail(row, server.name, trouble)
                continue
            if number:
                tally.add(ANSWERED, server.name, answered)
                tally.add(SHOWN, server.name, shown)
    return tally.rows()


def time_checks(project: Project, caches: Path, rounds: int) -> tuple[Row, ...]:
    """Check a project with nothing stored, and again with what the first run stored, both in one process."""
    tally = Tally()
    check = ("check", "--jobs", "1", "--no-progress", "--format", "concise", str(project.folder))
    name = HEXGUARD_SERVER.name
    for number in range(rounds):
        stored = environment(caches / str(number))
        for row, arguments in ((VERSION, ("--version",)), (COLD, check), (WARM, check)):
            tally.add(row, name, _run(arguments, stored))
    return tally.rows()


def _start(server: Server, path: Path, variables: Mapping[str, str], limit: float) -> tuple[float, float]:
    """Seconds from the start of the process to the answer, and to the diagnostics of the file."""
    session = Session(server, path.parent, variables)
    try:
        session.open(path.as_uri(), SMALL)
        shown_at = session.published(path.as_uri(), limit)
        return session.ready_at - session.started_at, shown_at - session.started_at
    finally:
        session.end()


def _run(arguments: Sequence[str], variables: Mapping[str, str]) -> float:
    """Seconds that a run of the command line took. Raises `CheckError` if it failed."""
    started_at = time.perf_counter()
    run = subprocess.run(
        [*HEXGUARD, *arguments],
        env=variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        timeout=CHECK_SECONDS,
        check=False,
    )
    seconds = time.perf_counter() - started_at
    if run.returncode not in FINISHED:
        raise CheckError(f"hexguard {' '.join(arguments)} ended with {run.returncode}:\n{run.stderr}")
    return seconds
