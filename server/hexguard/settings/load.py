"""Makes settings out of the texts of configuration files and out of what an editor sends."""

import re
import tomllib
from collections.abc import Collection, Mapping
from functools import partial

import msgspec

from hexguard.settings import import_linter, schema
from hexguard.settings.locate import KeyPath, Places, locate
from hexguard.settings.model import Contract, Loaded, Problem, Settings
from hexguard.settings.names import IMPORT_LINTER_FILES, OWN_FILES, PYPROJECT, table_in
from hexguard.settings.report import Report, is_table, wrong
from hexguard.text.span import Span

EDITOR = "editor settings"
"""The `path` of problems in what an editor sends, for which there is no text."""

_AT_LINE = re.compile(r" ?\(at line (\d+), column (\d+)\)$| ?\(at end of document\)$")


def load(sources: Mapping[str, str], selectors: Collection[str] | None = None) -> Loaded:
    """Read the settings of a project.

    `sources` maps the names of configuration files, relative to the root, to their texts; others are ignored.
    The first of `hexguard.toml`, `.hexguard.toml` and `[tool.hexguard]` in `pyproject.toml` counts, whole.
    Contracts for import-linter come after those of Hexguard.
    `selectors` are the names of all rules and families and their aliases; with it, names that are none of them
    become warnings.
    Nothing raises: what cannot be used falls back to its default and becomes a problem.
    """
    documents = {name: _parse(name, sources[name], selectors) for name in (*OWN_FILES, PYPROJECT) if name in sources}
    settings = _settings(documents)
    contracts, ini_problems = _import_linter(sources, documents.get(PYPROJECT))
    settings = msgspec.structs.replace(settings, contracts=(*settings.contracts, *contracts))
    problems = [problem for document in documents.values() for problem in document.report.problems]
    return Loaded(settings, (*problems, *ini_problems))


def merge(settings: Settings, editor: Mapping[str, object], selectors: Collection[str] | None = None) -> Loaded:
    """Put what an editor sends over the settings of a project.

    `editor` may hold the keys bare, under `hexguard`, or each with `hexguard.` before it.
    Keys that are not ours belong to the client and are passed over, unless they look like a misspelling.
    """
    report = Report(EDITOR, _nowhere, selectors)
    raw = {key.removeprefix("hexguard."): value for key, value in editor.items() if key != "hexguard"}
    nested = editor.get("hexguard")
    if is_table(nested):
        raw = dict(nested)
    elif nested is not None:
        report.rejected(wrong(("hexguard",), "a table", nested))
    for key, hint in schema.unknown_keys(raw):
        if hint:
            report.doubtful_key((key,), f"there is no setting `{key}`{hint}")
    return Loaded(schema.read(raw, settings, (), report), tuple(report.problems))


def _nowhere() -> Places:
    return Places({})


class _Document(msgspec.Struct, frozen=True):
    """One parsed TOML file; `raw` is empty if it does not parse."""

    raw: Mapping[str, object]
    report: Report


def _parse(name: str, text: str, selectors: Collection[str] | None) -> _Document:
    # A byte order mark counts as a space, so that offsets stay.
    text = " " + text[1:] if text.startswith("\ufeff") else text
    try:
        raw = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        report = Report(name, _nowhere)
        report.problems.append(_syntax_problem(name, text, error))
        return _Document({}, report)
    return _Document(raw, Report(name, partial(locate, text), selectors))


def _syntax_problem(name: str, text: str, error: Exception) -> Problem:
    message = str(error) or "it is nested too deeply"
    what = _AT_LINE.sub("", message)
    what = what[:1].lower() + what[1:]
    span = _rest_of_line(text, _AT_LINE.search(message))
    return Problem(name, span, f"this is no valid TOML, so nothing in it counts: {what}")


def _rest_of_line(text: str, where: re.Match[str] | None) -> Span:
    """Give the rest of the line from where the parser stopped; the end of the text if it does not tell where."""
    if where is None or where[1] is None:
        return Span(len(text), len(text))
    lines = text.split("\n")
    line, column = int(where[1]) - 1, int(where[2]) - 1
    line_start = sum(len(before) + 1 for before in lines[:line])
    start = min(line_start + column, len(text))
    return Span(start, max(start, line_start + len(lines[line].rstrip("\r"))))


def _settings(documents: Mapping[str, _Document]) -> Settings:
    """Read the first file that declares anything, and warn in the others that they do not count."""
    settings = Settings()
    chosen: str | None = None
    for name, document in documents.items():
        path: KeyPath = table_in(name)
        raw = _own_table(document, path)
        if raw is None:
            continue
        if chosen is not None:
            what = "`[tool.hexguard]`" if path else "this file"
            document.report.doubtful_key(path, f"{what} is not read, because there is `{chosen}`")
            continue
        chosen = name
        for key, hint in schema.unknown_keys(raw):
            document.report.doubtful_key((*path, key), f"there is no setting `{key}`{hint}")
        settings = schema.read(raw, settings, path, document.report)
    return settings


def _own_table(document: _Document, path: KeyPath) -> Mapping[str, object] | None:
    """Give the table that holds the settings, None if the file has none."""
    raw: object = document.raw
    for part in path:
        raw = raw.get(str(part)) if is_table(raw) else None
    if raw is not None and not is_table(raw):
        document.report.rejected(wrong(path, "a table", raw))
        return None
    return raw


def _import_linter(
    sources: Mapping[str, str], pyproject: _Document | None
) -> tuple[tuple[Contract, ...], tuple[Problem, ...]]:
    """Read the contracts of the first file that configures import-linter, in the order in which it looks itself."""
    for name in IMPORT_LINTER_FILES:
        if name in sources and import_linter.is_configured_by(sources[name]):
            report = Report(name, partial(import_linter.locate_ini, sources[name]))
            contracts = import_linter.from_ini(sources[name], report)
            return contracts, tuple(report.problems)
    if pyproject is None:
        return (), ()
    tool = pyproject.raw.get("tool")
    raw = tool.get("importlinter") if is_table(tool) else None
    return import_linter.from_toml(raw, ("tool", "importlinter"), pyproject.report), ()
