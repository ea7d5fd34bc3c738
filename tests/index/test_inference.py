"""What jedi says about libraries that are texts: what is not certain is no answer, and nothing of theirs is run."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hexguard.index.inference import Inference
from hexguard.index.libraries import NOTHING, Ancestor, Inferred
from support.command import write_files
from support.environment import LIBRARIES, SITE, environment_files

ODD = {
    "odd/__init__.py": """
import sys
from typing import Generic, TypeVar
from requests import Session
from odd.broken import Broken
from nowhere import Absent

T = TypeVar("T")

if sys.platform == "odd":
    Base = Session
else:
    Base = object


class Either(Base):
    pass


class Typed(Session, Generic[T]):
    pass


class Ünïcödé(Session): pass
class Beside(Ünïcödé, Generic[T]): pass


class Lost(Absent, Session):
    pass


class Awaited(Session):
    async def get(self, url):
        return super().get(url)


class Later(Session):
    def get(self, url):
        return self.run(lambda: super().get(url))


class Passed(Session):
    def get(self, url):
        return self._get(url)

    def _get(self, url):
        return Session.get(self, url)


class Circle(Session):
    def get(self, url):
        return self._get(url)

    def _get(self, url):
        return self.get(url)


class Fixed(Session):
    get = None


class Loop(Loop):
    pass


def either(kind):
    return Session() if kind else Either()


async def later() -> Session:
    return Session()


def maybe() -> Session | None:
    return None


def forever():
    return forever()


value = Session()
""",
    "odd/broken.py": "class Broken(Session:\n    def\n",
    "odd/run.py": "raise SystemExit('it was run')\n\n\nclass Run:\n    pass\n",
}
REQUESTS = Ancestor("requests.sessions.Session")


@pytest.fixture(scope="module")
def inference(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inference]:
    folder = tmp_path_factory.mktemp("libraries")
    write_files(folder, environment_files({**LIBRARIES, **ODD}))
    import jedi  # type: ignore[import-untyped]  # noqa: PLC0415  # pyright: ignore[reportMissingTypeStubs]  # put back

    before = jedi.settings.cache_directory, jedi.settings.dynamic_params
    yield Inference((str(folder / ".venv" / SITE),), str(folder / "cache"), Path.read_text)
    jedi.settings.cache_directory, jedi.settings.dynamic_params = before


def of(*ancestors: str | Ancestor) -> Inferred:
    return Inferred(lineage=tuple(Ancestor(one) if isinstance(one, str) else one for one in ancestors))


CLASSES = {
    "requests.Session": of(REQUESTS),
    "requests.sessions.Session": of(REQUESTS),
    "vendor.Session": of("vendor._sessions.Session", REQUESTS),
    "vendor.Deferred": of(Ancestor("vendor._sessions.Deferred", ("request",)), REQUESTS),
    "vendor._making.Client": of("vendor._making.Client", "httpx._client.Client"),
    "odd.Either": of("odd.Either", "builtins.object", REQUESTS),
    "odd.Typed": of("odd.Typed", REQUESTS, "typing.Generic"),
    "odd.Beside": of("odd.Beside", "odd.Ünïcödé", REQUESTS, "typing.Generic"),
    "odd.Lost": of("odd.Lost"),
    "odd.Awaited": of(Ancestor("odd.Awaited", ("get",)), REQUESTS),
    "odd.Later": of(Ancestor("odd.Later", ("get",)), REQUESTS),
    "odd.Passed": of("odd.Passed", REQUESTS),
    "odd.Circle": of(Ancestor("odd.Circle", ("get",)), REQUESTS),
    "odd.Fixed": of(Ancestor("odd.Fixed", ("get",)), REQUESTS),
    "odd.Loop": of("odd.Loop"),
    "odd.run.Run": of("odd.run.Run"),
}
FUNCTIONS = {
    "vendor.fetch": Inferred(function="requests.api.get"),
    "vendor.make_client": Inferred(function="vendor._making.make_client", returns="httpx._client.Client"),
    "vendor._making.make_own": Inferred(function="vendor._making.make_own", returns="vendor._making.Client"),
    "vendor.Session.request": Inferred(function="vendor._sessions.Session.request"),
    "odd.either": Inferred(function="odd.either"),
    "odd.maybe": Inferred(function="odd.maybe", returns="requests.sessions.Session"),
    "odd.forever": Inferred(function="odd.forever"),
}
NO_ANSWERS = (
    "odd.value",
    "odd.absent",
    "odd.Absent",
    "absent.Session",
    "absent",
    "odd.Session.nothing.at.all",
    "odd.broken.Nothing",
    "not a name",
    "",
)


@pytest.mark.parametrize(("name", "expected"), CLASSES.items(), ids=CLASSES)
def test_classes(inference: Inference, name: str, expected: Inferred) -> None:
    assert inference.ask(name) == expected


@pytest.mark.parametrize(("name", "expected"), FUNCTIONS.items(), ids=FUNCTIONS)
def test_functions(inference: Inference, name: str, expected: Inferred) -> None:
    assert inference.ask(name) == expected


@pytest.mark.parametrize("name", NO_ANSWERS)
def test_what_is_not_certain(inference: Inference, name: str) -> None:
    assert inference.ask(name) == NOTHING


def test_a_coroutine_gives_no_instance(inference: Inference) -> None:
    assert "Session" not in inference.ask("odd.later").returns


def test_no_library_is_loaded(inference: Inference) -> None:
    for name in (*CLASSES, *FUNCTIONS):
        inference.ask(name)
    assert {"vendor", "odd"}.isdisjoint(sys.modules)
