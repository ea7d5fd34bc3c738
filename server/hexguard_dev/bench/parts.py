"""The parts of the benchmark: each measures one question on folders of its own, and adds its figures to the report."""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from hexguard_dev.bench.code import generate
from hexguard_dev.bench.comparison import Contestant, Rounds, compare
from hexguard_dev.bench.indexing import Patience, time_loop, time_start
from hexguard_dev.bench.processes import time_checks, time_starts
from hexguard_dev.bench.project import make_project
from hexguard_dev.bench.report import CheckFigures, FileFigures, LoopFigures, ProjectFigures, Report, RuleFigures
from hexguard_dev.bench.scenarios import KEYSTROKE, OPENING, SCENARIOS
from hexguard_dev.bench.servers import EMPTY_SERVER, HEXGUARD_SERVER, Server, environment, write_project
from hexguard_rules.catalogue import CATALOGUE

TYPED_RULE = "blocking-sleep-in-async"
FEW_RULES = 10


class Plan(msgspec.Struct, frozen=True):
    """How much is measured. Slow servers get files of at most `slow_lines` lines; `idle` is in seconds."""

    sizes: tuple[int, ...] = (200, 2_000, 8_000, 23_000)
    slow_lines: int = 2_000
    rounds: Rounds = Rounds(usual=15, long=5, slow=3, limit=60)
    n_starts: int = 10
    rule_lines: int = 2_000
    modules: tuple[int, ...] = (100, 1_000, 10_000)
    checked_modules: int = 1_000
    n_checks: int = 3
    patience: Patience = Patience(index=900, answer=30, n_keystrokes=40)
    idle: float = 5


QUICK = Plan(
    sizes=(200, 2_000),
    slow_lines=200,
    rounds=Rounds(usual=3, long=2, slow=1, limit=30),
    n_starts=3,
    modules=(100, 300),
    checked_modules=100,
    n_checks=1,
    patience=Patience(index=120, answer=30, n_keystrokes=10),
    idle=1,
)


class Setting(msgspec.Struct, frozen=True):
    """What a part works with: the plan, the servers, and an empty folder of its own."""

    plan: Plan
    servers: Sequence[Server]
    folder: Path


def _files(setting: Setting, report: Report) -> Report:
    plan = setting.plan
    figures: list[FileFigures] = []
    for n_lines in plan.sizes:
        say(f"a file of {n_lines:,} lines")
        folder = setting.folder / f"{n_lines}"
        write_project(folder)
        contestants = [
            Contestant(server.name, server, folder, environment(setting.folder / f"cache-{n_lines}"))
            for server in setting.servers
            if not server.is_slow or n_lines <= plan.slow_lines
        ]
        figures.append(FileFigures(n_lines, compare(contestants, generate(n_lines), SCENARIOS, plan.rounds)))
    return msgspec.structs.replace(report, files=tuple(figures))


def _starts(setting: Setting, report: Report) -> Report:
    folder = setting.folder / "project"
    write_project(folder)
    servers = (*setting.servers, EMPTY_SERVER)
    plan = setting.plan
    rows = time_starts(servers, folder, setting.folder / "cache", plan.n_starts, plan.rounds.limit)
    return msgspec.structs.replace(report, starts=rows)


def _rules(setting: Setting, report: Report) -> Report:
    plan = setting.plan
    contestants: list[Contestant] = []
    for n_rules, rules in _selections():
        folder = setting.folder / f"{n_rules}"
        write_project(folder, rules)
        cache = environment(setting.folder / f"cache-{n_rules}")
        contestants.append(Contestant(f"{n_rules}", HEXGUARD_SERVER, folder, cache))
    compared = compare(contestants, generate(plan.rule_lines), (OPENING, KEYSTROKE), plan.rounds)
    columns = tuple(contestant.name for contestant in contestants)
    return msgspec.structs.replace(report, rules=RuleFigures(plan.rule_lines, columns, compared.rows))


def _selections() -> list[tuple[int, tuple[str, ...]]]:
    """One rule, a few, and all, each with its number; the rule that keystrokes make report is always among them."""
    others = [rule.name for rule in CATALOGUE if rule.name != TYPED_RULE]
    few = tuple(others[:: max(len(others) // (FEW_RULES - 1), 1)][: FEW_RULES - 1])
    return [(1, (TYPED_RULE,)), (1 + len(few), (TYPED_RULE, *few)), (1 + len(others), ("all",))]


def _projects(setting: Setting, report: Report) -> Report:
    figures: list[ProjectFigures] = []
    for n_modules in setting.plan.modules:
        say(f"a project of {n_modules:,} modules")
        project = make_project(setting.folder / f"{n_modules}", n_modules)
        stored = environment(setting.folder / f"cache-{n_modules}")
        first, second = (time_start(project, stored, setting.plan.patience) for _ in range(2))
        figures.append(ProjectFigures(n_modules, project.n_lines, first, second))
    return msgspec.structs.replace(report, projects=tuple(figures))


def _loop(setting: Setting, report: Report) -> Report:
    n_modules = max(setting.plan.modules)
    project = make_project(setting.folder / "project", n_modules)
    stored = environment(setting.folder / "cache")
    busy, idle = time_loop(project, stored, setting.plan.patience, setting.plan.idle)
    return msgspec.structs.replace(report, loop=LoopFigures(n_modules, busy, idle))


def _check(setting: Setting, report: Report) -> Report:
    n_modules = setting.plan.checked_modules
    project = make_project(setting.folder / "project", n_modules)
    rows = time_checks(project, setting.folder / "caches", setting.plan.n_checks)
    return msgspec.structs.replace(report, check=CheckFigures(n_modules, project.n_lines, rows))


def say(text: str) -> None:
    """Tell the person who waits how far the benchmark is."""
    print(text, file=sys.stderr, flush=True)


PARTS: Mapping[str, Callable[[Setting, Report], Report]] = {
    "files": _files,
    "starts": _starts,
    "rules": _rules,
    "projects": _projects,
    "loop": _loop,
    "check": _check,
}
