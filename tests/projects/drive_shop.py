"""Runs the shop in a process of its own, so that its imports and warnings stay out of the test suite.

Called as `python drive_shop.py FOLDER`, where FOLDER is the sample project or a copy of it.
Prints one JSON object: the answers of all steps, what left the shop, what blocked the event loop, and the warnings.
Everything happens in a temporary folder and on the loopback interface.
"""

import asyncio
import gc
import importlib
import json
import os
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Generator
from contextlib import chdir, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Final, NamedTuple, ParamSpec, TypeVar
from unittest.mock import patch

import httpx
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

P = ParamSpec("P")
R = TypeVar("R")

DECLINE_ABOVE_CENTS = 10_000
N_WORDS = 3
PRINTER = "import sys; open(sys.argv[1], 'a', encoding='utf-8').write(sys.stdin.read())"


class Step(NamedTuple):
    name: str
    method: str
    path: str
    body: object = None


ADA = {"name": "Ada", "email": "ada@example.com", "phone": "123"}
GRACE = {"name": "Grace", "email": "grace@example.com"}
STEPS: Final = (
    Step("ada", "POST", "/customers", ADA),
    Step("ada again", "POST", "/customers", ADA),
    Step("grace", "POST", "/customers", GRACE),
    Step("bad email", "POST", "/customers", {"name": "Bob", "email": "bob"}),
    Step("customers", "GET", "/customers"),
    Step("products", "GET", "/products"),
    Step("first order", "POST", "/orders", {"customer_id": 1, "items": {"MUG-1": 2, "PEN-1": 5}, "note": "gift"}),
    Step("second order", "POST", "/orders", {"customer_id": 1, "items": {"PEN-1": 1}}),
    Step("third order", "POST", "/orders", {"customer_id": 2, "items": {"MUG-1": 8}}),
    Step("unknown product", "POST", "/orders", {"customer_id": 1, "items": {"HAT-1": 1}}),
    Step("unknown customer", "POST", "/orders", {"customer_id": 9, "items": {"PEN-1": 1}}),
    Step("sold out", "POST", "/orders", {"customer_id": 1, "items": {"MUG-1": 1}}),
    Step("quote", "GET", "/orders/1/quote"),
    Step("rates", "GET", "/rates?grams=900"),
    Step("cheapest rate", "GET", "/rates/cheapest?grams=900"),
    Step("flat fee", "GET", "/rates/flat?grams=900"),
    Step("ship too early", "POST", "/orders/1/ship"),
    Step("pay first", "POST", "/orders/1/pay"),
    Step("pay second", "POST", "/orders/2/pay"),
    Step("ship first", "POST", "/orders/1/ship"),
    Step("parcel", "GET", "/orders/1/parcel"),
    Step("cancel second", "POST", "/orders/2/cancel"),
    Step("restock", "POST", "/products/BAG-1/restock?quantity=4"),
    Step("available", "GET", "/products/BAG-1/available?quantity=4"),
    Step("not available", "GET", "/products/BAG-1/available?quantity=5"),
    Step("bags", "POST", "/orders", {"customer_id": 2, "items": {"BAG-1": 3}}),
    Step("declined", "POST", "/orders/4/pay"),
    Step("orders of ada", "GET", "/customers/1/orders"),
    Step("shipped orders of ada", "GET", "/customers/1/orders?status=shipped"),
    Step("deactivate", "POST", "/customers/2/deactivate"),
    Step("grace afterwards", "GET", "/customers/2"),
    Step("stats", "GET", "/reports/stats"),
    Step("report of ada", "GET", "/reports/customers/1"),
    Step("report of nobody", "GET", "/reports/customers/9"),
    Step("health", "GET", "/health"),
)


def main(project: Path) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        chdir(folder),
        outside_world() as (url, notices),
        blocking_calls() as blocked,
    ):
        labels = Path(folder, "labels.txt")
        os.environ.update(environment(Path(folder, "shop.db"), labels, url))
        sys.path.insert(0, str(project))
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            differences = migrate(project)
            result = asyncio.run(drive_and_close(blocked))
            gc.collect()
        result["notices"] = notices
        result["labels"] = labels.read_text(encoding="utf-8").splitlines()
        result["schema differences"] = differences
        result["warnings"] = sorted({describe(warning) for warning in caught})
    json.dump(result, sys.stdout)


