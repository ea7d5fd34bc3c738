"""One thread that computes, because a workspace belongs to one thread and the event loop must stay free."""

import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")

Later = Callable[[Callable[[], None]], None]
"""Has a job done in the worker's thread; any thread may call it."""

LOG = logging.getLogger(__name__)

MAX_FAILED_STEPS = 20
"""After so many failed steps in a row the worker waits for an input or a question."""


class Worker:
    """Does inputs first and in order, then answers questions, and with nothing to do takes steps in the background.

    So whatever is computed is computed from all the edits that have arrived, and a burst of edits is checked once.
    `step` does a little and says whether there is more to do.
    """

    def __init__(self, step: Callable[[], bool]) -> None:
        self._step = step
        self._inputs: deque[Callable[[], None]] = deque()
        self._questions: deque[Callable[[], None]] = deque()
        self._wake = threading.Condition()
        self._is_stopped = False
        self._n_failed = 0
        self._thread = threading.Thread(target=self._run, name="hexguard-worker", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self, timeout: float) -> None:
        """Finish the job at hand and end, but wait at most `timeout` seconds for it."""
        with self._wake:
            self._is_stopped = True
            self._wake.notify()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def put(self, job: Callable[[], None]) -> None:
        """Queue an input; inputs are done in order, before all else."""
        with self._wake:
            self._inputs.append(job)
            self._wake.notify()

    def ask(self, question: Callable[[], T]) -> Future[T]:
        """Queue a question; it is answered when all the inputs are in. Cancelling the future takes it back."""
        answer: Future[T] = Future()

        def reply() -> None:
            if not answer.set_running_or_notify_cancel():
                return
            try:
                result = question()
            # Whatever goes wrong belongs to the one who asked.
            except Exception as error:  # noqa: BLE001
                answer.set_exception(error)
            else:
                answer.set_result(result)

        with self._wake:
            self._questions.append(reply)
            self._wake.notify()
        return answer

    def _run(self) -> None:
        has_more = True
        while True:
            with self._wake:
                while not (has_more or self._is_stopped or self._inputs or self._questions):
                    self._wake.wait()
                if self._is_stopped:
                    return
                queue = self._inputs or self._questions
                job = queue.popleft() if queue else None
            has_more = self._do(job)

    def _do(self, job: Callable[[], None] | None) -> bool:
        """Do a job, or a step if there is none; whether to go on without waiting."""
        n_failed, self._n_failed = self._n_failed, 0
        try:
            if job is None:
                return self._step()
            job()
        # The thread outlives whatever goes wrong in one job.
        except Exception:
            LOG.exception("a job failed")
            self._n_failed = n_failed + 1 if job is None else 0
        # What fails again and again is left until something else happens.
        return self._n_failed < MAX_FAILED_STEPS
