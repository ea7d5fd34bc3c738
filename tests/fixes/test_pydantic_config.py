"""A model with `model_config` validates, dumps, and describes itself as the one with a class `Config` did.

Renamed options are the exception: Pydantic 2 ignores the old names, and the new ones do what was meant.
"""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.generated import Imported, examples, indented, laid_out, ways_to_import
from support.mended import FIXES, fixed, mended
from support.observed import Outcome, outcome

RULES = ("pydantic-class-config", "pydantic-renamed-config-key")

OPTIONS = (
    'extra = "allow"',
    "extra = 'forbid'",
    "frozen = True",
    'title: str = "An order"',
    "str_strip_whitespace = True",
    "validate_default = (True)",
    "orm_mode = True",
    "json_schema_extra = {\n    'examples': [{'id': 1}],\n}",
    "json_encoders = {int: lambda value: value + LIMIT}",
    "alias_generator = str.title",
    "ignored_types = property, staticmethod",
    "ignored_types = (property), (staticmethod)",
    "str_max_length = LIMIT",
    "str_max_length = limit",
    'frozen = extra = "allow"',
    "alias_generator = staticmethod(str.title)",
    "def alias_generator(name):\n    return name.title()",
    '"""What it is for."""',
    "pass",
    "frozen = True; extra = 'allow'",
    "if LIMIT:\n    frozen = True",
    "validate_assignment = True if LIMIT > 3 else False",
    "populate_by_name = not LIMIT == 0",
)
RUN = """

def shown(make):
    try:
        return make()
    except (ValidationError, TypeError, ValueError) as error:
        return type(error).__name__, str(error).replace("https", "")

GIVEN = ({"id": 1}, {"Id": 1, "Name": " ab "}, {"id": 1, "name": "abcdefghij", "more": 1}, {"id": "x"}, {})

def run(log):
    made = [shown(lambda: Order.model_validate(given)) for given in GIVEN]
    for one in made:
        if isinstance(one, Order):
            log.append(shown(lambda: one.model_dump_json(by_alias=True)))
            log.append(shown(lambda: setattr(one, "id", 2)))
    return [str(one) for one in made], Order.model_json_schema(), log
"""


@st.composite
def models(draw: st.DrawFn) -> str:
    base: Imported = draw(ways_to_import("pydantic.BaseModel"))
    options = draw(st.lists(st.sampled_from(OPTIONS), min_size=1, max_size=4, unique=True))
    header = draw(st.sampled_from(("class Config:", "class Config():", "class Config(object):", "class Config :")))
    config = f"{header}\n" + indented("\n".join(options)) + "\n"
    fields = "id: int\nname: str = ' a '\n"
    body = draw(st.sampled_from((f"{fields}\n{config}", f"{config}\n{fields}", f"limit = 3\n\n{config}{fields}")))
    body = body.replace("limit = 3", "limit: int = 3")
    code = f"from pydantic import ValidationError\n{base.statement}\n\nLIMIT = 5\n\nclass Order({base.text}):\n"
    return draw(laid_out(code + indented(body) + RUN))


@examples(40)
@given(models())
def test_models_stay_the_same(code: str) -> None:
    after = mended(code, "pydantic-class-config", FIXES)
    if after is not None:
        assert "class Config" not in after
        assert outcome(after, []) == outcome(code, []), after


SETTINGS = """
from pydantic import ValidationError
from pydantic_settings import BaseSettings

class Settings(BaseSettings):
    url: str = "sqlite://"

    class Config:
        env_prefix = "HEXGUARD_PROOF_"
        case_sensitive = False

def run(monkeypatch):
    monkeypatch.setenv("hexguard_proof_url", "from the environment")
    return Settings().url
"""


def test_settings_stay_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    after = fixed(SETTINGS, "pydantic-class-config")
    assert "SettingsConfigDict(" in after
    assert outcome(after, monkeypatch) == outcome(SETTINGS, monkeypatch)
    assert outcome(after, monkeypatch).result == "from the environment"


REFUSED = {
    "both kinds": "class Order(BaseModel):\n    model_config = {}\n    class Config:\n        frozen = True\n",
    "read elsewhere": "class Order(BaseModel):\n    class Config:\n        frozen = True\n\nprint(Order.Config)\n",
    "a docstring": 'class Order(BaseModel):\n    class Config:\n        "Says."\n        frozen = True\n',
    "one name twice": "class Order(BaseModel):\n    class Config:\n        frozen = True\n        frozen = False\n",
    "two of them": (
        "class Order(BaseModel):\n    class Config:\n        frozen = True\n    class Config:\n        title = 'O'\n"
    ),
    "two of them, inside": (
        "def make():\n    class Order(BaseModel):\n        class Config:\n            frozen = True\n"
        "        class Config:\n            title = 'O'\n"
    ),
    "nothing in it": "class Order(BaseModel):\n    class Config:\n        pass\n",
}


@pytest.mark.parametrize("models", REFUSED.values(), ids=REFUSED)
def test_no_rewrite_where_it_could_differ(models: str) -> None:
    assert mended(f"from pydantic import BaseModel\n\n{models}", "pydantic-class-config", FIXES) is None


RENAMED = """
from pydantic import BaseModel, ConfigDict, Field

class Row:
    id = 1
    name = " A "

class Order(BaseModel):
    {config}
    id: int = Field(alias="key", default=7)
    name: str = " B "

def tried(make):
    try:
        return str(make())
    except Exception as error:
        return type(error).__name__

def run():
    order = Order(key=1)
    return {
        "attributes": tried(lambda: Order.model_validate(Row())),
        "name": tried(lambda: Order.model_validate({"id": 2})),
        "lower": tried(lambda: Order.model_validate({"name": "LONG NAME"})),
        "default": tried(lambda: Order.model_validate({})),
        "change": tried(lambda: setattr(order, "id", 3)),
        "schema": sorted(Order.model_json_schema()),
    }
"""
CHANGED = {
    "orm_mode": ("True", {"attributes"}),
    "allow_population_by_field_name": ("True", {"name"}),
    "anystr_lower": ("True", {"lower", "default"}),
    "anystr_upper": ("True", {"lower", "default"}),
    "anystr_strip_whitespace": ("True", {"default"}),
    "max_anystr_length": ("5", {"lower"}),
    "min_anystr_length": ("8", {"default"}),
    "schema_extra": ("{'examples': []}", {"schema"}),
    "validate_all": ("True", set[str]()),
    "keep_untouched": ("()", set[str]()),
    "allow_mutation": ("False", {"change"}),
}
"""Options with a value, and what they may change once they count."""


def answers(seen: Outcome) -> dict[str, object]:
    """What a program says about its model, by what was tried."""
    return msgspec.convert(seen.result, dict[str, object])


@pytest.mark.parametrize("form", ["model_config = ConfigDict({0}={1})", "class Config:\n        {0} = {1}"])
@pytest.mark.parametrize("option", CHANGED)
@pytest.mark.filterwarnings("ignore")
def test_a_renamed_option_does_what_it_says(option: str, form: str) -> None:
    value, changes = CHANGED[option]
    code = RENAMED.replace("{config}", form.format(option, value))
    before, after = outcome(code), outcome(fixed(code, "pydantic-renamed-config-key"))
    differing = {key for key, shown in answers(before).items() if answers(after)[key] != shown}
    assert differing <= changes
    assert differing or option not in ("orm_mode", "allow_mutation", "schema_extra", "anystr_lower")
