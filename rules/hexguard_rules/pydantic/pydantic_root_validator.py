"""Validators of whole models that are declared with `root_validator`.

## What it does
Reports functions that Pydantic's `root_validator` decorates, or that are handed to what it gives.

## Why it matters
Pydantic 2 has `model_validator` instead and warns about the old one; version 3 drops it.
Without `pre=True` or `skip_on_failure=True`, the old one raises an error while the class is being made.

## Fix safety
Unsafe: old and new validators of one model run in another order.
A validator after the fields sees the finished model instead of a dict, so a validator before it may have changed what it reads.

## Known limits
After the fields, the fix needs a function that only reads values of known fields and returns all of them.
No fix for functions with other decorators, for `root_validator(...)(function)`, or where a comment would be lost.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import Call, Expr
from hexguard.facts.model import Function
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard.text.edit import Edit
from hexguard.text.span import Span
from hexguard_rules.rewrites.validators import Validator, as_class_method, validator_of, values_as_attributes

TITLE = "Rewrite as `model_validator`"

RULE = Rule(
    name="pydantic-root-validator",
    message="`root_validator` is deprecated; in version 2 of Pydantic it is `model_validator`",
    doc=__doc__,
    severity=Severity.IMPORTANT,
    requires=("pydantic>=2",),
    examples=(
        Bad(
            """
            from pydantic import BaseModel, root_validator

            class Period(BaseModel):
                first: int
                last: int

                @root_validator(pre=True)
            #    ^^^^^^^^^^^^^^
                def parse(cls, values):
                    return {"first": values[0], "last": values[1]} if isinstance(values, list) else values

                @root_validator(skip_on_failure=True)
            #    ^^^^^^^^^^^^^^
                def in_order(cls, values: dict[str, int]) -> dict[str, int]:
                    if values["first"] > values.get("last", 0):
                        raise ValueError(f"{values['first']} is too late")
                    return values
            """,
            fixed="""
            from pydantic import BaseModel, model_validator

            class Period(BaseModel):
                first: int
                last: int

                @model_validator(mode="before")
                @classmethod
                def parse(cls, values):
                    return {"first": values[0], "last": values[1]} if isinstance(values, list) else values

                @model_validator(mode="after")
                def in_order(self) -> "Period":
                    if self.first > self.last:
                        raise ValueError(f"{self.first} is too late")
                    return self
            """,
        ),
        Bad(
            """
            import pydantic as pd

            def make() -> type[pd.BaseModel]:
                class Order(pd.BaseModel):
                    total: int = 0

                    @pd.root_validator(pre=True, allow_reuse=True)
            #        ^^^^^^^^^^^^^^^^^
                    @classmethod
                    def known(cls, values):
                        return values

                return Order
            """,
            fixed="""
            import pydantic as pd

            def make() -> type[pd.BaseModel]:
                class Order(pd.BaseModel):
                    total: int = 0

                    @pd.model_validator(mode="before")
                    @classmethod
                    def known(cls, values):
                        return values

                return Order
            """,
        ),
        Bad(
            """
            from pydantic import BaseModel, root_validator

            class Order(BaseModel):
                total: int
                tax: int = 0

                @root_validator
            #    ^^^^^^^^^^^^^^
                def taxed(cls, values):
                    values["tax"] = values["total"] // 5
                    return values

                @root_validator(skip_on_failure=True)
            #    ^^^^^^^^^^^^^^
                def counted(cls, values):
                    assert len(values) == 2
                    return values
            """,
            why="the values are changed, or are wanted as a dict",
        ),
        Bad(
            """
            import pydantic as pd
            from app.checks import parse

            class Order(pd.BaseModel):
                total: int

                parsed = pd.root_validator(pre=True, allow_reuse=True)(parse)
            #            ^^^^^^^^^^^^^^^^^
            """,
            why="what `parse` does with its arguments stands somewhere else",
        ),
        Good(
            """
            from pydantic import BaseModel, model_validator
            from pydantic.v1 import root_validator as old
            from app.checks import root_validator

            class Order(BaseModel):
                total: int

                @model_validator(mode="after")
                def positive(self) -> "Order":
                    return self

                @root_validator
                def known(cls, values):
                    return values

            @old(pre=True)
            def shared(cls, values):
                return values
            """,
            why="the new decorator, one of the project, and the old interface",
        ),
    ),
)


@RULE.check(Function)
def check(function: Function, view: View) -> Iterator[Finding[Function]]:
    for decorator in function.decorators:
        named = decorator.func if isinstance(decorator, Call) else decorator
        if view.name(named) == "pydantic.root_validator":
            model = view.class_at(function.context)
            schema = view.schema(model)
            fields = " ".join(schema.fields()) if schema else ""
            yield RULE.at(function, named.node, model=model.rpartition(".")[2], fields=fields)


@RULE.check(Call)
def check_call(call: Call, view: View) -> Iterator[Finding[Call]]:
    made = call.func
    if isinstance(made, Call) and view.callee(made) == "pydantic.root_validator":
        yield RULE.at(call, made.func.node)


@RULE.fix(Applicability.UNSAFE)
def rewrite(finding: Finding[Function | Call], edits: Edits) -> Fix | Refusal:
    function = finding.fact
    if isinstance(function, Call):
        return Refusal(TITLE, "the function is handed over, so what it does with its arguments is not known")
    return _rewritten(function, finding, edits)


def _rewritten(function: Function, finding: Finding[Function | Call], edits: Edits) -> Fix | Refusal:
    decorator = next(one for one in function.decorators if _named(one) == finding.node)
    validator = validator_of(decorator, edits)
    reason = validator if isinstance(validator, str) else _obstacle(validator, edits)
    if reason or isinstance(validator, str):
        return Refusal(TITLE, reason)
    is_before = validator.option("pre") is True
    inside = as_class_method(function, edits) if is_before else _on_self(validator, finding, edits)
    if inside is None:
        return Refusal(TITLE, "the function does more than read values of known fields and return all of them")
    called = decorator.func if isinstance(decorator, Call) else decorator
    spelled = edits.exchange("pydantic.model_validator", function.context, called)
    if spelled is None:
        return Refusal(TITLE, "the name `model_validator` is taken")
    mode = edits.quoted("before" if is_before else "after")
    return Fix(TITLE, (edits.replace(decorator.node, f"{spelled.text}(mode={mode})"), *inside, *spelled.edits))


def _named(decorator: Expr) -> int:
    """The node of what a decorator names."""
    return (decorator.func if isinstance(decorator, Call) else decorator).node


_KEYWORDS = frozenset({"pre", "skip_on_failure", "allow_reuse"})


def _obstacle(validator: Validator, edits: Edits) -> str:
    """Why a validator cannot be rewritten; empty if nothing is in the way."""
    decorator, names = validator.decorator, [parameter.name for parameter in validator.function.parameters]
    if isinstance(decorator, Call):
        if decorator.args or {keyword.name for keyword in decorator.keywords} - _KEYWORDS:
            return "the decorator has arguments that cannot be followed"
        if validator.option("pre") is None or "#" in edits.text(decorator.node):
            return "the arguments of the decorator are not plain"
    if len(names) != 2 or names[0] == "self":
        return "the function has other parameters than `cls` and `values`"
    return ""


def _on_self(validator: Validator, finding: Finding[Function | Call], edits: Edits) -> tuple[Edit, ...] | None:
    """Edits that make a method of a function which reads values; `None` if it does anything else with them."""
    function = validator.function
    (first, values), returns = function.parameters, function.returns
    signature = Span(edits.span(first.node).start, edits.span(values.node).end)
    others = [decorator for decorator in function.decorators if decorator.node != validator.decorator.node]
    lines = [edits.whole_lines(edits.span(decorator.node)) for decorator in others]
    if any("#" in edits.slice(span) for span in (signature, *lines)) or (returns and "#" in edits.text(returns.node)):
        return None
    is_plain = validator.n_bindings(values.name) == 1 and not any(validator.uses(first.name))
    if not is_plain or not edits.is_unused("self") or not function.returns_value:
        return None
    read = values_as_attributes(validator, finding["fields"].split(), edits)
    if read is None:
        return None
    return (
        Edit(signature, "self"),
        *(Edit(line, "") for line in lines),
        *((edits.replace(returns.node, edits.quoted(finding["model"])),) if returns else ()),
        *read,
    )
