"""Whether versions suffice: yes unless it can be disproved."""

import pytest
from packaging.requirements import InvalidRequirement

from hexguard.settings.versions import Package, lowest_python, meets, parse_requirement, poetry_specifier, satisfies


def check(package: Package | None, requirement: str, expected: bool) -> None:
    assert satisfies(package, requirement) is expected


@pytest.mark.parametrize(
    ("version", "specifier", "requirement", "expected"),
    [
        ("2.0.3", "", "sqlalchemy>=1.4", True),
        ("1.3.24", "", "sqlalchemy>=1.4", False),
        ("2.0.0b1", "", "sqlalchemy>=1.4", True),
        ("1.3.24", ">=1.3", "sqlalchemy", True),
        ("not a version", "", "sqlalchemy>=1.4", True),
        (None, "", "sqlalchemy>=1.4", True),
        (None, ">=1.3", "sqlalchemy>=1.4", True),
        (None, "<1.4", "sqlalchemy>=1.4", False),
        (None, "<=1.4", "sqlalchemy>=1.4", True),
        (None, "<=1.4", "sqlalchemy>1.4", False),
        (None, ">=1.2,<2", "sqlalchemy>=2", False),
        (None, ">=2", "sqlalchemy<2", False),
        (None, "==1.3.*", "sqlalchemy>=1.4", False),
        (None, "==1.4.*", "sqlalchemy>=1.4.5", True),
        (None, "==1.3.1", "sqlalchemy>=1.4", False),
        (None, "~=1.3.2", "sqlalchemy>=1.4", False),
        (None, "~=1.3", "sqlalchemy>=1.4", True),
        (None, "!=1.4", "sqlalchemy==1.4", True),
        (None, "rubbish", "sqlalchemy>=1.4", True),
    ],
)
def test_satisfies(version: str | None, specifier: str, requirement: str, expected: bool) -> None:
    check(Package("sqlalchemy", version, specifier), requirement, expected)


def test_an_unknown_package_cannot_be_disproved() -> None:
    check(None, "sqlalchemy>=1.4", expected=True)


def test_meets_finds_the_package_by_any_spelling_of_its_name() -> None:
    packages = {"typing-extensions": Package("typing-extensions", "4.0")}
    assert meets(packages, "Typing_Extensions>=4")
    assert not meets(packages, "typing.extensions>=5")
    assert meets(packages, "fastapi>=5")


def test_a_malformed_requirement_is_the_fault_of_the_caller() -> None:
    with pytest.raises(InvalidRequirement):
        satisfies(None, "sqlalchemy >>> 3")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("FastAPI[standard] >=0.100,<1 ; python_version > '3.8'", Package("fastapi", None, "<1,>=0.100")),
        ("SQLAlchemy==2.0.1", Package("sqlalchemy", "2.0.1", "==2.0.1")),
        ("zope.interface==5.*", Package("zope-interface", None, "==5.*")),
        ("pkg @ https://example.org/pkg.zip", Package("pkg")),
        ("./local", None),
        ("", None),
    ],
)
def test_parse_requirement(line: str, expected: Package | None) -> None:
    assert parse_requirement(line) == expected


@pytest.mark.parametrize(
    ("constraint", "specifier"),
    [
        ("^1.4", ">=1.4,<2"),
        ("^0.110.1", ">=0.110.1,<0.111"),
        ("^0.0.3", ">=0.0.3,<0.0.4"),
        ("^0.0", ">=0.0,<0.1"),
        ("~2.0.3", ">=2.0.3,<2.1"),
        ("~2", ">=2,<3"),
        ("~=2.1", "~=2.1"),
        ("1.2.3", "==1.2.3"),
        ("1.*", "==1.*"),
        (">=1.2, <3", ">=1.2,<3"),
        ("*", ""),
        ("", ""),
        ("^1 || ^2", ""),
    ],
)
def test_poetry_specifier(constraint: str, specifier: str) -> None:
    assert poetry_specifier(constraint) == specifier


@pytest.mark.parametrize(
    ("specifier", "expected"),
    [
        (">=3.11", (3, 11)),
        (">=3.9,>=3.10,<4", (3, 10)),
        ("==3.12.*", (3, 12)),
        ("~=3.10", (3, 10)),
        (">3.10", (3, 10)),
        (">=3.11.4", (3, 11)),
        (">=3", (3, 0)),
        ("<4", None),
        ("!=3.10", None),
        ("", None),
        ("three", None),
    ],
)
def test_lowest_python(specifier: str, expected: tuple[int, int] | None) -> None:
    assert lowest_python(specifier) == expected
