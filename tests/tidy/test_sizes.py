"""Files and functions are short enough to be read at once, say why they exist, and silence no tool without reason."""

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

ROOT = Path(__file__).parents[2]
MAX_FILE_LINES = 450
MAX_FUNCTION_LINES = 60
MAX_ESCAPES_PER_1000_LINES = 2
# The sample projects are data: they are as untidy as their defects need.
NOT_OURS = ("tests/projects/shop/", "tests/editors/sample/")
ESCAPE = re.compile(r"#\s*(?:type:\s*ignore|noqa|pyright:\s*ignore)(?::\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*|\[[^\]]*\])?(.*)")


class SourceFile(msgspec.Struct, frozen=True):
    """One of our own files."""

    path: str
    text: str

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()


SOURCES = [
    SourceFile(path.relative_to(ROOT).as_posix(), path.read_text("utf-8"))
    for folder in ("server", "rules", "tests")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if not path.relative_to(ROOT).as_posix().startswith(NOT_OURS)
]


def too_long(source: SourceFile) -> Iterator[str]:
    n_lines = len(source.lines)
    if n_lines > MAX_FILE_LINES:
        yield f"{source.path}: {n_lines} lines"


def long_functions(source: SourceFile) -> Iterator[str]:
    for node in ast.walk(ast.parse(source.text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            n_lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if n_lines > MAX_FUNCTION_LINES:
                yield f"{source.path}:{node.lineno}: `{node.name}` has {n_lines} lines"


def undocumented(source: SourceFile) -> Iterator[str]:
    if not ast.get_docstring(ast.parse(source.text)):
        yield f"{source.path}: no docstring"


def escapes_without_reason(source: SourceFile) -> Iterator[str]:
    for line, reason in [*escapes(source), *casts(source)]:
        above = source.lines[line - 2].strip() if line > 1 else ""
        if not reason.strip(" -:.#") and not above.startswith("#"):
            yield f"{source.path}:{line}: no reason is given"


def escapes(source: SourceFile) -> Iterator[tuple[int, str]]:
    """Give the line of each comment that silences a tool, and what else the comment says."""
    for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
        match = ESCAPE.match(token.string) if token.type == tokenize.COMMENT else None
        if match:
            yield token.start[0], match[1]


def casts(source: SourceFile) -> Iterator[tuple[int, str]]:
    """Give the line of each call of `typing.cast`, and the comment on that line."""
    if "import cast" not in source.text and ", cast" not in source.text:
        return
    for node in ast.walk(ast.parse(source.text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "cast":
            yield node.lineno, source.lines[node.lineno - 1].partition("#")[2]


@pytest.mark.parametrize("offences", [too_long, long_functions, undocumented, escapes_without_reason])
def test_every_file_is_tidy(offences: Callable[[SourceFile], Iterator[str]]) -> None:
    assert [offence for source in SOURCES for offence in offences(source)] == []


def test_escapes_are_rare() -> None:
    found = [f"{source.path}:{line}" for source in SOURCES for line, _ in escapes(source)]
    n_lines = sum(len(source.lines) for source in SOURCES)
    assert len(found) <= MAX_ESCAPES_PER_1000_LINES * n_lines / 1000, found
