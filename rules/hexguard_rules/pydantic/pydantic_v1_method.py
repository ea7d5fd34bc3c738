"""Methods of models under the names that they had in Pydantic 1.

## What it does
Reports calls such as `order.dict()` and `Order.parse_obj(data)` where the receiver is known to be a Pydantic model or an instance of one.

## Why it matters
Pydantic 2 has them under other names (`model_dump`, `model_validate`) and warns at each call of the old ones; version 3 drops them.
Some arguments are gone already: `order.json(indent=2)` raises `TypeError`.

## Fix safety
Safe where the old method does nothing but call the new one.
Unsafe for `copy`, which copies extra values and cached ones otherwise, and for `parse_raw`, whose errors have other types.
Unsafe as well on `self` and `cls`, because a subclass may override the old method, where the model has the new method itself, which the old one calls with all arguments, and where it sets `serialize_by_alias`, which the old methods ignore.

## Known limits
The receiver is recognized by its annotation, by the call that made it, or as a class; anything else is left alone.
Calls in an `except` clause are left alone: they are what code for both versions falls back on.
A subclass in another file that overrides the old method is not looked for.
No fix where an argument has no counterpart, such as `include` of `copy`.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import Attribute, Call, Expr, Name
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard_rules.knowledge.pydantic import METHOD_ARGUMENTS, METHODS, SCHEMA_BASES

RULE = Rule(
    name="pydantic-v1-method",
    message="`{method}` is a name of Pydantic 1; in version 2 it is `{new}`",
    doc=__doc__,
    severity=Severity.IMPORTANT,
    requires=("pydantic>=2",),
    examples=(
        Bad(
            """
            from pydantic import BaseModel

            class Order(BaseModel):
                id: int

            def saved(order: Order, data: dict[str, object]) -> dict[str, object]:
                Order.parse_obj(data)
            #   ^^^^^^^^^^^^^^^
                Order.update_forward_refs()
            #   ^^^^^^^^^^^^^^^^^^^^^^^^^
                return order.dict(exclude_unset=True)
            #          ^^^^^^^^^^
            """,
            fixed="""
            from pydantic import BaseModel

            class Order(BaseModel):
                id: int

            def saved(order: Order, data: dict[str, object]) -> dict[str, object]:
                Order.model_validate(data)
                Order.model_rebuild(force=True)
                return order.model_dump(exclude_unset=True)
            """,
        ),
        Bad(
            """
            #- app/schemas.py
            import pydantic as pd

            class Schema(pd.BaseModel):
                model_config = pd.ConfigDict(serialize_by_alias=True)

                def text(self) -> str:
                    return self.json()
            #              ^^^^^^^^^

            class Order(Schema):
                id: int
            #- app/main.py
            from app import schemas

            class Orders:
                def __init__(self) -> None:
                    self.last = schemas.Order(id=1)

                def copied(self) -> schemas.Order:
                    def inner() -> schemas.Order:
                        return self.last.copy()
            #                  ^^^^^^^^^^^^^^

                    return inner()
            """,
            fixed="""
            #- app/schemas.py
            import pydantic as pd

            class Schema(pd.BaseModel):
                model_config = pd.ConfigDict(serialize_by_alias=True)

                def text(self) -> str:
                    return self.model_dump_json()

            class Order(Schema):
                id: int
            #- app/main.py
            from app import schemas

            class Orders:
                def __init__(self) -> None:
                    self.last = schemas.Order(id=1)

                def copied(self) -> schemas.Order:
                    def inner() -> schemas.Order:
                        return self.last.model_copy()

                    return inner()
            """,
        ),
        Bad(
            """
            from pydantic import BaseModel

            class Order(BaseModel):
                id: int

            def shown(order: Order) -> str:
                order.copy(include={"id"})
            #   ^^^^^^^^^^
                return order.json(indent=2)
            #          ^^^^^^^^^^
            """,
            why="the new methods have no such arguments, or arguments that mean something else",
        ),
        Good(
            """
            import httpx
            from pydantic import BaseModel

            class Order(BaseModel):
                id: int

                def json(self) -> str:
                    return "{}"

            def shown(order: Order, response: httpx.Response, kept: dict[str, int], unknown) -> list[object]:
                return [order.json(), response.json(), kept.copy(), unknown.dict(), order.model_dump()]
            """,
            why="a method of the model itself, other classes, something unknown, and the new name",
        ),
        Good(
            """
            from pydantic import BaseModel

            class Order(BaseModel):
                def plain(self) -> dict[str, object]:
                    try:
                        return self.model_dump()
                    except AttributeError:
                        return self.dict()
            """,
            why="code that runs with both versions asks for the new name first",
        ),
    ),
)

_OLD = frozenset(f"{base}.{method}" for base in SCHEMA_BASES for method in METHODS)
_OVER_ALIASES = frozenset({"dict", "json"})
_UNSAFE = frozenset({"copy", "parse_raw"})


@RULE.check(Call, methods=METHODS)
def check(call: Call, view: View) -> Iterator[Finding[Call]]:
    if call.receiver is None or call.context.in_handler or view.callee(call) not in _OLD:
        return
    method, receiver = call.method, view.value(call.receiver)
    schema = view.schema(receiver.name) if receiver else None
    ignores_aliases = method in _OVER_ALIASES and (
        schema is None or schema.options is None or "serialize_by_alias" in schema.options
    )
    is_overridden = schema is None or schema.overrides(METHODS[method])
    doubt = method in _UNSAFE or ignores_aliases or is_overridden or _is_own(call.receiver, view)
    yield RULE.at(call, call.func.node, method=method, new=METHODS[method], doubt="yes" if doubt else "")


def _is_own(receiver: Expr, view: View) -> bool:
    """Whether it is the first parameter of a method, behind which there may be any subclass."""
    first = {scope.first_parameter for scope in view.block.scopes}
    return isinstance(receiver, Name) and receiver.id in first


@RULE.fix(Applicability.SAFE)
def rename(finding: Finding[Call], edits: Edits) -> Fix | Refusal | None:
    return None if finding["doubt"] else _renamed(finding, edits)


@RULE.fix(Applicability.UNSAFE)
def rename_in_doubt(finding: Finding[Call], edits: Edits) -> Fix | Refusal | None:
    return _renamed(finding, edits) if finding["doubt"] else None


def _renamed(finding: Finding[Call], edits: Edits) -> Fix | Refusal:
    call, method, new = finding.fact, finding["method"], finding["new"]
    title = f"Call `{new}`"
    positional, named = METHOD_ARGUMENTS[method]
    given = {keyword.name for keyword in call.keywords}
    if call.has_unpacking or len(call.args) > positional or not (named is None or given <= named):
        return Refusal(title, f"`{new}` has other arguments")
    if not isinstance(call.func, Attribute):
        return Refusal(title, "the method is not called by its name")
    edit = edits.rename_attribute(call.func, new)
    if method == "update_forward_refs":
        if not call.discarded:
            return Refusal(title, f"`{new}` gives another result")
        return Fix(title, (edit, edits.add_argument(call, "force=True")))
    return Fix(title, (edit,))
