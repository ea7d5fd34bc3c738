"""The facts of one block as one comparable value, with its spans kept apart."""

from array import array
from collections.abc import Sequence
from typing import Final, TypeVar

import msgspec

from hexguard.facts.lowering.builder import Builder
from hexguard.facts.lowering.statements import lower_statements
from hexguard.facts.model import Fact
from hexguard.facts.scopes import Scope, ScopeKind
from hexguard.syntax.parse import Tree, Wide
from hexguard.text.span import Span

F = TypeVar("F")

_NONE: Final[frozenset[int]] = frozenset()
_FUNCTION: Final = ScopeKind.FUNCTION
_LAMBDA: Final = ScopeKind.LAMBDA


class BlockFacts(msgspec.Struct, frozen=True, gc=False):
    """What a block says. Equal facts mean that nothing a rule could see has changed.

    `scopes[0]` is the block itself; `is_member`: the block is a statement of a class body.
    `broken` are the positions of facts from statements that are not Python (yet): names in them count, rules skip them.
    """

    facts: tuple[Fact, ...]
    scopes: tuple[Scope, ...]
    is_member: bool
    broken: frozenset[int] = _NONE

    def of_type(self, kind: type[F]) -> list[F]:
        """The facts of one type, in the order of the text."""
        return [fact for fact in self.facts if type(fact) is kind]

    def function_scope(self, scope: int) -> int:
        """The nearest scope, from `scope` outwards, that is a `def` or `lambda`; 0 if there is none."""
        scopes = self.scopes
        while scope > 0:
            found = scopes[scope]
            if found.kind is _FUNCTION or found.kind is _LAMBDA:
                return scope
            scope = found.parent
        return 0


class BlockSpans(msgspec.Struct, frozen=True, eq=False, gc=False):
    """Where the nodes of a block stand: code-point offsets from the start of the block. Never compared.

    `starts` and `ends` are in bytes, `wide` leads from there to code points; the tree is not kept, because it is large.
    """

    starts: Sequence[int]
    ends: Sequence[int]
    wide: Wide | None

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, node: int) -> Span:
        start, end = self.starts[node], self.ends[node]
        return Span(start, end) if self.wide is None else Span(self.wide.offset(start), self.wide.offset(end))


def lower(tree: Tree, is_member: bool) -> tuple[BlockFacts, BlockSpans]:
    """The facts and spans of one parsed block. Never fails: broken code gives fewer facts."""
    builder = Builder(tree, is_member)
    lower_statements(tree.root.named_children, builder)
    scopes = tuple([scope.close() for scope in builder.scopes])
    broken = frozenset(builder.broken) if builder.broken else _NONE
    spans = BlockSpans(array("I", builder.starts), array("I", builder.ends), tree.wide)
    return BlockFacts(tuple(builder.facts), scopes, is_member, broken), spans
