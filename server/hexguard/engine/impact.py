"""Which questions about the project are answered otherwise after a change: the files that asked them are rechecked."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from hexguard.index.modules import ModuleSummary
from hexguard.index.reads import Modules, Read, ReadKind

V = TypeVar("V")


def changed_reads(before: Modules, after: Modules, modules: Iterable[str]) -> frozenset[Read]:
    """The reads whose answer differs, given the modules whose summaries were replaced, added or removed."""
    reads: set[Read] = {(ReadKind.PACKAGE, name, "") for name in before.packages ^ after.packages}
    for module in modules:
        reads.update(_module_reads(module, before.by_name.get(module), after.by_name.get(module)))
    return frozenset(reads)


def _module_reads(module: str, old: ModuleSummary | None, new: ModuleSummary | None) -> Iterator[Read]:
    if (old is None) != (new is None):
        yield (ReadKind.MODULE, module, "")
    none: tuple[()] = ()
    if (old.imports if old else none) != (new.imports if new else none):
        yield (ReadKind.IMPORTS, module, "")
    for name in _differing(old.symbols if old else {}, new.symbols if new else {}):
        yield (ReadKind.SYMBOL, module, name)
    for name in _differing(old.functions if old else {}, new.functions if new else {}):
        yield (ReadKind.FUNCTION, module, name)
    for name in _differing(old.calls if old else {}, new.calls if new else {}):
        yield (ReadKind.CALLS, module, name)


def _differing(old: Mapping[str, V], new: Mapping[str, V]) -> Iterator[str]:
    """The keys with other values. Equal values are mostly the same objects: that is cheap to ask first."""
    if old is new:
        return
    for name, now in new.items():
        was = old.get(name)
        if was is not now and was != now:
            yield name
    yield from old.keys() - new.keys()
