"""Writes what came of a comparison as Markdown: a table, the reasons for what differs, and what nobody explained."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from hexguard_dev.oracles.explained import REASONS, Reason
from hexguard_dev.oracles.peers import HISTORY
from hexguard_dev.oracles.score import Place, Score


def render(scores: Sequence[Score]) -> dict[str, str]:
    """The parts of the page that some scores tell: a table each, and below it a line for each reason."""
    parts = {
        "suites": [score for score in scores if score.suite != HISTORY],
        "history": [score for score in scores if score.suite == HISTORY],
    }
    tables = {"suites": _suites, "history": _history}
    return {
        name: "\n".join([*tables[name](those), "", *_reasons(those)]).rstrip() + "\n"
        for name, those in parts.items()
        if those
    }


def put_in(page: str, parts: Mapping[str, str]) -> str:
    """A page with new parts between the marks of each; raises `ValueError` if it has no such marks."""
    for name, part in parts.items():
        begin, end = (f"<!-- {name}: {word} -->\n" for word in ("begin", "end"))
        before, begun, rest = page.partition(begin)
        _, ended, after = rest.partition(end)
        if not begun or not ended:
            raise ValueError(f"the page has no marks for its part `{name}`")
        page = f"{before}{begin}{part}{end}{after}"
    return page


def unexplained(scores: Iterable[Score]) -> Iterator[str]:
    """The places on which Hexguard and a suite differ for no reason that is known, one in a line."""
    for score, what, place in _differences(scores):
        if _reason(score, what, place) is None:
            yield f"{score.suite} {score.code} {what}: {place.file}:{place.line}"


def places(scores: Iterable[Score]) -> Iterator[str]:
    """All places on which Hexguard and a suite differ, one in a line."""
    for score, what, place in _differences(scores):
        yield f"{score.suite} {score.code} {what}: {place.file}:{place.line}"


def _differences(scores: Iterable[Score]) -> Iterator[tuple[Score, str, Place]]:
    for score in scores:
        for what, those in (("missed", score.missed), ("extra", score.extra)):
            for place in those:
                yield score, what, place


def _reason(score: Score, what: str, place: Place) -> Reason | None:
    return next((reason for reason in REASONS if reason.explains(score.suite, score.code, what, place)), None)


def _suites(scores: Sequence[Score]) -> Iterator[str]:
    yield "| suite | code | rules | expected | found | missed | clean | extra |"
    yield "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: |"
    for score in scores:
        numbers = (score.n_hits, score.n_found, len(score.missed), score.n_clean, len(score.extra))
        yield f"| {score.suite} | {score.code} | {_rules(score)} | {' | '.join(map(str, numbers))} |"


def _history(scores: Sequence[Score]) -> Iterator[str]:
    yield "| change | rules | repositories | found, mean of the repositories | clean | extra | found, by repository |"
    yield "| --- | --- | ---: | ---: | ---: | ---: | --- |"
    for code, group in groupby(scores, lambda score: score.code):
        those = list(group)
        told = [score for score in those if score.n_hits]
        mean = sum(score.n_found / score.n_hits for score in told) / len(told) if told else 0
        by_repo = ", ".join(f"{score.repo.partition('+')[2]} {score.n_found} of {score.n_hits}" for score in told)
        n_clean, n_extra = sum(score.n_clean for score in those), sum(len(score.extra) for score in those)
        yield f"| {code} | {_rules(those[0])} | {len(told)} | {mean:.0%} | {n_clean} | {n_extra} | {by_repo} |"


def _rules(score: Score) -> str:
    return ", ".join(f"`{rule}`" for rule in score.rules)


def _reasons(scores: Iterable[Score]) -> Iterator[str]:
    counts: dict[Reason, int] = {}
    for score, what, place in _differences(scores):
        if reason := _reason(score, what, place):
            counts[reason] = counts.get(reason, 0) + 1
    for reason in REASONS:
        if reason in counts:
            yield f"- {reason.suite} {', '.join(reason.codes)}, {counts[reason]} {reason.what}: {reason.why}"
