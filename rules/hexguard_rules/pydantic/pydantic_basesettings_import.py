"""Imports of `BaseSettings` from `pydantic`.

## What it does
Reports `from pydantic import BaseSettings` at module level and in functions.

## Why it matters
Pydantic 2 moved it to the package `pydantic-settings`, so the import raises `PydanticImportError`.

## Fix safety
Unsafe: the package `pydantic-settings` must be among the dependencies of the project.

## Known limits
Imports in a `try` or an `except` clause are left alone: they are how code runs with both versions.
`pydantic.BaseSettings` as an attribute of the module is not looked at.
"""

from collections.abc import Iterator

from hexguard.facts.model import Import
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard.text.edit import Edit
from hexguard.text.span import Span

TITLE = "Import `BaseSettings` from `pydantic_settings`"

RULE = Rule(
    name="pydantic-basesettings-import",
    message="`BaseSettings` is not in Pydantic 2 any more, so this import raises an error",
    doc=__doc__,
    severity=Severity.BLOCKING,
    requires=("pydantic>=2",),
    examples=(
        Bad(
            """
            from pydantic import BaseSettings
            #                    ^^^^^^^^^^^^

            class Settings(BaseSettings):
                url: str
            """,
            fixed="""
            from pydantic_settings import BaseSettings

            class Settings(BaseSettings):
                url: str
            """,
        ),
        Bad(
            """
            from pydantic import BaseModel, BaseSettings as Base, Field  # models
            #                               ^^^^^^^^^^^^^^^^^^^^

            def load() -> object:
                from pydantic import (
                    AnyUrl,  # addresses
                    BaseSettings,
            #       ^^^^^^^^^^^^
                )

                class Settings(BaseSettings, Base):
                    url: AnyUrl

                return Settings()
            """,
            fixed="""
            from pydantic import BaseModel, Field  # models
            from pydantic_settings import BaseSettings as Base

            def load() -> object:
                from pydantic import (
                    AnyUrl,  # addresses
                )
                from pydantic_settings import BaseSettings

                class Settings(BaseSettings, Base):
                    url: AnyUrl

                return Settings()
            """,
        ),
        Bad(
            """
            from pydantic import BaseModel, BaseSettings; LIMIT = 3
            #                               ^^^^^^^^^^^^
            """,
            why="another statement stands in the same line",
        ),
        Good(
            """
            from pydantic.v1 import BaseSettings as OldSettings
            from pydantic_settings import BaseSettings

            try:
                from pydantic_settings import BaseSettings as Either
            except ImportError:
                from pydantic import BaseSettings as Either
            """,
            why="the new package, the old interface, and code for both versions",
        ),
    ),
)


@RULE.check(Import)
def check(found: Import, view: View) -> Iterator[Finding[Import]]:
    if found.module != "pydantic" or found.name != "BaseSettings" or found.level:
        return
    context = found.context
    if not (context.in_try or context.in_handler):
        yield RULE.at(found)


@RULE.fix(Applicability.UNSAFE)
def import_from_settings(finding: Finding[Import], edits: Edits) -> Fix | Refusal:
    found = finding.fact
    statement, name = edits.span(found.statement), edits.span(found.node)
    text = edits.slice(statement)
    others = [one for one in edits.facts() if isinstance(one, Import) and one.statement == found.statement]
    if len(others) == 1:
        start = statement.start + text.index("pydantic")
        return Fix(TITLE, (Edit(Span(start, start + len("pydantic")), "pydantic_settings"),))
    line = edits.whole_lines(Span(statement.end, statement.end))
    rest = edits.slice(Span(statement.end, line.end)).strip()
    if "\\" in text or (rest and not rest.startswith("#")) or edits.slice(line)[-1:] not in ("\n", "\r"):
        return Refusal(TITLE, "the statement shares its line with another one")
    written = f"{edits.indent_at(statement.start)}from pydantic_settings import {edits.text(found.node)}"
    return Fix(
        TITLE, (Edit(_with_comma(name, statement, edits), ""), edits.insert_at(line.end, written + edits.newline))
    )


def _with_comma(name: Span, statement: Span, edits: Edits) -> Span:
    """A name of an import statement with one comma, and with its line if nothing else stands there."""
    after = edits.slice(Span(name.end, statement.end))
    before = edits.slice(Span(statement.start, name.start))
    line = edits.whole_lines(name)
    if edits.slice(line).strip() in (edits.slice(name), f"{edits.slice(name)},"):
        return line
    if after.startswith(","):
        return Span(name.start, name.end + len(after) - len(after[1:].lstrip(" \t")))
    kept = before.rstrip()
    return Span(statement.start + len(kept) - 1, name.end) if kept.endswith(",") else name
