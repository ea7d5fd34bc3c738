"""One document with everything derived from it alone: blocks, facts, spans, and the summary of its module."""

from collections.abc import Sequence
from itertools import accumulate

import msgspec

from hexguard.engine.stages import Stage, Trace
from hexguard.facts.block import BlockFacts, BlockSpans, lower
from hexguard.facts.summary import BlockSummary, summarize
from hexguard.index.modules import ModuleSummary, Place, assemble
from hexguard.rule.source import Part, Source
from hexguard.syntax.blocks import Block, BlockKind, resplit, split
from hexguard.syntax.comments import Suppressions, suppressions
from hexguard.syntax.parse import parse
from hexguard.text.document import Document
from hexguard.text.span import Span


class LoweredBlock(msgspec.Struct, frozen=True, eq=False):
    """A block with what was derived from its text; `has_error`: some of it is not Python (yet)."""

    block: Block
    facts: BlockFacts
    spans: BlockSpans
    summary: BlockSummary
    suppressions: Suppressions
    has_error: bool


class ModuleName(msgspec.Struct, frozen=True):
    """The name under which other modules import a file; `is_package` for an `__init__.py`."""

    name: str
    is_package: bool = False


class File(msgspec.Struct, frozen=True, eq=False):
    """A document and what was derived from it. `starts[i]` is the offset of block i."""

    path: str
    module: ModuleName
    document: Document
    blocks: tuple[LoweredBlock, ...]
    starts: tuple[int, ...]
    places: tuple[Place, ...]
    summary: ModuleSummary

    def source(self) -> Source:
        """The document as fixes see it."""
        parts = tuple(
            Part(start, block.facts, block.spans) for start, block in zip(self.starts, self.blocks, strict=True)
        )
        return Source(self.document.text, parts, self.module.is_package)


def open_file(path: str, module: ModuleName, document: Document, trace: Trace) -> File:
    """Derive everything from a document, from scratch."""
    trace(Stage.SPLIT, path)
    blocks = split(document.text)
    lowered = tuple(_lower(block, path, position, trace) for position, block in enumerate(blocks))
    return _assembled(path, module, document, lowered, trace)


def edit_file(old: File, document: Document, span: Span, inserted: str, trace: Trace) -> File:
    """Derive everything from a document that came out of `old` by one edit; `span` is in the old text.

    Only the blocks that the edit touched are lowered again, and their old facts are kept where they come out equal.
    """
    trace(Stage.SPLIT, old.path)
    again = resplit(tuple(lowered.block for lowered in old.blocks), old.starts, span, inserted)
    replaced = old.blocks[again.first : again.first + again.removed]
    added = again.blocks[again.first : again.first + again.added]
    lowered = _relowered(added, replaced, old.path, again.first, trace)
    blocks = (*old.blocks[: again.first], *lowered, *old.blocks[again.first + again.removed :])
    if len(lowered) == len(replaced) and all(
        new.summary is was.summary and new.block.kind is was.block.kind
        for new, was in zip(lowered, replaced, strict=True)
    ):
        return File(old.path, old.module, document, blocks, _starts(blocks), old.places, old.summary)
    return _assembled(old.path, old.module, document, blocks, trace)


def _relowered(
    added: Sequence[Block], replaced: Sequence[LoweredBlock], path: str, first: int, trace: Trace
) -> tuple[LoweredBlock, ...]:
    """Lower blocks, each compared with the one that stood in its place: from the front, then from the back."""
    n_more = len(added) - len(replaced)
    lowered: list[LoweredBlock] = []
    for offset, block in enumerate(added):
        fresh = _lower(block, path, first + offset, trace)
        for position in (offset, offset - n_more):
            if 0 <= position < len(replaced):
                fresh = _cut_off(fresh, replaced[position])
        lowered.append(fresh)
    return tuple(lowered)


def _cut_off(new: LoweredBlock, old: LoweredBlock) -> LoweredBlock:
    """Keep the old values where the new ones are equal, so that everything behind them sees no change."""
    if new.facts is not old.facts and new.facts == old.facts:
        return msgspec.structs.replace(new, facts=old.facts, summary=old.summary)
    return msgspec.structs.replace(new, summary=old.summary) if new.summary == old.summary else new


def _lower(block: Block, path: str, position: int, trace: Trace) -> LoweredBlock:
    trace(Stage.LOWER, f"{path}:{position}")
    tree = parse(block.text)
    facts, spans = lower(tree, block.kind is BlockKind.MEMBER)
    return LoweredBlock(block, facts, spans, summarize(facts), suppressions(tree), tree.has_error)


def _assembled(
    path: str, module: ModuleName, document: Document, blocks: tuple[LoweredBlock, ...], trace: Trace
) -> File:
    trace(Stage.ASSEMBLE, path)
    places = _places(blocks)
    summary = assemble(module.name, module.is_package, places, [lowered.summary for lowered in blocks])
    return File(path, module, document, blocks, _starts(blocks), places, summary)


def _starts(blocks: Sequence[LoweredBlock]) -> tuple[int, ...]:
    return tuple(accumulate((len(lowered.block.text) for lowered in blocks[:-1]), initial=0)) if blocks else ()


def _places(blocks: Sequence[LoweredBlock]) -> tuple[Place, ...]:
    owner = 0
    places: list[Place] = []
    for position, lowered in enumerate(blocks):
        if lowered.block.kind is BlockKind.CLASS:
            owner = position
        places.append(Place(lowered.block.kind, owner))
    return tuple(places)
