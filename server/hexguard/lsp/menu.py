"""Decides what is offered where: for the findings at a place, for the whole document, and without any finding.

Runs in the worker's thread.
"""

import logging
from collections.abc import Iterator, Sequence

import msgspec

from hexguard.engine.fixing import Offer
from hexguard.engine.report import Report
from hexguard.lsp.asked import Asked
from hexguard.lsp.roots import Home
from hexguard.lsp.target import (
    FIX_ALL,
    FIX_ALL_UNSAFE,
    QUICK_FIX,
    REFACTOR,
    EverywhereFixes,
    ManyFixes,
    OneFix,
    Place,
    ReachName,
    Silence,
    Target,
)
from hexguard.rule.fix import BULK, Applicability, Refusal
from hexguard.text.span import Span
from hexguard_rules.catalogue import CATALOGUE

LOG = logging.getLogger(__name__)

_REACHES: tuple[tuple[ReachName, str], ...] = (
    ("line", "here"),
    ("file", "in this file"),
    ("project", "in the settings of the project"),
)

MAX_REPORTS = 50
"""Fixes are made for so many findings of a range at most: nobody picks from a longer menu."""


class Choice(msgspec.Struct, frozen=True):
    """One entry: what it is called, and what it does, either a `target` or the page of a rule.

    `report` is the finding that it is about; `refused` says why it cannot be chosen.
    A `large` one takes a while to work out.
    """

    title: str
    kind: str
    target: Target | None = None
    page: str = ""
    report: Report | None = None
    refused: str = ""
    is_preferred: bool = False
    is_large: bool = False


def menu(home: Home, asked: Asked) -> Iterator[Choice]:
    """All that is offered, the most likely first."""
    reports = home.reports()
    here = _at(asked.span, reports)
    offers = _offers(home, here, asked)
    yield from (choice for report, offered in offers for choice in _single(home, report, offered, asked))
    yield from _on_request(home, asked)
    if asked.wants(QUICK_FIX):
        yield from _several(home, offers, asked)
        yield from _of_one_rule(home, offers, reports)
        yield from (choice for report in here for choice in _silences(home, report))
        yield from _pages(here)
    yield from _all(home, reports, asked)


def _at(span: Span, reports: Sequence[Report]) -> list[Report]:
    """The reports that a span touches."""
    touching = [report for report in reports if report.span.start <= span.end and span.start <= report.span.end]
    return touching[:MAX_REPORTS]


def _offers(home: Home, here: Sequence[Report], asked: Asked) -> list[tuple[Report, tuple[Offer, ...]]]:
    wanted = [report for report in here if asked.wants(QUICK_FIX) or asked.wants(f"{REFACTOR}.{report.rule}")]
    return [(report, _offers_for(home, report)) for report in wanted]


def _offers_for(home: Home, report: Report) -> tuple[Offer, ...]:
    try:
        return home.workspace.offers(report)
    # A fix that crashes must not take the others with it.
    except Exception:
        LOG.exception("a fix of `%s` crashed", report.rule)
        return ()


def _single(home: Home, report: Report, offers: Sequence[Offer], asked: Asked) -> Iterator[Choice]:
    """The fixes of one finding. Why there is none is told to those who look for one."""
    for offer in offers:
        kind = f"{REFACTOR}.{report.rule}" if offer.applicability is Applicability.REFACTOR else QUICK_FIX
        if not asked.wants(kind):
            continue
        if isinstance(offer.fix, Refusal):
            if asked.by_hand:
                yield Choice(offer.fix.title, kind, report=report, refused=offer.fix.reason)
            continue
        document = home.document
        target = OneFix(document.uri, document.version, report.rule, _place(report.span), offer.fix.title)
        is_safe = offer.applicability is Applicability.SAFE
        yield Choice(offer.fix.title, kind, target, report=report, is_preferred=is_safe)


