"""A process of its own answers for libraries; one that fails, or takes too long, costs only its question."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hexguard.app import inferring
from hexguard.app.inferring import MAX_FAILURES, Inferrer
from hexguard.index.libraries import NOTHING, Ancestor, Inferred
from support.command import write_files
from support.environment import LIBRARIES, SITE, environment_files

KNOWN = frozenset({"requests", "httpx"})
SESSION = Inferred(lineage=(Ancestor("vendor._sessions.Session"), Ancestor("requests.sessions.Session")))
APART = {
    # These reach nothing that is known, or only through another library.
    "alone": "class Session:\n    pass\n",
    "circle": "import ring\nclass Session:\n    pass\n",
    "ring": "import circle\n",
    "through": "import vendor\nclass Session(vendor.Session):\n    pass\n",
}
THROUGH = Inferred(lineage=(Ancestor("through.Session"), *SESSION.lineage))


@pytest.fixture
def inferrer(tmp_path: Path) -> Iterator[Inferrer]:
    write_files(tmp_path, environment_files({**LIBRARIES, **APART}))
    with closing(Inferrer((str(tmp_path / ".venv" / SITE),), KNOWN, in_background=True)) as found:
        yield found


def check(inferrer: Inferrer, *names: str) -> dict[str, Inferred]:
    return dict(inferrer.answers(names))


def test_answers_come_in_order(inferrer: Inferrer) -> None:
    expected = {
        "vendor.Session": SESSION,
        "alone.Session": NOTHING,
        "circle.Session": NOTHING,
        "through.Session": THROUGH,
        "vendor.absent": NOTHING,
    }
    found = check(inferrer, *expected)
    assert list(found.items()) == list(expected.items())


def test_one_process_serves_many_rounds_until_it_is_closed(inferrer: Inferrer) -> None:
    assert check(inferrer) == {}
    assert check(inferrer, "vendor.Session") == check(inferrer, "vendor.Session")
    inferrer.close()
    assert check(inferrer, "vendor.Session") == {"vendor.Session": SESSION}


def test_a_question_that_takes_too_long_is_answered_by_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(tmp_path, environment_files(LIBRARIES))
    monkeypatch.setattr(inferring, "QUESTION_SECONDS", 0.001)
    with closing(Inferrer((str(tmp_path / ".venv" / SITE),), KNOWN)) as inferrer:
        assert check(inferrer, "vendor.Session") == {"vendor.Session": NOTHING}


def test_a_process_that_cannot_begin_leaves_questions_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[object] = []

    def fails(work: object) -> object:
        tries.append(work)
        raise EOFError

    monkeypatch.setattr(inferring, "_started", fails)
    with closing(Inferrer((str(tmp_path),), KNOWN)) as inferrer:
        assert check(inferrer, *(f"vendor.x{number}" for number in range(10))) == {}
    assert len(tries) == MAX_FAILURES
