"""The commands `hexguard explain` and `hexguard rules`."""

import sys
from collections.abc import Iterator

import msgspec

from hexguard.app.page import OWN_PAGES, own_page, rule_page
from hexguard.cli.exits import CLEAN, TROUBLE
from hexguard.cli.selectors import selector, unknown_selector
from hexguard.rule.rule import Rule
from hexguard.settings.switches import DEFAULTS
from hexguard_rules.catalogue import CATALOGUE


def explain(name: str) -> int:
    """Print the pages of all rules that a name, a family or the id of a guideline stands for."""
    known = selector(name)
    if known is None:
        print(f"error: {unknown_selector(name)}", file=sys.stderr)
        return TROUBLE
    own = [own_page(each) for each in OWN_PAGES if known in (each, "all")]
    pages = [*(rule_page(rule) for rule in CATALOGUE.select(known)), *own]
    print("\n".join(pages), end="")
    return CLEAN


def list_rules(form: str) -> int:
    """Print all rules, as a table or as a JSON list."""
    if form == "json":
        print(msgspec.json.format(msgspec.json.encode([_object(rule) for rule in CATALOGUE]), indent=2).decode())
    else:
        print("\n".join(_table()))
    return CLEAN


def _table() -> Iterator[str]:
    width = max(len(rule.name) for rule in CATALOGUE)
    for family in CATALOGUE.families:
        yield f"{family}:"
        for rule in CATALOGUE:
            if rule.family == family:
                yield f"  {rule.name:<{width}}  {rule.severity.value:<10}  {rule.summary}{_off(rule)}"


def _off(rule: Rule) -> str:
    """What is said behind a rule that reports nothing by itself."""
    if rule.preview or rule.on_request:
        return " (preview)" if rule.preview else " (on request)"
    is_switched_off = rule.switch is not None and DEFAULTS[rule.switch[0]] != rule.switch[1]
    return " (by a switch)" if is_switched_off else ""


def _object(rule: Rule) -> dict[str, object]:
    return {
        "name": rule.name,
        "family": rule.family,
        "severity": rule.severity.value,
        "aliases": list(rule.aliases),
        "summary": rule.summary,
        "fix": rule.applicability.value if rule.applicability else None,
        "preview": rule.preview,
        "requires": list(rule.requires),
    }
