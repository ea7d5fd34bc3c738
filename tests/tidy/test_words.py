"""One word for each thing: names that mean nothing here are not used, and nothing written names a single machine."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# The word to use, by the one that is never used for it in a name of ours.
NEVER = {
    "buffer": "document",
    "chunk": "block",
    "segment": "block",
    "namespace": "scope",
    "usage": "reference",
    "fqn": "qualified",
    "taint": "effect",
    "dirty": "stale or impact",
    "tier": "layer",
    "ring": "layer",
    "lint": "rule or check",
    "linter": "rule",
    "inspection": "rule",
    "registry": "catalogue",
    "analyze": "check",
    "analyzer": "check",
    "violation": "finding",
    "autofix": "fix",
    "remedy": "fix",
    "noqa": "suppression",
    "pragma": "suppression",
    "ctx": "view",
    "utils": "what it does",
    "helper": "what it does",
    "helpers": "what it does",
    "misc": "what it does",
}
OTHER_PROJECT = re.compile(r"import_?linter", re.IGNORECASE)
BRITISH = re.compile(r"\b(?:colour|behaviour|analyse|initialise|normalise|recognise|summarise|serialise)\w*")
LOCAL = re.compile(r"(?<![\w.])/(?:home|root|Users)/\w|\bpypi\.[a-z]+\.(?!org)[a-z]")
# A path of somebody's machine as data of a test is made up.
SHIPPED = [*sorted((ROOT / "server").rglob("*.py")), *sorted((ROOT / "rules").rglob("*.py"))]
WRITTEN = [
    *SHIPPED,
    *(path for path in sorted((ROOT / "docs").rglob("*.md"))),
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "Makefile", "pyproject.toml")),
]


def names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Give line and name of every class, function and parameter that a file defines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg


def words(name: str) -> set[str]:
    """The words that a name in snake or camel case is made of, in lower case, without names of other projects."""
    return {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", OTHER_PROJECT.sub("", name))}


@pytest.mark.parametrize(
    ("name", "expected"),
    [("open_buffer", {"open", "buffer"}), ("LintRule", {"lint", "rule"}), ("HTTPChunk2", {"http", "chunk"})],
)
def test_names_are_taken_apart(name: str, expected: set[str]) -> None:
    assert words(name) == expected


def test_each_thing_has_its_word() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: `{name}`: say {NEVER[word]}"
        for path in SHIPPED
        for line, name in names(ast.parse(path.read_text("utf-8")))
        for word in sorted(words(name) & NEVER.keys())
    ]
    assert wrong == []


def test_spelling_of_names_is_american() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: `{name}`"
        for path in SHIPPED
        for line, name in names(ast.parse(path.read_text("utf-8")))
        if BRITISH.search(" ".join(words(name)))
    ]
    assert wrong == []


def test_nothing_names_this_machine() -> None:
    assert [str(path.relative_to(ROOT)) for path in WRITTEN if LOCAL.search(path.read_text("utf-8"))] == []
