"""The facts of one block as one comparable value, with its spans kept apart."""

from array import array
from typing import TypeVar

import msgspec

from hexguard.facts.lowering.builder import Builder
from hexguard.facts.lowering.statements import lower_statements
from hexguard.facts.model import Fact
from hexguard.facts.scopes import Scope, ScopeKind
from hexguard.syntax.parse import Tree
from hexguard.text.span import Span

F = TypeVar("F")


class BlockFacts(msgspec.Struct, frozen=True, gc=False):
    """What a block says. Equal facts mean that nothing a rule could see has changed.

    `scopes[0]` is the block itself; `is_member`: the block is a statement of a class body.
    `broken` are the positions of facts from statements that are not Python (yet): names in them count, rules skip them.
    """

    facts: tuple[Fact, ...]
    scopes: tuple[Scope, ...]
    is_member: bool
    broken: frozenset[int] = frozenset()

    def of_type(self, kind: type[F]) -> list[F]:
        """The facts of one type, in the order of the text."""
        return [fact for fact in self.facts if isinstance(fact, kind)]

    def function_scope(self, scope: int) -> int:
        """The nearest scope, from `scope` outwards, that is a `def` or `lambda`; 0 if there is none."""
        while scope > 0 and self.scopes[scope].kind not in (ScopeKind.FUNCTION, ScopeKind.LAMBDA):
            scope = self.scopes[scope].parent
        return max(scope, 0)


class BlockSpans:
    """Where the nodes of a block stand: code-point offsets from the start of the block. Never compared."""

    __slots__ = ("_ends", "_starts", "_tree")

    def __init__(self, tree: Tree, starts: list[int], ends: list[int]) -> None:
        self._tree = tree
        self._starts = array("I", starts)
        self._ends = array("I", ends)

    def __len__(self) -> int:
        return len(self._starts)

    def __getitem__(self, node: int) -> Span:
        return Span(self._tree.offset(self._starts[node]), self._tree.offset(self._ends[node]))


def lower(tree: Tree, is_member: bool) -> tuple[BlockFacts, BlockSpans]:
    """The facts and spans of one parsed block. Never fails: broken code gives fewer facts."""
    builder = Builder(tree, is_member)
    lower_statements(tree.root.named_children, builder)
    scopes = tuple(scope.close() for scope in builder.scopes)
    facts = BlockFacts(tuple(builder.facts), scopes, is_member, frozenset(builder.broken))
    return facts, BlockSpans(tree, builder.starts, builder.ends)
