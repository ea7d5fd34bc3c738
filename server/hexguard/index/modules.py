"""Puts the summaries of a file's blocks together into what its module offers."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

import msgspec

from hexguard.facts.summary import (
    BlockSummary,
    CallSite,
    ClassSymbol,
    FunctionSymbol,
    ImportSymbol,
    Symbol,
    VariableSymbol,
)
from hexguard.index.values import Place
from hexguard.syntax.blocks import BlockKind

V = TypeVar("V")


class Placed(msgspec.Struct, frozen=True, gc=False):
    """A block's summary with its part in the file: its kind, and where it stands."""

    kind: BlockKind
    place: Place
    summary: BlockSummary

    @property
    def owner(self) -> str:
        """The name of the class around a member, else empty."""
        return self.place.owner


class ModuleSummary(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What other files can observe of a module. `functions` and `calls` are by qualified name inside the module."""

    name: str
    is_package: bool
    symbols: dict[str, tuple[Symbol, ...]]
    functions: dict[str, FunctionSymbol]
    calls: dict[str, tuple[CallSite, ...]]
    imports: tuple[ImportSymbol, ...]

    @property
    def package(self) -> str:
        """The package that relative imports start from."""
        return self.name if self.is_package else self.name.rpartition(".")[0]


def assemble(name: str, is_package: bool, blocks: Iterable[Placed]) -> ModuleSummary:
    """The summary of a module from those of its blocks, in the order of the text."""
    symbols: dict[str, tuple[Symbol, ...]] = {}
    functions: dict[str, FunctionSymbol] = {}
    calls: dict[str, tuple[CallSite, ...]] = {}
    members: dict[str, list[BlockSummary]] = {}
    for block in blocks:
        if block.kind is BlockKind.MEMBER:
            members.setdefault(block.owner, []).append(block.summary)
        else:
            for bound, found in block.summary.symbols.items():
                symbols[bound] = symbols[bound] + found if bound in symbols else found
        functions.update(_qualified(block, _functions))
        calls.update(_qualified(block, _calls))
    for owner, parts in members.items():
        if owner in symbols:
            symbols[owner] = _completed(symbols[owner], parts)
    return ModuleSummary(name, is_package, symbols, functions, calls, _imports(blocks))


def reassemble(
    old: ModuleSummary, removed: Sequence[Placed], added: Sequence[Placed], blocks: Iterable[Placed]
) -> tuple[ModuleSummary, frozenset[str] | None]:
    """The same as `assemble` of `blocks`, which came out of the blocks of `old` by replacing `removed` by `added`.

    Only what the replaced blocks contribute is worked out again, as long as nothing else contributes to the same names.
    Those names are given as well; `None` if all was worked out again.
    """
    touched = (*removed, *added)
    symbols = _patched(old.symbols, _bound(removed), _bound(added))
    functions = _patched_part(old.functions, removed, added, blocks, _functions)
    calls = _patched_part(old.calls, removed, added, blocks, _calls)
    places = {block.place for block in touched if block.kind is BlockKind.MEMBER} - _untouched(removed, added)
    has_class = any(block.kind is BlockKind.CLASS for block in touched)
    is_alone = all(len(old.symbols.get(place.owner, ())) == 1 for place in places)
    # A class that is too broken to have a name shares its place with whatever else has none.
    is_alone = is_alone and all(place.owner for place in places)
    if symbols is None or functions is None or calls is None or has_class or not is_alone:
        return assemble(old.name, old.is_package, blocks), None
    for place in places:
        symbols = {**symbols, place.owner: _class(place, blocks)}
    keeps_imports = not any(block.summary.imports for block in touched)
    imports = old.imports if keeps_imports else _imports(blocks)
    return ModuleSummary(old.name, old.is_package, symbols, functions, calls, imports), _names_in(touched)


def _names_in(blocks: Iterable[Placed]) -> frozenset[str]:
    """The names to which blocks contribute."""
    names: set[str] = set()
    for block in blocks:
        names.update(_qualified(block, _functions), _qualified(block, _calls))
        names.update((block.owner,) if block.kind is BlockKind.MEMBER else block.summary.symbols)
    return frozenset(names)


def _untouched(removed: Sequence[Placed], added: Sequence[Placed]) -> set[Place]:
    """The class of members that give it the same as before."""
    if len(removed) != len(added):
        return set()
    same = all(
        was.place == now.place
        and was.summary.symbols is now.summary.symbols
        and was.summary.attributes is now.summary.attributes
        for was, now in zip(removed, added, strict=True)
    )
    return {block.place for block in added} if same else set()


def _class(place: Place, blocks: Iterable[Placed]) -> tuple[Symbol, ...]:
    """The one class whose members stand at `place`."""
    parts = [block.summary for block in blocks if block.place == place]
    heads = (block.summary.symbols for block in blocks if block.kind is BlockKind.CLASS)
    return _completed(next(head[place.owner] for head in heads if place.owner in head), parts)


def class_name(header: BlockSummary) -> str:
    """The name of the class that a header block opens; empty if it is too broken to have one."""
    return next((name for name, found in header.symbols.items() if isinstance(found[0], ClassSymbol)), "")


def _patched(old: dict[str, V], removed: Mapping[str, V], added: Mapping[str, V]) -> dict[str, V] | None:
    """`old` without what `removed` and with what `added` contributes; `None` if some name has several contributors."""
    if removed.keys() == added.keys() and all(added[name] is value for name, value in removed.items()):
        return old
    if any(old.get(name) is not value for name, value in removed.items()):
        return None
    # A copy costs less than looking at each name.
    patched = old.copy()
    for name in removed:
        del patched[name]
    if not patched.keys().isdisjoint(added):
        return None
    patched.update(added)
    return patched


def _patched_part(
    old: dict[str, V],
    removed: Sequence[Placed],
    added: Sequence[Placed],
    blocks: Iterable[Placed],
    part: Callable[[BlockSummary], Mapping[str, V]],
) -> dict[str, V] | None:
    """`_patched` for functions or calls, of which the last block with a name counts; another may be left with it."""
    before, after = _all(removed, part), _all(added, part)
    gone = before.keys() - after.keys()
    if gone and any(not gone.isdisjoint(_qualified(block, part)) for block in blocks):
        return None
    return _patched(old, before, after)


def _bound(blocks: Sequence[Placed]) -> dict[str, tuple[Symbol, ...]]:
    """What statements of the module bind; a name that two of them bind comes out as a value of its own."""
    bound: dict[str, tuple[Symbol, ...]] = {}
    for block in blocks:
        if block.kind is not BlockKind.MEMBER:
            for name, found in block.summary.symbols.items():
                bound[name] = (*bound[name], *found) if name in bound else found
    return bound


def _all(blocks: Sequence[Placed], part: Callable[[BlockSummary], Mapping[str, V]]) -> dict[str, V]:
    found: dict[str, V] = {}
    for block in blocks:
        found.update(_qualified(block, part))
    return found


def _qualified(block: Placed, part: Callable[[BlockSummary], Mapping[str, V]]) -> Mapping[str, V]:
    """A part of a block's summary under the names that it has in the module."""
    by_name = part(block.summary)
    if block.kind is not BlockKind.MEMBER:
        return by_name
    return {f"{block.owner}.{name}": value for name, value in by_name.items()}


def _functions(summary: BlockSummary) -> Mapping[str, FunctionSymbol]:
    return summary.functions


def _calls(summary: BlockSummary) -> Mapping[str, tuple[CallSite, ...]]:
    return summary.calls


def _imports(blocks: Iterable[Placed]) -> tuple[ImportSymbol, ...]:
    def each() -> Iterator[ImportSymbol]:
        for block in blocks:
            for found in block.summary.imports:
                yield found.symbol

    return tuple(each())


def _completed(found: tuple[Symbol, ...], parts: Sequence[BlockSummary]) -> tuple[Symbol, ...]:
    """The bindings of a class, known so far by its header, with the members that stand in blocks of their own."""
    head = found[-1]
    if not isinstance(head, ClassSymbol):
        return found
    members: dict[str, tuple[Symbol, ...]] = dict(head.members)
    attributes: dict[str, tuple[VariableSymbol, ...]] = dict(head.attributes)
    for part in parts:
        for bound, bindings in part.symbols.items():
            members[bound] = members[bound] + bindings if bound in members else bindings
        for attribute, values in part.attributes.items():
            attributes[attribute] = attributes[attribute] + values if attribute in attributes else values
    return (*found[:-1], msgspec.structs.replace(head, members=members, attributes=attributes))
