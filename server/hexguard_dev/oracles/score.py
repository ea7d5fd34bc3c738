"""Compares what is reported with what other people expect, place by place."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from hexguard_dev.oracles.checking import Checked, Lines
from hexguard_dev.oracles.facts import Fact
from hexguard_dev.oracles.peers import RULES

AROUND = 8
"""So many lines at most say what stands at a place."""


class Place(msgspec.Struct, frozen=True):
    """A line of a file, counted from 1, and the text up to the next two empty lines, or all that a fact is about."""

    file: str
    line: int
    text: str


class Score(msgspec.Struct, frozen=True):
    """What came of the facts for one code: the places of hits that were missed, and of reports that were too many.

    In the suite `history`, it is about the changes of one repository.
    """

    suite: str
    code: str
    repo: str
    rules: tuple[str, ...]
    n_hits: int
    n_clean: int
    missed: tuple[Place, ...]
    extra: tuple[Place, ...]

    @property
    def n_found(self) -> int:
        """How many hits are reported."""
        return self.n_hits - len(self.missed)


def scores(facts: Iterable[Fact], checked: Mapping[str, Checked]) -> list[Score]:
    """The scores of all codes that a rule of ours covers, in the order of suites, codes and repositories."""
    by_code: dict[tuple[str, str, str], list[Fact]] = {}
    hits_by_file: dict[str, list[Fact]] = {}
    for fact in facts:
        if (fact.suite, fact.peer_code) in RULES:
            by_code.setdefault((fact.suite, fact.peer_code, fact.repo), []).append(fact)
            if fact.expect == "hit":
                hits_by_file.setdefault(fact.file, []).append(fact)
    return [_score(code, by_code[code], hits_by_file, checked) for code in sorted(by_code)]


def _score(
    code: tuple[str, str, str],
    facts: Sequence[Fact],
    hits_by_file: Mapping[str, Sequence[Fact]],
    checked: Mapping[str, Checked],
) -> Score:
    rules = RULES[code[:2]]
    hits = [fact for fact in facts if fact.expect == "hit"]
    clean = [fact for fact in facts if fact.expect != "hit"]
    missed = [_place(fact, fact.line, checked) for fact in hits if not _agreeing(fact, rules, checked)]
    extra = [
        _place(fact, lines.first, checked)
        for fact in clean
        for lines in _agreeing(fact, rules, checked)
        # What one code says is clean, another one may report, and a rule of ours may be both.
        if not any(
            other.covers(lines.first, lines.last) and lines.rule in RULES[other.suite, other.peer_code]
            for other in hits_by_file.get(fact.file, ())
        )
    ]
    return Score(*code, rules, len(hits), len(clean), tuple(missed), tuple(dict.fromkeys(extra)))


def _agreeing(fact: Fact, rules: Sequence[str], checked: Mapping[str, Checked]) -> list[Lines]:
    reports = checked[fact.file].reports
    return [lines for lines in reports if lines.rule in rules and fact.covers(lines.first, lines.last)]


def _place(fact: Fact, line: int, checked: Mapping[str, Checked]) -> Place:
    text = checked[fact.file].text
    if not fact.is_whole:
        lines = text.splitlines()[line - 1 : line - 1 + AROUND]
        text = "\n".join(lines).partition("\n\n\n")[0]
    return Place(fact.file, line, text)
