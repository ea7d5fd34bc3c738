"""Optional fields without a default in models that were written for Pydantic 1.

## What it does
Reports `note: Optional[str]`, `note: str | None` and `note: Any` without a default, in a model that still has a class `Config` or validators of Pydantic 1.

## Why it matters
In version 1 such a field could be left out, and was `None` then; in version 2 it has to be given.
Requests that were fine before the migration are refused with *Field required*.

## Fix safety
Unsafe: the field may be left out again, also where version 2 was meant to ask for it.

## Known limits
A model without anything of version 1 in its body is not reported: there, a field without a default is what it says.
Validators of version 1 are recognized by the names `validator` and `root_validator` of their decorators.
Annotations in quotes and in `Annotated[...]` are not looked at.
"""

from collections.abc import Iterable, Iterator

from hexguard.facts.expressions import Attribute, Binary, Call, Constant, ConstantKind, Expr, Free, Name, Subscript
from hexguard.facts.model import Assignment
from hexguard.facts.summary import FunctionSymbol, Symbol
from hexguard.index.schemas import Schema
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Rule, Severity, View

RULE = Rule(
    name="pydantic-optional-without-default",
    message="`{field}` has no default, so Pydantic 2 asks for it where version 1 took `None`",
    doc=__doc__,
    severity=Severity.IMPORTANT,
    requires=("pydantic>=2",),
    examples=(
        Bad(
            """
            from typing import Any, Optional, Union
            from pydantic import BaseModel, Field

            class Order(BaseModel):
                id: int
                note: Optional[str]  # from the customer
            #   ^^^^
                total: Union[int, None]
            #   ^^^^^
                tax: Union[Optional[int], str]
            #   ^^^
                more: Any
            #   ^^^^
                code: str | None = Field(description="The code", max_length=9)
            #   ^^^^

                class Config:
                    frozen = True
            """,
            fixed="""
            from typing import Any, Optional, Union
            from pydantic import BaseModel, Field

            class Order(BaseModel):
                id: int
                note: Optional[str] = None  # from the customer
                total: Union[int, None] = None
                tax: Union[Optional[int], str] = None
                more: Any = None
                code: str | None = Field(description="The code", max_length=9, default=None)

                class Config:
                    frozen = True
            """,
        ),
        Bad(
            """
            #- app/base.py
            import pydantic as pd

            class Schema(pd.BaseModel):
                pass
            #- app/orders.py
            import typing as t
            from pydantic import validator
            from app.base import Schema

            class Order(Schema):
                note: t.Optional[str]
            #   ^^^^

                @validator("note")
                def short(cls, note):
                    return note
            """,
            fixed="""
            #- app/base.py
            import pydantic as pd

            class Schema(pd.BaseModel):
                pass
            #- app/orders.py
            import typing as t
            from pydantic import validator
            from app.base import Schema

            class Order(Schema):
                note: t.Optional[str] = None

                @validator("note")
                def short(cls, note):
                    return note
            """,
        ),
        Good(
            """
            from typing import Any, ClassVar, Optional
            from pydantic import BaseModel, Field

            class Order(BaseModel):
                note: Optional[str] = None
                code: str | None = Field(...)
                more: Any = Field(default_factory=dict)
                total: int
                limit: ClassVar[Optional[int]]
                _kept: Optional[str]

                class Config:
                    frozen = True
            """,
            why="each has a default, says that it has none, takes no `None`, or is no field",
        ),
        Good(
            """
            from typing import Optional
            from pydantic import BaseModel, ConfigDict, field_validator

            class Order(BaseModel):
                model_config = ConfigDict(frozen=True)
                note: Optional[str]

                @field_validator("note")
                @classmethod
                def short(cls, note: str | None) -> str | None:
                    return note

            class Job:
                note: Optional[str]

                class Config:
                    queue = "low"
            """,
            why="a model of version 2 says what it means, and another class is no model",
        ),
    ),
)


@RULE.check(Assignment)
def check(field: Assignment, view: View) -> Iterator[Finding[Assignment]]:
    if field.annotation is None or not isinstance(field.target, Name) or field.target.id.startswith("_"):
        return
    if not _has_no_default(field, view) or not (owner := view.class_at(field.context)):
        return
    if not _takes_none(field.annotation, view):
        return
    schema = view.schema(owner)
    if schema is not None and _is_old(schema):
        yield RULE.at(field, field.target.node, field=field.target.id)


def _has_no_default(field: Assignment, view: View) -> bool:
    """Whether nothing is assigned, or a `Field` that names no default and hides no argument."""
    match field.value:
        case None:
            return True
        case Call(args=(), keywords=keywords):
            names = {keyword.name for keyword in keywords}
            return names.isdisjoint({"default", "default_factory"}) and view.callee(field.value) == "pydantic.Field"
        case _:
            return False


def _takes_none(annotation: Expr, view: View) -> bool:
    match annotation:
        case Subscript(value=value, items=items):
            kind = view.name(value)
            return kind == "typing.Optional" or (kind == "typing.Union" and _any_takes_none(items, view))
        case Binary(op="|", left=left, right=right):
            return _any_takes_none((left, right), view)
        case Name() | Attribute():
            return view.name(annotation) == "typing.Any"
        case _:
            return False


def _any_takes_none(members: Iterable[Expr], view: View) -> bool:
    return any(_is_none(member) or _takes_none(member, view) for member in members)


def _is_none(expr: Expr) -> bool:
    return isinstance(expr, Constant) and expr.kind is ConstantKind.NONE


def _is_old(schema: Schema) -> bool:
    """Whether the class itself has something of version 1 in its body."""
    symbol = schema.lineage[0].symbol
    members = symbol.members if symbol else {}
    return "Config" in members or any(_is_old_validator(bound[-1]) for bound in members.values())


def _is_old_validator(symbol: Symbol) -> bool:
    decorators = symbol.decorators if isinstance(symbol, FunctionSymbol) else ()
    named = (decorator.func if isinstance(decorator, Call) else decorator for decorator in decorators)
    names = {one.attr if isinstance(one, Attribute) else one.id for one in named if isinstance(one, Attribute | Free)}
    return not names.isdisjoint({"validator", "root_validator"})


@RULE.fix(Applicability.UNSAFE)
def add_default(finding: Finding[Assignment], edits: Edits) -> Fix | None:
    field = finding.fact
    if isinstance(field.value, Call):
        return Fix("Add the default `None`", (edits.add_argument(field.value, "default=None"),))
    return Fix("Add the default `None`", (edits.insert_after(field.node, " = None"),))
