"""The new method of a model gives what the old one gave: values, text, schemas and errors.

`parse_raw` is the exception: the same values, and errors of other types; so is `copy`, which copies extra values apart.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.generated import EXPRESSION_SITES, Imported, examples, indented, laid_out, ways_to_import
from support.mended import FIXES, fixed, mended
from support.observed import outcome

RULE = "pydantic-v1-method"

CALLS = (
    "order.dict()",
    "order.dict(exclude={'id'})",
    "order.dict(by_alias=True, exclude_unset=True)",
    "order.dict(include={'id', 'lines'}, exclude_none=True)",
    "order.dict(**{'exclude_defaults': True})",
    "order.json()",
    "order.json(exclude={'id'}, by_alias=True)",
    "order.copy()",
    "order.copy(deep=True)",
    "order.copy(update={'id': 9})",
    "order.copy(exclude={'id'})",
    "Order.parse_obj({'Key': 4, 'lines': [{}]})",
    "Order.parse_obj(obj={'Key': 'x'})",
    "Order.parse_raw('{\"Key\": 4}')",
    "Order.construct(id='unchecked')",
    "Order.construct({'id'}, id=1, name='n')",
    "Order.schema()",
    "Order.schema(False)",
    "Order.schema(ref_template='#/x/{model}')",
    "Order.validate(order)",
    "Order.validate({'Key': None})",
    "Order.update_forward_refs()",
    "order.lines[0].dict()",
    "Order(Key=3).json()",
    "make().dict()",
    "type(order).schema()",
)
MODELS = """
class Line({base}):
    count: int = 1

class Order({base}):
    id: int = Field(alias="Key")
    name: str | None = None
    lines: list[Line] = []
    note: "Note | None" = None

class Note({base}):
    text: str = ""

def make() -> Order:
    return Order(Key=5)

"""


@st.composite
def programs(draw: st.DrawFn) -> str:
    base: Imported = draw(ways_to_import("pydantic.BaseModel"))
    call = draw(st.sampled_from(CALLS))
    site = draw(st.sampled_from((*EXPRESSION_SITES, "{it}\nreturn order"))).replace("{it}", call)
    made = draw(st.sampled_from(("order = Order(Key=1, lines=[{}])", "order: Order = make()", "order = make()")))
    head = f"from contextlib import nullcontext\nfrom pydantic import Field\n{base.statement}\n"
    body = indented(f"{made}\n{site}")
    return draw(laid_out(head + MODELS.replace("{base}", base.text) + f"def run(log):\n{body}\n"))


@examples(50)
@given(programs())
def test_gives_the_same(code: str) -> None:
    after = mended(code, RULE, FIXES)
    if after is not None:
        before = outcome(code, [])
        assert str(outcome(after, [])) == str(before), after


ALIASES = """
from pydantic import BaseModel, ConfigDict, Field

class Order(BaseModel):
    model_config = ConfigDict({option})
    id: int = Field(serialization_alias="key")

def run():
    return Order(id=1).dict()
"""


@pytest.mark.parametrize(("option", "is_safe"), [("", True), ("serialize_by_alias=True", False), ("**{}", False)])
def test_aliases_are_a_reason_for_doubt(option: str, is_safe: bool) -> None:
    code = ALIASES.replace("{option}", option)
    after = mended(code, RULE, FIXES[:1])
    assert (after is not None) == is_safe
    if after is not None:
        assert outcome(after) == outcome(code)


OVERRIDDEN = """
from pydantic import BaseModel

class Schema(BaseModel):
    def model_dump(self, **options):
        options.setdefault("exclude_none", True)
        return super().model_dump(**options)

class Order(Schema):
    note: str | None = None

def run():
    return Order().dict()
"""


def test_a_new_method_of_the_model_is_a_reason_for_doubt() -> None:
    assert mended(OVERRIDDEN, RULE, FIXES[:1]) is None
    assert outcome(fixed(OVERRIDDEN, RULE)).result == {}
    assert outcome(OVERRIDDEN).result == {"note": None}


RAW = """
from pydantic import BaseModel, ValidationError

class Order(BaseModel):
    id: int

def run(text):
    try:
        return Order.parse_raw(text).id
    except ValidationError as error:
        return len(error.errors())
"""


@pytest.mark.parametrize("text", ['{"id": 1}', '{"id": "2"}', '{"id": "x"}', "{", "[]", b'{"id": 3}'])
def test_only_the_types_of_errors_differ(text: str) -> None:
    after = fixed(RAW, RULE)
    assert mended(RAW, RULE, FIXES[:1]) is None
    assert outcome(after, text) == outcome(RAW, text)
