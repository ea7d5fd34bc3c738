"""The zone that the fix adds is the only difference."""

import warnings
from datetime import UTC, datetime, timedelta

import pytest

from support.mended import fixed, loaded

RULE = "utcnow-deprecated"

CALL = """
from datetime import datetime

def make():
    return datetime.utcfromtimestamp(1_700_000_000.5)
"""
NOW = """
import datetime as dt

def make():
    return dt.datetime.utcnow()
"""
REFERENCE = """
from datetime import datetime as clock

def make(now=clock.utcnow):
    return now()
"""
REFERENCE_WITH_ARGUMENT = """
import datetime

convert = None or datetime.datetime.utcfromtimestamp

def make():
    return convert(86_400)
"""


@pytest.mark.parametrize("code", [CALL, NOW, REFERENCE, REFERENCE_WITH_ARGUMENT])
def test_only_the_zone_differs(code: str) -> None:
    with warnings.catch_warnings():
        # Python 3.12 and later warn of what the fix replaces.
        warnings.simplefilter("ignore", DeprecationWarning)
        before: datetime = loaded(code).make()
    after: datetime = loaded(fixed(code, RULE)).make()
    assert before.tzinfo is None
    assert after.tzinfo is UTC
    assert after.replace(tzinfo=None) - before < timedelta(minutes=1)
