"""Reads facts of the form file, line, code, hit or ok, and counts which of them Hexguard agrees with.

The facts come from the suites of other linters and are not part of this project.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from hexguard_dev.oracles.checking import check_all
from hexguard_dev.oracles.facts import read_facts
from hexguard_dev.oracles.page import places, put_in, render, unexplained
from hexguard_dev.oracles.peers import RULES
from hexguard_dev.oracles.score import scores


def oracles(facts: Path, folders: Sequence[Path], *, page: Path | None = None, lists: bool) -> int:
    """Print the scores of all codes that some rule covers, and why they are not better; with `lists` each place.

    Files are looked for in each of the folders. What is printed is also put into a `page` that has marks for it.
    The code is 1 if Hexguard differs from a suite for no reason that is known, and 2 if the facts cannot be read or the
    page cannot be written.
    """
    try:
        known = [fact for fact in read_facts(facts) if (fact.suite, fact.peer_code) in RULES]
    except (OSError, msgspec.DecodeError) as error:
        print(f"error: {facts} cannot be read: {error}", file=sys.stderr)
        return 2
    found = scores(known, check_all(known, folders))
    parts = render(found)
    print(*parts.values(), sep="\n", end="")
    try:
        if page:
            page.write_text(put_in(page.read_text("utf-8"), parts), "utf-8")
    except (OSError, ValueError) as error:
        print(f"error: {page} cannot be written: {error}", file=sys.stderr)
        return 2
    if lists:
        print("", *places(found), sep="\n")
    left = list(unexplained(found))
    if left:
        print("\nNot explained:\n", *left, sep="\n")
    return 1 if left else 0