def _on_request(home: Home, asked: Asked) -> Iterator[Choice]:
    """Rewrites without a finding."""
    if not asked.wants(REFACTOR) and not (asked.only and any(kind.startswith(REFACTOR) for kind in asked.only)):
        return
    for report in home.workspace.on_request(home.path, asked.span):
        for choice in _single(home, report, _offers_for(home, report), asked):
            # Why a rewrite is not possible is told to those who look for rewrites.
            if not choice.refused or asked.only:
                yield msgspec.structs.replace(choice, report=None)


def _several(home: Home, offers: Sequence[tuple[Report, tuple[Offer, ...]]], asked: Asked) -> Iterator[Choice]:
    """All findings of a selection together."""
    if asked.span.start == asked.span.end:
        return
    document, place = home.document, _place(asked.span)
    n_safe = sum(any(_is_fix(offer, {Applicability.SAFE}) for offer in offered) for _, offered in offers)
    n_all = sum(any(_is_fix(offer, BULK) for offer in offered) for _, offered in offers)
    if n_safe > 1:
        target = ManyFixes(document.uri, document.version, span=place)
        yield Choice(f"Fix the {n_safe} findings here that are safe to fix", QUICK_FIX, target)
    if n_all > max(n_safe, 1):
        target = ManyFixes(document.uri, document.version, unsafe=True, span=place)
        yield Choice(f"Fix all {n_all} findings here, also where behavior may change", QUICK_FIX, target)


def _of_one_rule(
    home: Home, offers: Sequence[tuple[Report, tuple[Offer, ...]]], reports: Sequence[Report]
) -> Iterator[Choice]:
    """All findings of a rule, in the file and in the project."""
    document = home.document
    fixable = {report.rule: report for report, offered in offers if any(_is_fix(offer, BULK) for offer in offered)}
    for rule, report in fixable.items():
        unsafe = report.applicability is not Applicability.SAFE
        n_found = sum(other.rule == rule for other in reports)
        if n_found > 1:
            target = ManyFixes(document.uri, document.version, unsafe, rule)
            yield Choice(f"Fix all {n_found} `{rule}` in this file", QUICK_FIX, target, report=report, is_large=True)
        everywhere = EverywhereFixes(document.uri, unsafe, rule)
        yield Choice(f"Fix all `{rule}` in the project", QUICK_FIX, everywhere, report=report, is_large=True)


def _silences(home: Home, report: Report) -> Iterator[Choice]:
    """Ways to suppress a finding; what is said about suppressions themselves is not suppressed but mended."""
    if report.rule not in CATALOGUE:
        return
    document, place = home.document, _place(report.span)
    for reach, where in _REACHES:
        target = Silence(document.uri, document.version, report.rule, place, reach)
        yield Choice(f"Suppress `{report.rule}` {where}", QUICK_FIX, target, report=report)


def _pages(here: Sequence[Report]) -> Iterator[Choice]:
    for rule, report in {report.rule: report for report in here}.items():
        yield Choice(f"Show the documentation of `{rule}`", QUICK_FIX, page=rule, report=report)


def _all(home: Home, reports: Sequence[Report], asked: Asked) -> Iterator[Choice]:
    """All findings of the document."""
    document, found = home.document, {report.applicability for report in reports}
    if asked.wants(FIX_ALL) and Applicability.SAFE in found:
        target = ManyFixes(document.uri, document.version)
        yield Choice("Fix all that is safe (Hexguard)", FIX_ALL, target, is_large=True)
    if asked.wants(FIX_ALL_UNSAFE) and Applicability.UNSAFE in found:
        target = ManyFixes(document.uri, document.version, unsafe=True)
        yield Choice("Fix all, also where behavior may change (Hexguard)", FIX_ALL_UNSAFE, target, is_large=True)


def _is_fix(offer: Offer, allowed: frozenset[Applicability] | set[Applicability]) -> bool:
    return not isinstance(offer.fix, Refusal) and offer.applicability in allowed


def _place(span: Span) -> Place:
    return span.start, span.end
