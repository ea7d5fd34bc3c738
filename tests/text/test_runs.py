"""Sequences in runs say what plain ones say, whatever is replaced in them."""

from hypothesis import given
from hypothesis import strategies as st

from hexguard.text.runs import Offsets, Runs

EDITS = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 300), st.integers(0, 300)), max_size=8)


def check(runs: Runs[int], expected: list[int]) -> None:
    assert list(runs) == expected
    assert list(reversed(runs)) == expected[::-1]
    assert len(runs) == len(expected)
    assert [runs[index] for index in range(-len(expected), len(expected))] == expected * 2
    assert list(runs.at(range(0, len(expected), 37))) == expected[::37]
    for start in range(0, len(expected) + 1, 29):
        assert runs.part(start, start + 100) == tuple(expected[start : start + 100])


def check_offsets(offsets: Offsets, expected: list[int]) -> None:
    assert list(offsets) == expected
    assert [offsets[index] for index in range(len(expected))] == expected
    assert list(offsets.at(range(0, len(expected), 37))) == expected[::37]
    for wanted in (-1, 0, 1, *(offset + by for offset in expected[::17] for by in (-1, 0, 1))):
        assert offsets.find(wanted) == sum(offset <= wanted for offset in expected)


@given(st.integers(0, 500), EDITS)
def test_replacing_in_runs(n_items: int, edits: list[tuple[int, int, int]]) -> None:
    expected = list(range(n_items))
    runs = Runs(expected)
    check(runs, expected)
    for place, removed, added in edits:
        start = place % (len(expected) + 1)
        stop = min(start + removed, len(expected))
        items = list(range(1000, 1000 + added))
        before = list(runs)
        after = runs.replaced(start, stop, items)
        assert list(runs) == before, "the old one stays as it is"
        expected[start:stop] = items
        runs = after
        check(runs, expected)


@given(st.lists(st.integers(1, 9), max_size=400), EDITS)
def test_replacing_offsets(gaps: list[int], edits: list[tuple[int, int, int]]) -> None:
    expected = [sum(gaps[:n]) for n in range(len(gaps))]
    offsets = Offsets(expected)
    check_offsets(offsets, expected)
    for place, removed, added in edits:
        start = place % (len(expected) + 1)
        stop = min(start + removed, len(expected))
        base = expected[start - 1] if start else -3
        fresh = [base + 3 * number for number in range(1, added + 1)]
        end = fresh[-1] if fresh else base
        shift = end + 5 - expected[stop] if stop < len(expected) else 0
        offsets = offsets.replaced(start, stop, fresh, shift)
        expected = [*expected[:start], *fresh, *(offset + shift for offset in expected[stop:])]
        check_offsets(offsets, expected)


def test_an_index_outside() -> None:
    for sequence in (Runs[int](), Offsets(), Runs([1]), Offsets([1])):
        for index in (len(sequence), -len(sequence) - 1):
            try:
                sequence[index]
            except IndexError:
                continue
            raise AssertionError(index)


def test_what_is_not_touched_is_shared() -> None:
    runs, offsets = Runs(range(23_000)), Offsets(range(23_000))
    for before, after in (
        (runs, runs.replaced(9000, 9003, (1, 2))),
        (offsets, offsets.replaced(9000, 9001, (9000, 9001), 1)),
    ):
        kept = {id(run) for run in before.runs} & {id(run) for run in after.runs}
        assert len(before.runs) > 80
        assert len(kept) >= len(before.runs) - 2


def test_many_edits_do_not_make_runs_long_or_many() -> None:
    runs, offsets = Runs[int](), Offsets()
    for number in range(3000):
        runs = runs.replaced(number, number, (number,))
        offsets = offsets.replaced(number, number, (number,), 0)
    for found in (runs, offsets):
        assert max(map(len, found.runs)) <= 256
        assert len(found.runs) <= 48
    assert len(runs.replaced(0, 3000, ()).runs) == 0
    assert len(offsets.replaced(1, 3000, (), 0).runs) == 1
