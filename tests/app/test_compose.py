"""What holds for a project: the preset that is declared or recognized, and what it brings."""

from pathlib import Path

import pytest

from hexguard.app.compose import Composition, compose
from hexguard.app.fingerprint import configuration_fingerprint
from hexguard.files.environment import NO_ENVIRONMENT, Environment
from hexguard.settings.detection import NOTHING, Outline
from hexguard.settings.layers import PRESET_CONTRACTS
from hexguard.settings.load import EDITOR
from hexguard.settings.switches import DEFAULTS

ROOT = Path("/project")
LAYERED: Outline = {"app": frozenset({"routes", "services", "repositories"})}


def composed(toml: str = "", outline: Outline = NOTHING) -> Composition:
    found = compose(ROOT, {"hexguard.toml": toml}, None, outline)
    assert found.problems == ()
    return found


def check(toml: str, outline: Outline, preset: str | None, detected: str, loading: str, n_contracts: int) -> None:
    found = composed(toml, outline)
    assert found.project.preset == preset
    assert (found.detected.why if found.detected else "") == detected
    assert found.project.switches["sqlalchemy.loading"] == loading
    assert len(found.project.contracts) == n_contracts


@pytest.mark.parametrize(
    ("toml", "outline", "preset", "detected", "loading", "n_contracts"),
    [
        ("", NOTHING, None, "", "raise", 0),
        ("", LAYERED, "layered", "routes, services, repositories below app", "selectin", 0),
        ("preset = 'layered'", NOTHING, "layered", "", "selectin", len(PRESET_CONTRACTS["layered"])),
        ("preset = 'hexagonal'", LAYERED, "hexagonal", "", "raise", len(PRESET_CONTRACTS["hexagonal"])),
        (
            "switches.sqlalchemy.loading = 'raise_on_sql'",
            LAYERED,
            "layered",
            "routes, services, repositories below app",
            "raise_on_sql",
            0,
        ),
    ],
)
def test_a_preset_brings_contracts_only_if_it_is_declared(
    toml: str, outline: Outline, preset: str | None, detected: str, loading: str, n_contracts: int
) -> None:
    check(toml, outline, preset, detected, loading, n_contracts)


@pytest.mark.parametrize(
    ("toml", "rule", "is_on"),
    [
        ("", "pool-pre-ping-missing", True),
        ("switches.pooling.pre_ping = 'off'", "pool-pre-ping-missing", False),
        ("switches.pooling.http_client_scope = 'call'", "http-client-per-request", False),
        ("switches.async.gather = 'report'", "gather-to-taskgroup", True),
        ("preset = 'simple'", "gather-to-taskgroup", True),
        ("preset = 'simple'\nswitches.async.gather = 'on-request'", "gather-to-taskgroup", False),
        ("", "module-level-engine", False),
        ("switches.pooling.engine_scope = 'lifespan'", "module-level-engine", True),
    ],
)
def test_switches_decide_which_rules_run(toml: str, rule: str, is_on: bool) -> None:
    assert (rule in {one.name for one in composed(toml).selection.rules}) is is_on


def test_every_switch_has_a_choice() -> None:
    assert composed().project.switches == DEFAULTS


def test_what_an_editor_chooses_is_joined_with_what_the_project_does() -> None:
    toml = "switches = { 'pooling.pre_ping' = 'off', 'async.gather' = 'report' }"
    found = compose(ROOT, {"hexguard.toml": toml}, {"switches": {"async": {"gather": "on-request"}}})
    assert found.settings.switches == {"pooling.pre_ping": "off", "async.gather": "on-request"}


def test_the_fingerprint_is_that_of_the_switches_too() -> None:
    prints = {
        configuration_fingerprint(composed(toml, outline))
        for toml, outline in (
            ("", NOTHING),
            ("", LAYERED),
            ("switches.sqlalchemy.loading = 'selectin'", NOTHING),
            ("switches.sqlalchemy.loading = 'raise_on_sql'", NOTHING),
        )
    }
    assert len(prints) == 4


def test_the_project_has_the_names_of_what_it_declares_and_its_fingerprint_depends_on_them() -> None:
    found = compose(ROOT, {"requirements.txt": "PyMySQL\nsqlalchemy>=2\n"})
    assert found.project.packages == {"pymysql", "sqlalchemy"}
    other = compose(ROOT, {"requirements.txt": "psycopg\nsqlalchemy>=2\n"})
    assert configuration_fingerprint(found) != configuration_fingerprint(other)


ENVIRONMENT = Environment(ROOT / ".venv", ("site",), {"SQLAlchemy": "1.4.50"}, frozenset({"sqlalchemy"}), "stamp")


def installed(declared: str) -> Environment:
    return ENVIRONMENT if declared in ("", ".tox/py") else NO_ENVIRONMENT


def test_what_is_installed_says_which_rules_are_on() -> None:
    found = compose(ROOT, {}, look=installed)
    assert found.packages["sqlalchemy"].version == "1.4.50"
    assert found.environment is ENVIRONMENT
    rules = [{rule.name for rule in one.selection.rules} for one in (found, compose(ROOT, {}))]
    assert rules[0] < rules[1]
    assert configuration_fingerprint(found) != configuration_fingerprint(compose(ROOT, {}))


@pytest.mark.parametrize(
    ("toml", "editor", "problems"),
    [
        ("environment = '.tox/py'", {}, []),
        ("environment = 'gone'", {}, ["hexguard.toml: environment: there is no virtual environment at `gone`"]),
        ("", {"environment": "gone"}, [f"{EDITOR}: environment: there is no virtual environment at `gone`"]),
        ("", {}, []),
    ],
)
def test_an_environment_that_is_declared_must_be_there(
    toml: str, editor: dict[str, object], problems: list[str]
) -> None:
    found = compose(ROOT, {"hexguard.toml": toml}, editor, look=installed)
    assert [f"{problem.path}: {problem.message}" for problem in found.problems] == problems
