"""Which environment belongs to a project, and what is installed there, from its files alone."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from hexguard.files.environment import NO_ENVIRONMENT, Environment, find_environment, imported_packages
from support.command import write_files
from support.environment import SITE, environment_files

PACKAGES = {"requests": "", "single.py": "", "typed.pyi": "", "not-a-name.py": "", "__editable__.py": ""}
VERSIONS = {"requests": "2.34.2", "Some_Thing": "1.0"}


def check(folder: Path, files: Mapping[str, str], declared: str = "") -> Environment:
    write_files(folder, files)
    return find_environment(folder, declared)


@pytest.mark.parametrize(
    ("paths", "declared", "expected"),
    [
        ((".venv",), "", ".venv"),
        (("env", "venv"), "", "venv"),
        (("venv", ".venv"), "", ".venv"),
        ((".venv", ".tox/py311"), ".tox/py311", ".tox/py311"),
        ((".venv",), ".tox/py311", None),
        (("other",), "", None),
    ],
)
def test_which_environment(tmp_path: Path, paths: tuple[str, ...], declared: str, expected: str | None) -> None:
    files = {name: text for path in paths for name, text in environment_files(PACKAGES, path=path).items()}
    found = check(tmp_path, files, declared)
    assert found.path == (tmp_path / expected if expected else None)
    assert found.folders == ((str(tmp_path / expected / SITE),) if expected else ())


def test_a_folder_without_the_mark_is_none(tmp_path: Path) -> None:
    assert check(tmp_path, {f".venv/{SITE}/requests/__init__.py": "", "venv/pyvenv.cfg/x": ""}) == NO_ENVIRONMENT


def test_what_is_installed(tmp_path: Path) -> None:
    found = check(tmp_path, environment_files(PACKAGES, VERSIONS))
    assert found.packages == {"requests", "single", "typed"}
    assert dict(found.versions) == VERSIONS


def test_windows(tmp_path: Path) -> None:
    found = check(tmp_path, {".venv/pyvenv.cfg": "", ".venv/Lib/site-packages/requests/__init__.py": ""})
    assert found.packages == {"requests"}


@pytest.mark.parametrize(
    ("packages", "versions", "is_same"),
    [
        (PACKAGES, VERSIONS, True),
        (PACKAGES, {**VERSIONS, "requests": "2.34.3"}, False),
        ({**PACKAGES, "httpx": ""}, VERSIONS, False),
        (PACKAGES, {"requests": "2.34.2"}, False),
    ],
)
def test_the_stamp(tmp_path: Path, packages: dict[str, str], versions: dict[str, str], is_same: bool) -> None:
    first = check(tmp_path / "here", environment_files(PACKAGES, VERSIONS))
    second = check(tmp_path / "there", environment_files(packages, versions, path="venv"))
    assert (first.stamp == second.stamp) is is_same


def test_one_that_is_as_it_was_is_not_read_again(tmp_path: Path) -> None:
    before = check(tmp_path, environment_files(PACKAGES))
    assert find_environment(tmp_path, "", before) is before
    write_files(tmp_path, environment_files({"httpx": ""}))
    # However coarse the clock of the file system is.
    os.utime(tmp_path / ".venv" / SITE, ns=(0, 0))
    after = find_environment(tmp_path, "", before)
    assert after.packages - before.packages == {"httpx"}


def test_what_a_package_imports(tmp_path: Path) -> None:
    files = {
        "vendor": "import requests.sessions\nfrom httpx import Client\ntext = 'import nothing'\n",
        "vendor/inner/deep.py": "def f():\n    import sqlalchemy\n",
        "vendor/data.txt": "import redis\n",
        "single.py": "import boto3 as b\n",
    }
    found = check(tmp_path, environment_files(files))
    assert imported_packages(found.folders, "vendor") == {"requests", "httpx", "sqlalchemy"}
    assert imported_packages(found.folders, "single") == {"boto3"}
    assert imported_packages(found.folders, "absent") == frozenset()
