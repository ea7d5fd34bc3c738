"""One document as fixes see it: its text, and the facts and spans of all its blocks."""

from bisect import bisect_right
from collections.abc import Iterator

import msgspec

from hexguard.facts.block import BlockFacts, BlockSpans
from hexguard.facts.expressions import Attribute, Name
from hexguard.facts.localize import find
from hexguard.facts.model import Import, Reference
from hexguard.facts.scopes import BindingKind
from hexguard.text.span import Span


class Part(msgspec.Struct, frozen=True):
    """A block in its document; `start` is the offset of its first character."""

    start: int
    facts: BlockFacts
    spans: BlockSpans
    has_imports: bool

    def span(self, node: int) -> Span:
        """Where a node of the block stands in the document."""
        return self.spans[node].shift(self.start)


class ImportedName(msgspec.Struct, frozen=True):
    """A name that an import statement at module level binds, with where the name and the statement stand."""

    fact: Import
    span: Span
    statement: Span


class Source(msgspec.Struct, frozen=True):
    """A document with its blocks, in the order of the text."""

    text: str
    parts: tuple[Part, ...]
    is_package: bool = False

    @property
    def newline(self) -> str:
        """The line end that the document uses first."""
        end = self.text.find("\n")
        if end < 0:
            return "\r" if "\r" in self.text else "\n"
        return "\r\n" if self.text[end - 1 : end] == "\r" else "\n"

    def imports(self) -> Iterator[ImportedName]:
        """The names imported at module level for run time, also those inside `if` or `try`."""
        for part in self.parts:
            if part.facts.is_member or not part.has_imports:
                continue
            for fact in part.facts.of_type(Import):
                if fact.context.scope == 0 and not fact.context.type_checking:
                    yield ImportedName(fact, part.span(fact.node), part.span(fact.statement))

    def references(self, name: str) -> Iterator[Span]:
        """Where `name` is read and means the name of the module."""
        for part in self._with_text(name):
            for fact in part.facts.of_type(Reference):
                if root_name(fact) == name and binds(part.facts, name, fact.context.scope) is None:
                    yield part.span(fact.node)

    def _with_text(self, text: str) -> Iterator[Part]:
        """The blocks with some text in them; to search the document is quicker than to look at each block."""
        at = self.text.find(text)
        while at >= 0:
            position = bisect_right(self.parts, at, key=_start) - 1
            yield self.parts[position]
            end = self.parts[position + 1].start if position + 1 < len(self.parts) else len(self.text)
            at = self.text.find(text, end)


def _start(part: Part) -> int:
    return part.start


def root_name(reference: Reference) -> str:
    """The first name of a dotted reference."""
    expr = reference.expr
    while isinstance(expr, Attribute):
        expr = expr.value
    return expr.id if isinstance(expr, Name) else ""


def binds(block: BlockFacts, name: str, scope: int) -> BindingKind | None:
    """How some scope inside the block binds `name` for a use in `scope`; `None` if the name comes from outside."""
    index, bindings = find(name, scope, block)
    return bindings[0].kind if index > 0 else None
