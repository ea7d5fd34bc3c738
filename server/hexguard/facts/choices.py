"""Which places of a function cannot both be reached, because they are in branches of one choice."""

from hexguard.facts.block import BlockFacts
from hexguard.facts.model import Choice


def excludes(first: int, second: int, block: BlockFacts) -> bool:
    """Whether two nodes stand in different bodies of one `if`, `match` or `try`, so that one run has one of them."""
    for choice in block.of_type(Choice):
        one, other = (_body(node, choice) for node in (first, second))
        if one is not None and other is not None and one != other:
            return True
    return False


def _body(node: int, choice: Choice) -> tuple[int, int] | None:
    return next((body for body in choice.bodies if body[0] <= node < body[1]), None)
