"""Validators of fields that are declared with `validator`.

## What it does
Reports the use of Pydantic's `validator`, as a decorator or as a call.

## Why it matters
Pydantic 2 has `field_validator` instead and warns about the old one; version 3 drops it.
The old one hands its function `values` by the name of a parameter, and two of its parameters, `field` and `config`, raise an error by now.

## Fix safety
Unsafe: old validators run before new ones and inside of the default, so the order may change where a field has several.

## Known limits
With `always=True`, the fields get `validate_default=True`; no fix if one of them is declared in another class.
No fix for `each_item=True`: the annotation of the items has to hold the validator.
No fix for functions with other decorators, with `field`, `config` or `**kwargs`, and for `validator(...)(function)`.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import Call
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard_rules.rewrites.field_defaults import FIELD, defaults_to_validate
from hexguard_rules.rewrites.validators import (
    Validator,
    as_class_method,
    mode,
    renamed,
    validator_of,
    without_keywords,
)

TITLE = "Rewrite as `field_validator`"

RULE = Rule(
    name="pydantic-v1-validator",
    message="`validator` is deprecated; in version 2 of Pydantic it is `field_validator`",
    doc=__doc__,
    severity=Severity.IMPORTANT,
    requires=("pydantic>=2",),
    examples=(
        Bad(
            """
            from pydantic import BaseModel, validator

            class Order(BaseModel):
                total: int
                discount: int = 0

                @validator("total", pre=True)
            #    ^^^^^^^^^
                def parse(cls, value: object) -> object:
                    return str(value).strip()

                # Checked last.
                @validator("discount")
            #    ^^^^^^^^^
                @classmethod
                def small(cls, value: int, values: dict[str, int]) -> int:
                    if value > values.get("total", 0):
                        raise ValueError(f"more than {values['total']}")
                    return value
            """,
            fixed="""
            from pydantic import BaseModel, ValidationInfo, field_validator

            class Order(BaseModel):
                total: int
                discount: int = 0

                @field_validator("total", mode="before")
                @classmethod
                def parse(cls, value: object) -> object:
                    return str(value).strip()

                # Checked last.
                @field_validator("discount")
                @classmethod
                def small(cls, value: int, info: ValidationInfo) -> int:
                    if value > info.data.get("total", 0):
                        raise ValueError(f"more than {info.data['total']}")
                    return value
            """,
        ),
        Bad(
            """
            import pydantic as pd

            def make() -> type[pd.BaseModel]:
                class Order(pd.BaseModel):
                    total: int

                    @pd.validator("total", allow_reuse=True, check_fields=False)
            #        ^^^^^^^^^^^^
                    def positive(cls, value):
                        return max(value, 0)

                return Order
            """,
            fixed="""
            import pydantic as pd

            def make() -> type[pd.BaseModel]:
                class Order(pd.BaseModel):
                    total: int

                    @pd.field_validator("total", check_fields=False)
                    @classmethod
                    def positive(cls, value):
                        return max(value, 0)

                return Order
            """,
        ),
        Bad(
            """
            from pydantic import BaseModel, validator

            class Order(BaseModel):
                tags: list[str] = []  # from the customer
                code: str | None = None

                @validator("tags", "code", pre=True, always=True)
            #    ^^^^^^^^^
                def parse(cls, value):
                    return value.split() if isinstance(value, str) else value
            """,
            fixed="""
            from pydantic import BaseModel, Field, field_validator

            class Order(BaseModel):
                tags: list[str] = Field([], validate_default=True)  # from the customer
                code: str | None = Field(None, validate_default=True)

                @field_validator("tags", "code", mode="before")
                @classmethod
                def parse(cls, value):
                    return value.split() if isinstance(value, str) else value
            """,
        ),
        Bad(
            """
            from pydantic import BaseModel, validator as check

            def upper(value: str) -> str:
                return value.upper()

            class Order(BaseModel):
                code: str = ""
                tags: list[str] = []
                note: str | None = None

                code_is_upper = check("code", allow_reuse=True)(upper)
            #                   ^^^^^

                @check("tags", each_item=True)
            #    ^^^^^
                def short(cls, tag):
                    return tag[:10]

                @check("note", always=True)
            #    ^^^^^
                def noted(cls, note, field):
                    return note or field.name
            """,
            why="the field or its annotation has to change as well, or there is no function to rewrite",
        ),
        Good(
            """
            from pydantic import BaseModel, field_validator
            from pydantic.v1 import validator as old
            from app.checks import validator

            class Order(BaseModel):
                total: int

                @field_validator("total")
                @classmethod
                def positive(cls, value: int) -> int:
                    return max(value, 0)

                @validator("total")
                def known(cls, value: int) -> int:
                    return value

            @old("total")
            def shared(cls, value: int) -> int:
                return value
            """,
            why="the new decorator, one of the project, and the old interface",
        ),
    ),
)


@RULE.check(Call, callees=["pydantic.validator"])
def check(call: Call, _view: View) -> Iterator[Finding[Call]]:
    yield RULE.at(call, call.func.node)


@RULE.fix(Applicability.UNSAFE)
def rewrite(finding: Finding[Call], edits: Edits) -> Fix | Refusal:
    validator = validator_of(finding.fact, edits)
    reason = validator if isinstance(validator, str) else _obstacle(finding.fact, validator, edits)
    if reason or isinstance(validator, str):
        return Refusal(TITLE, reason)
    call, function = finding.fact, validator.function
    others = [parameter for parameter in function.parameters if parameter.name == "values"]
    defaults = defaults_to_validate(function, call.args, edits) if validator.option("always") else []
    if defaults is None:
        return Refusal(TITLE, "with `always`, a field has to say `validate_default=True`, and is not declared here")
    needs_field = any(not declared.has_function for declared in defaults)
    names = (
        "pydantic.field_validator",
        *(["pydantic.ValidationInfo"] if others else []),
        *([FIELD] if needs_field else []),
    )
    if (spelled := edits.exchange_all(names, function.context, call.func)) is None:
        return Refusal(TITLE, "a name of Pydantic 2 is taken")
    (decorator, *more), imports = spelled
    pre = call.keyword("pre")
    is_before = pre is not None and validator.option("pre")
    gone = ("always", "each_item", "allow_reuse", *([] if is_before else ["pre"]))
    return Fix(
        TITLE,
        (
            edits.replace(call.func.node, decorator),
            *([mode(pre, "before", edits)] if pre and is_before else []),
            *without_keywords(call, gone, edits),
            *as_class_method(function, edits),
            *(edits.replace(parameter.node, f"info: {more[0]}") for parameter in others),
            *(edit for declared in defaults for edit in declared.edits(more[-1] if more else "")),
            *renamed(validator.uses("values") if others else (), "info.data", edits),
            *imports,
        ),
    )


_KEYWORDS = frozenset({"pre", "always", "each_item", "allow_reuse", "check_fields"})


def _obstacle(call: Call, validator: Validator, edits: Edits) -> str:
    """Why a validator cannot be rewritten; empty if nothing is in the way."""
    names = [parameter.name for parameter in validator.function.parameters]
    if validator.option("always") is None:
        return "the decorator has arguments that cannot be followed"
    if validator.option("each_item") is not False:
        return "with `each_item`, the validator belongs into the annotation of the items"
    if {keyword.name for keyword in call.keywords} - _KEYWORDS or validator.option("pre") is None:
        return "the decorator has arguments that cannot be followed"
    if len(names) not in (2, 3) or names[0] == "self" or names[2:] not in ([], ["values"]):
        return "the function has other parameters than `cls`, the value and `values`"
    if names[2:] and (validator.n_bindings("values") != 1 or not edits.is_unused("info")):
        return "the function changes `values`, or uses the name `info`"
    changed = [call.node] if call.keywords else []
    changed += [parameter.node for parameter in validator.function.parameters[2:]]
    if any("#" in edits.text(node) for node in changed):
        return "a comment would be lost"
    return ""
