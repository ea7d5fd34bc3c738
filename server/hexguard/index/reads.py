"""The questions that can be asked about the project, and a record of those that were."""

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import TypeAlias

import msgspec

from hexguard.facts.summary import CallSite, FunctionSymbol, ImportSymbol, Symbol
from hexguard.index.modules import ModuleSummary


class ReadKind(Enum):
    PACKAGE = "package"
    MODULE = "module"
    SYMBOL = "symbol"
    FUNCTION = "function"
    CALLS = "calls"
    IMPORTS = "imports"


Read: TypeAlias = tuple[ReadKind, str, str]
"""A question: its kind, the module, and the name inside the module (empty where the kind needs none)."""


class Modules(msgspec.Struct, frozen=True):
    """All modules of the project as of one revision; `packages` are their names and all dotted prefixes of them."""

    by_name: dict[str, ModuleSummary]
    packages: frozenset[str]

    @staticmethod
    def of(summaries: Iterable[ModuleSummary]) -> "Modules":
        """The modules with these summaries."""
        by_name = {summary.name: summary for summary in summaries}
        return Modules(by_name, frozenset(prefix for name in by_name for prefix in _prefixes(name)))

    def updated(self, changed: Mapping[str, ModuleSummary | None]) -> "Modules":
        """The modules after some were replaced or added, or removed where the new summary is `None`."""
        by_name = {name: summary for name, summary in self.by_name.items() if name not in changed}
        by_name.update({name: summary for name, summary in changed.items() if summary is not None})
        if by_name.keys() == self.by_name.keys():
            return Modules(by_name, self.packages)
        return Modules.of(by_name.values())


def _prefixes(name: str) -> Iterator[str]:
    parts = name.split(".")
    return (".".join(parts[:end]) for end in range(1, len(parts) + 1))


class Reader:
    """Asks the project and remembers every question, so that an answer can later be checked without recomputing."""

    __slots__ = ("_modules", "reads")

    def __init__(self, modules: Modules) -> None:
        self._modules = modules
        self.reads: set[Read] = set()

    def fresh(self) -> "Reader":
        """Another reader of the same modules, with a record of its own."""
        return Reader(self._modules)

    def has_package(self, name: str) -> bool:
        """Whether `name` is a module of the project or a folder with modules in it."""
        self.reads.add((ReadKind.PACKAGE, name, ""))
        return name in self._modules.packages

    def has_module(self, module: str) -> bool:
        self.reads.add((ReadKind.MODULE, module, ""))
        return module in self._modules.by_name

    def package(self, module: str) -> str:
        """The package of a module of the project; it changes only together with the module itself."""
        summary = self._modules.by_name.get(module)
        return summary.package if summary else ""

    def symbol(self, module: str, name: str) -> tuple[Symbol, ...]:
        self.reads.add((ReadKind.SYMBOL, module, name))
        summary = self._modules.by_name.get(module)
        return summary.symbols.get(name, ()) if summary else ()

    def function(self, module: str, qualname: str) -> FunctionSymbol | None:
        self.reads.add((ReadKind.FUNCTION, module, qualname))
        summary = self._modules.by_name.get(module)
        return summary.functions.get(qualname) if summary else None

    def calls(self, module: str, qualname: str) -> tuple[CallSite, ...]:
        self.reads.add((ReadKind.CALLS, module, qualname))
        summary = self._modules.by_name.get(module)
        return summary.calls.get(qualname, ()) if summary else ()

    def imports(self, module: str) -> tuple[ImportSymbol, ...]:
        self.reads.add((ReadKind.IMPORTS, module, ""))
        summary = self._modules.by_name.get(module)
        return summary.imports if summary else ()
