"""`model_validate` reads the same attributes as `from_orm`; where that raised for want of an option, it now works."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.generated import EXPRESSION_SITES, Imported, examples, indented, laid_out, ways_to_import
from support.mended import FIXES, fixed, mended
from support.observed import outcome

RULE = "pydantic-from-orm"

OPTIONS = (
    "model_config = ConfigDict(from_attributes=True)",
    "model_config = ConfigDict(extra='forbid', from_attributes=True)",
    "class Config:\n    from_attributes = True",
)
CALLS = (
    "Order.from_orm(Row())",
    "Order.from_orm(obj=Row())",
    "Order.from_orm({'id': 4, 'line': {'count': 2}})",
    "Order.from_orm(None)",
    "Order.from_orm(Line(count=3))",
    "str(Order.from_orm(Row()).line)",
)


@st.composite
def programs(draw: st.DrawFn) -> str:
    base: Imported = draw(ways_to_import("pydantic.BaseModel"))
    option = indented(draw(st.sampled_from(OPTIONS)))
    site = draw(st.sampled_from(EXPRESSION_SITES)).replace("{it}", draw(st.sampled_from(CALLS)))
    return draw(
        laid_out(
            f"from contextlib import nullcontext\nfrom pydantic import ConfigDict\n{base.statement}\n\n"
            f"class Schema({base.text}):\n{option}\n\nclass Line(Schema):\n    count: int\n\n"
            "class Row:\n    id = '7'\n    line = type('LineRow', (), {'count': 1})()\n\n"
            f"class Order(Schema):\n    id: int\n    line: Line\n\ndef run(log):\n{indented(site)}\n"
        )
    )


@examples(30)
@given(programs())
def test_reads_the_same(code: str) -> None:
    after = mended(code, RULE, FIXES[:1])
    if after is not None:
        assert str(outcome(after, [])) == str(outcome(code, [])), after


WITHOUT = """
from pydantic import BaseModel

class Line(BaseModel):
    count: int

class Order(BaseModel):
    {option}
    line: Line

class Row:
    line = type("LineRow", (), {"count": 1})()

def run():
    return Order.from_orm(Row()).model_dump()
"""


@pytest.mark.parametrize("option", ["id: int = 1", "model_config = {'from_attributes': False}"])
def test_the_argument_makes_it_work(option: str) -> None:
    code = WITHOUT.replace("{option}", option)
    assert outcome(code).error == "PydanticUserError"
    assert mended(code, RULE, FIXES[:1]) is None
    result = outcome(fixed(code, RULE)).result
    assert isinstance(result, dict)
    assert result["line"] == {"count": 1}
