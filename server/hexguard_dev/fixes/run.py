"""Tries all fixes on the projects that somebody names, and writes the page about it."""

import os
import platform
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from pathlib import Path

import msgspec

from hexguard import __version__
from hexguard_dev.fixes.page import Made, render_page
from hexguard_dev.fixes.project import try_project
from hexguard_dev.fixes.tally import Project, Tally
from hexguard_rules.catalogue import CATALOGUE


class Order(msgspec.Struct, frozen=True):
    """What somebody asked for: the projects, and the folder of the page."""

    projects: tuple[Project, ...]
    output: Path
    jobs: int = 0


def named_project(argument: str) -> Project:
    """The project of `NAME@VERSION=PATH`, where name and version may be missing; the name is then that of the folder.

    Raises `ValueError` if the path is no folder.
    """
    name, _, path = argument.rpartition("=")
    folder = Path(path)
    if not folder.is_dir():
        raise ValueError(f"{path}: is no folder")
    name, _, known_version = name.partition("@")
    return Project(name or folder.resolve().name, known_version, folder)


def try_fixes(order: Order) -> int:
    """Try all fixes, write the page, and give 1 if a promise was broken, else 0."""
    tallies = _tallies(order.projects, order.jobs or os.cpu_count() or 1)
    made = Made(__version__, platform.python_version(), date.today().isoformat(), len(CATALOGUE))
    order.output.mkdir(parents=True, exist_ok=True)
    page = order.output / "fixes.md"
    page.write_text(render_page(made, tallies), "utf-8")
    for failure in (failure for tally in tallies for failure in tally.failures):
        print(f"{failure.project}: {failure.place}: {failure.rule} ({failure.tried}): {failure.what}", file=sys.stderr)
    n_failures = sum(len(tally.failures) for tally in tallies)
    n_again = sum(tally.n_again for tally in tallies)
    print(f"Wrote {page}; broken promises: {n_failures}, files that a second run changes: {n_again}")
    return 1 if n_failures or n_again else 0


def _tallies(projects: Sequence[Project], jobs: int) -> list[Tally]:
    """The figures of each project, in the order in which they were named."""
    if jobs == 1 or len(projects) == 1:
        return [try_project(project) for project in projects]
    with ProcessPoolExecutor(min(jobs, len(projects)), get_context("spawn")) as pool:
        return list(pool.map(try_project, projects))
