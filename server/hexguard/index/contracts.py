"""What the user's contracts forbid a module to import, directly or through others."""

from collections.abc import Iterable, Iterator

import msgspec

from hexguard.settings.layers import covers, layer_of
from hexguard.settings.model import Contract, Layer


class Boundary(msgspec.Struct, frozen=True, gc=False):
    """One contract as it applies to one module.

    `side` names the layer or pattern that the module belongs to; `forbidden` pairs the names of what it may not import
    with their patterns. `restricted` are the patterns of all that the contract keeps away from the same modules.
    """

    contract: Contract
    side: str
    forbidden: tuple[tuple[str, tuple[str, ...]], ...]
    restricted: tuple[str, ...]

    def crossed_by(self, module: str) -> str:
        """The name of the forbidden layer or pattern that `module` belongs to; empty if none."""
        return next((name for name, patterns in self.forbidden if _matches(module, patterns)), "")

    def is_restricted(self, module: str) -> bool:
        """Whether the contract would report an import chain at `module` itself."""
        return _matches(module, self.restricted)

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
        higher: list[tuple[str, tuple[str, ...]]] = []
        for siblings in contract.layers:
            named = [(name, tuple(prefix + pattern for pattern in _named(name, layers))) for name in siblings]
            for name, patterns in named:
                if higher and _belongs(module, name, patterns, layers):
                    yield Boundary(contract, name, tuple(higher), patterns)
            higher.extend(named)


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
