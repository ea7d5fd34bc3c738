"""Examples of a rule: they are its tests and its documentation at once.

The code is written in the fixture language: `#- path` begins a file, `#   ^^^^` marks a finding on the line above.
"""

from inspect import cleandoc
from typing import TypeAlias


class Bad:
    """Code that the rule reports, exactly where it is marked; `fixed` is the code after its fix.

    A `Bad` without `fixed` says `why` there is nothing to offer.
    """

    __slots__ = ("code", "fixed", "why")

    def __init__(self, code: str, fixed: str | None = None, why: str = "") -> None:
        self.code = _code(code)
        self.fixed = _code(fixed) if fixed is not None else None
        self.why = why


class Good:
    """Code that the rule leaves alone, and `why`; a known missed alarm says `missed: ...`."""

    __slots__ = ("code", "why")

    def __init__(self, code: str, why: str) -> None:
        self.code = _code(code)
        self.why = why


Example: TypeAlias = Bad | Good


def _code(text: str) -> str:
    return cleandoc(text) + "\n"
