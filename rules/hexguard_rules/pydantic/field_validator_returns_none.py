"""Validators of fields that return nothing.

## What it does
Reports functions that `field_validator` or `validator` of Pydantic decorates and whose end can be reached without a `return`.

## Why it matters
What a validator returns becomes the value of the field.
One that only checks and returns nothing makes the field `None`, and no error says so.

## Fix safety
Unsafe: the field keeps the value that was checked, which is the point, but a person should see it.

## Known limits
A function whose last statement is a loop, `try`, `match` or a call is left alone, because its end may never be reached.
A `return` without a value is taken as meant where the function returns values elsewhere.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import Call
from hexguard.facts.model import Function, Return
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard.text.span import Span

TITLE = "Return the value that was checked"

RULE = Rule(
    name="field-validator-returns-none",
    message="`{function}` returns nothing, so the field becomes `None`",
    doc=__doc__,
    severity=Severity.BLOCKING,
    requires=("pydantic>=2",),
    examples=(
        Bad(
            """
            from pydantic import BaseModel, field_validator

            class Order(BaseModel):
                total: int

                @field_validator("total")
                @classmethod
                def positive(cls, value: int) -> int:
            #       ^^^^^^^^
                    if value <= 0:
                        raise ValueError("nothing to pay")  # see the terms
            """,
            fixed="""
            from pydantic import BaseModel, field_validator

            class Order(BaseModel):
                total: int

                @field_validator("total")
                @classmethod
                def positive(cls, value: int) -> int:
                    if value <= 0:
                        raise ValueError("nothing to pay")  # see the terms
                    return value
            """,
        ),
        Bad(
            """
            import pydantic as pd

            def make() -> type[pd.BaseModel]:
                class Order(pd.BaseModel):
                    total: int

                    @pd.validator("total")
                    def known(cls, total):
            #           ^^^^^
                        def inner():
                            return total

                        if inner() > 3:
                            return 3

                return Order
            """,
            fixed="""
            import pydantic as pd

            def make() -> type[pd.BaseModel]:
                class Order(pd.BaseModel):
                    total: int

                    @pd.validator("total")
                    def known(cls, total):
                        def inner():
                            return total

                        if inner() > 3:
                            return 3
                        return total

                return Order
            """,
        ),
        Bad(
            """
            from pydantic import BaseModel, field_validator

            class Order(BaseModel):
                total: int

                @field_validator("total")
                def positive(cls, value): assert value > 0
            #       ^^^^^^^^
            """,
            why="the body stands in the line of the `def`",
        ),
        Good(
            """
            from pydantic import BaseModel, field_validator

            class Order(BaseModel):
                total: int
                note: str | None = None
                old: int = 0
                paid: int = 0

                @field_validator("total")
                @classmethod
                def positive(cls, value: int) -> int:
                    return max(value, 0)

                @field_validator("note")
                @classmethod
                def kept(cls, value: str | None) -> str | None:
                    return None if value == "" else value

                @field_validator("old")
                @classmethod
                def refused(cls, value: int) -> int:
                    message = f"no {value} any more"
                    raise ValueError(message)

                @field_validator("paid")
                @classmethod
                def settled(cls, value: int) -> int:
                    if value > 0:
                        return value
                    else:
                        raise ValueError("not paid")
            """,
            why="values are returned, `None` among them, or nothing ever is",
        ),
        Good(
            """
            from app.checks import field_validator

            class Order:
                @field_validator("total")
                def positive(cls, value: int) -> None:
                    assert value > 0
            """,
            why="the validators of another library may want no value",
        ),
    ),
)

_DECORATORS = frozenset({"pydantic.field_validator", "pydantic.validator"})


@RULE.check(Function)
def check(function: Function, view: View) -> Iterator[Finding[Function]]:
    if function.is_generator or function.is_stub or (function.returns_value and not function.runs_off):
        return
    called = [decorator for decorator in function.decorators if isinstance(decorator, Call)]
    if any(view.callee(call) in _DECORATORS for call in called) and (function.runs_off or _returns(function, view)):
        yield RULE.at(function, function.name_node, function=function.name)


def _returns(function: Function, view: View) -> bool:
    """Whether a `return` without a value stands in the function."""
    return any(fact.context.scope == function.scope for fact in view.block.of_type(Return))


@RULE.fix(Applicability.UNSAFE)
def return_value(finding: Finding[Function], edits: Edits) -> Fix | Refusal:
    function = finding.fact
    if edits.body_line(function) is None:
        return Refusal(TITLE, "the body stands in the line of the `def`")
    if len(function.parameters) < 2 or function.parameters[1].kind != "positional":
        return Refusal(TITLE, "the function has no parameter for the value")
    end = edits.span(function.node).start + len(edits.text(function.node).rstrip())
    line = edits.whole_lines(Span(end, end))
    end = line.start + len(edits.slice(line).rstrip("\r\n"))
    indent = edits.indent_at(edits.span(function.body).start)
    return Fix(TITLE, (edits.insert_at(end, f"{edits.newline}{indent}return {function.parameters[1].name}"),))
