"""What the user's contracts forbid a module to import, directly or through others."""

import itertools
from collections.abc import Iterable, Iterator

import msgspec

from hexguard.settings.layers import covers, layer_of
from hexguard.settings.model import Contract, Layer


class Boundary(msgspec.Struct, frozen=True, gc=False):
    """One contract as it applies to one module.

    `side` names the layer or pattern that the module belongs to; `forbidden` pairs the names of what it may not import
    with their patterns. `restricted` are the patterns of all that the contract keeps away from the same modules,
    `lower` those of the layers beside and below, from which it keeps these modules and maybe more away.
    """

    contract: Contract
    side: str
    forbidden: tuple[tuple[str, tuple[str, ...]], ...]
    restricted: tuple[str, ...]
    lower: tuple[str, ...] = ()

    def crossed_by(self, module: str) -> str:
        """The name of the forbidden layer or pattern that `module` belongs to; empty if none."""
        return next((name for name, patterns in self.forbidden if _matches(module, patterns)), "")

    def is_restricted(self, module: str) -> bool:
        """Whether the contract would report an import chain at `module` itself."""
        is_lower = _matches(module, self.lower) and not self.crossed_by(module)
        return is_lower or _matches(module, self.restricted)

    def ignores(self, importer: str, imported: str) -> bool:
        """Whether the user has excused this import."""
        pairs = self.contract.ignore_imports
        return any(covers(left, importer) and covers(right, imported) for left, right in pairs)


def boundaries(module: str, contracts: Iterable[Contract], layers: tuple[Layer, ...]) -> Iterator[Boundary]:
    """What each contract forbids `module`."""
    for contract in contracts:
        match contract.kind:
            case "forbidden":
                yield from _forbidden(module, contract, layers)
            case "layers":
                yield from _layered(module, contract, layers)
            case "independence":
                yield from _independent(module, contract, layers)


def _forbidden(module: str, contract: Contract, layers: tuple[Layer, ...]) -> Iterator[Boundary]:
    sources = {name: _patterns(name, contract, layers) for name in contract.source}
    restricted = tuple(pattern for patterns in sources.values() for pattern in patterns)
    forbidden = tuple((name, _named(name, layers)) for name in contract.forbidden)
    for name, patterns in sources.items():
        if _belongs(module, name, patterns, layers):
            yield Boundary(contract, name, forbidden, restricted)
            return


def _layered(module: str, contract: Contract, layers: tuple[Layer, ...]) -> Iterator[Boundary]:
    """A layer may not import the layers above it, within the same container."""
    for container in contract.containers or ("",):
        prefix = f"{container}." if container else ""
        levels = [
            [(name, tuple(prefix + pattern for pattern in _named(name, layers))) for name in siblings]
            for siblings in contract.layers
        ]
        for number, named in enumerate(levels[1:], start=1):
            higher = tuple(itertools.chain.from_iterable(levels[:number]))
            below = itertools.chain.from_iterable(levels[number:])
            lower = tuple(pattern for _, patterns in below for pattern in patterns)
            for name, patterns in named:
                if _belongs(module, name, patterns, layers):
                    yield Boundary(contract, name, higher, patterns, lower)


def _independent(module: str, contract: Contract, layers: tuple[Layer, ...]) -> Iterator[Boundary]:
    members = {name: _patterns(name, contract, layers) for name in contract.source}
    for name, patterns in members.items():
        if _belongs(module, name, patterns, layers):
            others = tuple((other, found) for other, found in members.items() if other != name)
            yield Boundary(contract, name, others, patterns)
            return


def _patterns(name: str, contract: Contract, layers: tuple[Layer, ...]) -> tuple[str, ...]:
    found = _named(name, layers)
    return tuple(f"{container}.{pattern}" for container in contract.containers or () for pattern in found) or found


def _named(name: str, layers: tuple[Layer, ...]) -> tuple[str, ...]:
    """The module patterns behind a name: those of the layer, or the name as a pattern."""
    return next((layer.modules for layer in layers if layer.name == name), (name,))


def _belongs(module: str, name: str, patterns: tuple[str, ...], layers: tuple[Layer, ...]) -> bool:
    """A module that two layers could claim belongs to the more specific one only."""
    if not _matches(module, patterns):
        return False
    return not any(layer.name == name for layer in layers) or layer_of(module, layers) == name


def _matches(module: str, patterns: tuple[str, ...]) -> bool:
    return any(covers(pattern, module) for pattern in patterns)
