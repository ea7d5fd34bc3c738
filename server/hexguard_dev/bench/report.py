"""All figures of one run, and how the run was made: what the page and the plot are written from."""

import msgspec

from hexguard_dev.bench.comparison import Compared
from hexguard_dev.bench.indexing import Start
from hexguard_dev.bench.measure import Row, Times


class Made(msgspec.Struct, frozen=True):
    """How the figures were made; `versions` are those of the servers that took part, by name."""

    command: str
    date: str
    python: str
    n_cores: int
    versions: dict[str, str]


class FileFigures(msgspec.Struct, frozen=True):
    """All servers on one file."""

    n_lines: int
    compared: Compared


class RuleFigures(msgspec.Struct, frozen=True):
    """Hexguard with more and more rules on one file; the columns are named by the number of rules."""

    n_lines: int
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


class ProjectFigures(msgspec.Struct, frozen=True):
    """Two starts on one project; the second may use what the first has stored."""

    n_modules: int
    n_lines: int
    first: Start
    second: Start


class LoopFigures(msgspec.Struct, frozen=True):
    """Answers of the event loop while a project is read, and with nothing to do."""

    n_modules: int
    busy: Times
    idle: Times


class CheckFigures(msgspec.Struct, frozen=True):
    """The command line on one project."""

    n_modules: int
    n_lines: int
    rows: tuple[Row, ...]


class Report(msgspec.Struct, frozen=True):
    """All that was measured; a part that was not is empty. `troubles` says what went wrong."""

    made: Made
    files: tuple[FileFigures, ...] = ()
    starts: tuple[Row, ...] = ()
    rules: RuleFigures | None = None
    projects: tuple[ProjectFigures, ...] = ()
    loop: LoopFigures | None = None
    check: CheckFigures | None = None
    troubles: tuple[str, ...] = ()
