"""A union written with `|` says the same to everything that reads annotations, and breaks nothing that works."""

import dataclasses
import inspect
import re
import types
import typing
from collections.abc import Sequence
from types import ModuleType
from typing import cast

import pydantic
import pytest
from fastapi import FastAPI
from hypothesis import assume, given
from hypothesis import strategies as st

from hexguard.rule.fix import Applicability
from support.generated import Imported, examples, laid_out, ways_to_import
from support.mended import FIXES, MODULE, fixed, loaded, mended
from support.observed import outcome

RULE = "optional-union-syntax"

SAFE = (Applicability.SAFE,)

HEADER = """
import collections.abc
import datetime as dt
import enum
import threading
import typing as t
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Any, Dict, ForwardRef, Generic, List, Literal, NamedTuple, NewType, Protocol, TypedDict
from typing import ClassVar, Final, Type, TypeVar
from uuid import UUID

from fastapi import Body, FastAPI, Query
from pydantic import BaseModel, Field

T = TypeVar("T")
Key = NewType("Key", int)
Json = dict[str, Any]
Bare = "Node"

class Color(enum.Enum):
    RED = "red"

class Named(Protocol):
    name: str

class Point(BaseModel):
    x: int

class Box(Generic[T]):
    pass

class Node:
    pass

def make():
    return None
"""

KNOWN = frozenset(vars(loaded(HEADER)))

PLACES = (
    "def call(given: {it}, *args: {it}, key: {it} = None, **named: {it}) -> {it}: ...\n",
    "async def call(given: {it} = None) -> list[{it}]: ...\n",
    "class Shop:\n    kept: {it} = None\n\n    def sell(self, given: {it}) -> {it}: ...\n",
    (
        "class Shop:\n    @property\n    def kept(self) -> {it}: ...\n\n"
        "    @staticmethod\n    def sell(given: {it}): ...\n"
    ),
    "class Shop:\n    kept: ClassVar[{it}] = None\n    size: Final[{it}] = 1\n",
    "@dataclass\nclass Order:\n    first: {it}\n    second: {it} = None\n    third: {it} = field(default=None)\n",
    "class Order(NamedTuple):\n    first: {it}\n    second: {it} = None\n",
    "class Order(TypedDict, total=False):\n    first: {it}\n",
    "class Order(BaseModel):\n    first: {it}\n    second: {it} = None\n    third: list[{it}] = Field(default=[])\n",
    "class Order(BaseModel):\n    date: dt.date\n    first: Annotated[{it}, Field(description='a')] = None\n",
    "app = FastAPI()\n\n@app.post('/orders')\ndef post(given: {it} = Body(None)) -> None: ...\n",
    "app = FastAPI()\n\n@app.get('/orders')\ndef get(given: Annotated[{it}, Query()] = None) -> None: ...\n",
    "kept: {it} = None\n\nasync def call():\n    local: {it} = None\n    return local\n",
    "if True:\n    try:\n        def call(given: {it}) -> 'str': ...\n    finally:\n        pass\n",
    "def call(make=lambda: (0, {{'a': 1}}), given: {it} = (1, 2)[0]) -> {it}: return given\n",
    "def outer():\n    def call(given: {it} = None) -> {it}: ...\n    return call\n\ncall = outer()\n",
)

VALUES: tuple[object, ...] = (
    None,
    0,
    1,
    "1",
    "a",
    1.5,
    True,
    b"b",
    [],
    [None],
    [1, "1"],
    {},
    {"a": None},
    {"x": 1},
    [[1]],
    "red",
)


def observed(code: str) -> object:
    """What every reader of annotations in the module sees, or the error with which the module fails to load."""
    # `Optional[int]` and `Union[None, int]` are equal, so what was made of one may be given for the other.
    for clear in getattr(typing, "_cleanups"):  # noqa: B009 - the name is private, and its type is not known
        clear()
    try:
        module = loaded(code)
    except Exception as error:  # noqa: BLE001 - whatever it is, it must be the same with the fix
        return type(error).__name__
    made = {name: value for name, value in vars(module).items() if name not in KNOWN}
    own = {name: _seen(value, module) for name, value in made.items() if getattr(value, "__module__", "") == MODULE}
    return own | {"": plain(_hints(module, module)), "app": _openapi(module)}


def _seen(value: object, module: ModuleType) -> object:
    """What is written in the annotations of a class or function, and what is made of them."""
    seen = [_hints(value, module)]
    if inspect.isclass(value):
        seen += [_hints(member, module) for _, member in sorted(vars(value).items()) if inspect.isfunction(member)]
        if issubclass(value, pydantic.BaseModel):
            seen += [_attempt(value.model_json_schema), *(_validated(value, given) for given in VALUES)]
        if dataclasses.is_dataclass(value):
            seen += [[(one.name, one.default is None) for one in dataclasses.fields(value)]]
    return seen


