"""Fields take and refuse the same values after their fixes, except for what each fix promises to change."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.generated import Imported, examples, indented, laid_out, ways_to_import
from support.mended import FIXES, fixed, mended
from support.observed import outcome

RULES = ("pydantic-renamed-field-kwarg", "pydantic-optional-without-default")

ARGUMENTS = (
    "min_items=2",
    "max_items=3",
    "min_items=1, max_items=2",
    "min_items=0, min_length=2",
    "min_items=None",
    "allow_mutation=False",
    "allow_mutation=True",
    "allow_mutation=not True",
    "default=[1], min_items=2",
    "[1, 2, 3, 4], max_items=2, validate_default=True",
    "...,\n    min_items=1,\n",
    "description='Lines', max_items=2,",
)
RUN = """
def shown(make):
    try:
        return repr(make())
    except (ValueError, TypeError) as error:
        return type(error).__name__, str(error)

def run(log):
    made = [shown(lambda: Order(lines=given)) for given in ([], [1], [1, 2], [1, 2, 3, 4], "x", None)]
    order = Order(lines=[1, 2])
    changed = shown(lambda: setattr(order, "lines", [3]))
    return made, shown(Order), changed, repr(order), Order.model_json_schema()
"""


@st.composite
def models(draw: st.DrawFn) -> str:
    field: Imported = draw(ways_to_import("pydantic.Field"))
    call = f"{field.text}({draw(st.sampled_from(ARGUMENTS))})"
    declared = draw(st.sampled_from((f"lines: list[int] = {call}", f"lines: Annotated[list[int], {call}]")))
    code = f"from typing import Annotated\nfrom pydantic import BaseModel\n{field.statement}\n\n"
    return draw(laid_out(f"{code}class Order(BaseModel):\n{indented(declared)}\n{RUN}"))


@examples(40)
@given(models())
def test_renamed_arguments_do_the_same(code: str) -> None:
    after = mended(code, "pydantic-renamed-field-kwarg", FIXES[:1])
    if after is not None:
        assert outcome(after, []) == outcome(code, []), after


REGEX = """
from pydantic import BaseModel, Field

class Order(BaseModel):
    code: str = Field(regex="^[A-Z]+$")

def run(code):
    return Order(code=code).code
"""


@pytest.mark.parametrize(("code", "error"), [("ABC", ""), ("abc", "ValidationError"), ("", "ValidationError")])
def test_a_pattern_is_checked_again(code: str, error: str) -> None:
    assert mended(REGEX, "pydantic-renamed-field-kwarg", FIXES[:1]) is None
    assert outcome(REGEX, code).error == "PydanticUserError"
    assert outcome(fixed(REGEX, "pydantic-renamed-field-kwarg"), code).error == error


SETTINGS = """
from pydantic import Field
from pydantic_settings import BaseSettings

class Settings(BaseSettings):
    url: str = Field("sqlite://", env="HEXGUARD_PROOF_ADDRESS")

def run(monkeypatch):
    monkeypatch.setenv("HEXGUARD_PROOF_ADDRESS", "from the environment")
    return Settings().url
"""


@pytest.mark.filterwarnings("ignore")
def test_the_environment_counts_again(monkeypatch: pytest.MonkeyPatch) -> None:
    assert outcome(SETTINGS, monkeypatch).result == "sqlite://"
    after = fixed(SETTINGS, "pydantic-renamed-field-kwarg")
    assert outcome(after, monkeypatch).result == "from the environment"


EXAMPLE = """
from pydantic import BaseModel, Field

class Order(BaseModel):
    size: int = Field(2, example=3)

def run(given):
    return Order(**given), Order.model_json_schema()["properties"]["size"]
"""


@pytest.mark.parametrize("given", [{}, {"size": 5}])
@pytest.mark.filterwarnings("ignore")
def test_only_the_schema_differs(given: dict[str, int]) -> None:
    before, after = outcome(EXAMPLE, given), outcome(fixed(EXAMPLE, "pydantic-renamed-field-kwarg"), given)
    assert "'example': 3" in str(before.result)
    assert str(after.result) == str(before.result).replace("'example': 3", "'examples': [3]")


OPTIONAL = """
from typing import Any, Optional, Union
from pydantic import BaseModel, Field

class Order(BaseModel):
    {field}

    class Config:
        extra = "forbid"

def run(given):
    return repr(Order(**given))
"""
FIELDS = (
    "note: Optional[str]",
    "note: str | None  # why",
    "note: Union[None, str]",
    "note: Any",
    "note: None | str = Field(description='Note')",
    "note: Optional[str] = Field()",
)


@pytest.mark.parametrize("field", FIELDS)
def test_the_field_may_be_left_out_and_nothing_else_differs(field: str) -> None:
    code = OPTIONAL.replace("{field}", field)
    after = fixed(code, "pydantic-optional-without-default")
    assert outcome(code, {}).error == "ValidationError"
    assert outcome(after, {}).result == "Order(note=None)"
    for order in ({"note": "x"}, {"note": None}, {"note": [1]}, {"other": 1, "note": "x"}):
        assert outcome(after, order) == outcome(code, order)
