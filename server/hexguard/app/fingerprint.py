"""Tells whether what is stored was worked out by this very code, for this very configuration."""

import sys
from functools import cache
from pathlib import Path

import msgspec

import hexguard
import hexguard_rules
from hexguard.app.compose import Composition
from hexguard.files.stamp import digest

PACKAGES = (hexguard, hexguard_rules)


@cache
def code_fingerprint() -> str:
    """A name for the code that runs: another version, an edited file, or another Python has another one."""
    files = (file for package in PACKAGES for folder in package.__path__ for file in Path(folder).rglob("*.py"))
    stamps = sorted((str(file), file.stat().st_mtime_ns, file.stat().st_size) for file in files)
    return digest(msgspec.json.encode((hexguard.__version__, sys.version, stamps))).hex()


def configuration_fingerprint(composition: Composition) -> str:
    """A name for what a project is checked by: settings, versions, and the rules that they switch on."""
    project = composition.project
    rules = [(rule.name, composition.selection.severity(rule)) for rule in composition.selection.rules]
    chosen = (project.preset, project.layers, project.contracts, project.switches)
    made_by = (project.settings, project.python, sorted(project.packages), chosen, rules, composition.environment.stamp)
    return digest(msgspec.json.encode((code_fingerprint(), made_by))).hex()
