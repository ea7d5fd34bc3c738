"""Every rule with a fix is proven: some test module of tests/fixes says so by its constant `RULE` or `RULES`."""

import ast
from pathlib import Path

from hexguard_rules.catalogue import CATALOGUE

PROOFS = Path(__file__).parents[1] / "fixes"


def proven(text: str) -> set[str]:
    """The names in the constants `RULE` and `RULES` of a test module; only one that runs tests proves anything."""
    module = ast.parse(text)
    if not any(
        isinstance(found, ast.FunctionDef | ast.AsyncFunctionDef) and found.name[:5] == "test_" for found in module.body
    ):
        return set()
    names: set[str] = set()
    for statement in module.body:
        if not isinstance(statement, ast.Assign):
            continue
        targets = {target.id for target in statement.targets if isinstance(target, ast.Name)}
        if targets & {"RULE", "RULES"}:
            given = ast.literal_eval(statement.value)
            names |= {given} if isinstance(given, str) else set(given)
    return names


def test_each_fix_is_proven() -> None:
    named = set[str]().union(*(proven(path.read_text("utf-8")) for path in PROOFS.glob("test_*.py")))
    assert named == {rule.name for rule in CATALOGUE if rule.fixers}


def test_a_module_without_tests_proves_nothing() -> None:
    assert proven('RULE = "some-rule"\n') == set()
    assert proven('RULES = ("some-rule", "other-rule")\n\ndef test_it(): ...\n') == {"some-rule", "other-rule"}
