"""Understands the names by which a person chooses rules on the command line."""

from hexguard.app.compose import SELECTORS
from hexguard.settings.report import did_you_mean


def selector(name: str) -> str | None:
    """The selector that a name stands for, whose case does not matter; `None` if there is none."""
    return next((known for known in SELECTORS if known.casefold() == name.casefold()), None)


def unknown_selector(name: str) -> str:
    """What to say about a name that selects nothing."""
    return f"no rule, family or alias is called `{name}`{did_you_mean(name.casefold(), SELECTORS)}"
