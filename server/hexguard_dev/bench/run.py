"""Runs the benchmark, part by part, and writes its page and its plot."""

import os
import platform
import subprocess
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import msgspec

from hexguard_dev.bench.page import render_page
from hexguard_dev.bench.parts import PARTS, QUICK, Plan, Setting, say
from hexguard_dev.bench.plot import render_plot
from hexguard_dev.bench.processes import CheckError
from hexguard_dev.bench.report import Made, Report
from hexguard_dev.bench.servers import EMPTY_SERVER, Server, found_servers
from hexguard_dev.client import ClientError


class Order(msgspec.Struct, frozen=True):
    """What somebody asked for on the command line; `command` is how."""

    command: str
    output: Path
    fixit: Path
    is_quick: bool = False
    has_all_sizes: bool = False
    only: str | None = None


def bench(order: Order) -> int:
    """Measure what was asked for, write the page and the plot, and give the exit code."""
    plan = QUICK if order.is_quick else Plan()
    if order.has_all_sizes:
        plan = msgspec.structs.replace(plan, slow_lines=max(plan.sizes))
    parts = tuple(PARTS) if order.only is None else (order.only,)
    report = measure(plan, found_servers(order.fixit), parts, order.command)
    order.output.mkdir(parents=True, exist_ok=True)
    page, plot = order.output / "performance.md", order.output / "performance.svg"
    page.write_text(render_page(report, plot.name), "utf-8")
    if report.files:
        plot.write_text(render_plot(report.files), "utf-8")
    for trouble in report.troubles:
        say(f"error: {trouble}")
    say(f"Wrote {page}")
    return 1 if report.troubles else 0


def measure(plan: Plan, servers: Sequence[Server], parts: Sequence[str], command: str) -> Report:
    """Measure these parts; one that fails is told in the report, and costs no other."""
    versions = {server.name: server.version for server in (*servers, EMPTY_SERVER)}
    report = Report(Made(command, date.today().isoformat(), platform.python_version(), os.cpu_count() or 1, versions))
    for part in parts:
        say(f"== {part}")
        with tempfile.TemporaryDirectory(prefix="hexguard-bench-", ignore_cleanup_errors=True) as folder:
            try:
                report = PARTS[part](Setting(plan, servers, Path(folder).resolve()), report)
            except (ClientError, CheckError, OSError, subprocess.TimeoutExpired) as error:
                trouble = f"`{part}` could not be measured: {error}"
                report = msgspec.structs.replace(report, troubles=(*report.troubles, trouble))
    return report
