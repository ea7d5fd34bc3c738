"""A validator that returned nothing gives the value that it checked; what it refused it still refuses."""

import pytest

from support.mended import FIXES, fixed, mended
from support.observed import outcome

RULE = "field-validator-returns-none"

PROGRAM = """
from pydantic import BaseModel, {decorator}

class Order(BaseModel):
    total: int = 1

    @{decorator}("total"{arguments})
    {between}def known(cls, value):
{body}

    def shown(self):
        return self.total

def run(given):
    return Order(**given).shown()
"""
BODIES = (
    "        if value == 3:\n            raise ValueError('three')",
    "        if value == 3:\n            raise ValueError('three')  # as agreed\n        # nothing more",
    "        assert value != 3",
    "        if value == 3:\n            raise ValueError('three')\n        elif value == 4:\n            return 5",
    "        with open('/dev/null'):\n            assert value != 3, 'three'",
    "        kept = value\n        assert kept != 3",
    '        """Says why."""\n        assert value != 3',
)
DECORATORS = (
    ("field_validator", "", "@classmethod\n    "),
    ("field_validator", ', mode="before"', "@classmethod\n    "),
    ("validator", ", pre=True", ""),
)


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize(("decorator", "arguments", "between"), DECORATORS)
def test_the_value_is_kept(decorator: str, arguments: str, between: str, body: str) -> None:
    code = PROGRAM
    for name, text in {"decorator": decorator, "arguments": arguments, "between": between, "body": body}.items():
        code = code.replace(f"{{{name}}}", text)
    after = fixed(code, RULE)
    assert outcome(code, {"total": 2}).result is None
    assert outcome(after, {"total": 2}).result == 2
    for given in ({}, {"total": 3}, {"total": "x"}, {"total": 4} if "4" in body else {}):
        # What is validated after this validator is told another value, and so the error says so.
        seen = outcome(after, given, compares_messages=False)
        assert seen == outcome(code, given, compares_messages=False)


RETURNING = (
    "        return value",
    "        raise ValueError('no')",
    "        if value:\n            return value\n        else:\n            raise ValueError('no')",
    "        try:\n            return value\n        finally:\n            value = 1",
    "        while True:\n            return value",
    "        match value:\n            case _:\n                return value",
    "        if value:\n            return value\n        exit(2)",
)


@pytest.mark.parametrize("body", RETURNING)
def test_one_that_returns_is_left_alone(body: str) -> None:
    code = PROGRAM.replace("{decorator}", "field_validator").replace("{body}", body)
    assert mended(code.replace("{arguments}", "").replace("{between}", "@classmethod\n    "), RULE, FIXES) is None
