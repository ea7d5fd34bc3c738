"""Tells which preset a project follows without having said so, from the packages and modules that it has.

It is conservative: what looks like half of a preset looks like none.
"""

from collections.abc import Collection, Mapping
from types import MappingProxyType

import msgspec

from hexguard.settings.model import Preset

Outline = Mapping[str, frozenset[str]]
"""The names of the packages and modules in each folder, by its path relative to the root with `/`."""

NOTHING: Outline = MappingProxyType({})
"""The outline of a project that nobody has looked at."""

# Each line is a layer, by those of its names in `PRESET_LAYERS` that are seldom used for anything else.
TELLING: Mapping[Preset, tuple[tuple[str, ...], ...]] = {
    "hexagonal": (
        ("domain",),
        ("application", "service_layer", "use_cases", "usecases", "interactors", "ports"),
        ("infrastructure", "infra", "adapters", "persistence"),
    ),
    "layered": (
        ("routes", "routers", "api", "endpoints", "controllers", "views"),
        ("services", "service_layer"),
        ("repositories", "repository", "crud", "dao"),
    ),
}
"""What a folder must have for a preset: one name of each line. The first preset that fits is taken."""


_TELLING_NAMES = frozenset(name for lines in TELLING.values() for line in lines for name in line)


class Detected(msgspec.Struct, frozen=True):
    """A preset, and what it was recognized by, as words that follow a colon."""

    preset: Preset
    why: str


def tells_of_preset(path: str) -> bool:
    """Say whether a preset may be recognized otherwise if a file at this path, relative to the root, comes or goes."""
    return not _TELLING_NAMES.isdisjoint(path.rpartition(".")[0].replace("\\", "/").split("/"))


def detected_preset(packages: Collection[str], outline: Outline) -> Detected | None:
    """Give the preset that a project follows by its looks, None if that is not clear.

    `packages` are the canonical names of those that it depends on.
    """
    if "django" in packages and "fastapi" not in packages:
        return Detected("django", "django among the dependencies, and no fastapi")
    for preset, lines in TELLING.items():
        for folder in sorted(outline, key=lambda path: (path.count("/"), path)):
            found = [next((name for name in line if name in outline[folder]), "") for line in lines]
            if all(found):
                return Detected(preset, f"{', '.join(found)} {f'below {folder}' if folder else 'at the root'}")
    return None
