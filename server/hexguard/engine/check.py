"""Runs the rules over the facts of one block, each rule alone, so that one that crashes costs only itself."""

import traceback

import msgspec

from hexguard.engine.selection import Checks, Table
from hexguard.engine.timings import Clock
from hexguard.facts.block import BlockFacts
from hexguard.facts.expressions import Call
from hexguard.facts.model import Fact
from hexguard.index.reads import Read
from hexguard.index.values import Place
from hexguard.rule.finding import Finding
from hexguard.rule.view import View


class Crash(msgspec.Struct, frozen=True):
    """A rule that raised, with where and why."""

    rule: str
    error: str


class Checked(msgspec.Struct, frozen=True, eq=False):
    """The findings of one block with their messages, where it stood, and what was asked for them."""

    place: Place
    findings: tuple[Finding[Fact], ...]
    texts: tuple[str, ...]
    reads: frozenset[Read]


class Result(msgspec.Struct, frozen=True):
    """What the rules found in one block and say of it, which crashed, and the seconds of each if a clock ran."""

    findings: tuple[Finding[Fact], ...]
    texts: tuple[str, ...]
    crashes: tuple[Crash, ...]
    seconds: dict[str, float]


def check_block(facts: BlockFacts, view: View, table: Table, clock: Clock | None = None) -> Result:
    """The findings of all rules in `table` on one block, in the order of its facts, each finding once."""
    findings: dict[tuple[str, int, str], Finding[Fact]] = {}
    crashes: dict[str, Crash] = {}
    seconds: dict[str, float] = {}
    then = 0.0
    for position, fact in enumerate(facts.facts):
        if position in facts.broken:
            continue
        checks = _of_call(fact, view, table, crashes) if type(fact) is Call else table.by_type.get(type(fact))
        if not checks:
            continue
        if clock:
            # What it took to find out what is called is no rule's fault.
            then = clock()
        for rule, check in checks:
            if rule.name in crashes:
                continue
            try:
                for finding in check(fact, view):
                    findings.setdefault((rule.name, finding.node, rule.text(finding)), finding)
            # Rules are many and some day from many hands: whatever one raises is its own loss.
            except Exception:  # noqa: BLE001 - see above: the crash is kept and told, and only this rule stops
                crashes[rule.name] = Crash(rule.name, traceback.format_exc())
            if clock:
                now = clock()
                seconds[rule.name] = seconds.get(rule.name, 0.0) + now - then
                then = now
    kept = {key: finding for key, finding in findings.items() if finding.rule not in crashes}
    texts = tuple(text for _, _, text in kept)
    return Result(tuple(kept.values()), texts, tuple(crashes.values()), seconds)


def _of_call(call: Call, view: View, table: Table, crashes: dict[str, Crash]) -> Checks:
    """The checks for a call; if it cannot be told what is called, the rules that wait for a callee have crashed."""
    callee = ""
    try:
        callee = view.callee(call) if table.by_callee else ""
    except Exception:  # noqa: BLE001 - as above: these rules ask what is called, and no other
        crash = traceback.format_exc()
        crashes.update({rule.name: Crash(rule.name, crash) for rule in table.rules if rule.callees})
    return table.of_call(callee, call.method)
