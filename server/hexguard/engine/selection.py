"""Which rules run, for a project and for a path, as a table by type of fact."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeAlias

import msgspec

from hexguard.facts.model import Fact
from hexguard.rule.catalogue import Catalogue
from hexguard.rule.finding import Finding
from hexguard.rule.rule import Rule
from hexguard.rule.view import View
from hexguard.settings.model import Settings, Severity

Table: TypeAlias = dict[type[Fact], tuple[tuple[Rule, Callable[[Fact, View], Iterator[Finding[Fact]]]], ...]]


class Selection(msgspec.Struct, frozen=True):
    """The rules that are on, how severe the user wants them, and those that only offer their rewrites."""

    rules: tuple[Rule, ...]
    severities: Mapping[str, Severity]
    on_request: tuple[Rule, ...] = ()

    def severity(self, rule: Rule) -> Severity:
        """The severity of a rule's findings: the user's word for the rule, then for its family, then the rule's."""
        return self.severities.get(rule.name) or self.severities.get(rule.family) or rule.severity

    def table(self) -> Table:
        """The checks of the rules that are on, by the type of fact that they look at."""
        return table_of(self.rules)

    def without(self, names: Iterable[str]) -> "Selection":
        """The same with some rules off."""
        off = set(names)
        rules, on_request = (
            tuple(rule for rule in these if rule.name not in off) for these in (self.rules, self.on_request)
        )
        return Selection(rules, self.severities, on_request)


def table_of(rules: Iterable[Rule]) -> Table:
    """The checks of some rules by the type of fact that they look at."""
    table: Table = {}
    for rule in rules:
        for kind, check in rule.checks.items():
            table[kind] = (*table.get(kind, ()), (rule, check))
    return table


def select(catalogue: Catalogue, settings: Settings, is_available: Callable[[str], bool]) -> Selection:
    """The rules that the settings choose and whose requirements (`sqlalchemy>=1.4`) are `is_available`.

    A rule in preview runs only if `preview` is set or it is selected by name, one that is on request only by name.
    What is ignored is off, whatever selects it.
    """
    selectors = {*settings.select, *settings.extend_select}
    chosen = {
        rule.name
        for selector in selectors
        for rule in catalogue.select(selector)
        if rule.name in selectors or not (rule.on_request or (rule.preview and not settings.preview))
    }
    ignored = {rule.name for selector in settings.ignore for rule in catalogue.select(selector)}

    def is_usable(rule: Rule) -> bool:
        return rule.name not in ignored and all(is_available(requirement) for requirement in rule.requires)

    usable = tuple(filter(is_usable, catalogue))
    rules = tuple(rule for rule in usable if rule.name in chosen)
    on_request = tuple(rule for rule in usable if rule.on_request and rule.name not in chosen)
    return Selection(rules, settings.severity, on_request)
