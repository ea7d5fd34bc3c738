"""Chains: of method calls, `session.query(User).filter(...).all()`, and of names, `User.address.id`."""

from collections.abc import Iterable

from hexguard.facts.expressions import Attribute, Call, Expr, Name
from hexguard.facts.model import Fact


def chain_from(first: Call, facts: Iterable[Fact]) -> tuple[Call, ...]:
    """The calls of the chain that begins with `first`, from the inside out, `first` included.

    `facts` are those of the block; a call comes after the ones inside it.
    """
    chain = [first]
    for fact in facts:
        match fact:
            case Call(func=Attribute(value=Call(node=node))) if node == chain[-1].node:
                chain.append(fact)
            case _:
                pass
    return tuple(chain)


def dotted(expr: Expr) -> str:
    """A dotted name without the line breaks and comments that may stand in it; empty for anything else."""
    match expr:
        case Name(id=name):
            return name
        case Attribute(value=value, attr=attr):
            return f"{owner}.{attr}" if (owner := dotted(value)) else ""
        case _:
            return ""
