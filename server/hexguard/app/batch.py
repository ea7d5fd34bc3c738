"""Checks many files of one project at once, in as many processes as there is work for; the result is always the same.

First every process reads its share and says what its files offer, then each is told what all the others offer.
"""

import gc
import multiprocessing
import os
import traceback
from collections.abc import Callable, Container, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TypeAlias

import msgspec

from hexguard.app.fingerprint import code_fingerprint, configuration_fingerprint
from hexguard.app.printed import PrintedReport, Trouble, printed_problem
from hexguard.app.root import Root
from hexguard.app.verdict import DECODER, Standing, Verdict, holds
from hexguard.app.worker import Answer, Change, Check, Crashed, Fix, Fixing, Gather, Request, Task, Worker
from hexguard.files.discover import discover
from hexguard.files.read import read
from hexguard.files.stamp import Stamp, stamp_of
from hexguard.files.store import Known, Store
from hexguard.settings.model import Problem

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

    What the store of the task has about files that are as they were is not worked out again.
    `jobs` processes are used, as many as pay if it is `None`. Raises `WorkerEndedError` if one of them is killed.
    """
    with closing(Store(task.store, code_fingerprint())) as store, _without_collecting():
        return _Batch(msgspec.structs.replace(task, store=store.path), store, sorted(set(files))).run(jobs, on_progress)


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


class _Batch:
    """One batch: which files have to be read, and which have to be checked."""

    def __init__(self, task: Task, store: Store, checked: list[str]) -> None:
        self._task = task
        self._store = store
        self._checked = checked
        self._root = task.open_root(store)
        self._configuration = configuration_fingerprint(self._root.composition)
        self._others = self._found_others() if checked else []
        self._shadowed = self._found_shadowed()
        self._root.shadow(self._shadowed)
        self._modules = {path: self._root.module_of(path).name for path in (*checked, *self._others)}

    def run(self, jobs: int | None, on_progress: Progress | None) -> Outcome:
        known = self._store.known()
        self._store.forget(known.keys() - self._modules.keys())
        is_fixing = self._task.fixing is not Fixing.OFF
        changed = self._changed(known)
        verdicts = {} if is_fixing else self._usable_verdicts()
        gathered = [path for path in self._checked if path in changed or is_fixing or path not in verdicts]
        others = [path for path in self._others if path in changed]
        n_jobs = self._n_jobs(jobs, len(gathered) + len(others))
        steps = _Steps(len(gathered) + len(others) + len(self._checked) * (2 if is_fixing else 1), on_progress)
        with _team(self._task, self._store, n_jobs, steps.step) as ask:
            shares = _shares(gathered, n_jobs)
            answers = ask([Gather(share, tuple(others[at::n_jobs]), self._shadowed) for at, share in enumerate(shares)])
            unread = {path for answer in answers for path in answer.unread}
            modules = {path: name for path, name in self._modules.items() if path not in unread}
            if is_fixing:
                answers += ask([Fix(share, modules) for share in shares])
            kept = self._standing_verdicts(verdicts, unread)
            # Whoever read a file checks it as well.
            owners = {path: member for member, share in enumerate(shares) for path in share}
            due = [path for path in self._checked if path not in kept and path not in unread]
            extra = _shares([path for path in due if path not in owners], n_jobs)
            wanted = set(due)
            todo = [
                (*(path for path in share if path in wanted), *more) for share, more in zip(shares, extra, strict=True)
            ]
            if due:
                answers += ask([Check(paths, modules) for paths in todo])
        reports = [report for verdict in kept.values() for report in verdict.reports]
        return _outcome(self._root, [*answers, Answer(reports=tuple(reports))], len(self._checked))

    def _found_others(self) -> list[str]:
        """The files of the project that are not checked now."""
        named = set(self._checked)
        exclude = self._root.composition.settings.exclude
        found = discover((self._root.path,), exclude, root=self._root.path)
        return [path for file in found if (path := str(file)) not in named]

    def _found_shadowed(self) -> frozenset[str]:
        """Of two files for one module, the first one is it, those to be checked before the others."""
        owners: dict[str, str] = {}
        paths = (*self._checked, *self._others)
        return frozenset(path for path in paths if owners.setdefault(self._root.module_of(path).name, path) != path)

    def _changed(self, known: Mapping[str, Known]) -> set[str]:
        """The files of which the store knows nothing that still holds."""
        moved: dict[str, Known] = {}
        changed: set[str] = set()
        for path, module in self._modules.items():
            was = known.get(path)
            now = _stamp(path)
            if was is None or was.module != module or now is None:
                changed.add(path)
            elif was.stamp != now:
                # A fresh checkout has other stamps and the same bytes.
                source = read(Path(path))
                if isinstance(source, Problem) or source.digest != was.content:
                    changed.add(path)
                else:
                    moved[path] = msgspec.structs.replace(was, stamp=source.stamp)
        if moved:
            self._store.restamp(moved)
        return changed

    def _usable_verdicts(self) -> dict[str, Verdict]:
        """The verdicts of an earlier run by the same configuration."""
        stored = self._store.verdicts()
        found = {path: DECODER.decode(stored[path]) for path in self._checked if path in stored}
        return {path: verdict for path, verdict in found.items() if verdict.configuration == self._configuration}

    def _standing_verdicts(self, verdicts: Mapping[str, Verdict], unread: Container[str]) -> dict[str, Verdict]:
        """Those of the verdicts that checking again would give again."""
        if not verdicts:
            return {}
        standing = Standing.of(self._store.known())
        return {
            path: verdict
            for path, verdict in verdicts.items()
            if path not in unread and holds(verdict, path, self._configuration, standing)
        }

    def _n_jobs(self, jobs: int | None, n_files: int) -> int:
        if self._store.path is None:
            return 1
        return min(jobs or _paying(n_files), max(1, n_files))


def _paying(n_files: int) -> int:
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(available, n_files // WORTH_A_PROCESS))


def _shares(paths: Sequence[str], n_jobs: int) -> list[tuple[str, ...]]:
    """Deal files out to the members of a team."""
    return [tuple(paths[member::n_jobs]) for member in range(n_jobs)]


def _stamp(path: str) -> Stamp | None:
    try:
        return stamp_of(os.stat(path))
    except OSError:
        return None


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
def _team(task: Task, store: Store, n_jobs: int, tick: Callable[[], None]) -> Generator[Ask]:
    """The members of a batch: one in this process, or several in processes of their own, which end with the block."""
    if n_jobs == 1:
        worker = Worker(task, store, tick)
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
        worker = Worker(task, store, lambda: connection.send(None))
        while True:
            connection.send(worker.answer(connection.recv()))
    except (EOFError, OSError, KeyboardInterrupt):
        return
    # What went wrong is told by the process that the user looks at.
    except Exception:  # noqa: BLE001
        connection.send(traceback.format_exc())
