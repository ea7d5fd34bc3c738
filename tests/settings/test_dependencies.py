"""What a project says about its Python and its packages, in every file in which projects say it."""

import textwrap

import pytest

from hexguard.settings.dependencies import is_dependency_file, packages, python_version, with_installed
from hexguard.settings.versions import Package


def check(texts: dict[str, str], *expected: Package) -> None:
    found = packages({name: textwrap.dedent(text) for name, text in texts.items()})
    assert sorted(found.values(), key=lambda package: package.name) == list(expected)
    assert list(found) == [package.name for package in found.values()]


UV = """
    version = 1

    [[package]]
    name = "FastAPI"
    version = "0.110.0"
    source = { registry = "https://example.org" }

    [[package]]
    name = "shop"
    source = { editable = "." }
    dependencies = [{ name = "fastapi" }]
"""


@pytest.mark.parametrize(
    "texts",
    [
        {"uv.lock": UV},
        {"uv.lock": textwrap.dedent(UV).replace("\n", "\r\n")},
        {"poetry.lock": UV},
        {"pdm.lock": UV},
        {"pylock.toml": UV.replace("[[package]]", "[[packages]]")},
        {"Pipfile.lock": '{"default": {"fastapi": {"version": "==0.110.0"}, "x": {"git": "u"}}, "develop": 3}'},
    ],
)
def test_lock_files_give_exact_versions(texts: dict[str, str]) -> None:
    check(texts, Package("fastapi", "0.110.0"))


def test_the_lowest_of_several_locked_versions_counts() -> None:
    entry = '[[package]]\nname = "a"\nversion = "{}"\n'
    check({"uv.lock": entry.format("1.10") + entry.format("1.9") + entry.format("2.0")}, Package("a", "1.9"))


@pytest.mark.parametrize(
    "texts",
    [
        {"pyproject.toml": "project.dependencies = ['fastapi >=0.100', 3]"},
        {"pyproject.toml": "[project.optional-dependencies]\nweb = ['fastapi>=0.100']\nbad = 3"},
        {"pyproject.toml": "[dependency-groups]\nweb = ['fastapi>=0.100', {include-group = 'x'}]"},
        {"requirements.txt": "# all\nfastapi>=0.100  # why\n-r more.txt\n--index-url https://example.org\n"},
        {"requirements-dev.txt": "fastapi \\\n  >=0.100 --hash=sha256:abc\n"},
        {"requirements/base.txt": "fastapi>=0.100; python_version >= '3.8'"},
        {"setup.cfg": "[options]\ninstall_requires =\n    fastapi>=0.100\n"},
        {"setup.cfg": "[options]\n[options.extras_require]\nweb =\n  fastapi>=0.100 # why\n"},
    ],
)
def test_declarations_give_specifiers(texts: dict[str, str]) -> None:
    check(texts, Package("fastapi", None, ">=0.100"))


@pytest.mark.parametrize(
    "table", ["tool.poetry.dependencies", "tool.poetry.dev-dependencies", "tool.poetry.group.web.dependencies"]
)
def test_poetry(table: str) -> None:
    check(
        {"pyproject.toml": f"[{table}]\npython = '^3.11'\na = '^1.2'\nb = {{version = '~2.0'}}\nc = '*'"},
        Package("a", None, "<2,>=1.2"),
        Package("b", None, "<2.1,>=2.0"),
        Package("c"),
    )


def test_a_pin_counts_as_a_version_unless_a_lock_file_knows_better() -> None:
    pins = "FastAPI==0.109.0\nhttpx==0.27\n"
    declared = "project.dependencies = ['fastapi>=0.100']"
    check(
        {"requirements.txt": pins, "pyproject.toml": declared, "uv.lock": UV},
        Package("fastapi", "0.110.0", ">=0.100"),
        Package("httpx", "0.27", "==0.27"),
    )


@pytest.mark.parametrize(
    "texts",
    [
        {},
        {"pyproject.toml": "project = 3", "uv.lock": "[[package]]", "Pipfile.lock": "{", "setup.cfg": "[options]\nx"},
        {"pyproject.toml": "= broken", "requirements.txt": "\0\n@@\n", "Pipfile.lock": "[]"},
        {"pyproject.toml": "tool.poetry.dependencies = 3\ndependency-groups.a = 3\nproject.dependencies = 'x'"},
        {"docs/requirements.txt": "fastapi", "notes.txt": "fastapi"},
    ],
)
def test_what_cannot_be_read_declares_nothing(texts: dict[str, str]) -> None:
    check(texts)
    assert python_version(texts) is None


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ({"pyproject.toml": "project.requires-python = '>=3.11'", ".python-version": "3.13"}, (3, 11)),
        ({"pyproject.toml": "\ufeffproject.requires-python = '>=3.11'"}, (3, 11)),
        ({"pyproject.toml": "tool.poetry.dependencies.python = '^3.10'"}, (3, 10)),
        ({"setup.cfg": "[options]\npython_requires = >=3.9\n"}, (3, 9)),
        ({"pyproject.toml": "project.requires-python = 3", ".python-version": "3.12.1\n"}, (3, 12)),
        ({".python-version": "# comment\ncpython-3.12\n"}, (3, 12)),
        ({".python-version": "pypy3.10-7.3.15"}, (3, 10)),
        ({".python-version": "system"}, None),
    ],
)
def test_python_version(texts: dict[str, str], expected: tuple[int, int] | None) -> None:
    assert python_version(texts) == expected


def test_is_dependency_file() -> None:
    paths = ["uv.lock", "requirements.txt", "requirements-dev.txt", "requirements/base.txt", "pyproject.toml"]
    others = ["a/uv.lock", "requirements/a/b.txt", "a/requirements.txt", "requirements/x.in", "readme.txt"]
    assert [path for path in (*paths, *others) if is_dependency_file(path)] == paths


INSTALLED = {"FastAPI": "0.110.0", "Some_Thing": "1.0"}


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ("", Package("fastapi", "0.110.0")),
        ("fastapi", Package("fastapi", "0.110.0")),
        ("fastapi>=0.100", Package("fastapi", "0.110.0", ">=0.100")),
        ("fastapi>=0.120", Package("fastapi", None, ">=0.120")),
        ("fastapi==0.109.0", Package("fastapi", "0.109.0", "==0.109.0")),
    ],
)
def test_what_is_installed_is_the_last_resort(declared: str, expected: Package) -> None:
    found = with_installed(packages({"requirements.txt": declared}), INSTALLED)
    assert found == {"fastapi": expected, "some-thing": Package("some-thing", "1.0")}


def test_a_version_that_is_none_is_no_last_resort() -> None:
    declared = {"x": Package("x", None, ">=1"), "y": Package("y", None, "???")}
    assert with_installed(declared, {"x": "odd", "y": "1.0"}) == declared
