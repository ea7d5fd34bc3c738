"""What import-linter does not say: who may import which third-party package, when, and what no module is called."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
OWN = ("hexguard", "hexguard_rules", "hexguard_dev")
SHIPPED = {
    path.relative_to(folder).as_posix(): ast.parse(path.read_text("utf-8"))
    for folder in (ROOT / "server", ROOT / "rules")
    for path in sorted(folder.rglob("*.py"))
    if "hexguard_dev" not in path.parts
}
# Each value is a folder (with a slash) or one file; a third-party package without a line here may not be imported.
OWNERS = {
    "jedi": "hexguard/index/inference.py",
    "libcst": "hexguard/syntax/concrete.py",
    "lsprotocol": "hexguard/lsp/",
    "packaging": "hexguard/settings/",
    "pathspec": "hexguard/files/",
    "platformdirs": "hexguard/files/store.py",
    "pygls": "hexguard/lsp/",
    "tomlkit": "hexguard/settings/writing.py",
    "tree_sitter": "hexguard/syntax/parse.py",
    "tree_sitter_python": "hexguard/syntax/parse.py",
}
EVERYWHERE = "msgspec"
# A server answers its client before the engine and the rules are loaded, and each command loads only what it needs.
LATE = ("hexguard/cli/main.py", "hexguard/cli/arguments.py", "hexguard/lsp/service.py")
NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers"}


def imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Give line and dotted name of everything that is imported, wherever the statement stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module


def third_party() -> Iterator[tuple[str, str]]:
    """Give (file, package) for every import of what is neither ours nor the standard library's."""
    for path, tree in SHIPPED.items():
        for _, name in imported(tree):
            package = name.partition(".")[0]
            if package not in sys.stdlib_module_names and package not in OWN:
                yield path, package


def declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return {Requirement(line).name.replace("-", "_") for line in project["dependencies"]}


def test_each_third_party_package_has_one_owner() -> None:
    strangers = {
        (path, package)
        for path, package in third_party()
        if package != EVERYWHERE and not path.startswith(OWNERS.get(package, "nobody"))
    }
    assert strangers == set()


def test_what_is_declared_is_what_is_imported() -> None:
    assert {package for _, package in third_party()} == declared()


def test_own_modules_are_imported_at_the_top() -> None:
    late = [
        f"{path}:{line}: {name}"
        for path, tree in SHIPPED.items()
        if path not in LATE
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for line, name in imported(function)
        if name.partition(".")[0] in OWN
    ]
    assert late == []


@pytest.mark.parametrize("folder", ["server", "rules", "tests"])
def test_names_of_modules_say_something(folder: str) -> None:
    empty = [
        str(path.relative_to(ROOT))
        for path in (ROOT / folder).rglob("*.py")
        if NAMES_THAT_SAY_NOTHING & set(path.stem.lower().split("_"))
        or NAMES_THAT_SAY_NOTHING & set(path.relative_to(ROOT).parts)
    ]
    assert empty == []