def _hints(value: object, module: ModuleType) -> object:
    return _attempt(lambda: plain(typing.get_type_hints(value, vars(module), include_extras=True)))


def plain(kind: object) -> object:
    """A type as data: classes by name, since each run has its own, and unions by what they unite."""
    if isinstance(kind, dict):
        # The hints of a class or function, by name.
        return {name: plain(value) for name, value in cast("dict[str, object]", kind).items()}
    if isinstance(kind, list):
        # The parameters of a `Callable`.
        return [plain(item) for item in cast("list[object]", kind)]
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is not None:
        name = "union" if origin in (typing.Union, types.UnionType) else repr(origin)
        return name, [plain(argument) for argument in arguments]
    return getattr(kind, "__qualname__", None) or repr(kind)


def _openapi(module: ModuleType) -> object:
    app = getattr(module, "app", None)
    return _attempt(app.openapi) if isinstance(app, FastAPI) else None


def _validated(model: type[pydantic.BaseModel], given: object) -> object:
    fields = dict.fromkeys(model.model_fields, given) | ({"date": "2024-01-02"} if "date" in model.model_fields else {})
    try:
        made = model.model_validate(fields)
        # An iterable is shown by where it lies in memory.
        return re.sub(r"0x[0-9a-f]+", "", repr(made)), made.model_dump_json()
    except pydantic.ValidationError as error:
        return [(found["loc"], found["type"], found["msg"]) for found in error.errors()]
    except Exception as error:  # noqa: BLE001 - as above
        return type(error).__name__


def _attempt(make: typing.Callable[[], object]) -> object:
    try:
        return make()
    except Exception as error:  # noqa: BLE001 - as above
        return type(error).__name__


ATOMS = (
    "int", "str", "float", "bool", "bytes", "None", "Any", "Decimal", "UUID", "dt.date", "dt.datetime", "Color",
    "Point",
    "Node", "Json", "Key", "T", "'Node'", "Named", "Literal['a', 1]", "object", "Bare", "threading.Lock", "callable",
    "make", "list", "Ellipsis", "(int)", "type", "1", "Box", "ForwardRef('Node')", "List", "Callable", "x.y",
)  # fmt: skip
SHAPES = (
    "list[{0}]", "dict[str, {0}]", "tuple[{0}, ...]", "List[{0}]", "Dict[str, {0}]", "Callable[[{0}], {1}]",
    "Box[{0}]",
    "Callable[..., {0}]", "Annotated[{0}, 'note']", "Mapping[str, {0}]", "collections.abc.Sequence[{0}]", "type[{0}]",
    "t.Callable[[{1}, {0}], None]", "Iterable[{0}]", "Type[{0}]", "{0} | {1}", "set[{0}]", "({0})",
)  # fmt: skip


@st.composite
def unions(draw: st.DrawFn, optional: str, union: str, atoms: Sequence[str]) -> str:
    """A type with unions in it, as text."""
    forms = (f"{optional}[{{0}}]", f"{union}[{{0}}, {{1}}]", f"{union}[{{1}}, None, {{0}}]", f"{union}[{{0}}]")
    inner = st.recursive(
        st.sampled_from(atoms),
        lambda deeper: st.builds(str.format, st.sampled_from((*SHAPES, *forms, *forms)), deeper, deeper),
        max_leaves=5,
    )
    first, second = draw(inner), draw(inner)
    return draw(st.sampled_from((*forms, *(shape.replace("{0}", forms[0]) for shape in SHAPES)))).format(first, second)


@st.composite
def programs(draw: st.DrawFn, atoms: Sequence[str] = ATOMS) -> str:
    optional: Imported = draw(ways_to_import("typing.Optional", "Maybe"))
    union: Imported = draw(ways_to_import("typing.Union", "Either"))
    future = "from __future__ import annotations\n" if draw(st.booleans()) else ""
    body = draw(st.sampled_from(PLACES)).replace("{it}", draw(unions(optional.text, union.text, atoms)))
    body = draw(laid_out(body.replace("{{", "{").replace("}}", "}")))
    newline = "\r\n" if "\r\n" in body else "\n"
    return f"{future}{optional.statement}\n{union.statement}\n{HEADER}\n".replace("\n", newline) + body


@examples(150)
@given(programs())
def test_readers_of_annotations_see_the_same(code: str) -> None:
    before = observed(code)
    assume(isinstance(before, dict))
    after = mended(code, RULE, SAFE)
    assert after is None or observed(after) == before, after


QUOTED = ("int", "None", "Point", "'Node'", "'Node'", "'Point'", "'dict[str, Node]'", "'int | Color'", "list['Node']")


@examples(100)
@given(programs(QUOTED))
def test_what_is_quoted_as_a_whole_is_evaluated_to_the_same(code: str) -> None:
    before = observed(code)
    # A type that FastAPI cannot take is told when it is evaluated, which may be sooner.
    assume(isinstance(before, dict) and not isinstance(cast("dict[str, object]", before)["app"], str))
    after = mended(code, RULE, FIXES)
    assert after is None or observed(after) == before, after


