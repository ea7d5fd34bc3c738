"""The incremental result equals the result from scratch, after each of any sequence of edits on real code."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from hexguard.index.libraries import Ancestor, Inferred
from hexguard_dev.fuzz.play import play, play_random
from hexguard_dev.fuzz.run import EDITS_PER_ROUND, play_seed
from hexguard_dev.fuzz.sample import Shape, library
from hexguard_dev.fuzz.steps import Case, Configure, Edit, Learn, Step, Write
from support.environment import environment_files

ROOT = Path(__file__).parents[2]
SHOP = ROOT / "tests" / "projects" / "shop"
PROJECTS = (ROOT / "server", ROOT / "rules", SHOP)
SMALL = Shape(least=3, most=6, size=1200, opened=2, large_each=0)
LARGE = Shape(least=2, most=4, size=1500, opened=2, large_each=1)
SEEDS = 21
N_SLOW = 25
SESSION = Inferred(lineage=(Ancestor("vendor.Session"), Ancestor("requests.sessions.Session")))

KEPT: dict[str, Case] = {
    "a closed file that moves the place to which a report points, and offers the same": Case(
        files={
            "hexguard.toml": "[[contracts]]\nname='a'\nkind='forbidden'\nsource=['domain']\nforbidden=['clients']",
            "tariffs.py": "from clients import Rate",
        },
        opened={"domain.py": "from tariffs import FEE", "clients.py": ""},
        steps=(Step("written", (Write("tariffs.py", "\nfrom clients import Rate"),)),),
    ),
    "a class without a name beside a statement that binds the empty name": Case(
        files={},
        opened={"a.py": 'class\n i\n:\n ("")'},
        steps=(Step("undone", (Edit("a.py", 8, 9, ""),)),),
    ),
    "two blocks that took their summary from the same one, and then differ": Case(
        files={},
        opened={"a.py": "c def rename(session: AsyncSession): session.commit()\n\n"},
        steps=(
            Step("duplicated", (Edit("a.py", 54, 54, "def rename(session: AsyncSession): session.commit()"),)),
            Step("colored", (Edit("a.py", 0, 2, ""),)),
            Step("blocking", (Edit("a.py", 36, 36, ")"),)),
        ),
    ),
    "what a library says, before and after the block that asks changes": Case(
        files=environment_files({"vendor": "", "requests": ""}),
        opened={"a.py": "from vendor import make\nasync def f():\n    c = make()\n    c.get('x')\n"},
        steps=(
            Step("answered", (Learn({"vendor.make": Inferred(returns="vendor.Session")}),)),
            Step("answered", (Learn({"vendor.Session": SESSION}),)),
            Step("edited", (Edit("a.py", 40, 40, "\n    pass"),)),
            Step("settings", (Configure({"ignore": ["pooling"]}),)),
        ),
    ),
    "two edits at once, of which the first moves a call that is shown": Case(
        files={},
        opened={
            "a.py": 'e\n""""""\nr\nfrom e import C async def c(:\n import time def settle(:time.sleep()\n settle()',
        },
        steps=(Step("undone", (Edit("a.py", 0, 2, ""), Edit("a.py", 88, 88, ""))),),
    ),
}
"""What has once gone wrong, as `python -m hexguard_dev fuzz` told it."""


@pytest.mark.parametrize("case", KEPT.values(), ids=KEPT)
def test_kept_cases(case: Case) -> None:
    assert play(case) is None


@pytest.mark.parametrize("seed", range(SEEDS))
def test_random_edits(seed: int) -> None:
    found = play_seed(f"test {seed}", PROJECTS, shape=SMALL)
    assert found.failure is None
    assert found.compared.total() == EDITS_PER_ROUND


def with_every_file_open(chance: random.Random) -> Case:
    shop = library(SHOP)
    return Case({**shop.settings, **shop.texts}, dict(shop.texts))


def with_a_large_document(chance: random.Random) -> Case:
    return library(SHOP).sample(chance, LARGE)


@pytest.mark.parametrize("make_case", [with_every_file_open, with_a_large_document])
def test_random_edits_of_much_text(make_case: Callable[[random.Random], Case]) -> None:
    chance = random.Random(1)
    found = play_random(make_case(chance), N_SLOW, chance)
    assert found.failure is None
    assert found.compared.total() == N_SLOW
