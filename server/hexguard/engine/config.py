"""What a workspace works by, handed in by whoever reads settings and files."""

from collections.abc import Callable
from datetime import date

import msgspec

from hexguard.engine.file import File
from hexguard.engine.report import Report
from hexguard.engine.selection import Selection
from hexguard.index.libraries import Installed
from hexguard.index.reads import Shelf
from hexguard.rule.catalogue import Catalogue
from hexguard.rule.view import Project
from hexguard.text.document import Document


class Config(msgspec.Struct, frozen=True):
    """What a workspace works by: the project, the catalogue, which rules run in which file, and how to look up a file.

    `load` gives a file of the project that is not open, by the name of its module; it may say `None`.
    `shelf` has the summaries of modules that were taken in by `shelve`; `today` tells which suppressions are over.
    `installed` says which libraries may be asked about themselves.
    `standing` gives those of the reports on a file that are to be told, in their order; without it, all are.
    """

    project: Project
    catalogue: Catalogue
    selection: Callable[[str], Selection]
    load: Callable[[str], tuple[str, Document] | None]
    shelf: Shelf | None = None
    today: Callable[[], date] = date.today
    installed: Installed = Installed()
    standing: Callable[[File, tuple[Report, ...]], tuple[Report, ...]] | None = None
