"""What a stage takes lasts from its beginning to that of the next one, and nothing is counted twice."""

from collections.abc import Iterator, Sequence

import pytest

from hexguard.engine.stages import Stage
from hexguard.engine.timings import Spent, Timings

# At each of these times a stage begins, or `None`: a pause, or `take`.
Story = Sequence[tuple[float, Stage | None]]


def check(story: Story, taken: float) -> Spent:
    """What was spent when it is asked for at the time `taken`."""
    times: Iterator[float] = iter([*(time for time, _ in story), taken])
    timings = Timings(lambda: next(times))
    for _, stage in story:
        if stage is None:
            timings.pause()
        else:
            timings(stage, "a.py")
    return timings.take()


SPLIT, PARSE, CHECK = Stage.SPLIT, Stage.PARSE, Stage.CHECK
CASES: dict[str, tuple[Story, float, dict[str, float]]] = {
    "nothing": ([], 9.0, {}),
    "one stage lasts until it is asked for": ([(1.0, SPLIT)], 4.0, {"blocks": 3.0}),
    "a stage ends where the next begins": ([(1.0, SPLIT), (3.0, PARSE)], 4.0, {"blocks": 2.0, "tree": 1.0}),
    "a stage that comes again adds up": (
        [(0.0, PARSE), (1.0, CHECK), (3.0, PARSE), (7.0, CHECK)],
        8.0,
        {"tree": 5.0, "findings": 3.0},
    ),
    "a pause belongs to no stage": ([(0.0, SPLIT), (2.0, None), (50.0, PARSE)], 51.0, {"blocks": 2.0, "tree": 1.0}),
}


@pytest.mark.parametrize(("story", "taken", "expected"), CASES.values(), ids=CASES)
def test_stages(story: Story, taken: float, expected: dict[str, float]) -> None:
    spent = check(story, taken)
    assert spent.stages == expected
    assert spent.total == sum(expected.values())


def test_pausing_twice_is_pausing_once() -> None:
    times = iter((0.0, 2.0, 60.0))
    timings = Timings(lambda: next(times))
    timings(Stage.SPLIT, "a.py")
    timings.pause()
    timings.pause()
    assert timings.take().stages == {"blocks": 2.0}


def test_what_was_taken_is_gone() -> None:
    times = iter((0.0, 2.0, 60.0, 61.0))
    timings = Timings(lambda: next(times))
    timings(Stage.SPLIT, "a.py")
    for seconds in ({"x": 1.0}, {"x": 0.5, "y": 2.0}):
        timings.add(seconds)
    first = timings.take()
    timings(Stage.PARSE, "a.py")
    assert first == Spent({"blocks": 2.0}, {"x": 1.5, "y": 2.0})
    assert timings.take() == Spent({"tree": 1.0}, {})
    assert timings.take() == Spent()
