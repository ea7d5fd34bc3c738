"""One document with everything derived from it alone: blocks, facts, spans, and the summary of its module."""

from collections.abc import Callable, Iterable, Sequence
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
from hexguard.text.runs import Offsets, Runs
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
    blocks: Runs[LoweredBlock]
    texts: Runs[Block]
    starts: Offsets
    placed: Runs[Placed]
    commented: tuple[int, ...]
    summary: ModuleSummary

    def source(self) -> Source:
        """The document as fixes see it."""
        parts = tuple(
            Part(start, block.facts, block.spans, bool(block.summary.imports))
            for start, block in zip(self.starts, self.blocks, strict=True)
        )
        return Source(self.document.text, parts, self.module.is_package)


class Edited(msgspec.Struct, frozen=True, eq=False):
    """A file after an edit: its `added` blocks from `first` on came in the place of `removed` ones.

    `moved`: blocks after them may now belong to another class.
    `touched` are the names of the module that may mean something else now, `None` if that is not known.
    `gone` are the positions of the old blocks of which nothing was kept.
    """

    file: File
    first: int
    removed: int
    added: int
    moved: bool
    touched: frozenset[str] | None
    gone: tuple[int, ...]


def open_file(path: str, module: ModuleName, document: Document, trace: Trace) -> File:
    """Derive everything from a document, from scratch."""
    trace(Stage.SPLIT, path)
    texts = split(document.text)
    blocks = tuple(_lower(block, path, position, trace) for position, block in enumerate(texts))
    trace(Stage.ASSEMBLE, path)
    placed = _placed(blocks, Place(module.name))
    summary = assemble(module.name, module.is_package, placed)
    starts = Offsets(starts_of(texts))
    return File(path, module, document, Runs(blocks), Runs(texts), starts, Runs(placed), _commented(blocks), summary)


class Lowering(msgspec.Struct, frozen=True):
    """How blocks are lowered: `known` has some of them from before, the others are told to `trace`."""

    trace: Trace
    known: Callable[[Block], LoweredBlock | None]


def edit_file(old: File, document: Document, span: Span, inserted: str, lowering: Lowering) -> Edited:
    """Derive everything from a document that came out of `old` by one edit; `span` is in the old text.

    Only the blocks that the edit touched are lowered again, and their old values are kept where they come out equal.
    """
    trace = lowering.trace
    trace(Stage.SPLIT, old.path)
    again = resplit(old.texts, old.starts, span, inserted)
    first, end = again.first, again.end
    replaced = old.blocks.part(first, end)
    lowered, free = _relowered(again, replaced, old.path, lowering)
    blocks = old.blocks.replaced(first, end, lowered)
    moved = _last_class(replaced) != _last_class(lowered)
    placed = Runs(_placed(blocks, Place(old.module.name))) if moved else _replaced(old, again, lowered)
    summary = old.summary
    touched: frozenset[str] | None = frozenset()
    if not _contribute_the_same(lowered, replaced):
        trace(Stage.ASSEMBLE, old.path)
        before, after = old.placed.part(first, end), placed.part(first, first + len(lowered))
        summary, touched = reassemble(summary, before, after, placed)
    has_comments = any(block.suppressions is not NO_SUPPRESSIONS for block in (*lowered, *replaced))
    commented = old.commented
    if has_comments or (commented and len(blocks) != len(old.blocks)):
        commented = _commented(blocks)
    length = len(old.document.text)
    starts = moved_starts(old.starts, again, length, len(document.text) - length)
    texts = old.texts.replaced(first, end, again.added)
    file = File(old.path, old.module, document, blocks, texts, starts, placed, commented, summary)
    return Edited(file, first, again.removed, len(lowered), moved, touched, tuple(first + at for at in free))


def _contribute_the_same(lowered: Sequence[LoweredBlock], replaced: Sequence[LoweredBlock]) -> bool:
    return len(lowered) == len(replaced) and all(
        new.summary is was.summary and new.block.kind is was.block.kind
        for new, was in zip(lowered, replaced, strict=True)
    )


