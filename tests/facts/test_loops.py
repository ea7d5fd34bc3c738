"""Which loops hold a call, and whether they go through items: each case is code with a call of `here`."""

import pytest

from hexguard.facts.block import lower
from hexguard.facts.expressions import Call
from hexguard.facts.loops import is_per_item, last_node, loops_around, names_in
from hexguard.facts.model import Assignment, Loop
from hexguard.syntax.parse import parse


def check(code: str, expected: list[bool]) -> None:
    """What is said of the loops around `here()`, outermost first: whether they go through items."""
    block = lower(parse(code), is_member=False)[0]
    here = next(call for call in block.of_type(Call) if call.method == "here")
    assert [is_per_item(loop, block) for loop in loops_around(block, here.node, here.context)] == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("here()", []),
        ("for user in users:\n here()", [True]),
        ("for user in users:\n pass\nelse:\n here()", []),
        ("for user in here():\n pass", []),
        ("for user in users:\n for order in user.orders:\n  here()", [True, True]),
        ("while more():\n for user in users:\n  here()", [False, True]),
        ("for user in users:\n def f():\n  here()", []),
        ("for user in users:\n here()\n if user.last: break", [False]),
        ("for user in users:\n here()\n for order in user.orders:\n  break", [True]),
        ("for user in users:\n here()\n def f():\n  for x in y:\n   break", [True]),
        ("def f():\n for user in users:\n  here()\n  return user", [False]),
        ("def f():\n for user in users:\n  here()\n  def g():\n   return user", [True]),
        ("async def f():\n async for user in users:\n  here()", [False]),
        ("for kind in (User, Order):\n here()", [False]),
        ("for number in range(3):\n here()", [False]),
        ("for number, user in enumerate(sorted(users)):\n here()", [True]),
        ("for number, user in enumerate(batched(users, 3)):\n here()", [False]),
        ("for chunk in split(users):\n here()", [False]),
        ("for attempt in policy:\n here()", [False]),
        ("for user in repository.all():\n here()", [True]),
    ],
)
def test_the_loops_around(code: str, expected: list[bool]) -> None:
    check(code, expected)


def test_the_names_of_an_expression() -> None:
    (found,) = lower(parse("with lock:\n x = f(a.b, c=[d, *e], **{g: h})[i]"), is_member=False)[0].of_type(Assignment)
    assert sorted(names_in(found.value)) == ["a", "d", "e", "f", "g", "h", "i"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("add(user)", True),
        ("add(User(name=[*names], key=lambda: user.id, **rest)[0].copy())", True),
        ("pass\n add(f'{user.name}')", True),
        ("add(user)\n add(user)", False),
        ("add(user); print", False),
        ("if user: add(user)", False),
        ("try: add(user)\n except KeyError: pass", False),
        ("with lock: add(user)", False),
    ],
)
def test_whether_a_call_is_all_that_a_loop_does(body: str, expected: bool) -> None:
    block = lower(parse(f"for user in users:\n {body}"), is_member=False)[0]
    (loop,) = block.of_type(Loop)
    call = next(found for found in block.of_type(Call) if found.method == "add")
    assert (loop.body == (call.node, last_node(call) + 1)) is expected
