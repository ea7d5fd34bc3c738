"""Understands the names by which a person chooses rules on the command line."""

from collections.abc import Iterable

from hexguard.app.compose import SELECTORS
from hexguard.engine.suppress import OWN_NAMES
from hexguard.settings.report import did_you_mean
from hexguard_rules.catalogue import CATALOGUE


def selector(name: str) -> str | None:
    """The selector that a name stands for, whose case does not matter; `None` if there is none."""
    return next((known for known in SELECTORS if known.casefold() == name.casefold()), None)


def unknown_selector(name: str) -> str:
    """What to say about a name that selects nothing."""
    return f"no rule, family or alias is called `{name}`{did_you_mean(name.casefold(), SELECTORS)}"


def rules_of(selectors: Iterable[str]) -> frozenset[str]:
    """The names of all rules that some of the selectors name, those of the engine itself included."""
    chosen = set(selectors)
    own = OWN_NAMES if "all" in chosen else chosen.intersection(OWN_NAMES)
    return frozenset((*own, *(rule.name for name in chosen for rule in CATALOGUE.select(name))))
