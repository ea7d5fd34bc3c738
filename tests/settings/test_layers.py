"""Which layer a module is in, by declared patterns and by those of the presets."""

import pytest

from hexguard.settings import Contract, Layer, Preset, Settings
from hexguard.settings.layers import PRESET_CONTRACTS, PRESET_LAYERS, contracts_for, covers, layer_of, layers_for


def check(module: str, expected: str | None, **patterns: tuple[str, ...]) -> None:
    assert layer_of(module, [Layer(name, modules) for name, modules in patterns.items()]) == expected


@pytest.mark.parametrize(
    ("pattern", "inside", "outside"),
    [
        ("app.domain", ["app.domain", "app.domain.order", "app.domain.a.b"], ["app", "app.domains", "x.app.domain"]),
        ("*.domain", ["app.domain", "shop.domain.order"], ["domain", "app.orders.domain"]),
        ("app.*.domain", ["app.a.domain", "app.b.domain.c"], ["app.domain", "app.a.b.domain"]),
        ("**.domain", ["domain", "app.domain", "app.a.b.domain.c"], ["app.domains", "app"]),
        ("app.**", ["app", "app.a", "app.a.b"], ["application"]),
        ("app.**.db.*", ["app.db.models", "app.a.b.db.x"], ["app.db", "app.a"]),
    ],
)
def test_patterns(pattern: str, inside: list[str], outside: list[str]) -> None:
    assert [module for module in (*inside, *outside) if covers(pattern, module)] == inside


def test_the_most_specific_pattern_wins() -> None:
    check("app.domain.api.x", "api", domain=("app.domain",), api=("app.domain.api",))
    check("app.domain.x", "domain", rest=("app",), domain=("**.domain",))
    check("app.domain.x", "domain", domain=("app.domain",), any=("app.*",))
    check("app.api.domain", "first", first=("**.api",), second=("**.domain",))
    check("app.other", None, domain=("app.domain",))
    check("app", None)


@pytest.mark.parametrize(
    ("preset", "module", "layer"),
    [
        ("hexagonal", "app.domain.order", "domain"),
        ("hexagonal", "app.domain.services.pricing", "domain"),
        ("hexagonal", "api.domain.order", "domain"),
        ("hexagonal", "app.orders.infrastructure.db", "infrastructure"),
        ("hexagonal", "app.adapters.api.client", "infrastructure"),
        ("hexagonal", "app.db.session", "infrastructure"),
        ("hexagonal", "app.services.orders", "application"),
        ("hexagonal", "app.use_cases.ship", "application"),
        ("hexagonal", "app.routes.orders", "entrypoints"),
        ("hexagonal", "app.main", None),
        ("layered", "app.routes.orders", "routes"),
        ("layered", "app.services", "services"),
        ("layered", "app.repositories.orders", "repositories"),
        ("layered", "app.models.order", "models"),
        ("layered", "app.routes.users.crud", "routes"),
        ("layered", "app.users.crud", "repositories"),
        ("layered", "api.models", "models"),
        ("simple", "app.domain", None),
    ],
)
def test_presets_know_the_usual_names(preset: Preset, module: str, layer: str | None) -> None:
    assert layer_of(module, layers_for(Settings(preset=preset))) == layer


def test_declared_layers_replace_those_of_the_preset_with_the_same_name() -> None:
    mine = Layer("domain", ("core",))
    layers = layers_for(Settings(preset="hexagonal", layers=(mine,)))
    assert [layer.name for layer in layers] == ["domain", "infrastructure", "application", "entrypoints"]
    assert layer_of("core.order", layers) == "domain"
    assert layer_of("app.domain.order", layers) is None


def test_contracts_of_a_preset_need_a_declared_preset() -> None:
    mine = Contract(name="mine", kind="independence", source=("a", "b"))
    assert contracts_for(Settings(contracts=(mine,))) == (mine,)
    assert contracts_for(Settings(contracts=(mine,), preset="hexagonal")) == (mine, *PRESET_CONTRACTS["hexagonal"])


@pytest.mark.parametrize("preset", list(PRESET_CONTRACTS))
def test_contracts_of_a_preset_speak_of_its_layers(preset: Preset) -> None:
    known = {layer.name for layer in PRESET_LAYERS[preset]}
    for contract in PRESET_CONTRACTS[preset]:
        named = {*contract.source, *contract.forbidden, *(name for layer in contract.layers for name in layer)}
        assert named
        assert named <= known
