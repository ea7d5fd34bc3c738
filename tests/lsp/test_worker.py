"""The thread that computes outlives what goes wrong, and does not spin on it."""

import queue

from hexguard.lsp.worker import MAX_FAILED_STEPS, Worker

PATIENCE = 30.0


def test_a_step_that_always_fails_is_left_until_something_happens() -> None:
    tried: queue.Queue[int] = queue.Queue()
    n_tried = 0

    def step() -> bool:
        nonlocal n_tried
        n_tried += 1
        tried.put(n_tried)
        raise RuntimeError("it fails whatever happens")

    worker = Worker(step)
    worker.start()
    for expected in range(1, MAX_FAILED_STEPS + 1):
        assert tried.get(timeout=PATIENCE) == expected
    # The answer comes after all that would have been tried meanwhile.
    assert worker.ask(lambda: n_tried).result(PATIENCE) == MAX_FAILED_STEPS
    for expected in range(MAX_FAILED_STEPS + 1, 2 * MAX_FAILED_STEPS + 1):
        assert tried.get(timeout=PATIENCE) == expected
    worker.stop(PATIENCE)


def test_a_job_that_fails_costs_only_itself() -> None:
    done: list[str] = []

    def fail() -> None:
        raise RuntimeError("it fails")

    worker = Worker(lambda: False)
    worker.put(fail)
    worker.put(lambda: done.append("second"))
    worker.start()
    assert worker.ask(lambda: list(done)).result(PATIENCE) == ["second"]
    worker.stop(PATIENCE)
