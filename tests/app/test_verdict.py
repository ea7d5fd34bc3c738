"""What was said about a file holds until something changes that it came from, and no longer than that."""

from collections.abc import Mapping
from typing import TypeAlias

import msgspec
import pytest

from hexguard.app.printed import PrintedPlace, PrintedRelated, PrintedReport
from hexguard.app.verdict import DECODER, ENCODER, Standing, holds, verdict_of
from hexguard.files.stamp import Stamp
from hexguard.files.store import Known
from hexguard.index.reads import Read
from hexguard.settings.model import Severity

Changes: TypeAlias = Mapping[str, Known | None]
"""What becomes of files; `None` for one that is gone."""

OWN, OTHER, THIRD = "/p/app/own.py", "/p/app/other.py", "/p/lib/third.py"
CONFIGURATION = "these settings"


def known(module: str, content: bytes = b"c", summary: bytes = b"s", imports: bytes = b"i") -> Known:
    return Known(module, Stamp(1, 1, 1, 1), content, summary, imports)


FILES: dict[str, Known] = {OWN: known("app.own"), OTHER: known("app.other"), THIRD: known("lib.third")}


def report(*related: str) -> PrintedReport:
    """A report on the file itself that points to the files `related`."""
    places = [PrintedPlace(path, 1, 1, 1, 2, "call()", 0) for path in (OWN, *related)]
    pointed = tuple(PrintedRelated(place, "here") for place in places[1:])
    return PrintedReport("found", Severity.NIT, "found", places[0], None, pointed)


def check(asked: set[Read], reports: tuple[PrintedReport, ...], changes: Changes, configuration: str) -> bool:
    """Whether a verdict, stored and taken out again, holds after the changes."""
    made = verdict_of(OWN, CONFIGURATION, reports, asked, Standing.of(FILES))
    verdict = DECODER.decode(ENCODER.encode(made))
    assert verdict == made
    assert verdict.reports == reports
    assert holds(verdict, OWN, CONFIGURATION, Standing.of(FILES)), "nothing has changed yet"
    after = {path: found for path, found in {**FILES, **changes}.items() if found is not None}
    return holds(verdict, OWN, configuration, Standing.of(after))


SYMBOL: Read = ("symbol", "app.other", "x")
ABSENT: Read = ("symbol", "app.new", "x")
MODULE: Read = ("module", "app.other", "")
CALLS: Read = ("calls", "app.other", "f")
IMPORTS: Read = ("imports", "app.other", "")
CHAIN: Read = ("chain", "app.other", "0")
LINKS: Read = ("links", "app.other", "")
LIBRARY: Read = ("library", "lib.third", "")
APP: Read = ("package", "app", "")
LIB: Read = ("package", "lib", "")
NEW: Read = ("package", "app.new", "")

OFFERS_MORE = {OTHER: known("app.other", b"c2", b"s2")}
OFFERS_THE_SAME = {OTHER: known("app.other", b"c2")}
IMPORTS_MORE = {OTHER: known("app.other", b"c2", b"s2", b"i2")}
THIRD_IMPORTS_MORE = {THIRD: known("lib.third", b"c2", b"s2", b"i2")}
MOVED = {OTHER: known("src.app.other")}
GONE = {OTHER: None}
NEW_FILE = {"/p/app/new.py": known("app.new")}
NEW_FOLDER = {"/p/app/new/deep.py": known("app.new.deep")}

CASES: dict[str, tuple[set[Read], Changes, bool]] = {
    "its own text": (set(), {OWN: known("app.own", b"c2")}, False),
    "a module that was asked offers something else": ({SYMBOL}, OFFERS_MORE, False),
    "a module whose calls were asked for does": ({CALLS}, OFFERS_MORE, False),
    "a module whose imports were asked for does": ({IMPORTS}, IMPORTS_MORE, False),
    "a module that was asked offers the same": ({SYMBOL, CALLS, MODULE}, OFFERS_THE_SAME, True),
    "another module offers something else": ({SYMBOL}, {THIRD: known("lib.third", b"c2", b"s2")}, True),
    "what a library says hangs on the configuration alone": ({LIBRARY}, {THIRD: None}, True),
    "nothing was asked": (set(), {**IMPORTS_MORE, **NEW_FILE, THIRD: None}, True),
    "a module appears": ({ABSENT}, NEW_FILE, False),
    "another module appears": ({SYMBOL, APP}, NEW_FILE, True),
    "a module vanishes": ({MODULE}, GONE, False),
    "a module is called otherwise": ({SYMBOL}, MOVED, False),
    "a package vanishes": ({LIB}, {THIRD: None}, False),
    "a package keeps a module": ({APP}, GONE, True),
    "a package appears with a module of this name": ({NEW}, NEW_FILE, False),
    "a package appears with a module inside": ({NEW}, NEW_FOLDER, False),
    "a package that was not asked for appears": ({APP, LIB}, NEW_FOLDER, True),
    "imports, with a chain": ({CHAIN}, IMPORTS_MORE, False),
    "imports, with links": ({LINKS}, IMPORTS_MORE, False),
    "imports of any module, with a chain": ({CHAIN}, THIRD_IMPORTS_MORE, False),
    "imports of any module, with links": ({LINKS}, THIRD_IMPORTS_MORE, False),
    "imports of any module, without a chain": ({SYMBOL, APP}, THIRD_IMPORTS_MORE, True),
    "a chain, and another file with imports": ({CHAIN}, NEW_FILE, False),
    "a chain, and other calls": ({CHAIN}, {THIRD: known("lib.third", b"c2", b"s2")}, True),
}


@pytest.mark.parametrize(("asked", "changes", "expected"), CASES.values(), ids=CASES)
def test_changes(asked: set[Read], changes: Changes, expected: bool) -> None:
    assert check(asked, (report(),), changes, CONFIGURATION) is expected


PLACES: dict[str, tuple[tuple[str, ...], Changes, bool]] = {
    "a file that a report points to has another text": ((OTHER,), OFFERS_THE_SAME, False),
    "it is gone": ((OTHER,), GONE, False),
    "a file that no report points to has another text": ((THIRD,), OFFERS_THE_SAME, True),
    "a report points to its own file": ((OWN,), OFFERS_THE_SAME, True),
    "a file that is not known stays so": (("/p/unread.py",), OFFERS_THE_SAME, True),
    "a file that was not known is known": (("/p/app/new.py",), NEW_FILE, False),
}


@pytest.mark.parametrize(("related", "changes", "expected"), PLACES.values(), ids=PLACES)
def test_places(related: tuple[str, ...], changes: Changes, expected: bool) -> None:
    assert check(set(), (report(), report(*related)), changes, CONFIGURATION) is expected


def test_other_settings() -> None:
    assert check({SYMBOL}, (report(),), {}, CONFIGURATION)
    assert not check({SYMBOL}, (report(),), {}, "other settings")


def test_a_stamp_alone_says_nothing() -> None:
    touched = {path: msgspec.structs.replace(found, stamp=Stamp(2, 2, 1, 1)) for path, found in FILES.items()}
    assert check({SYMBOL, CHAIN, APP, MODULE}, (report(OTHER),), touched, CONFIGURATION)
