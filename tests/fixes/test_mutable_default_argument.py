"""The first call answers as before, and later calls no longer see what earlier ones left behind."""

import pytest

from support.mended import fixed, loaded

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
