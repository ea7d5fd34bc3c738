"""Import chains are searched once, and come out as a plain search finds them, also after imports have changed."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TypeAlias

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexguard.facts.summary import ImportSymbol
from hexguard.index import breaches
from hexguard.index.breaches import Breaches
from hexguard.index.chains import Link, links
from hexguard.index.modules import ModuleSummary
from hexguard.index.reads import Modules, Read, Reader
from hexguard.index.resolve import Resolver
from hexguard.settings.model import Contract
from hexguard_rules.knowledge import KNOWLEDGE

Graph: TypeAlias = dict[str, tuple[str, ...]]
"""What each module imports."""
Chains: TypeAlias = dict[tuple[str, int], tuple[str, ...] | None]
"""By module and number of its import: the modules on the way into what is forbidden."""

MODULES = ("domain.a", "domain.b", "free.a", "free.b", "free.c", "free.d", "outer.x", "outer.y")
CONTRACT = Contract("c", "forbidden", source=("domain",), forbidden=("outer",))


class Project:
    """Modules that import each other, under one contract."""

    def __init__(self, graph: Mapping[str, Sequence[str]], contract: Contract = CONTRACT) -> None:
        self.modules = Modules.of(summary(name, graph.get(name, ())) for name in MODULES)
        self.breaches = Breaches((contract,), ())

    def change(self, module: str, imports: Sequence[str]) -> list[frozenset[Read]]:
        """Let a module import something else; the questions whose answers are dropped, by memo."""
        self.modules.put((summary(module, imports),))
        changed: frozenset[Read] = frozenset({("imports", module, "")})
        dropped: list[frozenset[Read]] = []
        for memo in self.breaches.memos:
            dropped.append(memo.forget(changed))
            changed |= dropped[-1]
        return dropped

    def chains(self) -> Chains:
        """All chains of all modules under the contract."""
        reader = Reader(self.modules)
        resolver = Resolver(reader, KNOWLEDGE)
        return {
            (module, first.ordinal): next((path(breach.chain) for breach in self._of(first, reader, resolver)), None)
            for module in MODULES
            if module.startswith("domain")
            for first in links(module, reader, resolver)
        }

    def _of(self, first: Link, reader: Reader, resolver: Resolver) -> list[breaches.Breach]:
        return list(self.breaches.of(first, reader, resolver))


def summary(name: str, imports: Sequence[str]) -> ModuleSummary:
    """A module with these imports, in both forms that an import has."""
    symbols: list[ImportSymbol] = []
    for number, module in enumerate(imports):
        package, _, last = module.rpartition(".")
        whole = ImportSymbol(module, None, None, 0)
        symbols.append(whole if number % 2 else ImportSymbol(package, last, None, 0))
    return ModuleSummary(name, False, {}, {}, {}, tuple(symbols))


def path(chain: Sequence[Link]) -> tuple[str, ...]:
    assert all(link.imported == following.module for link, following in pairwise(chain))
    return (chain[0].module, *(link.imported for link in chain))


def searched(graph: Graph, contract: Contract) -> Chains:
    """The same by a plain search, level by level, which remembers nothing."""
    return {
        (module, number): shortest((module, imported), graph, contract)
        for module in MODULES
        if module.startswith("domain")
        for number, imported in enumerate(graph.get(module, ()))
        if imported != module
    }


def shortest(first: tuple[str, str], graph: Graph, contract: Contract) -> tuple[str, ...] | None:
    level: list[tuple[str, ...]] = [] if first in contract.ignore_imports or first[1].startswith("domain") else [first]
    seen = {first[1]}
    while level:
        for chain in level:
            if chain[-1].startswith("outer"):
                return chain
        longer: list[tuple[str, ...]] = []
        for chain in [] if contract.allow_indirect else level:
            for imported in graph.get(chain[-1], ()):
                is_free = not imported.startswith("domain") and (chain[-1], imported) not in contract.ignore_imports
                if is_free and imported not in seen:
                    seen.add(imported)
                    longer.append((*chain, imported))
        level = longer
    return None


modules = st.sampled_from(MODULES)
imports = st.lists(modules, max_size=4).map(tuple)
graphs = st.fixed_dictionaries(dict.fromkeys(MODULES, imports))
contracts = st.builds(
    Contract,
    st.just("c"),
    st.just("forbidden"),
    source=st.just(("domain",)),
    forbidden=st.just(("outer",)),
    ignore_imports=st.lists(st.tuples(modules, modules), max_size=4).map(tuple),
    allow_indirect=st.booleans(),
)


@given(graphs, contracts, st.lists(st.tuples(modules, imports), max_size=5))
def test_chains_are_those_of_a_plain_search(
    graph: Graph, contract: Contract, changes: list[tuple[str, tuple[str, ...]]]
) -> None:
    project = Project(graph, contract)
    assert project.chains() == searched(graph, contract)
    for module, imported in changes:
        graph[module] = imported
        project.change(module, imported)
        assert project.chains() == searched(graph, contract)


EXCUSED: dict[str, tuple[tuple[tuple[str, str], ...], bool, tuple[str, ...] | None]] = {
    "nothing": ((), False, ("domain.a", "free.a", "outer.x")),
    "the first import": ((("domain.a", "free.a"),), False, None),
    "the last import": ((("free.a", "outer.x"),), False, ("domain.a", "free.a", "free.b", "outer.y")),
    "both ways": ((("free.a", "outer.x"), ("free.b", "outer.*")), False, None),
    "all that is not direct": ((), True, None),
}


@pytest.mark.parametrize(("ignored", "direct", "expected"), EXCUSED.values(), ids=EXCUSED)
def test_what_is_excused(ignored: tuple[tuple[str, str], ...], direct: bool, expected: tuple[str, ...] | None) -> None:
    graph = {"domain.a": ("free.a",), "free.a": ("free.b", "outer.x"), "free.b": ("outer.y",)}
    contract = msgspec.structs.replace(CONTRACT, ignore_imports=ignored, allow_indirect=direct)
    assert Project(graph, contract).chains() == {("domain.a", 0): expected}


GRAPH: Graph = {
    "domain.a": ("free.a",),
    "domain.b": ("free.a", "free.c"),
    "free.a": ("free.b",),
    "free.b": ("outer.x",),
    "free.c": ("free.d",),
}
CHANGES: dict[str, tuple[str, tuple[str, ...], set[str], set[str]]] = {
    "in the middle of a chain": ("free.a", ("free.c", "free.b"), {"free.a"}, {"free.a"}),
    "at the end of a chain": ("free.b", (), {"free.b"}, {"free.a"}),
    "on a way that leads nowhere": ("free.d", ("outer.y",), {"free.d"}, {"free.c"}),
    "behind the end of a chain": ("outer.x", ("free.d",), set(), set()),
    "in nobody's way": ("outer.y", ("free.a",), set(), set()),
    "at the start": ("domain.a", ("free.c",), set(), set()),
}


@pytest.mark.parametrize(("module", "imported", "read", "searched_from"), CHANGES.values(), ids=CHANGES)
def test_only_what_is_affected_is_worked_out_again(
    module: str,
    imported: tuple[str, ...],
    read: set[str],
    searched_from: set[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    project = Project(GRAPH)
    expected: Chains = {
        ("domain.a", 0): ("domain.a", "free.a", "free.b", "outer.x"),
        ("domain.b", 0): ("domain.b", "free.a", "free.b", "outer.x"),
        ("domain.b", 1): None,
    }
    assert project.chains() == expected
    dropped_links, dropped_chains = project.change(module, imported)
    assert {name for _, name, _ in dropped_links} == read
    assert {name for _, name, _ in dropped_chains} == searched_from
    worked_out: list[str] = []

    def noted(importer: str, reader: Reader, resolver: Resolver) -> tuple[Link, ...]:
        worked_out.append(importer)
        return links(importer, reader, resolver)

    monkeypatch.setattr(breaches, "links", noted)
    assert project.chains() == searched({**GRAPH, module: imported}, CONTRACT)
    assert worked_out == sorted(read)
