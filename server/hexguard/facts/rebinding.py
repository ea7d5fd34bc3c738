"""Whether a name, such as `session` or `self.session`, still means the same after some statements."""

from collections.abc import Iterable
from typing import TypeAlias

from hexguard.facts.block import BlockFacts
from hexguard.facts.chains import dotted
from hexguard.facts.expressions import Collection, Expr
from hexguard.facts.loops import names_in
from hexguard.facts.model import Assignment, Loop, With

Binding: TypeAlias = Assignment | Loop | With


def rebinds(name: str, facts: Iterable[Binding]) -> bool:
    """Whether one of these facts gives a dotted name, or the name that it starts with, a value."""
    roots = {name, name.partition(".")[0]}
    return any(not roots.isdisjoint(_bound(fact.target)) for fact in facts if fact.target)


def is_bound_in(name: str, loop: Loop, block: BlockFacts) -> bool:
    """Whether each round of a loop gives a dotted name, or the name that it starts with, another value."""
    start, end = loop.body
    facts = (fact for fact in block.facts if isinstance(fact, Assignment | Loop | With))
    return rebinds(name, (fact for fact in facts if start <= fact.node < end or fact == loop))


def _bound(target: Expr) -> frozenset[str]:
    return frozenset(names_in(target)) if isinstance(target, Collection) else frozenset({dotted(target)})
