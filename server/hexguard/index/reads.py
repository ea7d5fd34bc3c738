"""The questions that can be asked about the project, and a record of those that were."""

from collections.abc import Callable, Iterable, Iterator
from typing import Literal, TypeAlias

from hexguard.facts.summary import CallSite, FunctionSymbol, ImportSymbol, Symbol
from hexguard.index.libraries import Libraries, Meaning
from hexguard.index.modules import ModuleSummary

# Plain strings, because questions are hashed all the time and an `Enum` does that in Python.
ReadKind: TypeAlias = Literal[
    "package", "module", "symbol", "function", "calls", "imports", "library", "edges", "links", "chain"
]
Read: TypeAlias = tuple[ReadKind, str, str]
"""A question: its kind, the module, and the name inside the module (empty where the kind needs none).

A `library` is asked about a dotted name, which stands in the place of the module.
The last three kinds are answered from a `Memo`: `edges` of the call graph, `links` between modules, and import `chain`s
(to a numbered boundary).
"""


MEMO_KINDS = frozenset({"edges", "links", "chain"})
"""The kinds that are answered from a `Memo`, so that more lies behind them than they say."""

Shelf: TypeAlias = Callable[[str], ModuleSummary | None]
"""Where summaries are kept that are not in memory: gives that of the module with this name."""

LOADED_MODULES = 500
"""So many summaries are kept in memory after they were taken from the shelf."""


class Modules:
    """All modules of the project as of now; most are only known by name until somebody asks about them."""

    __slots__ = ("_loaded", "_packages", "_shelf", "_summaries")

    def __init__(self, shelf: Shelf | None = None) -> None:
        self._shelf = shelf
        self._summaries: dict[str, ModuleSummary | None] = {}
        self._loaded: dict[str, ModuleSummary] = {}
        # How many modules make each dotted name exist.
        self._packages: dict[str, int] = {}

    @staticmethod
    def of(summaries: Iterable[ModuleSummary]) -> "Modules":
        """The modules with these summaries."""
        modules = Modules()
        modules.put(summaries)
        return modules

    def __contains__(self, name: str) -> bool:
        return name in self._summaries

    def __iter__(self) -> Iterator[str]:
        return iter(self._summaries)

    def __len__(self) -> int:
        return len(self._summaries)

    def copy(self) -> "Modules":
        """The same modules, to be changed apart from these."""
        copy = Modules(self._shelf)
        copy._summaries, copy._packages = self._summaries.copy(), self._packages.copy()
        return copy

    def get(self, name: str) -> ModuleSummary | None:
        """What a module offers; `None` if there is no such module."""
        found = self._summaries.get(name)
        return self._taken(name) if found is None and name in self._summaries else found

    def has_package(self, name: str) -> bool:
        """Whether `name` is a module or the first part of the name of one."""
        return name in self._packages

    def put(self, summaries: Iterable[ModuleSummary]) -> set[str]:
        """Take in what modules offer now; gives the packages that did not exist before."""
        added: set[str] = set()
        for summary in summaries:
            added |= self._name(summary.name)
            self._summaries[summary.name] = summary
        return added

    def shelve(self, names: Iterable[str]) -> set[str]:
        """Take in modules whose summaries are on the shelf; gives the packages that did not exist before."""
        added: set[str] = set()
        for name in names:
            added |= self._name(name)
            self._summaries[name] = None
            self._loaded.pop(name, None)
        return added

    def remove(self, name: str) -> set[str]:
        """Forget a module that is known; gives the packages that exist no more."""
        del self._summaries[name]
        self._loaded.pop(name, None)
        for prefix in (prefixes := list(_prefixes(name))):
            self._packages[prefix] -= 1
        gone = {prefix for prefix in prefixes if not self._packages[prefix]}
        for prefix in gone:
            del self._packages[prefix]
        return gone

    def _name(self, name: str) -> set[str]:
        if name in self._summaries:
            return set()
        added: set[str] = set()
        for prefix in _prefixes(name):
            if prefix not in self._packages:
                added.add(prefix)
            self._packages[prefix] = self._packages.get(prefix, 0) + 1
        return added

    def _taken(self, name: str) -> ModuleSummary | None:
        if name in self._loaded:
            return self._loaded[name]
        summary = self._shelf(name) if self._shelf else None
        if summary:
            if len(self._loaded) >= LOADED_MODULES:
                del self._loaded[next(iter(self._loaded))]
            self._loaded[name] = summary
        return summary


def _prefixes(name: str) -> Iterator[str]:
    parts = name.split(".")
    return (".".join(parts[:end]) for end in range(1, len(parts) + 1))


class Reader:
    """Asks the project and remembers every question, so that an answer can later be checked without recomputing."""

    __slots__ = ("_libraries", "_modules", "reads")

    def __init__(self, modules: Modules, libraries: Libraries | None = None) -> None:
        """Without `libraries`, nothing is installed."""
        self._modules = modules
        self._libraries = libraries
        self.reads: set[Read] = set()

    def fresh(self) -> "Reader":
        """Another reader of the same modules, with a record of its own."""
        return Reader(self._modules, self._libraries)

    def has_package(self, name: str) -> bool:
        """Whether `name` is a module of the project or a folder with modules in it."""
        self.reads.add(("package", name, ""))
        return self._modules.has_package(name)

    def has_module(self, module: str) -> bool:
        self.reads.add(("module", module, ""))
        return module in self._modules

    def owns(self, name: str) -> bool:
        """Whether a dotted name starts with a module of the project.

        A folder of the project that is none (`alembic` without `__init__.py`) gives way to a library with its name.
        """
        parts = name.split(".")
        return any(self.has_module(".".join(parts[:end])) for end in range(1, len(parts) + 1))

    def package(self, module: str) -> str:
        """The package of a module of the project; it changes only together with the module itself."""
        summary = self._modules.get(module)
        return summary.package if summary else ""

    def symbol(self, module: str, name: str) -> tuple[Symbol, ...]:
        self.reads.add(("symbol", module, name))
        summary = self._modules.get(module)
        return summary.symbols.get(name, ()) if summary else ()

    def function(self, module: str, qualname: str) -> FunctionSymbol | None:
        self.reads.add(("function", module, qualname))
        summary = self._modules.get(module)
        return summary.functions.get(qualname) if summary else None

    def calls(self, module: str, qualname: str) -> tuple[CallSite, ...]:
        self.reads.add(("calls", module, qualname))
        summary = self._modules.get(module)
        return summary.calls.get(qualname, ()) if summary else ()

    def imports(self, module: str) -> tuple[ImportSymbol, ...]:
        self.reads.add(("imports", module, ""))
        summary = self._modules.get(module)
        return summary.imports if summary else ()

    def library(self, name: str) -> Meaning | None:
        """What an installed library says about one of its names; `None` if it says nothing, or was not asked yet."""
        if self._libraries is None or not self._libraries.concerns(name) or self.has_package(name.partition(".")[0]):
            return None
        self.reads.add(("library", name, ""))
        return self._libraries.meaning(name)
