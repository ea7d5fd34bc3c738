"""The fixture language: one text that is several files, with findings and cursors marked in comments."""

import re

import msgspec

from hexguard.text.lines import LineIndex
from hexguard.text.span import Span

DEFAULT_PATH = "app/main.py"
CURSOR = "<|>"

_FILE = re.compile(r"#- (\S+)\s*$")
_MARK = re.compile(r"(?P<lead>\s*)#(?P<gap>\|| *)(?P<carets>\^+)(?: (?P<rule>[a-z0-9-]+))?\s*$")


class Mark(msgspec.Struct, frozen=True, order=True):
    """Where a finding is expected: a span of the file at `path`, within one line; `rule` is empty if not named."""

    path: str
    span: Span
    rule: str = ""


class Fixture(msgspec.Struct, frozen=True):
    """The files of a fixture, without the marks, and what the marks say. `cursor` is a path and an offset."""

    files: dict[str, str]
    marks: tuple[Mark, ...]
    cursor: tuple[str, int] | None = None

    @property
    def settings(self) -> dict[str, str]:
        """The files that configure the project."""
        return {path: text for path, text in self.files.items() if not path.endswith((".py", ".pyi"))}

    @property
    def modules(self) -> dict[str, str]:
        """The Python files."""
        return {path: text for path, text in self.files.items() if path.endswith((".py", ".pyi"))}


def parse_fixture(text: str) -> Fixture:
    """Take a fixture apart.

    `#   ^^^^` marks the columns of the carets in the line above.
    The `#` counts as a caret where one follows at once, and so does a `|` between them, for findings that start in the
    first or the second column. A mark covers the first line of a finding.
    """
    files: dict[str, list[str]] = {}
    marks: list[tuple[str, int, int, int, str]] = []
    path = DEFAULT_PATH
    for line in text.splitlines(keepends=True):
        if found := _FILE.match(line):
            path = found[1]
            files[path] = []
        elif (found := _MARK.match(line)) and files.get(path):
            lead, gap = len(found["lead"]), found["gap"]
            first = lead if not gap else lead + 1 if gap == "|" else lead + 1 + len(gap)
            last = lead + 1 + len(gap) + len(found["carets"])
            marks.append((path, len(files[path]) - 1, first, last, found["rule"] or ""))
        else:
            files.setdefault(path, []).append(line)
    texts = {path: "".join(lines) for path, lines in files.items()}
    cursor = next(((path, at) for path, text in texts.items() if (at := text.find(CURSOR)) >= 0), None)
    texts = {path: text.replace(CURSOR, "") for path, text in texts.items()}
    return Fixture(texts, tuple(sorted(_mark(mark, texts) for mark in marks)), cursor)


def _mark(mark: tuple[str, int, int, int, str], texts: dict[str, str]) -> Mark:
    path, line, first, last, rule = mark
    start = LineIndex.of(texts[path]).start(line)
    return Mark(path, Span(start + first, start + last), rule)
