"""A new rule is two files by hand: its own and the catalogue. The skeleton shows that nothing else has to know it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hexguard_dev.new_rule import NewRuleError, add_rule

ROOT = Path(__file__).parents[2]
PACKAGE = "hexguard_rules"
# Runs the examples of one rule with the rules package that comes first on the path.
PROGRAM = """
import sys
sys.path[:0] = sys.argv[2:]
from rules.test_examples import check, test_examples_cover_the_rule
from hexguard_rules.catalogue import CATALOGUE
rule = CATALOGUE[sys.argv[1]]
for example in rule.examples:
    check(rule, example)
test_examples_cover_the_rule(rule)
print(rule.family, len(CATALOGUE), *CATALOGUE.names)
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the rules package."""
    copy = tmp_path / PACKAGE
    shutil.copytree(ROOT / "rules" / PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


def texts(package: Path) -> dict[str, str]:
    return {path.relative_to(package).as_posix(): path.read_text("utf-8") for path in package.rglob("*.py")}


@pytest.mark.parametrize(
    ("family", "name", "file"),
    [
        ("fastapi", "antigravity-in-route", "fastapi/antigravity_in_route.py"),
        ("async", "antigravity-in-async", "async_/antigravity_in_async.py"),
        ("sqlalchemy", "zz-last-of-all", "sqlalchemy/zz_last_of_all.py"),
    ],
)
def test_a_new_rule_is_two_files(package: Path, family: str, name: str, file: str) -> None:
    before = texts(package)
    add_rule(package, family, name)
    after = texts(package)
    assert {path for path in after if after[path] != before.get(path)} == {file, "catalogue.py"}
    run = subprocess.run(
        [
            sys.executable,
            "-c",
            PROGRAM,
            name,
            *(str(path) for path in (package.parent, ROOT / "server", ROOT / "tests")),
        ],
        env={**os.environ, "PYTHONPATH": "", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    shown_family, n_rules, *names = run.stdout.split()
    assert shown_family == family
    assert int(n_rules) == len(names)
    assert name in names
    _check_format(package / file, package / "catalogue.py")


def _check_format(*files: Path) -> None:
    """What was written is formatted and sorted already."""
    for arguments in (["format", "--check"], ["check"]):
        run = subprocess.run(
            [sys.executable, "-m", "ruff", *arguments, "--no-cache", "--config", str(ROOT / "pyproject.toml"), *files],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert run.returncode == 0, run.stdout


@pytest.mark.parametrize(
    ("family", "name", "message"),
    [
        ("nosuch", "some-rule", "there is no family `nosuch`"),
        ("knowledge", "some-rule", "there is no family `knowledge`"),
        ("../server", "some-rule", "there is no family"),
        ("fastapi", "Some_Rule", "is no rule name"),
        ("fastapi", "single", "is no rule name"),
        ("sqlalchemy", "unawaited-session-coroutine", "there already is"),
        ("fastapi", "unawaited-session-coroutine", "there already is"),
    ],
)
def test_what_cannot_be_added_changes_nothing(package: Path, family: str, name: str, message: str) -> None:
    before = texts(package)
    with pytest.raises(NewRuleError, match=message):
        add_rule(package, family, name)
    assert texts(package) == before
