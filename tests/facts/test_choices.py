"""Which of the calls `a()` and `b()` exclude each other."""

import pytest

from hexguard.facts.block import lower
from hexguard.facts.choices import excludes
from hexguard.facts.expressions import Call
from hexguard.syntax.parse import parse


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("a()\nb()", False),
        ("if x: a()\nelse: b()", True),
        ("if x: a()\nelif b(): pass", False),
        ("if x: pass\nelif y: a()\nelse: b()", True),
        ("if x: a()\nb()", False),
        ("if x:\n    a()\n    b()\nelse: pass", False),
        ("if x:\n    if y: a()\nelse:\n    for z in x: b()", True),
        ("match x:\n    case 1: a()\n    case _: b()", True),
        ("try: a()\nexcept X: b()\nelse: pass", False),
        ("try: pass\nexcept X: a()\nelse: b()", True),
        ("try: pass\nexcept X: a()\nexcept Y: b()", True),
        ("try: pass\nexcept X: a()\nelse: pass\nfinally: b()", False),
    ],
)
def test_excludes(code: str, expected: bool) -> None:
    block, _ = lower(parse(code + "\n"), is_member=False)
    first, second = sorted(call.node for call in block.of_type(Call))
    assert (excludes(first, second, block), excludes(second, first, block)) == (expected, expected)