def _relowered(
    again: Resplit, replaced: Sequence[LoweredBlock], path: str, lowering: Lowering
) -> tuple[tuple[LoweredBlock, ...], Iterable[int]]:
    """Lower blocks, each compared with the one that stood in its place: from the front, then from the back.

    What one block keeps of an old one no other may keep: a summary tells by identity which block it came from.
    The old ones of which nothing was kept are given as well.
    """
    n_more = len(again.added) - len(replaced)
    lowered: list[LoweredBlock] = []
    free = dict.fromkeys(range(len(replaced)))
    for offset, block in enumerate(again.added):
        fresh = lowering.known(block) or _lower(block, path, again.first + offset, lowering.trace)
        for position in (offset, offset - n_more):
            if position in free and (kept := _cut_off(fresh, replaced[position])) is not fresh:
                del free[position]
                fresh = kept
                break
        lowered.append(fresh)
    return tuple(lowered), free


def _cut_off(new: LoweredBlock, old: LoweredBlock) -> LoweredBlock:
    """Keep the old values where the new ones are equal, so that everything behind them sees no change."""
    if new.facts == old.facts:
        return msgspec.structs.replace(new, facts=old.facts, summary=old.summary)
    summary = _kept(new.summary, old.summary)
    return new if summary is new.summary else msgspec.structs.replace(new, summary=summary)


def _kept(new: BlockSummary, old: BlockSummary) -> BlockSummary:
    """The old summary if the new one is equal, else the new one with the old parts that are equal, if there are any."""
    fields = new.__struct_fields__
    equal = {field: was for field in fields if (was := getattr(old, field)) and was == getattr(new, field)}
    if len(equal) == len(fields) or old == new:
        return old
    return msgspec.structs.replace(new, **equal) if equal else new


def _lower(block: Block, path: str, position: int, trace: Trace) -> LoweredBlock:
    subject = f"{path}:{position}"
    trace(Stage.PARSE, subject)
    tree = parse(block.text)
    trace(Stage.LOWER, subject)
    facts, spans = lower(tree, block.kind is BlockKind.MEMBER)
    return LoweredBlock(block, facts, spans, summarize(facts), suppressions(tree), tree.has_error)


def _placed(blocks: Iterable[LoweredBlock], owner: Place) -> tuple[Placed, ...]:
    """The part of each block in its module; members of one class share their place.

    `owner` is the place of members that stand before the first class header.
    """
    outside = Place(owner.module)
    placed: list[Placed] = []
    for lowered in blocks:
        kind = lowered.block.kind
        if kind is BlockKind.CLASS:
            owner = Place(owner.module, class_name(lowered.summary))
        placed.append(Placed(kind, owner if kind is BlockKind.MEMBER else outside, lowered.summary))
    return tuple(placed)


def _last_class(blocks: Sequence[LoweredBlock]) -> str | None:
    """The name of the last class that begins in these blocks: what comes after them may belong to it."""
    headers = (lowered for lowered in reversed(blocks) if lowered.block.kind is BlockKind.CLASS)
    header = next(headers, None)
    return class_name(header.summary) if header else None


def _replaced(old: File, again: Resplit, lowered: Sequence[LoweredBlock]) -> Runs[Placed]:
    """The parts after an edit that leaves what comes after it in the same class; those around it stay as they are."""
    was_equal = {id(placed.summary): placed for placed in old.placed.part(again.first, again.end)}
    fresh = _placed(lowered, _owner_at(again.first, old))
    kept = (was if (was := was_equal.get(id(new.summary), new)) == new else new for new in fresh)
    return old.placed.replaced(again.first, again.end, kept)


def _owner_at(position: int, file: File) -> Place:
    """The place of a member that would stand at `position`."""
    if position and file.placed[position - 1].kind is BlockKind.CLASS:
        return Place(file.module.name, class_name(file.placed[position - 1].summary))
    return file.placed[position - 1].place if position else Place(file.module.name)


def moved_starts(old: Offsets, again: Resplit, length: int, by: int) -> Offsets:
    """The offsets of all blocks after an edit; the text was `length` long before, and is longer by `by` now."""
    start = old[again.first] if again.first < len(old) else length
    added = accumulate((len(block.text) for block in again.added[:-1]), initial=start) if again.added else ()
    return old.replaced(again.first, again.end, added, by)


def _commented(blocks: Iterable[LoweredBlock]) -> tuple[int, ...]:
    return tuple(position for position, lowered in enumerate(blocks) if lowered.suppressions is not NO_SUPPRESSIONS)
