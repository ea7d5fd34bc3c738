"""Writes the pages about rules and settings from these themselves, so that nobody keeps them up to date by hand."""

from collections.abc import Iterator
from pathlib import Path

from hexguard.app.page import OWN_PAGES, fix_words, own_fix_words, own_page, rule_page
from hexguard_dev import generated
from hexguard_dev.json_schema import settings_schema
from hexguard_dev.settings_page import settings_page
from hexguard_rules.catalogue import CATALOGUE

SETTINGS = "settings.md"
SCHEMA = "hexguard.schema.json"
RULES = "rules"
OWN_FAMILY = "suppression"
"""The folder for what the engine itself reports."""


def pages() -> dict[str, str]:
    """All pages, by path below `docs`."""
    found = {f"{RULES}/{rule.family}/{rule.name}.md": rule_page(rule) for rule in CATALOGUE}
    found |= {f"{RULES}/{OWN_FAMILY}/{name}.md": own_page(name) for name in OWN_PAGES}
    return {
        SETTINGS: settings_page(),
        SCHEMA: settings_schema(),
        f"{RULES}/README.md": "\n".join(_index()) + "\n",
        **found,
    }


def outdated(folder: Path) -> list[str]:
    """The paths below `folder` that are missing, differ from what would be written, or belong to no rule any more."""
    wanted = pages()
    files = [*folder.glob(SETTINGS), *folder.glob(SCHEMA), *(folder / RULES).rglob("*.md")]
    there = {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in files}
    return sorted(path for path in {*wanted, *there} if wanted.get(path) != there.get(path))


def write_docs(folder: Path) -> int:
    """Write what is outdated, remove the pages of rules that are gone, and say so."""
    return generated.write(folder, pages(), outdated(folder), "pages")


def check_docs(folder: Path) -> int:
    """Say which pages are outdated; 1 if there are any."""
    return generated.check(outdated(folder))


def _index() -> Iterator[str]:
    yield "# Rules"
    yield ""
    yield "These pages are written by `make docs` from the rules themselves."
    for family in sorted(CATALOGUE.families):
        yield from _section(family)
        for rule in sorted(CATALOGUE, key=lambda rule: rule.name):
            if rule.family == family:
                link = f"[`{rule.name}`]({rule.family}/{rule.name}.md)"
                aliases = ", ".join(rule.aliases)
                summary = rule.summary.replace("|", r"\|")
                yield f"| {link} | {summary} | {rule.severity.value} | {fix_words(rule)} | {aliases} |"
    yield from _section(OWN_FAMILY)
    for name, page in OWN_PAGES.items():
        yield f"| [`{name}`]({OWN_FAMILY}/{name}.md) | {page.partition(chr(10))[0]} | nit | {own_fix_words(name)} |  |"


def _section(family: str) -> Iterator[str]:
    yield from ("", f"## {family}", "", "| Rule | Reports | Severity | Fix | Guidelines |", "|---|---|---|---|---|")
