"""All rules as one validated value: a rule exists when it is listed here."""

import re
from collections.abc import Iterable, Iterator

from hexguard.rule.rule import Rule

NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")


class CatalogueError(ValueError):
    """A catalogue that contradicts itself."""


class Catalogue:
    """The rules, by name, family and alias."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        """Raises `CatalogueError` for a name that is used twice or malformed, or a rule that checks nothing."""
        self.rules = tuple(rules)
        self._by_name: dict[str, Rule] = {}
        for rule in self.rules:
            if rule.name in self._by_name:
                raise CatalogueError(f"two rules are called `{rule.name}`")
            if not NAME.fullmatch(rule.name):
                raise CatalogueError(f"`{rule.name}` is no rule name: lower-case words joined by hyphens")
            if not rule.checks:
                raise CatalogueError(f"`{rule.name}` checks nothing")
            self._by_name[rule.name] = rule

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules)

    def __len__(self) -> int:
        return len(self.rules)

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def find(self, name: str) -> Rule | None:
        """The rule with this name, if there is one."""
        return self._by_name.get(name)

    def __getitem__(self, name: str) -> Rule:
        return self._by_name[name]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all rules, in the order of the catalogue."""
        return tuple(self._by_name)

    @property
    def families(self) -> tuple[str, ...]:
        """The names of all families, in the order of the catalogue."""
        return tuple(dict.fromkeys(rule.family for rule in self.rules))

    def select(self, selector: str) -> tuple[Rule, ...]:
        """The rules that a selector names: `all`, a family, a rule, or the alias of a guideline (case ignored)."""
        if selector == "all":
            return self.rules
        if selector in self._by_name:
            return (self._by_name[selector],)
        wanted = selector.casefold()
        return tuple(
            rule
            for rule in self.rules
            if rule.family == selector or wanted in {alias.casefold() for alias in rule.aliases}
        )
