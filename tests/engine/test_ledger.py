"""A ledger says what a plain list of blocks would say, whatever is done to it."""

from collections.abc import Sequence
from typing import TypeAlias

from hypothesis import given
from hypothesis import strategies as st

from hexguard.engine.check import Checked
from hexguard.engine.ledger import Ledger
from hexguard.facts.expressions import Context
from hexguard.facts.model import Fact, Import
from hexguard.index.reads import Read
from hexguard.index.values import Place
from hexguard.rule.finding import Finding

Blocks: TypeAlias = list[Checked | None]
Operation: TypeAlias = tuple[int, int, Sequence[Checked | None] | frozenset[Read]]
"""A position, how many blocks, and what they become; or, with reads, which of all blocks are dropped."""

READS: tuple[Read, ...] = (("symbol", "a", "x"), ("symbol", "a", "y"), ("package", "b", ""))


def checked_block(has_findings: bool, reads: frozenset[Read]) -> Checked:
    fact = Import(0, 0, "a", None, None, 0, Context(0))
    findings: tuple[Finding[Fact], ...] = (Finding("found", fact, 0, {}),) if has_findings else ()
    return Checked(Place("m"), findings, texts=("found",) * len(findings), reads=reads)


reads = st.frozensets(st.sampled_from(READS))
blocks = st.none() | st.builds(checked_block, st.booleans(), reads)
operations = st.tuples(st.integers(0, 12), st.integers(0, 4), st.lists(blocks, max_size=4) | reads)


def carry_out(ledger: Ledger, model: Blocks, operation: Operation) -> None:
    at, removed, value = operation
    first = at % (len(model) + 1)
    if isinstance(value, frozenset):
        outdated = [found is not None and not value.isdisjoint(found.reads) for found in model]
        assert ledger.drop(value) is any(outdated)
        model[:] = [None if gone else found for gone, found in zip(outdated, model, strict=True)]
    elif len(value) == 1 and first < len(model):
        ledger[first] = model[first] = value[0]
    else:
        ledger.replace(first, min(removed, len(model) - first), value)
        model[first : first + removed] = value


def check(ledger: Ledger, model: Blocks) -> None:
    """Compare all that a ledger says with the list; what is checked is compared by identity."""
    known = [(position, found) for position, found in enumerate(model) if found is not None]
    assert [ledger[position] for position in range(len(model))] == model
    assert list(ledger.due()) == [position for position, found in enumerate(model) if found is None]
    assert list(ledger.telling()) == [position for position, found in known if found.findings]
    assert list(ledger.all()) == known


@given(st.integers(0, 6), st.lists(operations, max_size=12))
def test_a_ledger_is_a_list(n_blocks: int, steps: list[Operation]) -> None:
    ledger, model = Ledger(n_blocks), Blocks([None] * n_blocks)
    check(ledger, model)
    for step in steps:
        carry_out(ledger, model, step)
        check(ledger, model)


def test_blocks_may_be_checked_while_the_due_ones_are_gone_through() -> None:
    ledger, found = Ledger(3), checked_block(True, frozenset())
    visited: list[int] = []
    for position in ledger.due():
        visited.append(position)
        ledger[position] = found
    assert visited == [0, 1, 2]
    check(ledger, [found] * 3)
