"""What a function runs for certain between two of its places, for rules about the order in which things happen."""

from collections.abc import Iterator

from hexguard.facts.block import BlockFacts
from hexguard.facts.loops import last_node
from hexguard.facts.model import Choice, Handler, Loop
from hexguard.facts.waits import Placed, inside


def is_behind(block: BlockFacts, first: int, then: int) -> bool:
    """Whether the node `then` stands behind `first`, in the same body of a loop, `try` or choice, or deeper.

    The body of an `if` without `else` is none of these, so what follows it is behind what it holds.
    """
    return first < then and all(start <= then < end for start, end in _bodies(block) if start <= first < end)


def between(block: BlockFacts, first: int, then: int, scope: int) -> Iterator[Placed]:
    """The facts behind the node `first` that are evaluated before `then`, in the function with the scope `scope`.

    What `then` is an operand or argument of comes after it.
    """
    return (fact for fact in inside(block, (first + 1, then), scope) if last_node(fact) < then)


def _bodies(block: BlockFacts) -> Iterator[tuple[int, int]]:
    for fact in block.facts:
        match fact:
            case Loop(body=body):
                yield body
            case Choice(bodies=bodies):
                yield from bodies
            case Handler(tried=tried, body=body):
                yield from (tried, body)
            case _:
                pass
