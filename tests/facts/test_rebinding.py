"""Whether a name still means the same: in the next round of a loop, and after some statements."""

import pytest

from hexguard.facts.block import BlockFacts, lower
from hexguard.facts.model import Assignment, Loop, With
from hexguard.facts.rebinding import is_bound_in, rebinds
from hexguard.syntax.parse import parse


def facts_of(body: str) -> BlockFacts:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return lower(parse(f"async def run(s, items):\n{lines}"), is_member=False)[0]


@pytest.mark.parametrize(
    ("loop", "expected"),
    [
        ("for s in items: a()", True),
        ("for i, s in items: a()", True),
        ("for i in items:\n    s = make()", True),
        ("for i in items:\n    async with make() as s: a()", True),
        ("for i in items:\n    s.other = make()", False),
        ("for i in items:\n    s.db = make()", True),
        ("for i in items: a()\ns = make()", False),
    ],
)
def test_is_bound_in(loop: str, expected: bool) -> None:
    block = facts_of(loop)
    (found,) = block.of_type(Loop)
    assert is_bound_in("s.db", found, block) is expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("s = make()", True),
        ("s.db = make()", True),
        ("s.other = make()", False),
        ("other = s", False),
        ("with make() as s: pass", True),
        ("with s: pass", False),
        ("s, other = make()", True),
    ],
)
def test_rebinds(body: str, expected: bool) -> None:
    facts = [fact for fact in facts_of(body).facts if isinstance(fact, Assignment | With)]
    assert rebinds("s.db", facts) is expected
