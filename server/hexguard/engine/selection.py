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
    """The rules that are on, and how severe the user wants them."""

    rules: tuple[Rule, ...]
    severities: Mapping[str, Severity]

    def severity(self, rule: Rule) -> Severity:
        """The severity of a rule's findings: the user's word for the rule, then for its family, then the rule's."""
        return self.severities.get(rule.name) or self.severities.get(rule.family) or rule.severity

    def table(self) -> Table:
        """The checks by the type of fact that they look at."""
        table: Table = {}
        for rule in self.rules:
            for kind, check in rule.checks.items():
                table[kind] = (*table.get(kind, ()), (rule, check))
        return table

    def without(self, names: Iterable[str]) -> "Selection":
        """The same with some rules off."""
        off = set(names)
        return Selection(tuple(rule for rule in self.rules if rule.name not in off), self.severities)


def select(catalogue: Catalogue, settings: Settings, is_available: Callable[[str], bool]) -> Selection:
    """The rules that the settings choose and whose requirements (`sqlalchemy>=1.4`) are `is_available`.

    A rule in preview runs only if `preview` is set or it is selected by name.
    What is ignored is off, whatever selects it.
    """
    selectors = {*settings.select, *settings.extend_select}
    chosen = {
        rule.name
        for selector in selectors
        for rule in catalogue.select(selector)
        if settings.preview or not rule.preview or rule.name in selectors
    }
    ignored = {rule.name for selector in settings.ignore for rule in catalogue.select(selector)}
    rules = tuple(
        rule
        for rule in catalogue
        if rule.name in chosen - ignored and all(is_available(requirement) for requirement in rule.requires)
    )
    return Selection(rules, settings.severity)
