"""Bodies of PATCH requests with fields that have to be given.

## What it does
Reports a handler of PATCH requests of FastAPI whose body is a model called `...Patch`, `...Update` or `...Partial` with a field that has no default.

## Why it matters
A client that wants to change one field has to send the others as well, and overwrites what somebody else changed in between.
A request without them is refused with 422.

## How to fix
Give every field of the model a default, `name: str | None = None`, and apply `model_dump(exclude_unset=True)`.

## Known limits
The name of the model supports what the route says: one called otherwise may be meant to be given as a whole.
A model with one field is left alone, and so are fields that say what is changed (`user_id`, `version`, `Literal[...]`).
A field that the handler gives to a function by its place is taken for one of them.
"""

import re
from collections.abc import Iterator

import msgspec

from hexguard.facts.chains import dotted
from hexguard.facts.expressions import Attribute, Call, Constant, ConstantKind, Expr, Free, Subscript
from hexguard.facts.model import Function, Parameter
from hexguard.facts.summary import VariableSymbol
from hexguard.rule import Bad, Finding, Good, Rule, Severity, View

RULE = Rule(
    name="patch-schema-required-field",
    message="`{model}` asks for `{field}`, so no PATCH can leave it out",
    doc=__doc__,
    severity=Severity.IMPORTANT,
    requires=("pydantic>=2",),
    examples=(
        Bad(
            """
            from typing import Annotated
            from fastapi import APIRouter, Body
            from pydantic import BaseModel

            router = APIRouter()

            class OrderPatch(BaseModel):
                note: str | None = None
                total: int

            @router.patch("/orders/{order_id}")
            async def change(order_id: int, order: OrderPatch) -> None: ...
            #                                      ^^^^^^^^^^

            @router.patch("/drafts/{order_id}")
            def change_draft(order_id: int, order: Annotated[OrderPatch, Body()]) -> None: ...
            #                                                ^^^^^^^^^^
            """,
            why="the fields stand in another place",
        ),
        Bad(
            """
            #- app/schemas.py
            import pydantic as pd

            class Base(pd.BaseModel):
                name: str = pd.Field(..., max_length=9)

            class UserUpdate(Base):
                email: str | None = None
            #- app/main.py
            import fastapi
            from app import schemas

            app = fastapi.FastAPI()

            @app.api_route("/users/{user_id}", methods=["PATCH"])
            async def change(user_id: int, given: schemas.UserUpdate) -> None: ...
            #                                     ^^^^^^^^^^^^^^^^^^
            """,
            why="the fields stand in another place",
        ),
        Good(
            """
            from typing import ClassVar, Literal
            from fastapi import APIRouter
            from pydantic import BaseModel, Field

            router = APIRouter()

            class OrderUpdate(BaseModel):
                limit: ClassVar[int]
                kind: Literal["order"]
                version: int
                customer_id: int
                note: str | None = None
                tags: list[str] = Field(default_factory=list)
                total: int | None = Field(None, gt=0)

            class StatusUpdate(BaseModel):
                status: str

            class Payment(BaseModel):
                total: int
                currency: str

            @router.patch("/orders/{order_id}")
            async def change(order: OrderUpdate, status: StatusUpdate, payment: Payment) -> None: ...
            """,
            why="nothing has to be given, it is the only field, or the name promises no partial change",
        ),
        Good(
            """
            from fastapi import APIRouter
            from pydantic import BaseModel

            router = APIRouter()

            class OrderUpdate(BaseModel):
                note: str
                total: int

            @router.put("/orders/{order_id}")
            async def replace(order: OrderUpdate) -> None: ...

            def patch(order: OrderUpdate) -> None: ...
            """,
            why="PUT replaces the whole, and a plain function is no route",
        ),
        Good(
            """
            from fastapi import APIRouter
            from pydantic import BaseModel
            from app.history import annotate

            router = APIRouter()

            class RunUpdate(BaseModel):
                strategy: str
                notes: str = ""

            @router.patch("/runs/{file}")
            def change(file: str, run: RunUpdate) -> None:
                annotate(file, run.strategy, {"notes": run.notes})
            """,
            why="the strategy says which run of the file is changed",
        ),
    ),
)

_PARTIAL = ("Patch", "Update", "Partial")
_TELLING = re.compile(r"(?:^|_)(?:id|ids|uuid|key|slug|version|etag|revision|type|kind)$")
"""Names of fields that say what is changed, not what it is changed to."""


class _Body(msgspec.Struct, frozen=True):
    """A parameter with its model, as written and by its qualified name."""

    parameter: str
    annotation: Expr
    name: str


@RULE.check(Function)
def check(function: Function, view: View) -> Iterator[Finding[Function]]:
    if function.context.scope or not any(isinstance(decorator, Call) for decorator in function.decorators):
        return
    bodies = [body for parameter in function.parameters if (body := _body(parameter, view))]
    route = view.frameworks.route(f"{view.module}.{function.qualname}") if bodies else None
    if route is None or route.methods != ("PATCH",):
        return
    for body in bodies:
        schema = view.schema(body.name)
        fields = {name: field for name, field in schema.fields().items() if _is_field(name, field)} if schema else {}
        required = [name for name, field in fields.items() if _is_required(name, field)]
        missing = next((name for name in required if name not in _handed(body.parameter, view)), "")
        if missing and len(fields) > 1:
            yield RULE.at(function, body.annotation.node, model=body.name.rpartition(".")[2], field=missing)


def _handed(parameter: str, view: View) -> set[str]:
    """The fields of a parameter that are given to functions by their place, beside others: keys to look things up by."""
    calls = (call for call in view.block.of_type(Call) if len(call.args) > 1 and call.method != "setattr")
    given = (argument for call in calls for argument in call.args)
    return {one.attr for one in given if isinstance(one, Attribute) and dotted(one.value) == parameter}


def _body(parameter: Parameter, view: View) -> _Body | None:
    annotation = parameter.annotation
    if isinstance(annotation, Subscript) and annotation.items and view.name(annotation.value) == "typing.Annotated":
        annotation = annotation.items[0]
    name = view.name(annotation) if annotation is not None else ""
    is_partial = any(part in name.rpartition(".")[2] for part in _PARTIAL)
    return _Body(parameter.name, annotation, name) if annotation is not None and is_partial else None


def _is_field(name: str, field: VariableSymbol) -> bool:
    return not name.startswith("_") and name != "model_config" and _last_name(field.annotation) != "ClassVar"


def _is_required(name: str, field: VariableSymbol) -> bool:
    if _TELLING.search(name) or _last_name(field.annotation) == "Literal":
        return False
    match field.value:
        case None:
            return _last_name(field.annotation) != "Annotated"
        case Constant(kind=ConstantKind.ELLIPSIS):
            return True
        case Call(func=func, args=args, keywords=keywords) if _last_name(func) == "Field":
            given = {keyword.name for keyword in keywords}
            is_open = all(isinstance(one, Constant) and one.kind is ConstantKind.ELLIPSIS for one in args[:1])
            return is_open and given.isdisjoint({"default", "default_factory"})
        case _:
            return False


def _last_name(expr: Expr | None) -> str:
    named = expr.value if isinstance(expr, Subscript) else expr
    return named.id if isinstance(named, Free) else named.attr if isinstance(named, Attribute) else ""