def environment(database: Path, labels: Path, url: str) -> dict[str, str]:
    return {
        "SHOP_DATABASE_URL": f"sqlite+aiosqlite:///{database}",
        "SHOP_REPORT_DATABASE_URL": f"sqlite:///{database}",
        "SHOP_CARRIER_URL": url,
        "SHOP_PAYMENT_URL": url,
        "SHOP_WEBHOOK_URL": f"{url}/notices",
        "SHOP_GREETING": "Hello {nickname}",
        "SHOP_LABEL_COMMAND": json.dumps([sys.executable, "-I", "-S", "-c", PRINTER, str(labels)]),
        "NO_PROXY": "*",
        "no_proxy": "*",
    }


def migrate(project: Path) -> list[str]:
    """Create the tables by the migrations and return where they differ from the models."""
    command.upgrade(Config(project / "alembic.ini"), "head")
    models = importlib.import_module("app.db.models")
    engine = importlib.import_module("app.db.engine").report_engine
    with engine.connect() as connection:
        return [
            repr(difference)
            for difference in compare_metadata(MigrationContext.configure(connection), models.Base.metadata)
        ]


async def drive_and_close(blocked: list[str]) -> dict[str, object]:
    try:
        return await drive(blocked)
    finally:
        # An open connection keeps a thread, and that the process, alive; a failing step must end the run instead.
        await importlib.import_module("app.db.engine").dispose()


async def drive(blocked: list[str]) -> dict[str, object]:
    """Take all steps while the application is up; `blocked` grows by the blocking calls as they happen."""
    await importlib.import_module("app.jobs.seed").seed()
    app = importlib.import_module("app.main").app
    ready = [app.state.ready]
    async with app.router.lifespan_context(app):
        ready.append(app.state.ready)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop") as client:
            answers = {step.name: await take(step, client, blocked) for step in STEPS}
        much_later = datetime.now(UTC) + timedelta(days=8)
        expired = await importlib.import_module("app.jobs.expire_orders").expire(much_later)
    ready.append(app.state.ready)
    return {"answers": answers, "expired": expired, "ready": ready}


async def take(step: Step, client: httpx.AsyncClient, blocked: list[str]) -> dict[str, object]:
    blocked.clear()
    response = await client.request(step.method, step.path, json=step.body)
    body = response.json() if response.content else None
    return {"status": response.status_code, "body": body, "blocked": blocked.copy()}


@contextmanager
def blocking_calls() -> Generator[list[str]]:
    """Record the blocking calls made on a thread whose event loop is running; in force before the shop is imported."""
    blocked: list[str] = []

    def watched(name: str, function: Callable[P, R]) -> Callable[P, R]:
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            if loop_is_running():
                blocked.append(name)
            return function(*args, **kwargs)

        return call

    client = importlib.import_module("requests").Session
    with (
        patch.object(client, "request", watched("requests", client.request)),
        patch.object(subprocess, "run", watched("subprocess", subprocess.run)),
        patch.object(time, "sleep", watched("sleep", time.sleep)),
    ):
        yield blocked


def loop_is_running() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


@contextmanager
def outside_world() -> Generator[tuple[str, list[object]]]:
    """Serve carrier, payment provider and back office on the loopback interface; the first notice is refused."""
    notices: list[object] = []
    refused: list[object] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.startswith("/rates"):
                grams = int(self.path.partition("grams=")[2])
                self.answer(200, [{"carrier": "swift", "cents": 300 + grams // 2, "days": 1}])
            else:
                self.answer(200, {"state": "in transit"})

        def do_POST(self) -> None:
            payload = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path == "/notices":
                self.take_notice(payload)
            elif payload["cents"] > DECLINE_ABOVE_CENTS:
                self.answer(402, {"reason": "limit exceeded"})
            else:
                self.answer(201, {"reference": f"pay-{payload['order']}"})

        def take_notice(self, payload: object) -> None:
            if not refused:
                refused.append(payload)
                self.answer(503, {})
                return
            notices.append(payload)
            self.answer(202, {})

        def answer(self, status: int, body: object) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Keep stderr for what goes wrong."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", notices
        finally:
            server.shutdown()
            thread.join()


def describe(warning: warnings.WarningMessage) -> str:
    """Name the category and say how the message begins, short enough to stay the same between versions."""
    words = str(warning.message).replace(",", " ").split()
    return f"{warning.category.__name__}: {' '.join(words[:N_WORDS])}"


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
