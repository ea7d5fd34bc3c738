"""Plays steps on a project and compares after each of them, so that a random round and a kept case are run alike."""

import random
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Protocol, TypeAlias

import msgspec

from hexguard_dev.fuzz.compare import Comparison
from hexguard_dev.fuzz.desk import Desk
from hexguard_dev.fuzz.kinds import KINDS
from hexguard_dev.fuzz.live import Live, playground
from hexguard_dev.fuzz.sample import snippets
from hexguard_dev.fuzz.steps import Case, Step

WHOLE_EACH = 20
"""Every so many steps of a random round the other project is read from disk as a whole."""


class Judge(Protocol):
    """Says what is not as it would be from scratch."""

    def differences(self, live: Live) -> list[str]:
        """One line for each difference."""
        ...


MakeJudge: TypeAlias = Callable[[random.Random, int], Judge]


class Failure(msgspec.Struct, frozen=True):
    """What differed after the last step of a case; a case without steps differs from the start."""

    case: Case
    differences: tuple[str, ...]


class Round(msgspec.Struct, frozen=True):
    """What came of one random round: how many steps of each kind were compared, and the failure that ended it."""

    compared: Counter[str]
    failure: Failure | None = None


def play(case: Case, make_judge: MakeJudge = Comparison) -> Failure | None:
    """Play a case and compare after each step; the first difference ends it."""
    with playground(case) as live:
        judge = make_judge(random.Random(0), 1)
        if differences := judge.differences(live):
            return Failure(_with_steps(case, []), tuple(differences))
        for n_done, step in enumerate(case.steps, start=1):
            if differences := _after(step, live, judge):
                return Failure(_with_steps(case, list(case.steps[:n_done])), tuple(differences))
    return None


def play_to_the_end(case: Case, make_judge: MakeJudge = Comparison) -> list[str]:
    """Play a case and compare only after its last step, which is quicker; gives what differs."""
    with playground(case) as live:
        try:
            for step in case.steps:
                live.apply(step)
            return make_judge(random.Random(0), 1).differences(live)
        # Whatever the engine raises is what is looked for here.
        except Exception:  # noqa: BLE001
            return [f"raised {traceback.format_exc()}"]


def play_random(case: Case, n_steps: int, chance: random.Random, make_judge: MakeJudge = Comparison) -> Round:
    """Make `n_steps` random steps on a project and compare after each; the first difference ends it."""
    compared: Counter[str] = Counter()
    done: list[Step] = []
    with playground(case) as live:
        judge = make_judge(random.Random(chance.random()), WHOLE_EACH)
        steps = _random_steps(Desk(chance, live, snippets()))
        while sum(compared.values()) < n_steps:
            step = next(steps)
            done.append(step)
            compared[step.kind] += 1
            if differences := _after(step, live, judge):
                return Round(compared, Failure(_with_steps(case, done), tuple(differences)))
    return Round(compared)


def _random_steps(desk: Desk) -> Iterator[Step]:
    names = list(KINDS)
    weights = [weight for weight, _ in KINDS.values()]
    while True:
        (name,) = desk.chance.choices(names, weights)
        _, kind = KINDS[name]
        yield from (Step(name, changes) for changes in kind(desk))


def _after(step: Step, live: Live, judge: Judge) -> list[str]:
    """Take a step; what is raised on the way is a difference, since from scratch nothing is."""
    try:
        live.apply(step)
        return judge.differences(live)
    # Whatever the engine raises is what is looked for here.
    except Exception:  # noqa: BLE001
        return [f"raised {traceback.format_exc()}"]


def _with_steps(case: Case, steps: list[Step]) -> Case:
    return msgspec.structs.replace(case, steps=tuple(steps))
