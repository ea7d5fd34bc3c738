"""How blocking spreads from callee to caller, and what stops it."""

import pytest

from hexguard.engine.file import open_file
from hexguard.engine.stages import untraced
from hexguard.index.effects import MAX_CALLS, Effects
from hexguard.index.knowledge import Knowledge
from hexguard.index.reads import Modules, Reader
from hexguard.index.resolve import Resolver
from hexguard.text.document import Document
from support.fixture import parse_fixture
from support.project import module_of

KNOWLEDGE = Knowledge(
    blocking={"time.sleep": "sleeps", "requests.Session.get": "waits"},
    transparent_decorators=frozenset({"builtins.staticmethod", "functools.cache"}),
)


def reader_of(code: str) -> Reader:
    texts = parse_fixture(code).files
    files = [open_file(path, module_of(path), Document.of(path, text), untraced) for path, text in texts.items()]
    return Reader(Modules.of(file.summary for file in files))


def check(code: str, name: str) -> list[str] | None:
    """The chain from the function `name`: what each step calls, and the reason at the end."""
    reader = reader_of(code)
    start = Resolver(reader, KNOWLEDGE).function_of(name)
    assert start, f"no function {name}"
    chain = Effects(KNOWLEDGE).blocking_chain(start, reader)
    if chain is None:
        return None
    assert chain.steps[-1].callee == chain.primitive
    return [*(f"{step.caller}:{step.ordinal} {step.callee}" for step in chain.steps), chain.reason]


ACROSS_FILES = """
#- app/rates.py
from app.clients import Client

def load(client: Client):
    print()
    return client.get()
#- app/clients.py
import requests

class Base:
    def get(self):
        return self.fetch()

class Client(Base):
    def __init__(self):
        self.session = requests.Session()

    def fetch(self):
        return self.session.get("/")
"""


def test_across_files_and_classes() -> None:
    code = ACROSS_FILES.replace("class Base:\n    def get(self):\n        return self.fetch()\n\n", "")
    code = code.replace("(Base)", "").replace("def fetch", "def get")
    assert check(code, "app.rates.load") == [
        "load:1 app.clients.Client.get",
        "Client.get:0 requests.Session.get",
        "waits",
    ]


def test_a_base_class_does_not_know_its_subclasses() -> None:
    assert check(ACROSS_FILES, "app.rates.load") is None


ONE_FILE = {
    "direct": ("def f():\n    time.sleep(1)", ["f:0 time.sleep", "sleeps"]),
    "second call": ("def f():\n    print()\n    time.sleep(1)", ["f:1 time.sleep", "sleeps"]),
    "shortest": (
        "def f():\n    g()\n    h()\ndef g():\n    h()\ndef h():\n    time.sleep(1)",
        ["f:1 app.main.h", "h:0 time.sleep", "sleeps"],
    ),
    "cycle": ("def f():\n    g()\ndef g():\n    f()", None),
    "cycle with a way out": (
        "def f():\n    g()\ndef g():\n    f()\n    time.sleep(1)",
        ["f:0 app.main.g", "g:1 time.sleep", "sleeps"],
    ),
    "constructor": (
        "def f():\n    C()\nclass C:\n    def __init__(self):\n        time.sleep(1)",
        ["f:0 app.main.C", "C.__init__:0 time.sleep", "sleeps"],
    ),
    "static method": (
        "def f():\n    C.g()\nclass C:\n    @staticmethod\n    def g():\n        time.sleep(1)",
        ["f:0 app.main.C.g", "C.g:0 time.sleep", "sleeps"],
    ),
    "cached": (
        "import functools\ndef f():\n    g()\n@functools.cache\ndef g():\n    time.sleep(1)",
        ["f:0 app.main.g", "g:0 time.sleep", "sleeps"],
    ),
    "local function": (
        "def f():\n    def g():\n        time.sleep(1)\n    g()",
        ["f:0 app.main.f.<locals>.g", "f.<locals>.g:0 time.sleep", "sleeps"],
    ),
    "in a comprehension": ("def f():\n    return [time.sleep(n) for n in x]", ["f:0 time.sleep", "sleeps"]),
    "where a library is missing": (
        "def f():\n    try:\n        import y\n    except (ImportError, OSError):\n        time.sleep(1)",
        None,
    ),
    "kept in a global": ("def f():\n    global x\n    if x is None:\n        x = time.sleep(1)", None),
    "kept for a while": ("def f():\n    x = time.sleep(1)", ["f:0 time.sleep", "sleeps"]),
    "where something else fails": (
        "def f():\n    try:\n        y()\n    except OSError:\n        time.sleep(1)",
        ["f:1 time.sleep", "sleeps"],
    ),
    "only defined": ("def f():\n    def g():\n        time.sleep(1)\n    return g", None),
    "in a lambda": ("def f():\n    return lambda: time.sleep(1)", None),
    "passed on": ("def f():\n    run(time.sleep)", None),
    "coroutine": ("def f():\n    return g()\nasync def g():\n    time.sleep(1)", None),
    "generator": ("def f():\n    return g()\ndef g():\n    time.sleep(1)\n    yield 1", None),
    "unknown decorator": ("def f():\n    g()\n@threaded\ndef g():\n    time.sleep(1)", None),
    "unknown object": ("def f(x):\n    x.sleep(1)", None),
    "own function of that name": ("def f():\n    sleep(1)\ndef sleep(n):\n    return n", None),
}


@pytest.mark.parametrize(("code", "expected"), ONE_FILE.values(), ids=ONE_FILE)
def test_in_one_file(code: str, expected: list[str] | None) -> None:
    assert check(f"import time\n{code}\n", "app.main.f") == expected


def deep(n_calls: int) -> str:
    functions = [f"def f{number}():\n    f{number + 1}()\n" for number in range(1, n_calls)]
    return "".join(["import time\n", *functions, f"def f{n_calls}():\n    time.sleep(1)\n"])


def test_a_long_chain_says_little() -> None:
    assert len(check(deep(MAX_CALLS), "app.main.f1") or ()) == MAX_CALLS + 1
    assert check(deep(MAX_CALLS + 1), "app.main.f1") is None


def test_remembers_the_calls_that_it_looked_at() -> None:
    reader = reader_of("import time\ndef f():\n    g()\ndef g():\n    time.sleep(1)\ndef h():\n    f()\n")
    start = Resolver(reader, KNOWLEDGE).function_of("app.main.f")
    assert start
    effects = Effects(KNOWLEDGE)
    effects.blocking_chain(start, reader)
    edges = {read for read in reader.reads if read[0] == "edges"}
    assert {name for _, _, name in edges} == {"f", "g"}
    behind = frozenset(read for question in edges for read in effects.memo.behind(question))
    assert {name for kind, _, name in behind if kind == "calls"} == {"f", "g"}


def test_forgets_what_came_from_other_answers() -> None:
    before, after = "import time\ndef f():\n    time.sleep(1)\n", "import time\ndef f():\n    time.time()\n"
    effects, old, new = Effects(KNOWLEDGE), reader_of(before), reader_of(after)
    start = Resolver(old, KNOWLEDGE).function_of("app.main.f")
    assert start
    assert effects.blocking_chain(start, old)
    assert effects.memo.forget(frozenset({("calls", "app.main", "f")})) == {("edges", "app.main", "f")}
    assert not effects.blocking_chain(start, new)
