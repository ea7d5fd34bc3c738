"""What runs with a handler, and what stands between it and the calls of its `try`."""

import pytest

from hexguard.facts.block import BlockFacts, lower
from hexguard.facts.expressions import Call, Name
from hexguard.facts.handlers import entered_between, is_caught_before, reached
from hexguard.facts.model import Handler
from hexguard.syntax.parse import parse


def facts_of(body: str) -> tuple[BlockFacts, Handler]:
    """The facts of a function, and the handler of `Wanted` in it."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    block, _ = lower(parse(f"def run(s):\n{lines}"), is_member=False)
    (handler,) = (
        found
        for found in block.of_type(Handler)
        if any(isinstance(kind, Name) and kind.id == "Wanted" for kind in found.types)
    )
    return block, handler


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("a()\ntry: b()\nexcept Wanted: c()\nd()", "a b c d"),
        ("try: a()\nexcept Wanted: b()\nexcept Other: c()\nelse: d()\nfinally: e()", "a b e"),
        ("try: a()\nexcept Wanted: b()\ntry: c()\nexcept Other: d()", "a b c"),
        ("if x:\n    try: a()\n    except Wanted: b()\nelse: c()\nd()", "a b d"),
        ("try: a(b())\nexcept Wanted: pass\ndef inner(): c()", "a b"),
        ("try: a()\nexcept Other:\n    try: b()\n    except Wanted: c()\n    d()", "a b c d"),
    ],
)
def test_reached(body: str, expected: str) -> None:
    block, handler = facts_of(body)
    assert " ".join(call.method for call in reached(handler, block)) == expected


@pytest.mark.parametrize(
    ("body", "entered", "is_caught"),
    [
        ("try: call()\nexcept Wanted: pass", 0, False),
        ("with s:\n    try: call()\n    except Wanted: pass", 0, False),
        ("try:\n    with s, t: call()\nexcept Wanted: pass", 2, False),
        ("try:\n    try: call()\n    except Other: pass\nexcept Wanted: pass", 0, True),
        ("try:\n    try: pass\n    except Other: call()\nexcept Wanted: pass", 0, False),
        ("try:\n    try: call()\n    finally: pass\nexcept Wanted: pass", 0, False),
    ],
)
def test_what_stands_between(body: str, entered: int, is_caught: bool) -> None:
    block, handler = facts_of(body)
    (call,) = (found for found in block.of_type(Call) if found.method == "call")
    assert len(list(entered_between(handler, call, block))) == entered
    assert is_caught_before(call, handler, block) is is_caught
