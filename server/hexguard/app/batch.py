"""Checks many files of one project at once, in as many processes as there is work for; the result is always the same.

First every process reads its share and says what its files offer, then each is told what all the others offer.
"""

import multiprocessing
import os
import traceback
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import TypeAlias

import msgspec

from hexguard.app.printed import PrintedReport, Trouble, printed_problem
from hexguard.app.root import Root
from hexguard.app.worker import Answer, Change, Check, Crashed, Fix, Fixing, Gather, Request, Summaries, Task, Worker
from hexguard.files.discover import discover

WORTH_A_PROCESS = 100
"""With fewer files than this, starting another process takes longer than checking them."""

_ENDED = "a checking process ended unexpectedly; it may have run out of memory"

Progress: TypeAlias = Callable[[int, int], None]
"""Told how many steps of how many are done."""


class Outcome(msgspec.Struct, frozen=True):
    """What came of a batch, in the order of the paths; `reports` are what is left after the fixes were written."""

    reports: tuple[PrintedReport, ...]
    changes: tuple[Change, ...]
    troubles: tuple[Trouble, ...]
    n_files: int


class WorkerEndedError(RuntimeError):
    """A process of the batch ended before it had answered."""


def check_batch(
    task: Task, files: Iterable[str], jobs: int | None = None, on_progress: Progress | None = None
) -> Outcome:
    """Check the absolute paths `files` of the project of `task`, whose other files are read for what they offer.

    `jobs` processes are used, as many as pay if it is `None`. Raises `WorkerEndedError` if one of them is killed.
    """
    root = task.open_root()
    checked = sorted(set(files))
    others = _others(root, checked) if checked else []
    n_jobs = min(jobs or _paying(len(checked) + len(others)), max(1, len(checked)))
    n_checks = len(checked) * (1 if task.fixing is Fixing.OFF else 2)
    steps = _Steps(len(checked) + len(others) + n_checks, on_progress)
    with _team(task, n_jobs, steps.step) as ask:
        answers = ask(_shares(root, checked, others, n_jobs))
        news = _summaries(answers)
        if task.fixing is not Fixing.OFF:
            fixed = ask([Fix(news)] * n_jobs)
            answers += fixed
            news = _summaries(fixed)
        answers += ask([Check(news)] * n_jobs)
    return _outcome(root, answers, len(checked))


def _others(root: Root, checked: Sequence[str]) -> list[str]:
    """The files of the project that are not checked now."""
    named = set(checked)
    exclude = root.composition.settings.exclude
    return [path for found in discover((root.path,), exclude, root=root.path) if (path := str(found)) not in named]


