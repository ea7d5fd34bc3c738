"""The sample project works, and its defects do what the rules say: code that does not run would prove nothing.

`drive_shop.py` runs it in another process, once as it stands and once as a copy mended by hand.
The old calls that the project makes on purpose warn in that process; their warnings are asserted here like all else.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

import pytest

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | None"

HERE = Path(__file__).parent
SHOP = HERE / "shop"
RULES = {
    "bare-except",
    "blocking-call-transitive",
    "blocking-http-in-async",
    "blocking-sleep-in-async",
    "domain-imports-outer-layer",
    "legacy-session-query",
    "missing-expire-on-commit-false",
    "mutable-default-argument",
    "on-event-deprecated",
    "optional-union-syntax",
    "unawaited-session-coroutine",
    "utcnow-deprecated",
}

# Python warns of `utcnow` since 3.12.
UTCNOW: list[str] = (
    ["DeprecationWarning: datetime.datetime.utcnow() is deprecated"] if sys.version_info >= (3, 12) else []
)
PAID = "Thank you for your order.\n2 x MUG-1 25.00\n5 x PEN-1 10.00\ntotal 35.00"
WORKING: Mapping[str, object] = {
    "answers/ada/status": 201,
    "answers/ada/body/id": 1,
    "answers/ada again/body/id": 1,
    "answers/bad email/status": 422,
    "answers/customers/body/1/name": "Grace",
    "answers/first order/status": 201,
    "answers/first order/body/total_cents": 3500,
    "answers/first order/body/lines/1": {"sku": "PEN-1", "quantity": 5, "total_cents": 1000},
    "answers/unknown product/body/detail": "product HAT-1 does not exist",
    "answers/unknown customer/status": 404,
    "answers/sold out/body/detail": "MUG-1: 1 wanted, 0 available",
    "answers/quote/body": {"carrier": "house", "cents": 465, "days": 5},
    "answers/rates/body/1/carrier": "swift",
    "answers/cheapest rate/body/carrier": "house",
    "answers/flat fee/body/cents": 465,
    "answers/ship too early/status": 409,
    "answers/pay first/body/status": "paid",
    "answers/ship first/body/status": "shipped",
    "answers/parcel/body": {"status": "shipped", "parcel": "in transit"},
    "answers/cancel second/body/status": "canceled",
    "answers/restock/body/stock": 4,
    "answers/available/body/available": True,
    "answers/not available/body/available": False,
    "answers/declined/body/detail": "payment of order 4 was declined: limit exceeded",
    "answers/orders of ada/body/1/status": "canceled",
    "answers/shipped orders of ada/body/0/id": 1,
    "answers/deactivate/status": 204,
    "answers/stats/body/n_orders": 4,
    "answers/stats/body/n_shipped": 1,
    "answers/stats/body/newest_order": 4,
    "answers/stats/body/best_sellers": [["MUG-1", 10], ["PEN-1", 6], ["BAG-1", 3]],
    "answers/report of ada/body": {"name": "Ada", "orders": [1, 2], "spent_cents": 3700},
    "answers/report of nobody/status": 404,
    "answers/health/body/products": 3,
    "answers/rates/blocked": [],
    "answers/cheapest rate/blocked": [],
    "expired": [3, 4],
    "ready": [False, True, False],
    "labels/3": "   2 MUG-1",
    "notices/0/body": PAID,
    "notices/2/tags": ["warehouse", "shop"],
    "schema differences": [],
}
AS_IT_STANDS: Mapping[str, object] = {
    "answers/quote/blocked": ["requests"],
    "answers/pay first/blocked": ["requests", "sleep"],
    "answers/ship first/blocked": ["subprocess"],
    "answers/parcel/blocked": ["requests"],
    "answers/not available/blocked": ["sleep", "sleep", "sleep"],
    "answers/grace afterwards/body/active": True,
    "answers/stats/body/active_customers": ["Ada", "Grace"],
    "notices/1/body": f"{PAID}\n1 x PEN-1 2.00\ntotal 2.00",
    "warnings": [
        *UTCNOW,
        "DeprecationWarning: on_event is deprecated",
        "LegacyAPIWarning: The Query.get() method",
        "RuntimeWarning: coroutine 'AsyncSession.commit' was",
        "RuntimeWarning: coroutine 'AsyncSession.flush' was",
    ],
}
MENDED: Mapping[str, object] = {
    "answers/quote/blocked": [],
    "answers/pay first/blocked": [],
    "answers/ship first/blocked": [],
    "answers/parcel/blocked": [],
    "answers/not available/blocked": [],
    "answers/grace afterwards/body/active": False,
    "answers/stats/body/active_customers": ["Ada"],
    "notices/1/body": "Thank you for your order.\n1 x PEN-1 2.00\ntotal 2.00",
    "warnings": [],
}

LIFESPAN = """
@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    await open_shop()
    yield
    await close_shop()


