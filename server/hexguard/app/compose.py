"""Turns the texts of a project's configuration files into what a workspace works by. Pure: no file is read here."""

from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from hexguard.engine.selection import Selection, select
from hexguard.engine.suppress import OWN_NAMES
from hexguard.files.patterns import matches
from hexguard.rule.view import Project
from hexguard.settings.dependencies import packages, python_version
from hexguard.settings.layers import contracts_for, layers_for
from hexguard.settings.load import load, merge
from hexguard.settings.model import Preset, Problem, Settings
from hexguard.settings.versions import Package, meets
from hexguard_rules.catalogue import CATALOGUE
from hexguard_rules.knowledge import KNOWLEDGE

SELECTORS = frozenset(
    {"all", *CATALOGUE.names, *CATALOGUE.families, *OWN_NAMES, *(alias for rule in CATALOGUE for alias in rule.aliases)}
)
"""Every name by which settings may choose rules."""


class Composition(msgspec.Struct, frozen=True):
    """What holds for one root: the project, its settings with all problems met, and the rules for each path."""

    root: Path
    project: Project
    selection: Selection
    packages: Mapping[str, Package]
    problems: tuple[Problem, ...]

    @property
    def settings(self) -> Settings:
        """The settings, with what the editor or the command line put over them."""
        return self.project.settings

    def selection_for(self, path: str) -> Selection:
        """The rules that run on the file at `path` (absolute, or relative to the root)."""
        ignored = [
            rule.name
            for pattern, selectors in self.settings.per_file_ignores.items()
            if matches(self.root / path, (pattern,), root=self.root)
            for selector in selectors
            for rule in CATALOGUE.select(selector)
        ]
        return self.selection.without(ignored) if ignored else self.selection


def compose(root: Path, texts: Mapping[str, str], editor: Mapping[str, object] | None = None) -> Composition:
    """What holds for the project at `root`.

    `texts` maps the names of its configuration and dependency files (relative to the root) to their contents; `editor`
    is what a client or the command line puts over the settings. Nothing raises: what is wrong becomes a problem.
    """
    loaded = load(texts, SELECTORS)
    settings, problems = loaded.settings, loaded.problems
    if editor:
        merged = merge(settings, editor, SELECTORS)
        settings, problems = merged.settings, (*problems, *merged.problems)
    found = packages(texts)
    python = settings.python or python_version(texts)
    project = Project(
        settings,
        KNOWLEDGE,
        python,
        settings.preset or _detected_preset(found),
        layers_for(settings),
        contracts_for(settings),
    )
    return Composition(root, project, select(CATALOGUE, settings, _availability(found, python)), found, problems)


def _detected_preset(found: Mapping[str, Package]) -> Preset | None:
    return "django" if "django" in found and "fastapi" not in found else None


def _availability(found: Mapping[str, Package], python: tuple[int, int] | None) -> Callable[[str], bool]:
    """Whether the project may use a requirement; what is not known cannot be ruled out."""
    known = dict(found)
    if python is not None:
        known["python"] = Package("python", f"{python[0]}.{python[1]}", "")

    def is_available(requirement: str) -> bool:
        return meets(known, requirement)

    return is_available
