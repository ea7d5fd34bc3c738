"""The first call answers as before, and later calls no longer see what earlier ones left behind."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.generated import examples, indented, laid_out
from support.mended import FIXES, fixed, loaded, mended

RULE = "mutable-default-argument"

LIST = """
def call(item, into: list[str] = []):
    into.append(item)
    return list(into)
"""
TWO_WITH_DOCSTRING = '''
from collections import defaultdict

def call(item, *, seen: "set[str]" = {"first"}, counts=defaultdict(int)):
    """Counts an item."""

    # A set keeps each item once.
    seen.add(item)
    counts[item] += 1
    return sorted(seen), dict(counts)
'''
METHOD = """
class Shop:
    def sell(self, item, prices={word: len(word) for word in ("tea", "jam")}):
        prices[item] = 0
        return dict(prices)

call = Shop().sell
"""


@pytest.mark.parametrize("code", [LIST, TWO_WITH_DOCSTRING, METHOD])
def test_calls_no_longer_share(code: str) -> None:
    before, after = loaded(code).call, loaded(fixed(code, RULE)).call
    first = before("pen")
    assert after("pen") == first
    assert after("pen") == first
    assert before("ink") != after("ink")


def test_a_given_empty_list_is_kept() -> None:
    given: list[str] = []
    assert loaded(fixed(LIST, RULE)).call("pen", given) == ["pen"]
    assert given == ["pen"]


HEADER = """
import collections as c
from collections import Counter, OrderedDict, defaultdict, deque
from typing import Annotated, Optional, Union

SIZES = (1, 2)
made = []

def make(value):
    made.append(value)
    return value

"""
DEFAULTS = (
    "[]", "{}", "set()", "list()", "dict(a=1)", "[1, 2]", "{'a': [1]}", "{1, 2}", "Counter('aab')",
    "defaultdict(list)",
    "deque([1], maxlen=2)", "OrderedDict()", "bytearray(b'ab')", "[make(1), make(2)]", "[size for size in SIZES]",
    "list(SIZES)",
    "{\n    'a': 1,  # one\n}", "[\n    1,\n    2,\n]", "c.deque()", "{size: make(size) for size in SIZES}", "([])",
    "[[], []]",
    "[(lambda: SIZES)]", "{'text': '''a\n  b'''}", "[*SIZES]", "list(\n    SIZES\n)", "1", "None", "()",
    "[unknown for unknown in SIZES]",
)  # fmt: skip
ANNOTATIONS = (
    "",
    ": list",
    ": 'list[int]'",
    ": Optional[list[int]]",
    ": list[int] | None",
    ": Annotated[list, 'note']",
    ": dict[str, int]",
)
BODIES = (
    "return [first, second, third]",
    '"""Shows them."""\nreturn [first, second, third]',
    "'''Shows\nthem.'''\n\n# Why.\nreturn [first, second, third]",
    "# Why.\nreturn [first, second, third]",
    "def inner():\n    return [first, second, third]\nreturn inner()",
    "if first is None:\n    first = 3\nreturn [first, second, third]",
    "first = second\nreturn [first, second, third]",
    "return [first, second, third]; print()",
    "for _ in range(1):\n    second = [first]\nreturn [first, second, third]",
)
OWNERS = (
    "{word} call({given}):\n{body}\n",
    "class Shop:\n    SIZE = 1\n\n    @staticmethod\n    {word} call({given}):\n{deeper}\n\ncall = Shop.call\n",
    "class Shop:\n    {word} call(self, {given}):\n{deeper}\n\ncall = Shop().call\n",
    "def outer():\n    kept = 1\n    {word} call({given}):\n{deeper}\n    return call\n\ncall = outer()\n",
    "if True:\n    {word} call({given}):\n{deeper}\n",
)
SHOWN = """
def awaited(result):
    try:
        result.send(None)
    except StopIteration as stopped:
        return stopped.value
    except AttributeError:
        return result

def run(*given, **named):
    return repr(awaited(call(*given, **named)))
"""


@st.composite
def programs(draw: st.DrawFn) -> str:
    parameters = [
        f"{name}{draw(st.sampled_from(ANNOTATIONS))} = {draw(st.sampled_from(DEFAULTS))}"
        for name in ("first", "second", "third")
    ]
    star = draw(st.sampled_from((", ", ", *, ", ", /, ", ",\n    ")))
    given_ = f"{parameters[0]}{star}{parameters[1]}, {parameters[2]}"
    body = draw(st.sampled_from(BODIES))
    code = draw(st.sampled_from(OWNERS)).replace("{word}", draw(st.sampled_from(("def", "def", "async def"))))
    code = code.replace("{body}", indented(body)).replace("{deeper}", indented(body, 2)).replace("{given}", given_)
    return draw(laid_out(f"{HEADER}{code}{SHOWN}"))


@examples(100)
@given(programs())
def test_the_first_call_and_calls_with_arguments_are_the_same(code: str) -> None:
    after = mended(code, RULE, FIXES)
    if after is None:
        return
    before, found = loaded(code), loaded(after)
    kept = [1]
    assert _text(found.run(kept, second=kept, third=kept)) == _text(before.run(kept, second=kept, third=kept)), after
    assert _text(found.run()) == _text(before.run()), after
    assert _text(found.run()) == _text(found.run())
    assert before.made == found.made[: len(before.made)], after


def _text(shown: str) -> str:
    """Functions stand somewhere else in memory each time."""
    return shown.partition("<function")[0]


@pytest.mark.parametrize(
    "function",
    [
        "async def run():\n    def inner(given=[await make()]):\n        return given",
        "def run():\n    def inner(given=[(yield 1)]):\n        return given",
        "def run(given=[kept := 1]):\n    return given",
        "class Shop:\n    def run(self, given=[__class__]):\n        return given",
        "def run(kept, given=[kept]):\n    return given",
        "def run(given=[]): return given",
    ],
)
def test_no_fix_where_the_default_belongs_outside(function: str) -> None:
    assert mended(function + "\n", RULE, FIXES) is None
