"""Which stages run after which edit: the promise that a keystroke costs the block under the cursor."""

import random
from typing import TypeAlias

import pytest

from hexguard.engine.stages import Stage
from hexguard.index.libraries import Ancestor, Inferred
from hexguard_dev.fuzz.compare import Comparison
from hexguard_dev.fuzz.live import playground
from hexguard_dev.fuzz.steps import Case, Change, Configure, Delete, Edit, Learn, Step, Write
from support.environment import environment_files
from support.fixture import parse_fixture

SHOP = """
#- app/rates.py
import time
from sqlalchemy.ext.asyncio import AsyncSession

def load_rates(country: str) -> list[int]:
    time.sleep(1)
    return [1]

def make_session() -> AsyncSession:
    return AsyncSession()

def other() -> None:
    pass

#- app/main.py
import asyncio
from app.prices import price
from app.rates import load_rates, make_session

LIMIT = 10

async def quote(country: str) -> list[int]:
    rates = load_rates(country)
    return rates

class Cart:
    size = 1

    def add(self, item: int) -> None:
        self.items = item

    async def pay(self) -> None:
        await asyncio.sleep(1)

async def save() -> int:
    make_session().commit()
    return price("a cart")

#- app/prices.py
import time

def price(name: str) -> int:
    time.sleep(1)
    return len(name)

def discount() -> int:
    return 1
"""
FILES = parse_fixture(SHOP).files
MAIN, RATES, PRICES = "app/main.py", "app/rates.py", "app/prices.py"
OPENED = {path: FILES[path] for path in (MAIN, RATES)}

Changes: TypeAlias = list[tuple[Change, list[str]]]
"""Changes one after another, each with the stages that it runs."""


def check(changes: Changes) -> None:
    """Make changes to the shop, and compare the stages that ran for each until all reports were back."""
    stages: list[str] = []

    def told(stage: Stage, subject: str) -> None:
        stages.append(f"{stage.value} {subject.replace(folder, '')}")

    folder = ""
    with playground(Case({**FILES, **INSTALLED}, OPENED), told) as live:
        folder = f"{live.folder}/"
        judge = Comparison(random.Random(0))
        for change, expected in changes:
            stages.clear()
            live.apply(Step("edit", (change,)))
            assert stages == expected
            assert judge.differences(live) == []


def put(path: str, old: str, new: str) -> Edit:
    """The edit of a file, as it is at first, that puts `new` in the place of the only `old`."""
    before, after = FILES[path].split(old)
    return Edit(path, len(before), len(FILES[path]) - len(after), new)


def opposite(edit: Edit) -> Edit:
    """The edit that takes back the first edit of a file."""
    return Edit(edit.path, edit.start, edit.start + len(edit.text), FILES[edit.path][edit.start : edit.end])


def split(path: str) -> list[str]:
    """The stages of each edit of an open document."""
    return [f"document {path}", f"blocks {path}"]


def read(path: str, *positions: int) -> list[str]:
    """The stages of each block that has another text."""
    return [f"{stage} {path}:{position}" for position in positions for stage in ("tree", "facts")]


def checked(path: str, *positions: int) -> list[str]:
    """The stage of each block that is given to the rules."""
    return [f"findings {path}:{position}" for position in positions]


SUMMARY = {path: [f"summary {path}"] for path in OPENED}
CALLER, EFFECT = checked(MAIN, 4), ["effects app.rates.load_rates"]
N_MAIN, N_RATES = 10, 5
ALL_MAIN = range(N_MAIN)
NO_SLEEP = put(RATES, "    time.sleep(1)\n", "")
INSTALLED = environment_files({"vendor": "", "requests": ""})
SESSION = Inferred(lineage=(Ancestor("vendor.Session"), Ancestor("requests.sessions.Session")))
LIMIT_LINE = "LIMIT = 10\n\n"
LIMIT = put(MAIN, LIMIT_LINE, "")
AFTER_CUT = FILES[MAIN].index("class Cart") - len(LIMIT_LINE)

