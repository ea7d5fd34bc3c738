"""Which rules run, for a project and for a path, as a table by what they look at."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import TypeAlias, TypeVar

import msgspec

from hexguard.facts.expressions import Call
from hexguard.facts.model import Fact
from hexguard.rule.catalogue import Catalogue
from hexguard.rule.finding import Finding
from hexguard.rule.rule import Rule
from hexguard.rule.view import View
from hexguard.settings.model import Settings, Severity
from hexguard.settings.switches import DEFAULTS

K = TypeVar("K")

Check: TypeAlias = tuple[Rule, Callable[[Fact, View], Iterator[Finding[Fact]]]]
Checks: TypeAlias = tuple[Check, ...]


class Table(msgspec.Struct, frozen=True):
    """The checks of some rules, by the type of fact that they look at; those of calls also by what is called.

    Most calls are of nothing that a rule knows, and there are many rules about calls.
    """

    rules: tuple[Rule, ...]
    by_type: Mapping[type[Fact], Checks]
    by_callee: Mapping[str, Checks]
    by_method: Mapping[str, Checks]

    def of_call(self, callee: str, method: str) -> Checks:
        """The checks that are to look at a call, by the qualified name of what is called and by its last name."""
        return self.by_type.get(Call, ()) + self.by_callee.get(callee, ()) + self.by_method.get(method, ())


class Selection(msgspec.Struct, frozen=True, dict=True):
    """The rules that are on, how severe the user wants them, and those that only offer their rewrites."""

    rules: tuple[Rule, ...]
    severities: Mapping[str, Severity]
    on_request: tuple[Rule, ...] = ()

    def severity(self, rule: Rule) -> Severity:
        """The severity of a rule's findings: the user's word for the rule, then for its family, then the rule's."""
        return self.severities.get(rule.name) or self.severities.get(rule.family) or rule.severity

    @cached_property
    def table(self) -> Table:
        """The checks of the rules that are on."""
        return table_of(self.rules)

    def without(self, names: Iterable[str]) -> "Selection":
        """The same with some rules off."""
        off = set(names)
        rules, on_request = (
            tuple(rule for rule in these if rule.name not in off) for these in (self.rules, self.on_request)
        )
        return Selection(rules, self.severities, on_request)


def table_of(rules: Iterable[Rule]) -> Table:
    """The checks of some rules as a table."""
    rules = tuple(rules)
    by_type: dict[type[Fact], Checks] = {}
    by_callee: dict[str, Checks] = {}
    by_method: dict[str, Checks] = {}
    for rule in rules:
        for kind, check in rule.checks.items():
            if kind is Call and (rule.callees or rule.methods):
                _enter(by_callee, rule.callees, (rule, check))
                _enter(by_method, rule.methods, (rule, check))
            else:
                _enter(by_type, (kind,), (rule, check))
    return Table(rules, by_type, by_callee, by_method)


def _enter(table: dict[K, Checks], keys: Iterable[K], check: Check) -> None:
    for key in keys:
        table[key] = (*table.get(key, ()), check)


def select(
    catalogue: Catalogue,
    settings: Settings,
    is_available: Callable[[str], bool],
    switches: Mapping[str, str] = DEFAULTS,
) -> Selection:
    """The rules that the settings choose and whose requirements (`sqlalchemy>=1.4`) are `is_available`.

    A rule in preview runs only if `preview` is set or it is selected by name, one that is on request only by name.
    A rule of a switch runs if `switches` have the choice that it waits for, or by name.
    What is ignored is off, whatever selects it.
    """
    selectors = {*settings.select, *settings.extend_select}
    chosen = {
        rule.name
        for selector in selectors
        for rule in catalogue.select(selector)
        if rule.name in selectors or (_is_switched_on(rule, switches) and (settings.preview or not rule.preview))
    }
    ignored = {rule.name for selector in settings.ignore for rule in catalogue.select(selector)}

    def is_usable(rule: Rule) -> bool:
        return rule.name not in ignored and all(is_available(requirement) for requirement in rule.requires)

    usable = tuple(filter(is_usable, catalogue))
    rules = tuple(rule for rule in usable if rule.name in chosen)
    on_request = tuple(rule for rule in usable if rule.on_request and rule.name not in chosen)
    return Selection(rules, settings.severity, on_request)


def _is_switched_on(rule: Rule, switches: Mapping[str, str]) -> bool:
    if rule.switch is None:
        return not rule.on_request
    name, choice = rule.switch
    return switches[name] == choice
