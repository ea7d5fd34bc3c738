"""Arguments of `Field` under the names that they had in Pydantic 1.

## What it does
Reports `min_items`, `max_items`, `regex`, `allow_mutation`, `const`, `unique_items` and `example` in a call of Pydantic's `Field`.
In settings it reports `env` as well.

## Why it matters
Pydantic 2 warns about the first two and `allow_mutation`, and raises an error for `regex`, `const` and `unique_items` while the class is being made.
It ignores `env`, so that a setting keeps its default, and puts what it does not know into the JSON schema.

## Fix safety
Safe for `min_items`, `max_items` and `allow_mutation`, which do the same under the new names.
Unsafe for the others: `pattern` looks for a match anywhere in the text and knows no look-around, `env` starts to count, and `examples` changes the schema.

## Known limits
`const` and `unique_items` are reported without a fix: the annotation has to say it, as `Literal` or as a set.
Functions of FastAPI that take the same arguments (`Query`, `Path`) are not looked at.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import Call, Constant, ConstantKind, Keyword
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard.text.edit import Edit
from hexguard.text.span import Span
from hexguard_rules.knowledge.pydantic import REMOVED_FIELD_ARGUMENTS, RENAMED_FIELD_ARGUMENTS

RULE = Rule(
    name="pydantic-renamed-field-kwarg",
    message="`{argument}` is a name of Pydantic 1; version 2 ignores, refuses or warns about it",
    doc=__doc__,
    severity=Severity.IMPORTANT,
    requires=("pydantic>=2",),
    examples=(
        Bad(
            """
            from pydantic import BaseModel, Field

            class Order(BaseModel):
                lines: list[int] = Field(min_items=1, max_items=9)
            #                            ^^^^^^^^^^^
            #                                         ^^^^^^^^^^^
                id: int = Field(
                    allow_mutation=False,  # a key
            #       ^^^^^^^^^^^^^^^^^^^^
                )
                code: str = Field(..., regex="^[A-Z]+$")
            #                          ^^^^^^^^^^^^^^^^
            """,
            fixed="""
            from pydantic import BaseModel, Field

            class Order(BaseModel):
                lines: list[int] = Field(min_length=1, max_length=9)
                id: int = Field(
                    frozen=True,  # a key
                )
                code: str = Field(..., pattern="^[A-Z]+$")
            """,
        ),
        Bad(
            """
            import pydantic as pd
            from pydantic_settings import BaseSettings

            def load() -> object:
                class Settings(BaseSettings):
                    url: str = pd.Field("sqlite://", env="DATABASE_URL")
            #                                        ^^^^^^^^^^^^^^^^^^
                    port: int = pd.Field(80, example=8080)
            #                                ^^^^^^^^^^^^

                return Settings()
            """,
            fixed="""
            import pydantic as pd
            from pydantic_settings import BaseSettings

            def load() -> object:
                class Settings(BaseSettings):
                    url: str = pd.Field("sqlite://", validation_alias="DATABASE_URL")
                    port: int = pd.Field(80, examples=[8080])

                return Settings()
            """,
        ),
        Bad(
            """
            from pydantic import BaseModel, Field

            class Order(BaseModel):
                kind: str = Field("sale", const=True)
            #                             ^^^^^^^^^^
                lines: list[int] = Field(min_items=1, min_length=2)
            #                            ^^^^^^^^^^^
                final: bool = Field(allow_mutation=bool(1))
            #                       ^^^^^^^^^^^^^^^^^^^^^^
            """,
            why="the annotation has to say it, both names are given, or the value is not written out",
        ),
        Good(
            """
            from dataclasses import field
            from pydantic import BaseModel, Field
            from pydantic.v1 import Field as OldField
            from app.forms import Field as FormField

            class Order(BaseModel):
                lines: list[int] = Field(min_length=1, json_schema_extra={"env": "production"})
                env: str = Field(description="not an argument")
                color: str = FormField(regex="[a-z]+", env="COLOR")
                size: int = OldField(const=True)
                region: str = Field("eu", env="REGION")
            """,
            why="the new names, other functions, and a model that reads no environment",
        ),
    ),
)

_OLD = frozenset({*RENAMED_FIELD_ARGUMENTS, *REMOVED_FIELD_ARGUMENTS})
_SAFE = frozenset({"min_items", "max_items", "allow_mutation"})


@RULE.check(Call, callees=["pydantic.Field"])
def check(call: Call, view: View) -> Iterator[Finding[Call]]:
    found = [keyword for keyword in call.keywords if keyword.name in _OLD]
    if not found:
        return
    schema = view.schema(view.class_at(call.context))
    for keyword in found:
        if keyword.name != "env" or (schema is not None and schema.is_settings):
            yield RULE.at(call, keyword.node, argument=keyword.name)


@RULE.fix(Applicability.SAFE)
def rename(finding: Finding[Call], edits: Edits) -> Fix | Refusal | None:
    return _renamed(finding, edits) if finding["argument"] in _SAFE else None


@RULE.fix(Applicability.UNSAFE)
def rename_with_care(finding: Finding[Call], edits: Edits) -> Fix | Refusal | None:
    return None if finding["argument"] in _SAFE else _renamed(finding, edits)


def _renamed(finding: Finding[Call], edits: Edits) -> Fix | Refusal:
    old, call = finding["argument"], finding.fact
    new, keyword = RENAMED_FIELD_ARGUMENTS.get(old), call.keyword(old)
    if new is None or keyword is None:
        return Refusal(f"Replace `{old}`", REMOVED_FIELD_ARGUMENTS.get(old, "it has no counterpart"))
    title = f"Rename `{old}` to `{new}`"
    if call.keyword(new) or call.has_unpacking:
        return Refusal(title, f"`{new}` is given as well, or may be")
    start = edits.span(keyword.node).start
    renamed = Edit(Span(start, start + len(old)), new)
    if old in ("allow_mutation", "example", "env"):
        value = _value(old, keyword, edits)
        return Fix(title, (renamed, edits.replace(keyword.value.node, value))) if value else Refusal(title, _PLAIN)
    return Fix(title, (renamed,))


_PLAIN = "the value is not written out"


def _value(old: str, keyword: Keyword, edits: Edits) -> str:
    """What the new argument is given; empty where the old value is not known well enough."""
    text = edits.text(keyword.value.node)
    if old == "example":
        return "" if "#" in text else f"[{text}]"
    kind = keyword.value.kind if isinstance(keyword.value, Constant) else None
    if old == "env":
        return text if kind is ConstantKind.STRING else ""
    return {ConstantKind.TRUE: "False", ConstantKind.FALSE: "True"}.get(kind, "") if kind else ""
