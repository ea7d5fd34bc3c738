"""Turns the texts of a project's configuration files into what a workspace works by. Pure: no file is read here."""

from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from hexguard.engine.selection import Selection, select
from hexguard.engine.suppress import OWN_NAMES
from hexguard.files.environment import NO_ENVIRONMENT, Environment
from hexguard.files.patterns import matches
from hexguard.rule.view import Project
from hexguard.settings.dependencies import packages, python_version, with_installed
from hexguard.settings.detection import NOTHING, Detected, Outline, detected_preset
from hexguard.settings.layers import contracts_for, layers_for
from hexguard.settings.load import EDITOR, load, merge
from hexguard.settings.model import Problem, Settings
from hexguard.settings.switches import switches_for
from hexguard.settings.versions import Package, meets
from hexguard.settings.writing import settings_file
from hexguard_rules.catalogue import CATALOGUE
from hexguard_rules.knowledge import KNOWLEDGE

SELECTORS = frozenset(
    {"all", *CATALOGUE.names, *CATALOGUE.families, *OWN_NAMES, *(alias for rule in CATALOGUE for alias in rule.aliases)}
)
"""Every name by which settings may choose rules."""


class Composition(msgspec.Struct, frozen=True):
    """What holds for one root: the project, its settings with all problems met, and the rules for each path.

    `detected` is the preset that the project seems to follow, if it declares none.
    `environment` is what is installed for it.
    """

    root: Path
    project: Project
    selection: Selection
    packages: Mapping[str, Package]
    problems: tuple[Problem, ...]
    detected: Detected | None = None
    environment: Environment = NO_ENVIRONMENT

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


def compose(
    root: Path,
    texts: Mapping[str, str],
    editor: Mapping[str, object] | None = None,
    outline: Outline = NOTHING,
    look: Callable[[str], Environment] = lambda declared: NO_ENVIRONMENT,
) -> Composition:
    """What holds for the project at `root`.

    `texts` maps the names of its configuration and dependency files (relative to the root) to their contents; `editor`
    is what a client or the command line puts over the settings, and `outline` what packages and modules there are.
    `look` gives the environment, by the path that the settings declare or an empty one.
    Nothing raises: what is wrong becomes a problem.
    """
    loaded = load(texts, SELECTORS)
    settings, problems = loaded.settings, loaded.problems
    if editor:
        merged = merge(settings, editor, SELECTORS)
        settings, problems = merged.settings, (*problems, *merged.problems)
    found = packages(texts)
    python = settings.python or python_version(texts)
    detected = detected_preset(found, outline) if settings.preset is None else None
    preset = detected.preset if detected else settings.preset
    switches = switches_for(settings.switches, preset)
    # What looks like layers may import in any direction, so only a preset that somebody declared brings its contracts.
    layers, contracts = layers_for(settings), contracts_for(settings)
    project = Project(settings, KNOWLEDGE, python, preset, layers, contracts, switches, frozenset(found))
    environment = look(settings.environment)
    # What else is installed says nothing about the shape of the project.
    found = with_installed(found, environment.versions)
    selection = select(CATALOGUE, settings, _availability(found, python), switches)
    if settings.environment and environment.path is None:
        message = f"environment: there is no virtual environment at `{settings.environment}`"
        where = EDITOR if editor and "environment" in editor else settings_file(texts)
        problems = (*problems, Problem(where, None, message, "warning"))
    return Composition(root, project, selection, found, problems, detected, environment)


def _availability(found: Mapping[str, Package], python: tuple[int, int] | None) -> Callable[[str], bool]:
    """Whether the project may use a requirement; what is not known cannot be ruled out."""
    known = dict(found)
    if python is not None:
        known["python"] = Package("python", f"{python[0]}.{python[1]}", "")

    def is_available(requirement: str) -> bool:
        return meets(known, requirement)

    return is_available
