"""What changes, keeps or gives back an object: each case is the body of a function with the parameter `it`."""

import pytest

from hexguard.facts.block import lower
from hexguard.facts.keeping import is_changed_or_kept
from hexguard.facts.model import Function
from hexguard.syntax.parse import parse


def check(body: str, *, expected: bool) -> None:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    block = lower(parse(f"def work(self, it, other):\n{lines}\n"), is_member=True)[0]
    function = block.of_type(Function)[0]
    assert is_changed_or_kept(block, "it", function.scope, lambda call: call.method == "Order") is expected


@pytest.mark.parametrize(
    "body",
    [
        "it.append(1)",
        "it.setdefault('a', []).append(1)",
        "it['a'] = 1",
        "it['a'], other = 1, 2",
        "it['a'] += 1",
        "it += other",
        "self.it = it",
        "self.it = other or it",
        "self.it = it if other else None",
        "self.all['a'] = it",
        "return it",
        "return {'a': [it]}",
        "yield it",
        "Order(it)",
        "models.Order('a', items=other or it)",
        "def inner():\n    it.append(1)\ninner()",
        "mine = it\nmine.append(1)",
        "mine = it\nagain = mine\nreturn again",
        "if other:\n    it = []\nit.append(1)",
        "it = it if other else []\nreturn it",
        "use(it)\nit.append(1)\nit = list(it)",
    ],
)
def test_it_is_another_afterwards_or_known_outside(body: str) -> None:
    check(body, expected=True)


@pytest.mark.parametrize(
    "body",
    [
        "pass",
        "for item in it:\n    other.append(item)",
        "return other in it or len(it) > 1",
        "return [*it, 1], {**it}, it + other, it.get('a'), it['a'], f'{it}'",
        "self.it = it or []",
        "self.it = list(it)",
        "mine = it\nreturn len(mine)",
        "it = [item for item in it]\nit.append(1)\nreturn it",
        "other['a'] = it\nit.get('a').append(1)",
        "use(it, key=it)",
        "Query(it)",
        "def inner(it):\n    it.append(1)",
        "other.it.append(1)",
    ],
)
def test_it_is_the_same_afterwards_as_far_as_is_seen(body: str) -> None:
    check(body, expected=False)
