"""What happens to the value of an expression, which decides what facts say about it.

The members have names of their own, because asking an `Enum` for a member costs more, and every name of a text asks.
"""

from enum import Enum
from typing import Final


class Use(Enum):
    """What happens to a value."""

    VALUE = "value"
    CALLED = "called"
    AWAITED = "awaited"
    DISCARDED = "discarded"
    ATTRIBUTE = "attribute"


VALUE: Final = Use.VALUE
CALLED: Final = Use.CALLED
AWAITED: Final = Use.AWAITED
DISCARDED: Final = Use.DISCARDED
ATTRIBUTE: Final = Use.ATTRIBUTE