app = FastAPI(title="Shop", lifespan=lifespan)"""
ASYNC_TOOLS = "from collections.abc import AsyncIterator\nfrom contextlib import asynccontextmanager\n"
MENDS: tuple[tuple[str, str, str], ...] = (
    ("api/orders.py", "return cheapest_rate(", "return await asyncio.to_thread(cheapest_rate, "),
    ("api/orders.py", "from fastapi import", "import asyncio\n\nfrom fastapi import"),
    ("api/reports.py", "dt.datetime.utcnow()", "dt.datetime.now(dt.UTC)"),
    ("api/reports.py", "except:", "except OSError:"),
    ("clients/carriers.py", "    response = requests.get(f", "    response = await asyncio.to_thread(requests.get, f"),
    ("clients/carriers.py", "import requests\n", "import asyncio\nimport requests\n"),
    ("clients/payments.py", "requests.post(f", "await asyncio.to_thread(requests.post, f"),
    ("clients/payments.py", "import requests\n", "import asyncio\nimport requests\n"),
    ("clients/webhooks.py", "time.sleep(", "await asyncio.sleep("),
    ("clients/webhooks.py", "import time\n", "import asyncio\n"),
    ("clients/webhooks.py", "tags: list[str] = []", "tags: tuple[str, ...] | list[str] = ()"),
    ("db/engine.py", "async_sessionmaker(engine)", "async_sessionmaker(engine, expire_on_commit=False)"),
    ("db/models.py", "default=datetime.utcnow", "default=lambda: datetime.now(UTC)"),
    ("db/models.py", "import datetime\n", "import UTC, datetime\n"),
    ("jobs/seed.py", "autoflush=False", "autoflush=False, expire_on_commit=False"),
    ("main.py", '\napp = FastAPI(title="Shop")', LIFESPAN),
    ("main.py", "import logging\n", f"import logging\n{ASYNC_TOOLS}"),
    ("main.py", '@app.on_event("startup")\n', ""),
    ("main.py", '@app.on_event("shutdown")\n', ""),
    ("services/customers.py", "    session.commit()", "    await session.commit()"),
    ("services/notices.py", "except:", "except LookupError:"),
    (
        "services/notices.py",
        "lines: list[str] = []) -> str:",
        "first: tuple[str, ...] = ()) -> str:\n    lines = [*first]",
    ),
    ("services/orders.py", "labels.print_label(", "await asyncio.to_thread(labels.print_label, "),
    ("services/orders.py", "datetime.utcnow()", "datetime.now(UTC)"),
    ("services/orders.py", "from datetime import datetime", "import asyncio\nfrom datetime import UTC, datetime"),
    ("services/reports.py", "session.query(Order).count()", "session.scalar(select(func.count(Order.id)))"),
    ("services/reports.py", "self._session.query(Customer).get(", "self._session.get(Customer, "),
    ("services/stock.py", "    session.flush()", "    await session.flush()"),
    ("services/stock.py", "        sleep(", "        await asyncio.sleep("),
)


def test_works_as_it_stands() -> None:
    check(SHOP, {**WORKING, **AS_IT_STANDS})


def test_works_mended(tmp_path: Path) -> None:
    copy = shutil.copytree(SHOP, tmp_path / "shop", ignore=shutil.ignore_patterns("__pycache__"))
    for name, old, new in MENDS:
        file = copy / "app" / name
        before = file.read_text(encoding="utf-8")
        assert old in before, f"{name} says no more: {old}"
        file.write_text(before.replace(old, new), encoding="utf-8")
    check(copy, {**WORKING, **MENDED})


def test_each_rule_has_a_defect_in_a_file_that_exists() -> None:
    text = (HERE / "README.md").read_text(encoding="utf-8")
    defects, heading, lookalikes = text.partition("## What looks similar")
    assert heading
    assert {rule for rule, _ in rows(defects)} == RULES
    assert {rule for rule, _ in rows(lookalikes)} <= RULES
    assert [file for _, file in rows(text) if not (SHOP / file).is_file()] == []


def rows(table: str) -> list[tuple[str, str]]:
    """Return rule and file of each row."""
    return re.findall(r"^\| `([\w-]+)` \| `([\w/.]+)` \|", table, re.MULTILINE)


def check(project: Path, expected: Mapping[str, object]) -> None:
    """Drive the project and compare the named parts of its report."""
    command = [sys.executable, "-B", str(HERE / "drive_shop.py"), str(project)]
    # Settings of the machine must not reach the shop.
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SHOP_", "PYTHONWARN"))}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    report: Json = json.loads(done.stdout)
    assert {path: pick(report, path) for path in expected} == expected


def pick(report: Json, path: str) -> Json:
    """Return the part of a report at a path such as `answers/ada/status`."""
    part = report
    for step in path.split("/"):
        if isinstance(part, dict):
            part = part[step]
        elif isinstance(part, list):
            part = part[int(step)]
        else:
            pytest.fail(f"{path}: nothing below {part!r}")
    return part
