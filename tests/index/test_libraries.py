"""What libraries say, in the words of the tables, and what is asked."""

import pytest

from hexguard.index.knowledge import Knowledge
from hexguard.index.libraries import NOTHING, Ancestor, Inferred, Installed, Libraries, Meaning, known_packages

KNOWLEDGE = Knowledge(
    aliases={"requests.sessions.Session": "requests.Session", "requests.api.get": "requests.get"},
    returns={"boto3.client": "botocore.client.BaseClient"},
    blocking={"requests.Session.get": "", "requests.Session.request": "", "requests.get": "", "time.sleep": ""},
    routers=frozenset({"fastapi.FastAPI"}),
)
INSTALLED = Installed(frozenset({"vendor", "other", "requests"}), "stamp")
SESSION = Ancestor("requests.sessions.Session")


def libraries() -> Libraries:
    return Libraries(KNOWLEDGE, INSTALLED)


@pytest.mark.parametrize(
    ("inferred", "expected"),
    [
        (NOTHING, None),
        (Inferred(lineage=(SESSION,)), Meaning("requests.Session", "requests.Session")),
        (Inferred(lineage=(Ancestor("vendor.Session"), SESSION)), Meaning("", "requests.Session")),
        (Inferred(lineage=(Ancestor("vendor.Session", ("close",)), SESSION)), Meaning("", "requests.Session")),
        (Inferred(lineage=(Ancestor("vendor.Session", ("request",)), SESSION)), None),
        (Inferred(lineage=(Ancestor("vendor.Thing"), Ancestor("other.Thing"))), None),
        (Inferred(function="requests.api.get"), Meaning("requests.get")),
        (Inferred(function="vendor.get"), None),
        (Inferred(function="vendor.make", returns="requests.sessions.Session"), Meaning("", "", "requests.Session")),
        (Inferred(function="vendor.make", returns="vendor.Client"), Meaning("", "", "vendor.Client")),
        (Inferred(function="vendor.make", returns="builtins.str"), None),
        (Inferred(function="vendor.make", returns="absent.Client"), None),
    ],
)
def test_what_a_name_comes_to(inferred: Inferred, expected: Meaning | None) -> None:
    asked = libraries()
    assert asked.put({"vendor.x": inferred}) == (frozenset({"vendor.x"}) if expected else frozenset())
    assert asked.meaning("vendor.x") == expected
    assert asked.is_answered("vendor.x")


@pytest.mark.parametrize(
    ("name", "expected"), [("vendor.x", True), ("vendor", True), ("requests.x", False), ("absent.x", False)]
)
def test_which_names_are_asked(name: str, expected: bool) -> None:
    assert libraries().concerns(name) is expected


def test_a_question_is_given_once() -> None:
    asked = libraries()
    for name in ("vendor.b", "vendor.a", "vendor.b"):
        asked.meaning(name)
    assert asked.take_open() == ("vendor.b", "vendor.a")
    asked.meaning("vendor.a")
    assert asked.take_open() == ()
    assert not asked.is_answered("vendor.a")


def test_what_is_answered_is_not_asked() -> None:
    asked = libraries()
    asked.meaning("vendor.a")
    asked.put({"vendor.a": NOTHING, "vendor.b": NOTHING})
    asked.meaning("vendor.b")
    assert asked.take_open() == ()


def test_an_answer_that_is_taken_back_changes_what_the_name_means() -> None:
    asked = libraries()
    session = Inferred(lineage=(SESSION,))
    changes = [asked.put({"vendor.a": said}) for said in (session, session, NOTHING)]
    assert changes == [{"vendor.a"}, frozenset(), {"vendor.a"}]


def test_the_packages_that_are_worth_finding() -> None:
    assert known_packages(KNOWLEDGE) == {"requests", "botocore", "fastapi"}
