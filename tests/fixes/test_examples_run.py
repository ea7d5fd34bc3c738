"""The examples of the rules are programs: those that can run do the same before and after their fix."""

import subprocess

import pytest
import requests

from hexguard.rule.examples import Bad
from hexguard.rule.fix import Applicability
from hexguard_rules.catalogue import CATALOGUE
from support.fixture import parse_fixture
from support.mended import PATH, mended
from support.observed import outcome

CALLS = {
    ("blocking-sleep-in-async", 1): "async def run():\n    return await poll_payment(1)\n",
    ("blocking-sleep-in-async", 2): "async def run():\n    return await wait_until(monotonic() + 0.01)\n",
    ("blocking-http-in-async", 1): "async def run():\n    return await fetch_rates('http://shop')\n",
    ("blocking-http-in-async", 2): "async def run():\n    return await Carrier('http://shop').track('1')\n",
    ("blocking-call-transitive", 2): "async def run():\n    return await print_label(Printer(), 'x')\n",
    ("blocking-call-transitive", 3): "async def run():\n    return (await weigh()).port\n",
    ("bare-except", 1): "def run():\n    return read_rate({'rate': '2'}), read_rate({}), read_rate({'rate': 'x'})\n",
    (
        "bare-except",
        2,
    ): (
        "async def run():\n    worker = Worker()\n    worker.failed = 0\n"
        "    await worker.run()\n    return worker.failed\n"
    ),
    ("bare-except", 3): "def run():\n    return json.dumps([1])\n",
    ("optional-union-syntax", 1): "def run():\n    return find(), find('a'), find.__annotations__.keys()\n",
    ("optional-union-syntax", 2): "import typing\n\nclass Note: ...\n\n"
    "def run():\n    return typing.get_type_hints(Order, globals())['total'] == int | float | None\n",
    ("optional-union-syntax", 3): "def run():\n    return app.openapi()\n",
    ("mutable-default-argument", 1): "def run():\n    return add_role(given)\n",
    ("mutable-default-argument", 2): "def run():\n    return Cart().total(), Cart().total({'a': 1})\n",
    ("mutable-default-argument", 3): "async def run():\n    return await watch(), await watch([print])\n",
    ("utcnow-deprecated", 1): "def run():\n    return expires_at().year > 2000\n",
    ("utcnow-deprecated", 2): "def run():\n    return opened(5).replace(tzinfo=None)\n",
    ("utcnow-deprecated", 4): "def run():\n    return pick(None)(5).replace(tzinfo=None), pick(3)\n",
}
"""What is called in the examples, by rule and number; the others are proven in the file of their rule."""


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the examples would ask of the world: nothing waits, nothing is printed, nobody is asked."""

    class Answer:
        status_code = 200

        def json(self) -> dict[str, object]:
            return {"EUR": 2, "state": "sent"}

    def answer(*given: object, **named: object) -> Answer:
        return Answer()

    def nothing(*given: object, **named: object) -> None:
        return None

    monkeypatch.setattr("time.sleep", nothing)
    monkeypatch.setattr(subprocess, "run", nothing)
    monkeypatch.setattr(requests, "get", answer)
    monkeypatch.setattr(requests.Session, "get", answer)


@pytest.mark.parametrize(("rule", "number"), CALLS, ids=str)
@pytest.mark.usefixtures("quiet")
def test_an_example_does_the_same(rule: str, number: int) -> None:
    example = CATALOGUE[rule].examples[number - 1]
    assert isinstance(example, Bad)
    files = parse_fixture(example.code).files
    beside = {path: text for path, text in files.items() if path != PATH}
    after = mended(files[PATH], rule, tuple(Applicability), beside)
    assert after is not None
    given = "given = __import__('types').SimpleNamespace(role='owner')\nUser = object\n"
    ending = "\n\n" + CALLS[rule, number]
    found = outcome(given + after + ending)
    assert found == outcome(given + files[PATH] + ending)
    assert not found.error, found