BODIES: dict[str, Changes] = {
    "typing in a comment": [
        (put(MAIN, "    return rates", "    return rates  # c"), [*split(MAIN), *read(MAIN, 4)]),
        (put(MAIN, "    return rates", "    return rates  # c"), [*split(MAIN), *read(MAIN, 4)]),
    ],
    "white space in a body": [
        (put(MAIN, "    return rates", "    return  rates"), [*split(MAIN), *read(MAIN, 4)]),
    ],
    "an edit that changes nothing": [(put(MAIN, "import asyncio", "import asyncio"), split(MAIN))],
    "a blank line at the top: the blocks below move for nothing": [
        (Edit(MAIN, 0, 0, "\n"), [*split(MAIN), *read(MAIN, 0)]),
        (Edit(MAIN, 0, 1, ""), [*split(MAIN), *read(MAIN, 0)]),
    ],
    "blank lines belong to the block after them": [
        (put(MAIN, "LIMIT = 10\n", "LIMIT = 10\n\n\n"), [*split(MAIN), *read(MAIN, 4)]),
    ],
    "a body that says something else: one block is checked, the summary stays": [
        (put(MAIN, "return rates", "return rates + [2]"), [*split(MAIN), *read(MAIN, 4), *CALLER]),
    ],
    "a method is a block of its own": [
        (put(MAIN, "asyncio.sleep(1)", "asyncio.sleep(2)"), [*split(MAIN), *read(MAIN, 8), *checked(MAIN, 8)]),
    ],
    "a body of another file": [
        (put(RATES, "    return [1]", "    return [1, 2]"), [*split(RATES), *read(RATES, 2), *checked(RATES, 2)]),
    ],
    "undo": [
        (put(MAIN, "return rates", "return 1"), [*split(MAIN), *read(MAIN, 4), *CALLER]),
        (opposite(put(MAIN, "return rates", "return 1")), [*split(MAIN), *read(MAIN, 4), *CALLER]),
    ],
}

SUMMARIES: dict[str, Changes] = {
    "a new call, about which nobody asked": [
        (
            put(MAIN, "    return rates", "    print(rates)\n    return rates"),
            [*split(MAIN), *read(MAIN, 4), *SUMMARY[MAIN], *CALLER],
        ),
    ],
    "a function that nobody calls": [
        (
            put(RATES, "    pass", "    print(1)"),
            [*split(RATES), *read(RATES, 4), *SUMMARY[RATES], *checked(RATES, 4)],
        ),
    ],
    "a new import": [
        (
            put(MAIN, "import asyncio\n", "import asyncio\nimport time\n"),
            [*split(MAIN), *read(MAIN, 1), *SUMMARY[MAIN], *checked(MAIN, 1)],
        ),
    ],
    "another signature: the block that calls it, in another file": [
        (
            put(RATES, "country: str", "country: str, day: int"),
            [*split(RATES), *read(RATES, 2), *SUMMARY[RATES], *CALLER, *EFFECT, *checked(RATES, 2)],
        ),
    ],
    "another return annotation, on which a call in another file depends": [
        (
            put(RATES, "-> AsyncSession", "-> str"),
            [
                *split(RATES),
                *read(RATES, 3),
                *SUMMARY[RATES],
                *checked(MAIN, 9),
                "effects app.rates.make_session",
                *checked(RATES, 3),
            ],
        ),
    ],
    "a renamed function that another file calls": [
        (
            put(RATES, "def load_rates", "def load_rate"),
            [*split(RATES), *read(RATES, 2), *SUMMARY[RATES], *CALLER, *checked(RATES, 2)],
        ),
    ],
    "a removed function that another file calls": [
        (
            put(RATES, FILES[RATES][FILES[RATES].index("def load") : FILES[RATES].index("def make")], ""),
            [*split(RATES), *SUMMARY[RATES], *CALLER],
        ),
    ],
    "a function that blocks no more, and undo: its caller in another file, and only that block": [
        (NO_SLEEP, [*split(RATES), *read(RATES, 2), *SUMMARY[RATES], *CALLER, *EFFECT, *checked(RATES, 2)]),
        (opposite(NO_SLEEP), [*split(RATES), *read(RATES, 2), *SUMMARY[RATES], *CALLER, *EFFECT, *checked(RATES, 2)]),
    ],
    "a line that is cut, and put elsewhere": [
        (LIMIT, [*split(MAIN), *SUMMARY[MAIN]]),
        (Edit(MAIN, AFTER_CUT, AFTER_CUT, LIMIT_LINE), [*split(MAIN), *SUMMARY[MAIN]]),
    ],
    "a renamed class: its members stand elsewhere now": [
        (
            put(MAIN, "class Cart", "class Basket"),
            [*split(MAIN), *read(MAIN, 5), *SUMMARY[MAIN], *checked(MAIN, 5, 6, 7, 8)],
        ),
    ],
    "an opened triple quote at the top, and its end": [
        (Edit(MAIN, 0, 0, '"""'), [*split(MAIN), *read(MAIN, 0), *SUMMARY[MAIN], *checked(MAIN, 0)]),
        (Edit(MAIN, 3, 3, '"""'), [*split(MAIN), *read(MAIN, 0), *SUMMARY[MAIN], *checked(MAIN, 0)]),
        (Edit(MAIN, 0, 6, ""), [*split(MAIN), *read(MAIN, 0), *checked(MAIN, 0)]),
    ],
    "an opened triple quote at the top, and undo: what it swallowed is as it was": [
        (Edit(MAIN, 0, 0, '"""'), [*split(MAIN), *read(MAIN, 0), *SUMMARY[MAIN], *checked(MAIN, 0)]),
        (Edit(MAIN, 0, 3, ""), [*split(MAIN), *SUMMARY[MAIN]]),
    ],
}