DEFINED = """
from datetime import date
from threading import Lock
import datetime as dt
import multiprocessing
import numpy as np
import typing
from typing import Any, NamedTuple, NewType, Optional, TypeVar, Union
from third_party import Widget, widget

try:
    from fast import Parser
except ImportError:
    Parser = None

T = TypeVar("T")
Key = NewType("Key", int)
Json = dict[str, Any]
Bare = "Node"
made = type("made", (), {})

class Node:
    class Part: ...

    def list(self): ...

def make(): ...

"""

OFFERED = {
    "SAFE": (
        "int", "Node", "Node.Part", "T", "Key", "Json", "date", "dt.datetime", "Widget", "Any", "typing.Any",
        "int | str",
        "dict[str, 'Node']", "typing.Literal['a']", "(int)", "Optional[int]", "Union[int, None]",
    ),
    "UNSAFE": (
        "widget", "made", "unknown", "Parser", "dict[str, Optional[made]]", "Union[int, Parser]",
        "'Node'", "Union[int, 'Node']", "'Node.Part'", "'dict[str, Node] | int'", "dict[str, Optional['Node']]",
    ),
    "nothing": (
        "Bare", "make", "Union[make, 'Node']", "r'Node'", "'No' 'de'", "\"Literal['a']\"",
        "Union[dict[str, 'int'], 'Node']",
        "Lock", "multiprocessing.Queue", "NamedTuple", "callable", "any", "list[int]",
        "None",
        "dict[str, Optional[Bare]]", "typing", "1", "int if Node else str", "(int, str)",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "member"), [(kind, member) for kind, members in OFFERED.items() for member in members]
)
def test_safe_is_what_is_certain(kind: str, member: str) -> None:
    code = f"{DEFINED}kept: Optional[{member}] = None\n"
    safe, unsafe = (mended(code, RULE, (one,)) is not None for one in (Applicability.SAFE, Applicability.UNSAFE))
    assert ("SAFE" if safe else "UNSAFE" if unsafe else "nothing") == kind
    assert not (safe and unsafe)


LEFT_ALONE = """
import typing
from datetime import date
from typing import Dict, List, Optional, TypeVar, Union, cast

Result = Optional[int]
Bound = TypeVar("Bound", bound=Optional[int])

class Numbers(List[Optional[int]]):
    pass

class Order:
    # The class has its own `date` by the time the annotation is evaluated.
    date: Optional[date] = None
    pair: Optional[Bound][int] = None

def run():
    kinds = {Optional[int]: 1, Union[int, str]: 2}
    return [
        isinstance(1, Optional[int]),
        cast(Optional[int], 3),
        cast("Optional[int]", 3),
        kinds[Optional[int]],
        Optional[int].__args__,
        repr(Numbers.__orig_bases__),
        typing.get_type_hints(Order)["date"],
        Dict[str, Optional[int]],
    ]
"""


def test_what_runs_and_is_no_annotation_stays() -> None:
    assert not outcome(LEFT_ALONE).error
    assert mended(LEFT_ALONE, RULE, FIXES) is None


MAPPED = """
from typing import Optional, Union
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

class Base(DeclarativeBase): ...

class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[Optional[str]]
    age: Mapped[Union[int, None]] = mapped_column()
    boss_id: Mapped[Optional[int]] = mapped_column(ForeignKey("users.id"))
    boss: Mapped[Optional["User"]] = relationship()

def run():
    return repr(Base.metadata.tables["users"])
"""


def test_columns_are_the_same() -> None:
    after = fixed(MAPPED, RULE)
    assert 'Mapped["User | None"]' in after
    assert "Mapped[int | None]" in after
    assert outcome(after) == outcome(MAPPED)


COMPAT = """
try:
    from fast import Parser
except ImportError:
    Parser = None

class Order: ...

def make(): ...
"""


@pytest.mark.parametrize(
    ("name", "kinds"), [("Parser", [Applicability.UNSAFE]), ("Order", [Applicability.SAFE]), ("make", [])]
)
def test_another_module_says_what_a_name_may_be(name: str, kinds: list[Applicability]) -> None:
    beside = {"app/compat.py": COMPAT}
    for imported, text in ((f"from app.compat import {name}", name), ("import app.compat", f"app.compat.{name}")):
        code = f"from typing import Optional\n{imported}\n\nkept: Optional[{text}] = None\n"
        offered = [kind for kind in Applicability if mended(code, RULE, (kind,), beside) is not None]
        assert offered == kinds


def test_a_member_beside_the_union_must_take_it_as_well() -> None:
    code = 'from typing import Optional\n\nclass Node: ...\n\nkept: Optional[int] | "Node" = None\n'
    assert "Node" in loaded(code).__annotations__["kept"].__args__[-1].__forward_arg__
    assert mended(code, RULE, FIXES) is None
