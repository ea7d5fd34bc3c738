"""Runs random rounds until there are enough edits or the time is up, and tells what differed."""

import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

import msgspec

from hexguard_dev.fuzz.compare import Comparison
from hexguard_dev.fuzz.play import Failure, MakeJudge, Round, play, play_random, play_to_the_end
from hexguard_dev.fuzz.sample import Shape, library
from hexguard_dev.fuzz.shrink import shrink
from hexguard_dev.fuzz.told import told

EDITS = 10_000
"""So many edits are made if nobody says how many."""

EDITS_PER_ROUND = 100
SHAPE = Shape()
MAX_SHRUNK = 5
"""So many failures are shrunk and printed; the others are only counted."""


class Options(msgspec.Struct, frozen=True):
    """What to do on samples of these folders: so many `edits` (no limit if 0) for so many `minutes` (no limit if 0)."""

    folders: tuple[Path, ...]
    edits: int = EDITS
    minutes: float = 0
    seed: int = 0
    jobs: int = 0


def fuzz(options: Options, make_judge: MakeJudge = Comparison) -> int:
    """Play random rounds; gives 1 if anything differed, 2 if a folder has no Python files, else 0."""
    if empty := [folder for folder in options.folders if not folder.is_dir() or not library(folder).texts]:
        print(f"error: {empty[0]}: has no Python files", file=sys.stderr)
        return 2
    started = time.monotonic()
    compared: Counter[str] = Counter()
    n_failures = 0
    for seed, found in _rounds(options, make_judge, started):
        compared += found.compared
        if found.failure:
            n_failures += 1
            _tell(f"seed {seed}", found.failure, make_judge if n_failures <= MAX_SHRUNK else None)
    seconds = time.monotonic() - started
    kinds = ", ".join(f"{count} {kind}" for kind, count in compared.most_common())
    n_edits = compared.total()
    print(f"{n_edits} edits ({kinds}) in {seconds:.0f} s, {n_edits / seconds:.0f} a second; differences: {n_failures}")
    return 1 if n_failures else 0


def play_seed(seed: str, folders: Sequence[Path], make_judge: MakeJudge = Comparison, shape: Shape = SHAPE) -> Round:
    """One round: a sample of one of the folders, and random edits on it. The seed decides everything."""
    chance = random.Random(seed)
    case = library(chance.choice(folders)).sample(chance, shape)
    return play_random(case, EDITS_PER_ROUND, chance, make_judge)


def _rounds(options: Options, make_judge: MakeJudge, started: float) -> Iterator[tuple[str, Round]]:
    """Each round with its seed. Which rounds there are does not depend on the number of processes."""
    n_rounds = -(-options.edits // EDITS_PER_ROUND) if options.edits else sys.maxsize
    seeds = (f"{options.seed}:{number}" for number in range(n_rounds))
    one = partial(play_seed, folders=options.folders, make_judge=make_judge)
    jobs = options.jobs or os.cpu_count() or 1
    if jobs == 1:
        for seed in seeds:
            yield seed, one(seed)
            if _is_over(options, started):
                return
        return
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        while batch := list(islice(seeds, 4 * jobs)):
            yield from zip(batch, pool.map(one, batch), strict=True)
            if _is_over(options, started):
                return


def _is_over(options: Options, started: float) -> bool:
    return bool(options.minutes) and time.monotonic() - started > 60 * options.minutes


def _tell(name: str, failure: Failure, make_judge: MakeJudge | None) -> None:
    """Print a failure as a case to keep, as small as it gets if there is a judge to shrink it by."""
    print(f"{name}: differs after {len(failure.case.steps)} edits: {failure.differences[0]}", flush=True)
    if make_judge is None:
        return
    kinds = {_kind(difference) for difference in failure.differences}
    small = shrink(failure.case, lambda case: not kinds.isdisjoint(map(_kind, play_to_the_end(case, make_judge))))
    print(told(name, play(small, make_judge) or failure), flush=True)


def _kind(first: str) -> str:
    """What a difference is about, without what changes when the case gets smaller."""
    return first.splitlines()[-1] if first.startswith("raised") else " ".join(first.split(": ")[1:2])
