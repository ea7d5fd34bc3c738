"""Contracts that are written for import-linter are understood as they are."""

import pytest

from hexguard.settings import Contract, Settings
from support.declared import check

IMPORT_LINTER_CONTRACTS = (
    Contract(
        name="Layers",
        kind="layers",
        layers=(("a", "b"), ("c", "d"), ("e",)),
        containers=("app",),
        ignore_imports=(("app.a.x", "app.e.**"),),
    ),
    Contract(
        name="Layers",
        kind="independence",
        source=("a", "b"),
        containers=("app",),
        ignore_imports=(("app.a.x", "app.e.**"),),
    ),
    Contract(name="two", kind="forbidden", source=("a",), forbidden=("b", "c"), allow_indirect=True),
    Contract(name="three", kind="independence", source=("x", "y")),
)
INI = """
    [metadata]
    description = 100%

    [importlinter]
    root_packages = app

    [importlinter:contract:one]
    name = Layers
    type = layers
    layers =
        a | b
        (c) : d
        e
    containers = app
    ignore_imports =
        # a reason
        app.a.x -> app.e.**

    [importlinter:contract:two]
    type: forbidden
    source_modules = a
    forbidden_modules =
        b
        c
    allow_indirect_imports = True

    [importlinter:contract:three]
    type = independence
    modules =
        x
        y

    [importlinter:contract:four]
    type = protected
"""
TOML = """
    [tool.importlinter]
    root_package = "app"

    [[tool.importlinter.contracts]]
    name = "Layers"
    type = "layers"
    layers = ["a | b", "(c) : d", "e"]
    containers = ["app"]
    ignore_imports = ["app.a.x -> app.e.**"]

    [[tool.importlinter.contracts]]
    name = "two"
    type = "forbidden"
    source_modules = "a"
    forbidden_modules = ["b", "c"]
    allow_indirect_imports = true

    [[tool.importlinter.contracts]]
    name = "three"
    type = "independence"
    modules = ["x", "y"]

    [[tool.importlinter.contracts]]
    name = "four"
    type = "acyclic_siblings"
"""


@pytest.mark.parametrize("files", [{".importlinter": INI}, {"setup.cfg": INI}, {"pyproject.toml": TOML}])
def test_import_linter_is_understood(files: dict[str, str]) -> None:
    check(files, Settings(contracts=IMPORT_LINTER_CONTRACTS))


def test_own_contracts_come_before_those_of_import_linter() -> None:
    own = "[[contracts]]\nkind = 'independence'\nsource = ['p', 'q']"
    contract = Contract(name="contract 1", kind="independence", source=("p", "q"))
    check(
        {"hexguard.toml": own, "pyproject.toml": TOML, ".importlinter": "[importlinter]", "setup.cfg": "[x]"},
        Settings(contracts=(contract,)),
    )
    check(
        {"hexguard.toml": own, "pyproject.toml": TOML},
        Settings(contracts=(contract, *IMPORT_LINTER_CONTRACTS)),
    )


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        (
            "setup.cfg",
            "[importlinter]\n[importlinter:contract:a]\ntype = forbidden\nsource_modules = a\n",
            "error setup.cfg <[importlinter:contract:a]>: a contract of this kind needs `forbidden_modules`",
        ),
        (
            ".importlinter",
            "[importlinter]\n[importlinter:contract:a]\ntype = independence\nmodules = a\nIgnore_imports =\n  x\n",
            "error .importlinter <Ignore_imports>: "
            "member 1 of `importlinter:contract:a.ignore_imports` must be written `importer -> imported`",
        ),
        (".importlinter", "[importlinter]\nnonsense\n", "error .importlinter: this is no valid ini file: "
         "Source contains parsing errors: '<string>'"),
        (
            "pyproject.toml",
            "[[tool.importlinter.contracts]]\ntype = 'independence'\nmodules = [1]",
            "error pyproject.toml <1>: member 1 of `contracts.modules` must be a string, not an integer",
        ),
        (
            "pyproject.toml",
            "[tool.importlinter]\ncontracts = 3",
            "error pyproject.toml <3>: `contracts` must be a list, not an integer",
        ),
    ],
)  # fmt: skip
def test_bad_contracts_of_import_linter_are_told(name: str, text: str, problem: str) -> None:
    check({name: text}, Settings(), problem)