def _paying(n_files: int) -> int:
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(available, n_files // WORTH_A_PROCESS))


def _shares(root: Root, checked: Sequence[str], others: Sequence[str], n_jobs: int) -> list[Request]:
    """Deal the files out. Of two files for one module, the first one is it, those to be checked before the others."""
    owners: dict[str, str] = {}
    shadowed = frozenset(
        path for path in (*checked, *others) if owners.setdefault(root.module_of(path).name, path) != path
    )
    return [Gather(tuple(checked[member::n_jobs]), tuple(others[member::n_jobs]), shadowed) for member in range(n_jobs)]


def _summaries(answers: Sequence[Answer]) -> Summaries:
    return tuple(entry for answer in answers for entry in answer.summaries)


def _outcome(root: Root, answers: Sequence[Answer], n_files: int) -> Outcome:
    settings = [
        printed_problem(problem, str(root.path / problem.path), root.settings_text(problem.path))
        for problem in root.problems
    ]
    troubles = [trouble for answer in answers for trouble in answer.troubles]
    return Outcome(
        tuple(sorted((report for answer in answers for report in answer.reports), key=lambda report: report.order)),
        tuple(sorted((change for answer in answers for change in answer.changes), key=lambda change: change.path)),
        (*settings, *sorted(troubles, key=lambda trouble: (trouble.path, trouble.message)), *_crashes(answers)),
        n_files,
    )


def _crashes(answers: Sequence[Answer]) -> Iterator[Trouble]:
    """One trouble for each rule that crashed, however often it did."""
    paths: dict[str, set[str]] = {}
    firsts: dict[str, Crashed] = {}
    for crashed in sorted(crashed for answer in answers for crashed in answer.crashes):
        firsts.setdefault(crashed.rule, crashed)
        paths.setdefault(crashed.rule, set()).add(crashed.path)
    for rule, first in firsts.items():
        n_more = len(paths[rule]) - 1
        more = f" and in {n_more} more files" if n_more else ""
        yield Trouble(first.path, f"the rule `{rule}` crashed here{more}, and reports nothing there\n{first.error}")


class _Steps:
    """Counts the steps of all members and passes the count on."""

    def __init__(self, total: int, on_progress: Progress | None) -> None:
        self._total = total
        self._done = 0
        self._on_progress = on_progress

    def step(self) -> None:
        self._done += 1
        if self._on_progress is not None:
            self._on_progress(min(self._done, self._total), self._total)


Ask: TypeAlias = Callable[[Sequence[Request]], list[Answer]]
"""Gives each member its request and waits for all answers."""


@contextmanager
def _team(task: Task, n_jobs: int, tick: Callable[[], None]) -> Generator[Ask]:
    """The members of a batch: one in this process, or several in processes of their own, which end with the block."""
    if n_jobs == 1:
        worker = Worker(task, tick)
        yield lambda requests: [worker.answer(request) for request in requests]
        return
    # A fork would copy the threads' locks of whoever calls us; a fresh interpreter has none.
    context = multiprocessing.get_context("spawn")
    connections: list[Connection] = []
    processes: list[BaseProcess] = []
    try:
        for _ in range(n_jobs):
            ours, theirs = context.Pipe()
            process: BaseProcess = context.Process(target=_serve, args=(theirs, task), daemon=True)
            process.start()
            theirs.close()
            connections.append(ours)
            processes.append(process)
        yield lambda requests: _ask(connections, requests, tick)
    finally:
        for connection in connections:
            connection.close()
        for process in processes:
            process.terminate()
            process.join()


def _ask(connections: Sequence[Connection], requests: Sequence[Request], tick: Callable[[], None]) -> list[Answer]:
    try:
        for connection, request in zip(connections, requests, strict=True):
            connection.send(request)
    except OSError:
        raise WorkerEndedError(_ENDED) from None
    answers: dict[int, Answer] = {}
    waiting = dict(zip(connections, range(len(connections)), strict=True))
    while waiting:
        for ready in wait(list(waiting)):
            member = next(position for connection, position in waiting.items() if connection is ready)
            message = _received(connections[member])
            if message is None:
                tick()
                continue
            answers[member] = message
            del waiting[connections[member]]
    return [answers[member] for member in range(len(connections))]


def _received(connection: Connection) -> Answer | None:
    """The next message of a member: its answer, or `None` for one more step."""
    try:
        message: object = connection.recv()
    except (EOFError, OSError):
        raise WorkerEndedError(_ENDED) from None
    if isinstance(message, str):
        raise WorkerEndedError(f"a checking process failed\n{message}")
    return message if isinstance(message, Answer) else None


def _serve(connection: Connection, task: Task) -> None:
    """The life of a process of its own: answer until nobody asks any more.

    What is sent is an answer, `None` for a step, or a text that says why it failed.
    """
    try:
        worker = Worker(task, lambda: connection.send(None))
        while True:
            connection.send(worker.answer(connection.recv()))
    except (EOFError, OSError, KeyboardInterrupt):
        return
    # What went wrong is told by the process that the user looks at.
    except Exception:  # noqa: BLE001
        connection.send(traceback.format_exc())
