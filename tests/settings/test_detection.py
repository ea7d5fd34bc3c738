"""Which preset a project seems to follow, and by what; half of a shape is none."""

import pytest

from hexguard.settings.detection import TELLING, Outline, detected_preset, tells_of_preset
from hexguard.settings.layers import PRESET_LAYERS

HEXAGONAL = frozenset({"domain", "adapters", "service_layer", "entrypoints", "config"})
LAYERED = frozenset({"main", "models", "routers", "services", "crud"})


def check(outline: Outline, packages: set[str], expected: str) -> None:
    found = detected_preset(packages, outline)
    assert (f"{found.preset}: {found.why}" if found else "") == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/src/shop/domain/order.py", True),
        ("/src/shop/crud.py", True),
        ("/src/shop/crud.pyi", True),
        ("src\\shop\\domain\\order.py", True),
        ("/src/shop/crudely.py", False),
        ("/src/shop/order.py", False),
        ("/domain", False),
        ("", False),
    ],
)
def test_which_files_may_tell(path: str, *, expected: bool) -> None:
    assert tells_of_preset(path) is expected


def test_what_tells_is_a_name_of_the_layers() -> None:
    for preset, lines in TELLING.items():
        known = {pattern.removeprefix("**.") for layer in PRESET_LAYERS[preset] for pattern in layer.modules}
        assert {name for line in lines for name in line} <= known


@pytest.mark.parametrize(
    ("outline", "expected"),
    [
        ({}, ""),
        ({"": frozenset({"setup"}), "src": frozenset({"shop"})}, ""),
        ({"src/shop": HEXAGONAL}, "hexagonal: domain, service_layer, adapters below src/shop"),
        ({"": HEXAGONAL}, "hexagonal: domain, service_layer, adapters at the root"),
        ({"app": LAYERED}, "layered: routers, services, crud below app"),
        ({"a": HEXAGONAL, "b": LAYERED}, "hexagonal: domain, service_layer, adapters below a"),
        (
            {"src/shop/zoo": HEXAGONAL, "src/shop/b": HEXAGONAL, "z": HEXAGONAL},
            "hexagonal: domain, service_layer, adapters below z",
        ),
        (
            {"src/shop/b": HEXAGONAL, "src/a/zoo": HEXAGONAL},
            "hexagonal: domain, service_layer, adapters below src/a/zoo",
        ),
        ({"app": HEXAGONAL - {"domain"}}, ""),
        ({"app": HEXAGONAL - {"adapters"}}, ""),
        ({"app": HEXAGONAL - {"service_layer"}}, ""),
        ({"app": LAYERED - {"routers"}}, ""),
        ({"app": LAYERED - {"services"}}, ""),
        ({"app": LAYERED - {"crud"}}, ""),
        ({"app": frozenset({"domain", "services", "repositories"})}, ""),
        ({"app": frozenset({"routers", "services"}), "app/db": frozenset({"crud"})}, ""),
    ],
)
def test_by_folders(outline: Outline, expected: str) -> None:
    check(outline, set(), expected)


@pytest.mark.parametrize(
    ("outline", "packages", "expected"),
    [
        ({}, {"django"}, "django: django among the dependencies, and no fastapi"),
        ({"app": LAYERED}, {"django"}, "django: django among the dependencies, and no fastapi"),
        ({"app": LAYERED}, {"django", "fastapi"}, "layered: routers, services, crud below app"),
        ({}, {"django", "fastapi"}, ""),
        ({}, {"fastapi"}, ""),
    ],
)
def test_by_dependencies(outline: Outline, packages: set[str], expected: str) -> None:
    check(outline, packages, expected)
