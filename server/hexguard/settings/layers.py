"""Which layer of the user's architecture a module belongs to, and what the presets say about layers."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from hexguard.settings.model import Contract, Layer, Preset, Settings


def layer_of(module: str, layers: Iterable[Layer]) -> str | None:
    """Give the name of the layer that a module (dotted) is in, or None.

    The most specific pattern wins: first the one with more names in it, then the one with more parts,
    then the one that a package has before one that only the module itself has (`app.routes.models` is routes),
    then the layer that comes first in `layers`.
    """
    parts = tuple(module.split("."))
    best = (0, 0, False)
    found: str | None = None
    for layer in layers:
        for pattern in layer.modules:
            specific = _specificity(pattern)
            if specific < best[:2] or not (covered := _covered(_parts(pattern), parts)):
                continue
            # In the outermost package, whose name is that of the project, names of modules say as much as it does.
            rank = (*specific, covered < len(parts) or len(parts) <= _SHORT)
            if rank > best:
                best, found = rank, layer.name
    return found


def covers(pattern: str, module: str) -> bool:
    """Say whether a module pattern names the module or a package around it."""
    return _covered(_parts(pattern), tuple(module.split("."))) > 0


def layers_for(settings: Settings) -> tuple[Layer, ...]:
    """Give the declared layers, then those of the declared preset that have other names."""
    declared = {layer.name for layer in settings.layers}
    preset = PRESET_LAYERS[settings.preset] if settings.preset else ()
    return (*settings.layers, *(layer for layer in preset if layer.name not in declared))


def contracts_for(settings: Settings) -> tuple[Contract, ...]:
    """Give the declared contracts, then those of the declared preset."""
    preset = PRESET_CONTRACTS[settings.preset] if settings.preset else ()
    return (*settings.contracts, *preset)


def _parts(pattern: str) -> tuple[str, ...]:
    return tuple(pattern.split("."))


@lru_cache(maxsize=1024)
def _specificity(pattern: str) -> tuple[int, int]:
    parts = _parts(pattern)
    return sum(part not in {"*", "**"} for part in parts), len(parts)


def _covered(pattern: tuple[str, ...], module: tuple[str, ...]) -> int:
    """Match a pattern with the beginning of a module, part by part; gives the parts that it needs at least, or 0.

    `reached` holds how many parts of the module the pattern so far can account for.
    """
    reached = {0}
    for part in pattern:
        if part == "**":
            reached = set(range(min(reached), len(module) + 1))
        else:
            reached = {at + 1 for at in reached if at < len(module) and part in {"*", module[at]}}
        if not reached:
            return 0
    return max(1, min(reached))


_SHORT = 2
"""The parts of the name of a module that stands directly in the outermost package."""


def _anywhere(*names: str) -> tuple[str, ...]:
    return tuple(f"**.{name}" for name in names)


# The domain comes first, because an inner layer wins where a module could be in two: `domain.services` is domain.
PRESET_LAYERS: Mapping[Preset, tuple[Layer, ...]] = {
    "simple": (),
    "django": (),
    "hexagonal": (
        Layer("domain", _anywhere("domain")),
        Layer(
            "infrastructure",
            _anywhere(
                "infrastructure",
                "infra",
                "persistence",
                "adapters",
                "repositories",
                "gateways",
                "clients",
                "db",
                "database",
                "orm",
            ),
        ),
        Layer(
            "application",
            _anywhere("application", "services", "service_layer", "use_cases", "usecases", "interactors", "ports"),
        ),
        Layer(
            "entrypoints",
            _anywhere("entrypoints", "routes", "routers", "api", "endpoints", "controllers", "web", "presentation"),
        ),
    ),
    "layered": (
        Layer("models", _anywhere("models", "domain", "entities")),
        Layer("repositories", _anywhere("repositories", "repository", "crud", "dao")),
        Layer("services", _anywhere("services", "service_layer")),
        Layer("routes", _anywhere("routes", "routers", "api", "endpoints", "controllers", "views")),
    ),
}
"""The layers that each preset expects, by the usual names of packages and modules."""

PRESET_CONTRACTS: Mapping[Preset, tuple[Contract, ...]] = {
    "simple": (),
    "django": (),
    "hexagonal": (
        Contract(
            name="the domain imports no outer layer",
            kind="forbidden",
            source=("domain",),
            forbidden=("application", "infrastructure", "entrypoints"),
        ),
    ),
    "layered": (
        Contract(
            name="routes, services, repositories, models: imports go down only",
            kind="layers",
            layers=(("routes",), ("services",), ("repositories",), ("models",)),
        ),
    ),
}
"""The contracts of each preset, between its own layers."""
