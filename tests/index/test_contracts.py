"""What each kind of contract forbids a module."""

import pytest

from hexguard.index.contracts import boundaries
from hexguard.settings.model import Contract, Layer

LAYERS = (
    Layer("domain", ("**.domain",)),
    Layer("storage", ("**.storage", "**.db")),
    Layer("special", ("app.domain.legacy",)),
)


def check(module: str, imported: str, contract: Contract) -> list[str]:
    """The layer or pattern that each boundary says is crossed, as `side > crossed`."""
    found = boundaries(module, (contract,), LAYERS)
    return [f"{each.side} > {crossed}" for each in found if (crossed := each.crossed_by(imported))]


FORBIDDEN = Contract("c", "forbidden", source=("domain", "app.shared"), forbidden=("storage", "vendor.api"))
STACK = Contract("c", "layers", layers=(("app.api",), ("app.services", "app.jobs"), ("app.models",)))
INNER = Contract("c", "layers", layers=(("web",), ("core",)), containers=("app.shop", "app.bank"))
APART = Contract("c", "independence", source=("app.mail", "app.payments", "storage"))

CASES: dict[str, tuple[Contract, str, str, list[str]]] = {
    "forbidden": (FORBIDDEN, "app.domain.orders", "app.storage.files", ["domain > storage"]),
    "the layer itself": (FORBIDDEN, "app.domain", "app.db", ["domain > storage"]),
    "a pattern": (FORBIDDEN, "app.shared.clock", "vendor.api.v2", ["app.shared > vendor.api"]),
    "the other way": (FORBIDDEN, "app.storage.files", "app.domain.orders", []),
    "neither": (FORBIDDEN, "app.domain.orders", "app.services", []),
    "only a prefix of the name": (FORBIDDEN, "app.domain.orders", "vendor.apis", []),
    "a more specific layer": (FORBIDDEN, "app.domain.legacy.old", "app.storage", []),
    "upwards": (STACK, "app.models.order", "app.services.order", ["app.models > app.services"]),
    "two upwards": (STACK, "app.models", "app.api.v1", ["app.models > app.api"]),
    "downwards": (STACK, "app.api", "app.models", []),
    "siblings": (STACK, "app.services", "app.jobs", []),
    "outside": (STACK, "app.main", "app.api", []),
    "in a container": (INNER, "app.shop.core.price", "app.shop.web", ["core > web"]),
    "in another container": (INNER, "app.shop.core", "app.bank.web", []),
    "independent": (APART, "app.mail.send", "app.payments", ["app.mail > app.payments"]),
    "independent layer": (APART, "app.db", "app.mail", ["storage > app.mail"]),
    "itself": (APART, "app.mail.send", "app.mail.text", []),
}


@pytest.mark.parametrize(("contract", "module", "imported", "expected"), CASES.values(), ids=CASES)
def test_crossed(contract: Contract, module: str, imported: str, expected: list[str]) -> None:
    assert check(module, imported, contract) == expected


@pytest.mark.parametrize(
    ("importer", "imported", "expected"),
    [
        ("app.models.old", "app.services.order", True),
        ("app.models.old.deep", "app.services", False),
        ("app.models", "app.services.order", False),
    ],
)
def test_ignored_imports(importer: str, imported: str, expected: bool) -> None:
    pairs = (("app.models.old", "app.services.*"),)
    contract = Contract("c", "layers", layers=STACK.layers, ignore_imports=pairs)
    (boundary,) = boundaries("app.models.old", (contract,), LAYERS)
    assert boundary.ignores(importer, imported) is expected


def test_layers_beside_and_below_report_what_they_import_themselves() -> None:
    (boundary,) = boundaries("app.services.order", (STACK,), LAYERS)
    modules = ("app.services.x", "app.jobs", "app.models.order", "app.api", "app.main")
    assert [name for name in modules if boundary.is_restricted(name)] == [
        "app.services.x",
        "app.jobs",
        "app.models.order",
    ]


def test_restricted_is_what_the_contract_reports_elsewhere() -> None:
    (boundary,) = boundaries("app.domain.orders", (FORBIDDEN,), LAYERS)
    assert [name for name in ("app.domain.x", "app.shared", "app.main") if boundary.is_restricted(name)] == [
        "app.domain.x",
        "app.shared",
    ]
