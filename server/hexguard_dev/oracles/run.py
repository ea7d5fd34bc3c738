"""Reads facts of the form file, line, code, hit or ok, and counts which of them Hexguard agrees with.

The facts come from the suites of other linters and are not part of this project.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from hexguard.app.compose import compose
from hexguard.engine.file import ModuleName
from hexguard.engine.report import Report
from hexguard.engine.selection import select
from hexguard.engine.workspace import Config, Workspace
from hexguard.files.read import read
from hexguard.settings.model import Problem, Settings
from hexguard.text.document import Document
from hexguard_dev.oracles.peers import RULES
from hexguard_rules.catalogue import CATALOGUE


class Fact(msgspec.Struct, frozen=True):
    """What a suite expects of a peer in a file: a `hit` that starts on a line, or none in some lines (`ok`).

    `unit` says what `line` and `end_line`, counted from 1, are about; a `snippet` is a whole file as well.
    """

    suite: str
    file: str
    line: int
    peer_code: str
    expect: str
    unit: str = "line"
    end_line: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether it is about a whole file."""
        return self.unit in ("file", "snippet")

    def covers(self, first: int, last: int) -> bool:
        """Whether a report on some lines is the one that it is about."""
        return self.is_whole or (first <= max(self.end_line, self.line) and self.line <= last)


class Score(msgspec.Struct, frozen=True):
    """What came of the facts for one code: the places of hits that were missed, and of reports that were too many."""

    suite: str
    code: str
    rules: tuple[str, ...]
    n_hits: int
    n_clean: int
    missed: tuple[str, ...]
    extra: tuple[str, ...]


def oracles(facts: Path, folders: Sequence[Path], *, lists: bool) -> int:
    """Print the scores of all codes that some rule covers, and with `lists` each place; 2 if the facts cannot be read.

    Files are looked for in each of the folders.
    """
    try:
        known = [msgspec.json.decode(line, type=Fact) for line in facts.read_bytes().splitlines() if line.strip()]
    except (OSError, msgspec.DecodeError) as error:
        print(f"error: {facts} cannot be read: {error}", file=sys.stderr)
        return 2
    found: dict[str, tuple[Lines, ...]] = {}
    by_code: dict[tuple[str, str], list[Fact]] = {}
    for fact in known:
        if _rules((fact.suite, fact.peer_code)):
            by_code.setdefault((fact.suite, fact.peer_code), []).append(fact)
            if fact.file not in found:
                found[fact.file] = tuple(_reported(fact.file, folders))
    scores = [_score(code, by_code, found) for code in sorted(by_code)]
    for line in (*_table(scores), *(_places(scores) if lists else ())):
        print(line)
    return 0


class Lines(msgspec.Struct, frozen=True):
    """A report by its rule and its lines, counted from 1."""

    rule: str
    first: int
    last: int


def _reported(file: str, folders: Iterable[Path]) -> Iterator[Lines]:
    """The reports of all rules on a file that stands alone, whatever they require of a project."""
    path = next((folder / file for folder in folders if (folder / file).is_file()), None)
    source = read(path) if path else None
    if path is None or source is None or isinstance(source, Problem):
        print(f"warning: {file} cannot be read, so all that is expected of it is missed", file=sys.stderr)
        return
    composition = compose(path.parent, {}, {"preview": True})
    selection = select(CATALOGUE, Settings(select=("all", *CATALOGUE.names)), lambda requirement: True)
    workspace = Workspace(Config(composition.project, CATALOGUE, lambda _: selection, lambda _: None))
    document = Document.of(str(path), source.text)
    workspace.open(str(path), ModuleName(path.stem), document)
    for report in workspace.all_reports(str(path)):
        yield _lines(report, document)


def _lines(report: Report, document: Document) -> Lines:
    first = document.lines.line_of(report.span.start)
    last = document.lines.line_of(max(report.span.end - 1, report.span.start))
    return Lines(report.rule, first + 1, last + 1)


def _score(
    code: tuple[str, str], facts: Mapping[tuple[str, str], Sequence[Fact]], found: Mapping[str, Sequence[Lines]]
) -> Score:
    rules = _rules(code)
    # What one code says is clean, another one of the same suite may report, and a rule of ours may be both.
    kin = [fact for other, those in facts.items() if set(_rules(other)) & set(rules) for fact in those]
    hits = [fact for fact in facts[code] if fact.expect == "hit"]
    clean = [fact for fact in facts[code] if fact.expect != "hit"]
    missed = tuple(f"{fact.file}:{fact.line}" for fact in hits if not _agreeing(fact, rules, found))
    extra = (
        f"{fact.file}:{lines.first}"
        for fact in clean
        for lines in _agreeing(fact, rules, found)
        if not any(_expects(other, fact.file, lines) for other in kin)
    )
    return Score(*code, rules, len(hits), len(clean), missed, tuple(dict.fromkeys(extra)))


def _rules(code: tuple[str, str]) -> tuple[str, ...]:
    return tuple(rule for rule in RULES.get(code, ()) if rule in CATALOGUE)


def _expects(fact: Fact, file: str, lines: Lines) -> bool:
    return fact.expect == "hit" and fact.file == file and fact.covers(lines.first, lines.last)


def _agreeing(fact: Fact, rules: Sequence[str], found: Mapping[str, Sequence[Lines]]) -> list[Lines]:
    return [lines for lines in found[fact.file] if lines.rule in rules and fact.covers(lines.first, lines.last)]


def _table(scores: Iterable[Score]) -> Iterator[str]:
    yield "| suite | code | rules | expected | found | missed | clean | extra |"
    yield "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: |"
    for score in scores:
        rules = ", ".join(f"`{rule}`" for rule in score.rules)
        n_found = score.n_hits - len(score.missed)
        numbers = (score.n_hits, n_found, len(score.missed), score.n_clean, len(score.extra))
        yield f"| {score.suite} | {score.code} | {rules} | {' | '.join(map(str, numbers))} |"


def _places(scores: Iterable[Score]) -> Iterator[str]:
    for score in scores:
        for what, places in (("missed", score.missed), ("extra", score.extra)):
            for place in places:
                yield f"{score.suite} {score.code} {what}: {place}"
