"""Which questions about the project are answered otherwise after a change: the files that asked them are rechecked."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import compress
from operator import is_not
from typing import TypeVar

from hexguard.index.modules import ModuleSummary
from hexguard.index.reads import Read

V = TypeVar("V")


def changed_reads(
    before: Mapping[str, ModuleSummary | None],
    after: Mapping[str, ModuleSummary | None],
    packages: Iterable[str],
    touched: frozenset[str] | None = None,
) -> frozenset[Read]:
    """The reads whose answer differs: for modules before and after a change, and `packages` that came or went.

    Only the names in `touched` can differ, if that is known.
    """
    reads: set[Read] = {("package", name, "") for name in packages}
    for module, summary in after.items():
        was = before[module]
        if was and summary and was.is_package != summary.is_package:
            # Its relative imports start elsewhere, so nothing of it means what it meant.
            reads.update(_module_reads(module, was, None, None), _module_reads(module, None, summary, None))
        else:
            reads.update(_module_reads(module, was, summary, touched))
    return frozenset(reads)


def reads_about(modules: Collection[str], packages: Iterable[str], asked: Iterable[Read]) -> frozenset[Read]:
    """Those of the `asked` reads whose answer may differ, when all that is known is which `modules` have changed."""
    package_reads = {("package", name, "") for name in packages}
    return frozenset(read for read in asked if read in package_reads or (read[0] != "package" and read[1] in modules))


def _module_reads(
    module: str, old: ModuleSummary | None, new: ModuleSummary | None, touched: frozenset[str] | None
) -> Iterator[Read]:
    if (old is None) != (new is None):
        yield ("module", module, "")
    none: tuple[()] = ()
    if (old.imports if old else none) != (new.imports if new else none):
        yield ("imports", module, "")
    for name in _differing(old.symbols if old else {}, new.symbols if new else {}, touched):
        yield ("symbol", module, name)
    for name in _differing(old.functions if old else {}, new.functions if new else {}, touched):
        yield ("function", module, name)
    for name in _differing(old.calls if old else {}, new.calls if new else {}, touched):
        yield ("calls", module, name)


def _differing(old: Mapping[str, V], new: Mapping[str, V], touched: frozenset[str] | None) -> Iterator[str]:
    """The keys with other values. Equal values are mostly the same objects, and C finds the few that are not."""
    if old is new:
        return
    if touched is not None:
        yield from (name for name in touched if old.get(name) != new.get(name))
        return
    n_added = 0
    for name in compress(new, map(is_not, map(old.get, new), new.values())):
        n_added += name not in old
        if old.get(name) != new[name]:
            yield name
    if len(old) + n_added != len(new):
        yield from old.keys() - new.keys()
