"""Checks many files of one project at once, in as many processes as there is work for; the result is always the same.

First every process reads its share and says what its files offer, then each is told what all the others offer.
"""

import gc
import multiprocessing
import os
import traceback
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cache
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import TypeAlias

import msgspec

from hexguard.app.baseline import BaselineUse, Run, Settled, Told, settle
from hexguard.app.change import Change
from hexguard.app.fingerprint import code_fingerprint
from hexguard.app.plan import Plan
from hexguard.app.printed import PrintedReport, Trouble, printed_problem
from hexguard.app.root import Root
from hexguard.app.worker import Answer, Check, Crashed, Fix, Gather, Request, Settle, Task, Worker
from hexguard.engine.suppress import OWN_NAMES
from hexguard.files.store import Store
from hexguard.settings.model import Problem

WORTH_A_PROCESS = 100
"""With fewer files than this, starting another process takes longer than checking them."""

ROUNDS = 3
"""So often libraries are asked, each time about what came out of the last answers."""

MAX_QUESTIONS = 1000
"""So many names are asked about in a round."""

_ENDED = "a checking process ended unexpectedly; it may have run out of memory"

Progress: TypeAlias = Callable[[int, int], None]
"""Told how many steps of how many are done."""


Ask: TypeAlias = Callable[[Sequence[Request]], list[Answer]]
"""Gives each member its request and waits for all answers."""


class Outcome(msgspec.Struct, frozen=True):
    """What came of a batch, in the order of the paths.

    `reports` are those that the baseline does not cover; `changes` are what fixes would do, which nobody has done yet.
    """

    reports: tuple[PrintedReport, ...]
    changes: tuple[Change, ...]
    troubles: tuple[Trouble, ...]
    n_files: int
    settled: Settled | None = None


class WorkerEndedError(RuntimeError):
    """A process of the batch ended before it had answered."""


def check_batch(
    task: Task, files: Iterable[str], jobs: int | None = None, on_progress: Progress | None = None
) -> Outcome:
    """Check the absolute paths `files` of the project of `task`, whose other files are read for what they offer.

    What the store of the task has about files that are as they were is not worked out again.
    `jobs` processes are used, as many as pay if it is `None`. Raises `WorkerEndedError` if one of them is killed.
    """
    with closing(Store(task.store, code_fingerprint())) as store, _without_collecting():
        task = msgspec.structs.replace(task, store=store.path)
        return _run(Plan(task, store, sorted(set(files))), task, store, jobs, on_progress)