OUTSIDE: dict[str, Changes] = {
    "settings: every block is checked, and nothing is read again": [
        (Write("hexguard.toml", "ignore = ['async']"), [*checked(MAIN, *ALL_MAIN), *checked(RATES, *range(N_RATES))]),
        (Write("hexguard.toml", "ignore = ['async']"), []),
    ],
    "settings of an editor": [
        (Configure({"ignore": ["async"]}), [*checked(MAIN, *ALL_MAIN), *checked(RATES, *range(N_RATES))]),
    ],
    "a closed file that an open one asks about": [
        (
            Write(PRICES, FILES[PRICES].replace("    time.sleep(1)\n", "")),
            [*checked(MAIN, 9), "effects app.prices.price"],
        ),
    ],
    "a change of a closed file about which nobody asked": [
        (Write(PRICES, FILES[PRICES].replace("discount() -> int", "discount() -> str")), []),
    ],
    "what a library says: the block that asked, and only if it means something else now": [
        (
            put(MAIN, "    return rates", "    from vendor import Session\n    Session().get(country)"),
            [*split(MAIN), *read(MAIN, 4), *SUMMARY[MAIN], *CALLER],
        ),
        (Learn({"vendor.Session": SESSION, "vendor.other": SESSION}), CALLER),
        (Learn({"vendor.Session": SESSION}), []),
    ],
    "a closed file that is gone": [(Delete(PRICES), checked(MAIN, 1, 9))],
    "the file of an open document": [(Write(MAIN, "x = 1\n"), [])],
}


@pytest.mark.parametrize("changes", BODIES.values(), ids=BODIES)
def test_edits_inside_a_block(changes: Changes) -> None:
    check(changes)


@pytest.mark.parametrize("changes", SUMMARIES.values(), ids=SUMMARIES)
def test_edits_that_others_can_observe(changes: Changes) -> None:
    check(changes)


@pytest.mark.parametrize("changes", OUTSIDE.values(), ids=OUTSIDE)
def test_changes_around_the_documents(changes: Changes) -> None:
    check(changes)


def test_a_report_follows_the_place_that_it_points_to() -> None:
    with playground(Case(FILES, OPENED)) as live:
        before = live.shown[MAIN][0]
        live.apply(Step("edit", (Edit(RATES, 0, 0, "# a line above\n"),)))
        after = live.shown[MAIN][0]
    assert after.span == before.span
    assert after.related[0].span == before.related[0].span.shift(len("# a line above\n"))


def test_a_finding_goes_with_an_index_behind_the_model_and_comes_back_without() -> None:
    index = 'Index("by_order", Line.order_id)\n'
    model = (
        "from sqlalchemy import Column, ForeignKey, Index\n\n"
        'class Line:\n    order_id = Column(ForeignKey("orders.id"))\n\n'
    )
    counts: list[int] = []
    with playground(Case({MAIN: model}, {MAIN: model})) as live:
        judge = Comparison(random.Random(0))
        end = len(model)
        for edit in (Edit(MAIN, end, end, index), Edit(MAIN, end, end + len(index), "")):
            live.apply(Step("edit", (edit,)))
            counts.append(sum(report.rule == "foreign-key-without-index" for report in live.shown[MAIN]))
            assert judge.differences(live) == []
    assert counts == [0, 1]


def test_a_name_behind_a_star_import_is_asked_for_again() -> None:
    files = {
        MAIN: "from app.sessions import *\n\nasync def save() -> None:\n    make_session().commit()\n",
        "app/sessions.py": FILES[RATES],
    }
    counts: list[int] = []
    with playground(Case(files, {MAIN: files[MAIN]})) as live:
        judge = Comparison(random.Random(0))
        for text in (FILES[RATES].replace("-> AsyncSession", "-> str"), FILES[RATES], ""):
            live.apply(Step("edit", (Write("app/sessions.py", text),)))
            counts.append(sum(report.rule == "unawaited-session-coroutine" for report in live.shown[MAIN]))
            assert judge.differences(live) == []
    assert counts == [0, 1, 0]
