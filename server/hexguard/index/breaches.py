"""Import chains that break a contract: how one module comes to depend on a forbidden one, through which modules."""

from collections import deque
from collections.abc import Iterator

import msgspec

from hexguard.index.chains import Link, links
from hexguard.index.contracts import Boundary, boundaries
from hexguard.index.memo import Memo
from hexguard.index.reads import Reader
from hexguard.index.resolve import Resolver
from hexguard.settings.model import Contract, Layer


class Breach(msgspec.Struct, frozen=True, gc=False):
    """An import that breaks a contract: from which layer, into which, and through which imports."""

    contract: str
    side: str
    crossed: str
    chain: tuple[Link, ...]


class Breaches:
    """The contracts of a project at work; a chain is searched once, however many imports lead into it."""

    __slots__ = ("_boundaries", "_chains", "_contracts", "_layers", "_links", "_numbers")

    def __init__(self, contracts: tuple[Contract, ...], layers: tuple[Layer, ...]) -> None:
        self._contracts = contracts
        self._layers = layers
        self._boundaries: dict[str, tuple[Boundary, ...]] = {}
        self._numbers: dict[Boundary, int] = {}
        self._links: Memo[tuple[Link, ...]] = Memo()
        self._chains: Memo[tuple[Link, ...] | None] = Memo()

    @property
    def memos(self) -> tuple[Memo[tuple[Link, ...]], Memo[tuple[Link, ...] | None]]:
        """What is kept, with what it came from; the second is made from the first."""
        return self._links, self._chains

    def of(self, first: Link, reader: Reader, resolver: Resolver) -> Iterator[Breach]:
        """The contracts that an import breaks, directly or through the modules that it imports in turn.

        A chain that runs through another module under the same contract is reported there, not here.
        """
        for boundary in self._around(first.module):
            chain = self._chain(first, boundary, reader, resolver)
            if chain:
                yield Breach(boundary.contract.name, boundary.side, boundary.crossed_by(chain[-1].imported), chain)

    def _around(self, module: str) -> tuple[Boundary, ...]:
        if module not in self._boundaries:
            self._boundaries[module] = tuple(boundaries(module, self._contracts, self._layers))
        return self._boundaries[module]

    def _chain(self, first: Link, boundary: Boundary, reader: Reader, resolver: Resolver) -> tuple[Link, ...] | None:
        if boundary.ignores(first.module, first.imported):
            return None
        if boundary.contract.allow_indirect:
            return (first,) if boundary.crossed_by(first.imported) else None
        if boundary.is_restricted(first.imported):
            return None
        # No chain leads back to the module that begins it, which is restricted; so all that begin here share the rest.
        number = self._numbers.setdefault(boundary, len(self._numbers))

        def search(inner: Reader) -> tuple[Link, ...] | None:
            return self._shortest(first.imported, boundary, inner, resolver.through(inner))

        rest = self._chains.ask(("chain", first.imported, str(number)), reader, search)
        return None if rest is None else (first, *rest)

    def _shortest(self, start: str, boundary: Boundary, reader: Reader, resolver: Resolver) -> tuple[Link, ...] | None:
        """The shortest chain from a module to a forbidden one, through modules that are free to import that."""
        queue: deque[tuple[str, tuple[Link, ...]]] = deque([(start, ())])
        seen = {start}
        while queue:
            module, chain = queue.popleft()
            if boundary.crossed_by(module):
                return chain
            for link in self._links_of(module, reader, resolver):
                imported = link.imported
                if imported in seen or boundary.is_restricted(imported) or boundary.ignores(module, imported):
                    continue
                seen.add(imported)
                queue.append((imported, (*chain, link)))
        return None

    def _links_of(self, module: str, reader: Reader, resolver: Resolver) -> tuple[Link, ...]:
        def read(inner: Reader) -> tuple[Link, ...]:
            return links(module, inner, resolver.through(inner))

        return self._links.ask(("links", module, ""), reader, read)
