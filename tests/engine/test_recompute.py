"""Which stages run after which edit: the promise that a keystroke costs the block under the cursor."""

import pytest

from hexguard.text.span import Span
from support.fixture import parse_fixture
from support.project import MemoryProject

SHOP = """
#- app/rates.py
import time

def load_rates(country: str) -> list[int]:
    time.sleep(1)
    return [1]

def other() -> None:
    pass

#- app/main.py
import asyncio
from app.rates import load_rates

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

def last() -> int:
    return 1
"""

MAIN = "app/main.py"
RATES = "app/rates.py"


def check(path: str, old: str, new: str, expected: list[str]) -> None:
    """Replace `old` by `new` in a file of the shop, and compare the stages that ran until the reports were back."""
    project = MemoryProject(parse_fixture(SHOP).files)
    project.all_reports()
    project.take_stages()
    start = project.texts[path].index(old)
    project.edit(path, Span(start, start + len(old)), new)
    for stale in sorted(project.workspace.take_stale()):
        project.reports(stale)
    assert project.take_stages() == expected
    scratch = MemoryProject(project.texts)
    assert [(r.path, r.rule, r.span) for r in project.all_reports()] == [
        (r.path, r.rule, r.span) for r in scratch.all_reports()
    ]


def test_a_report_follows_the_place_that_it_points_to() -> None:
    project = MemoryProject(parse_fixture(SHOP).files)
    (before,) = project.reports(MAIN)
    project.workspace.take_stale()
    project.edit(RATES, Span(0, 0), "# a line above\n")
    assert MAIN in project.workspace.take_stale()
    (after,) = project.reports(MAIN)
    assert after.span == before.span
    assert after.related[0].span == before.related[0].span.shift(len("# a line above\n"))


@pytest.mark.parametrize(
    ("path", "old", "new", "expected"),
    [
        pytest.param(
            MAIN,
            "    return rates",
            "    return  rates",
            ["split app/main.py", "lower app/main.py:3"],
            id="white space in a body: equal facts run no rule",
        ),
        pytest.param(
            MAIN,
            "    return rates",
            "    # cached\n    return rates",
            ["split app/main.py", "lower app/main.py:3"],
            id="a comment runs no rule",
        ),
        pytest.param(
            MAIN,
            "return rates",
            "return rates + [2]",
            ["split app/main.py", "lower app/main.py:3", "check app/main.py:3"],
            id="a body without new calls: one block is checked, the summary stays",
        ),
        pytest.param(
            MAIN,
            "    rates = load_rates(country)",
            "    rates = load_rates(country)\n    print(rates)",
            ["split app/main.py", "lower app/main.py:3", "assemble app/main.py", "check app/main.py:3"],
            id="a new call changes the summary, but nobody asked",
        ),
        pytest.param(
            MAIN,
            "asyncio.sleep(1)",
            "asyncio.sleep(2)",
            ["split app/main.py", "lower app/main.py:7", "check app/main.py:7"],
            id="a method is a block of its own",
        ),
        pytest.param(
            MAIN,
            "LIMIT = 10\n",
            "LIMIT = 10\n\n\n",
            ["split app/main.py", "lower app/main.py:3"],
            id="blank lines belong to the block after them, which says the same as before",
        ),
        pytest.param(
            RATES,
            "    return [1]",
            "    return [1, 2]",
            ["split app/rates.py", "lower app/rates.py:1", "check app/rates.py:1"],
            id="a helper's body without new calls touches no other file",
        ),
        pytest.param(
            RATES,
            "    time.sleep(1)\n",
            "",
            [
                "split app/rates.py",
                "lower app/rates.py:1",
                "assemble app/rates.py",
                "check app/main.py:3",
                "check app/rates.py:1",
            ],
            id="a helper that no longer blocks rechecks its caller in the other file, and only that block",
        ),
        pytest.param(
            RATES,
            "    pass",
            "    print(1)",
            ["split app/rates.py", "lower app/rates.py:2", "assemble app/rates.py", "check app/rates.py:2"],
            id="a function that nobody calls is nobody's concern",
        ),
        pytest.param(
            MAIN,
            "class Cart",
            "class Basket",
            [
                "split app/main.py",
                "lower app/main.py:4",
                "assemble app/main.py",
                "check app/main.py:4",
                "check app/main.py:5",
                "check app/main.py:6",
                "check app/main.py:7",
            ],
            id="a renamed class rechecks its members, which stand elsewhere now",
        ),
    ],
)
def test_stages(path: str, old: str, new: str, expected: list[str]) -> None:
    check(path, old, new, expected)