@contextmanager
def _without_collecting() -> Generator[None]:
    """Let the garbage collector rest: a batch makes no cycles, and to look for them takes a fifth of its time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _run(plan: Plan, task: Task, store: Store, jobs: int | None, on_progress: Progress | None) -> Outcome:
    n_read = len(plan.gathered) + len(plan.others)
    # A store that is in no file cannot be shared.
    n_shared = len(plan.checked) if task.is_fixing else n_read
    n_jobs = min(jobs or _paying(n_shared), max(1, n_shared)) if store.path else 1
    steps = _Steps(n_read + len(plan.checked) * (2 if task.is_fixing else 1), on_progress)
    shares, others = _shares(plan.gathered, n_jobs), _shares(plan.others, n_jobs)
    with _team(task, plan.root, store, n_jobs, steps.step) as ask:
        answers = ask([Gather(mine, more, plan.shadowed) for mine, more in zip(shares, others, strict=True)])
        unread = {path for answer in answers for path in answer.unread}
        modules = {path: name for path, name in plan.modules.items() if path not in unread}
        kept = plan.standing(unread)
        due = [path for path in plan.checked if path not in kept and path not in unread]
        if due:
            checked = ask([Check(paths, modules) for paths in _dealt(due, shares)])
            answers += (*checked, *_settled_answers(plan.root, ask, checked))
        answers.append(Answer(reports=tuple(report for verdict in kept.values() for report in verdict.reports)))
        if task.is_fixing and (fixable := _fixable(answers)):
            answers += ask([Fix(paths, modules) for paths in _dealt(fixable, shares)])
    return _outcome(plan, task, answers)


def _settled_answers(root: Root, ask: Ask, checked: Sequence[Answer]) -> Iterator[Answer]:
    """The answers about the files that were held back, for which libraries are asked what they say about themselves.

    An answer may lead to another question; so there are rounds, of which the last one leaves questions open.
    """
    with closing(root.inferrer()) as inferrer:
        for left in reversed(range(ROUNDS)):
            questions = sorted({name for answer in checked for name in answer.questions})[:MAX_QUESTIONS]
            if not questions:
                return
            said = dict(inferrer.answers(questions))
            root.learn(root.environment.stamp, said)
            checked = ask([Settle(said, is_last=left == 0) for _ in checked])
            yield from checked


def _fixable(answers: Sequence[Answer]) -> list[str]:
    """The files in which some finding has a fix."""
    return sorted({report.place.path for answer in answers for report in answer.reports if report.fix is not None})


def _dealt(due: Sequence[str], shares: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    """Deal out the files to check or to fix: whoever has read one does that as well."""
    wanted = set(due)
    own = [tuple(path for path in share if path in wanted) for share in shares]
    read = {path for share in own for path in share}
    rest = _shares([path for path in due if path not in read], len(shares))
    return [(*mine, *more) for mine, more in zip(own, rest, strict=True)]


def _paying(n_files: int) -> int:
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(available, n_files // WORTH_A_PROCESS))


def _shares(paths: Sequence[str], n_jobs: int) -> list[tuple[str, ...]]:
    """Deal files out to the members of a team."""
    return [tuple(paths[member::n_jobs]) for member in range(n_jobs)]


def _outcome(plan: Plan, task: Task, answers: Sequence[Answer]) -> Outcome:
    root = plan.root
    settings = [
        printed_problem(problem, str(root.path / problem.path), root.settings_text(problem.path))
        for problem in _problems(root, task)
    ]
    reports = sorted((report for answer in answers for report in answer.reports), key=lambda report: report.order)
    troubles = [trouble for answer in answers for trouble in answer.troubles]
    told = _settled(plan, task, answers, reports)
    return Outcome(
        told.reports,
        tuple(sorted((change for answer in answers for change in answer.changes), key=lambda change: change.path)),
        (
            *settings,
            *sorted(troubles, key=lambda trouble: (trouble.path, trouble.message)),
            *_crashes(answers),
            *told.troubles,
        ),
        len(plan.checked),
        told.settled,
    )


def _problems(root: Root, task: Task) -> Iterator[Problem]:
    """What is wrong with the settings and the baseline; one that is written anew is not wrong any more."""
    outdated = root.baseline.problems if root.baseline and task.baseline is BaselineUse.WRITE else ()
    for problem in root.problems:
        yield msgspec.structs.replace(problem, severity="warning") if problem in outdated else problem


def _settled(plan: Plan, task: Task, answers: Sequence[Answer], reports: Sequence[PrintedReport]) -> Told:
    """What is to be told beside the baseline, which is brought up to date as far as this run knows all there is."""
    root = plan.root
    if root.baseline is None:
        return Told(tuple(reports))
    complete = set(plan.checked) - {trouble.path for answer in answers for trouble in answer.troubles}
    crashed = {(crash.path, crash.rule) for answer in answers for crash in answer.crashes}

    @cache
    def ran(path: str) -> set[str]:
        if path not in complete:
            return set()
        names = {rule.name for rule in root.composition.selection_for(path).rules}
        # Which suppressions are idle depends on all the other rules.
        own = () if task.is_narrowed or any(at == path for at, _ in crashed) else OWN_NAMES
        return {name for name in (*names, *own) if (path, name) not in crashed}

    @cache
    def is_broken(path: str) -> bool:
        found = root.read(path)
        return isinstance(found, Problem) or any(block.has_error for block in found[1].blocks)

    return settle(root.baseline, task.baseline, Run(reports, ran, is_broken))


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


@contextmanager
def _team(task: Task, root: Root, store: Store, n_jobs: int, tick: Callable[[], None]) -> Generator[Ask]:
    """The members of a batch: one in this process, or several in processes of their own, which end with the block."""
    if n_jobs == 1:
        worker = Worker(task, root, store, tick)
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
        gc.disable()
        store = Store(task.store, code_fingerprint())
        worker = Worker(task, task.open_root(store), store, lambda: connection.send(None))
        while True:
            connection.send(worker.answer(connection.recv()))
    except (EOFError, OSError, KeyboardInterrupt):
        return
    # What went wrong is told by the process that the user looks at.
    except Exception:  # noqa: BLE001
        connection.send(traceback.format_exc())
