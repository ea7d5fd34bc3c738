"""One document as fixes see it: its text, and the facts and spans of all its blocks."""

import re
from bisect import bisect_right
from collections.abc import Iterator

import msgspec

from hexguard.facts.block import BlockFacts, BlockSpans
from hexguard.facts.expressions import Attribute, Name
from hexguard.facts.localize import find
from hexguard.facts.model import Import, Reference
from hexguard.facts.scopes import BindingKind
from hexguard.text.lines import newline_of
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
        return newline_of(self.text)

    def imports(self) -> Iterator[ImportedName]:
        """The names imported at module level for run time, also those inside `if` or `try`."""
        return (found for found in self._imports() if not found.fact.context.type_checking)

    def typing_imports(self) -> Iterator[ImportedName]:
        """The names imported at module level for type checkers only, under `if TYPE_CHECKING:`."""
        return (found for found in self._imports() if found.fact.context.type_checking)

    @property
    def has_lazy_annotations(self) -> bool:
        """Whether the document says that its annotations are not evaluated when it is imported."""
        for part in self.parts:
            # An import from the future has no facts, and only a docstring may stand before it.
            if part.facts.facts:
                return False
            if _LAZY.search(self.text[part.start : self.end(part)]):
                return True
        return False

    def end(self, part: Part) -> int:
        """The offset after the last character of a block."""
        after = bisect_right(self.parts, part.start, key=_start)
        return self.parts[after].start if after < len(self.parts) else len(self.text)

    def _imports(self) -> Iterator[ImportedName]:
        for part in self.parts:
            if part.facts.is_member or not part.has_imports:
                continue
            for fact in part.facts.of_type(Import):
                if fact.context.scope == 0:
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
            at = self.text.find(text, self.end(self.parts[position]))


def _start(part: Part) -> int:
    return part.start


_LAZY = re.compile(r"^from\s+__future__\s+import\b[^#]*?\bannotations\b", re.MULTILINE)


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
