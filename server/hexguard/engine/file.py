"""One document with everything derived from it alone: blocks, facts, spans, and the summary of its module."""

from collections.abc import Sequence
from itertools import accumulate

import msgspec

from hexguard.engine.stages import Stage, Trace
from hexguard.facts.block import BlockFacts, BlockSpans, lower
from hexguard.facts.summary import BlockSummary, summarize
from hexguard.index.modules import ModuleSummary, Placed, assemble, class_name, reassemble
from hexguard.index.values import Place
from hexguard.rule.source import Part, Source
from hexguard.syntax.blocks import Block, BlockKind, Resplit, resplit, split, starts_of
from hexguard.syntax.comments import NO_SUPPRESSIONS, Suppressions, suppressions
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
    """A document and what was derived from it.

    `texts[i]` is the text of block i, `starts[i]` its offset, `placed[i]` its part in the module.
    `commented` are the positions of the blocks with suppressions.
    """

    path: str
    module: ModuleName
    document: Document
    blocks: tuple[LoweredBlock, ...]
    texts: tuple[Block, ...]
    starts: tuple[int, ...]
    placed: tuple[Placed, ...]
    commented: tuple[int, ...]
    summary: ModuleSummary

    def source(self) -> Source:
        """The document as fixes see it."""
        parts = tuple(
            Part(start, block.facts, block.spans) for start, block in zip(self.starts, self.blocks, strict=True)
        )
        return Source(self.document.text, parts, self.module.is_package)


class Edited(msgspec.Struct, frozen=True, eq=False):
    """A file after an edit: its `added` blocks from `first` on came in the place of `removed` ones."""

    file: File
    first: int
    removed: int
    added: int


def open_file(path: str, module: ModuleName, document: Document, trace: Trace) -> File:
    """Derive everything from a document, from scratch."""
    trace(Stage.SPLIT, path)
    texts = split(document.text)
    blocks = tuple(_lower(block, path, position, trace) for position, block in enumerate(texts))
    trace(Stage.ASSEMBLE, path)
    placed = _placed(blocks, module.name)
    summary = assemble(module.name, module.is_package, placed)
    return File(path, module, document, blocks, texts, starts_of(texts), placed, _commented(blocks), summary)


def edit_file(old: File, document: Document, span: Span, inserted: str, trace: Trace) -> Edited:
    """Derive everything from a document that came out of `old` by one edit; `span` is in the old text.

    Only the blocks that the edit touched are lowered again, and their old values are kept where they come out equal.
    """
    trace(Stage.SPLIT, old.path)
    again = resplit(old.texts, old.starts, span, inserted)
    first, end = again.first, again.first + again.removed
    replaced = old.blocks[first:end]
    lowered = _relowered(again.blocks[first : first + again.added], replaced, old.path, first, trace)
    blocks = (*old.blocks[:first], *lowered, *old.blocks[end:])
    placed = _replaced(old, again, lowered, blocks)
    summary = old.summary
    if not _contribute_the_same(lowered, replaced):
        trace(Stage.ASSEMBLE, old.path)
        summary = reassemble(summary, old.placed[first:end], placed[first : first + len(lowered)], placed)
    has_comments = any(block.suppressions is not NO_SUPPRESSIONS for block in (*lowered, *replaced))
    commented = old.commented
    if has_comments or (commented and len(blocks) != len(old.blocks)):
        commented = _commented(blocks)
    starts = _moved_starts(old.starts, again, len(document.text) - len(old.document.text))
    file = File(old.path, old.module, document, blocks, again.blocks, starts, placed, commented, summary)
    return Edited(file, first, again.removed, again.added)


def _contribute_the_same(lowered: Sequence[LoweredBlock], replaced: Sequence[LoweredBlock]) -> bool:
    return len(lowered) == len(replaced) and all(
        new.summary is was.summary and new.block.kind is was.block.kind
        for new, was in zip(lowered, replaced, strict=True)
    )


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
    return msgspec.structs.replace(new, summary=_kept(new.summary, old.summary))


def _kept(new: BlockSummary, old: BlockSummary) -> BlockSummary:
    """The old summary if the new one is equal, else the new one with the old parts that are equal."""
    fields = new.__struct_fields__
    equal = {field: was for field in fields if (was := getattr(old, field)) == getattr(new, field)}
    return old if len(equal) == len(fields) else msgspec.structs.replace(new, **equal)


def _lower(block: Block, path: str, position: int, trace: Trace) -> LoweredBlock:
    trace(Stage.LOWER, f"{path}:{position}")
    tree = parse(block.text)
    facts, spans = lower(tree, block.kind is BlockKind.MEMBER)
    return LoweredBlock(block, facts, spans, summarize(facts), suppressions(tree), tree.has_error)


def _placed(blocks: Sequence[LoweredBlock], module: str) -> tuple[Placed, ...]:
    """The part of each block in its module; members of one class share their place."""
    outside = Place(module)
    owner = outside
    placed: list[Placed] = []
    for lowered in blocks:
        kind = lowered.block.kind
        if kind is BlockKind.CLASS:
            owner = Place(module, class_name(lowered.summary))
        placed.append(Placed(kind, owner if kind is BlockKind.MEMBER else outside, lowered.summary))
    return tuple(placed)


def _replaced(
    old: File, again: Resplit, lowered: Sequence[LoweredBlock], blocks: Sequence[LoweredBlock]
) -> tuple[Placed, ...]:
    """The parts after an edit: where no class begins or ends, those around the edit stay as they are."""
    before = old.placed[again.first : again.first + again.removed]
    kinds = [lowered_block.block.kind for lowered_block in lowered]
    same_kinds = kinds == [placed.kind for placed in before]
    if not same_kinds or BlockKind.CLASS in kinds:
        return _placed(blocks, old.module.name)
    fresh = [
        Placed(was.kind, was.place, new.summary) if was.summary is not new.summary else was
        for new, was in zip(lowered, before, strict=True)
    ]
    return (*old.placed[: again.first], *fresh, *old.placed[again.first + again.removed :])


def _moved_starts(old: Sequence[int], again: Resplit, by: int) -> tuple[int, ...]:
    """The offsets of all blocks after an edit that made the text longer by `by`."""
    start = 0
    if again.first:
        start = old[again.first - 1] + len(again.blocks[again.first - 1].text)
    added = again.blocks[again.first : again.first + again.added]
    inner = accumulate((len(block.text) for block in added[:-1]), initial=start) if added else ()
    tail = old[again.first + again.removed :]
    return (*old[: again.first], *inner, *((offset + by for offset in tail) if by else tail))


def _commented(blocks: Sequence[LoweredBlock]) -> tuple[int, ...]:
    return tuple(position for position, lowered in enumerate(blocks) if lowered.suppressions is not NO_SUPPRESSIONS)
