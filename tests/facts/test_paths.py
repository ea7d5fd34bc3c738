"""What runs for certain before something else: each case is code with calls of `first` and `then`."""

import pytest

from hexguard.facts.block import BlockFacts, lower
from hexguard.facts.expressions import Call
from hexguard.facts.loops import last_node
from hexguard.facts.paths import between, is_behind
from hexguard.syntax.parse import parse


def places(code: str) -> tuple[BlockFacts, Call, Call]:
    block = lower(parse(code), is_member=False)[0]
    calls = {call.method: call for call in block.of_type(Call)}
    return block, calls["first"], calls["then"]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("first()\nthen()", True),
        ("then()\nfirst()", False),
        ("first()\nif x: then()", True),
        ("if x: first()\nthen()", True),
        ("if x:\n first()\nelse:\n then()", False),
        ("if x:\n pass\nelif y:\n first()\nthen()", False),
        ("match x:\n case 1:\n  first()\n case _:\n  then()", False),
        ("for x in y:\n first()\nthen()", False),
        ("for x in y:\n first()\n for z in x:\n  then()", True),
        ("try:\n first()\nexcept E:\n then()", False),
        ("try:\n pass\nexcept E:\n first()\n then()", True),
        ("try:\n first()\n then()\nexcept E:\n pass", True),
    ],
)
def test_what_is_behind(code: str, expected: bool) -> None:
    block, first, then = places(code)
    assert is_behind(block, first.node, then.node) is expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("first(a())\nb()\nthen()", ["b"]),
        ("first()\nb(then())", []),
        ("first()\nb(c(), then(), d())", ["c"]),
        ("first()\nb(c()).d(then())", ["b", "c"]),
        ("first()\ndef f():\n b()\nthen()", []),
        ("first()\n[b(x) for x in y]\nthen(c())", ["b"]),
    ],
)
def test_the_calls_between(code: str, expected: list[str]) -> None:
    block, first, then = places(code)
    found = between(block, last_node(first), then.node, 0)
    assert sorted(fact.method for fact in found if isinstance(fact, Call)) == expected
