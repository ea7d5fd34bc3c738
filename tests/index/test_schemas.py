"""What Pydantic makes of classes: names of one project, and what each must be."""

import textwrap

import pytest

from hexguard.index.reads import Reader
from hexguard.index.resolve import Resolver
from hexguard.index.schemas import Schemas
from hexguard_rules.knowledge import KNOWLEDGE
from support.fixture import parse_fixture
from support.project import MemoryProject

PROJECT = """
#- app/base.py
import pydantic as pd
from pydantic.main import BaseModel
from pydantic.v1 import BaseModel as OldModel
from pydantic_settings import BaseSettings, SettingsConfigDict

class Schema(pd.BaseModel):
    model_config = pd.ConfigDict(from_attributes=True, extra="forbid")
    id: int

class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="APP_")
    url: str = "sqlite://"

class Old(OldModel):
    id: int

class Hidden(BaseModel):
    model_config = make_config()

class Unpacked(BaseModel):
    model_config = pd.ConfigDict(**OPTIONS)
#- app/orders.py
from typing import Generic, TypeVar
from app import base
from app.unknown import Mixin

Item = TypeVar("Item")

class Page(base.Schema, Generic[Item]):
    items: list[Item]
    limit = 3

class Orders(Page[int]):
    id: str

    class Config:
        extra = "allow"

class Mixed(Mixin, base.Schema):
    name: str

class Odd(base.Schema):
    class Config(base.Schema):
        extra = "allow"

class Plain:
    id: int

class Circle(Circle):
    id: int
"""


def check(name: str, expected: dict[str, object] | None) -> None:
    project = MemoryProject(parse_fixture(textwrap.dedent(PROJECT)).files)
    schema = Schemas(Resolver(Reader(project.workspace.modules), KNOWLEDGE), KNOWLEDGE).of(name)
    found = schema and {
        "fields": sorted(schema.fields()),
        "options": None if schema.options is None else sorted(schema.options),
        "settings": schema.is_settings,
        "certain": schema.is_certain,
    }
    assert found == expected


def schema(
    fields: list[str], options: list[str] | None, *, settings: bool = False, certain: bool = True
) -> dict[str, object]:
    return {"fields": fields, "options": options, "settings": settings, "certain": certain}


CASES: dict[str, dict[str, object] | None] = {
    "app.base.Schema": schema(["id"], ["extra", "from_attributes"]),
    "app.base.Settings": schema(["url"], ["env_prefix"], settings=True),
    "app.base.Old": None,
    "app.base.Hidden": schema([], None),
    "app.base.Unpacked": schema([], None),
    "app.orders.Page": schema(["id", "items"], ["extra", "from_attributes"]),
    "app.orders.Orders": schema(["id", "items"], ["extra", "from_attributes"]),
    "app.orders.Mixed": schema(["id", "name"], ["extra", "from_attributes"]),
    "app.orders.Odd": schema(["id"], None),
    "app.orders.Plain": None,
    "app.orders.Circle": None,
    "app.orders.Missing": None,
    "": None,
}


@pytest.mark.parametrize("name", CASES)
def test_schema(name: str) -> None:
    check(name, CASES[name])


def test_the_nearest_declaration_counts() -> None:
    project = MemoryProject(parse_fixture(textwrap.dedent(PROJECT)).files)
    found = Schemas(Resolver(Reader(project.workspace.modules), KNOWLEDGE), KNOWLEDGE).of("app.orders.Orders")
    assert found is not None
    assert found.options is not None
    assert found.members() == {"id", "Config"}
    assert found.n_bindings("id") == 1
    assert found.n_bindings("items") == 0
    assert found.overrides("items")
    assert not found.overrides("model_dump")
    assert "str" in repr(found.fields()["id"])
    assert '"allow"' in repr(found.options["extra"])


BASE = "from pydantic import BaseModel\n\nclass Schema({base}):\n    pass\n"
MODEL = "from app.base import Schema\n\nclass Order(Schema):\n    class Config:\n        frozen = True\n"


def test_a_class_is_asked_about_again_after_its_base_in_another_file_changed() -> None:
    files = {"app/base.py": BASE.replace("{base}", "BaseModel"), "app/main.py": MODEL}
    project = MemoryProject(files, only="pydantic-class-config")
    counts = [len(project.reports("app/main.py"))]
    for base in ("object", "BaseModel"):
        project.write("app/base.py", BASE.replace("{base}", base))
        counts.append(len(project.reports("app/main.py")))
    assert counts == [1, 0, 1]
