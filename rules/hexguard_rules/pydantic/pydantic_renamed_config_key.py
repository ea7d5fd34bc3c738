"""Options of models under the names that they had in Pydantic 1.

## What it does
Reports options such as `orm_mode` in a class `Config` of a model, in `ConfigDict(...)` and in `SettingsConfigDict(...)`.

## Why it matters
Pydantic 2 warns once and then ignores an option that it does not know by that name.
A model with `orm_mode = True` does not read attributes, and one with `allow_mutation = False` can be changed.

## Fix safety
Unsafe: the option was ignored, and from now on it does what it says.

## Known limits
Options that have no counterpart are reported without a fix.
`allow_population_by_field_name` becomes `populate_by_name`, which all of version 2 knows; 2.11 has `validate_by_name` beside it.
A method in `Config` (`def schema_extra`) and a plain dict are not looked at.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import Call, Constant, ConstantKind, Expr, Name
from hexguard.facts.model import Assignment
from hexguard.facts.scopes import ScopeKind
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard.text.edit import Edit
from hexguard.text.span import Span
from hexguard_rules.knowledge.pydantic import CONFIG_DICT, REMOVED_OPTIONS, RENAMED_OPTIONS, SETTINGS_CONFIG_DICT

RULE = Rule(
    name="pydantic-renamed-config-key",
    message="Pydantic 2 ignores `{option}`, which is a name of version 1",
    doc=__doc__,
    severity=Severity.IMPORTANT,
    requires=("pydantic>=2",),
    examples=(
        Bad(
            """
            from pydantic import BaseModel, ConfigDict

            class Order(BaseModel):
                model_config = ConfigDict(
                    orm_mode=True,  # rows of the database
            #       ^^^^^^^^^^^^^
                    extra="forbid",
                )

            class Invoice(BaseModel):
                class Config:
                    allow_population_by_field_name = True
            #       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                    allow_mutation: bool = False
            #       ^^^^^^^^^^^^^^
            """,
            fixed="""
            from pydantic import BaseModel, ConfigDict

            class Order(BaseModel):
                model_config = ConfigDict(
                    from_attributes=True,  # rows of the database
                    extra="forbid",
                )

            class Invoice(BaseModel):
                class Config:
                    populate_by_name = True
                    frozen: bool = True
            """,
        ),
        Bad(
            """
            #- app/base.py
            from pydantic_settings import BaseSettings, SettingsConfigDict as Options

            OPTIONS = Options(env_prefix="APP_", anystr_lower=True)
            #                                    ^^^^^^^^^^^^^^^^^

            class Base(BaseSettings):
                pass
            #- app/settings.py
            from app.base import Base

            def load() -> Base:
                class Settings(Base):
                    class Config:
                        validate_all = True
            #           ^^^^^^^^^^^^

                return Settings()
            """,
            fixed="""
            #- app/base.py
            from pydantic_settings import BaseSettings, SettingsConfigDict as Options

            OPTIONS = Options(env_prefix="APP_", str_to_lower=True)

            class Base(BaseSettings):
                pass
            #- app/settings.py
            from app.base import Base

            def load() -> Base:
                class Settings(Base):
                    class Config:
                        validate_default = True

                return Settings()
            """,
        ),
        Bad(
            """
            from pydantic import BaseModel, ConfigDict

            class Order(BaseModel):
                model_config = ConfigDict(fields={"id": "key"}, orm_mode=True, from_attributes=False)
            #                             ^^^^^^^^^^^^^^^^^^^^
            #                                                   ^^^^^^^^^^^^^
            """,
            why="the first has no counterpart, and the second would be given twice",
        ),
        Good(
            """
            from pydantic import BaseModel, ConfigDict
            from app.orm import Base, Options

            class Order(BaseModel):
                model_config = ConfigDict(from_attributes=True, json_schema_extra={"orm_mode": True})
                orm_mode: bool = True

            class Row(Base):
                class Config:
                    orm_mode = True

            OPTIONS = Options(orm_mode=True)
            """,
            why="the new names, a field, and classes that have nothing to do with Pydantic",
        ),
    ),
)

_OPTIONS = frozenset({*RENAMED_OPTIONS, *REMOVED_OPTIONS})
_MAKERS = (CONFIG_DICT, SETTINGS_CONFIG_DICT)


@RULE.check(Call)
def check_call(call: Call, view: View) -> Iterator[Finding[Call]]:
    found = [keyword for keyword in call.keywords if keyword.name in _OPTIONS]
    if found and view.callee(call) in _MAKERS:
        names = " ".join(keyword.name for keyword in call.keywords)
        for keyword in found:
            yield RULE.at(call, keyword.node, option=keyword.name, names=names)


@RULE.check(Assignment)
def check_class(option: Assignment, view: View) -> Iterator[Finding[Assignment]]:
    if not isinstance(option.target, Name) or option.target.id not in _OPTIONS:
        return
    scope = view.block.scopes[option.context.scope]
    owner, _, name = view.class_at(option.context).rpartition(".")
    if scope.kind is ScopeKind.CLASS and name == "Config" and view.schema(owner):
        yield RULE.at(option, option.target.node, option=option.target.id, names=" ".join(scope.bindings))


@RULE.fix(Applicability.UNSAFE)
def rename(finding: Finding[Assignment | Call], edits: Edits) -> Fix | Refusal:
    old, fact = finding["option"], finding.fact
    new = RENAMED_OPTIONS.get(old, "frozen")
    title = f"Rename `{old}` to `{new}`"
    keyword = fact.keyword(old) if isinstance(fact, Call) else None
    value = keyword.value if keyword else fact.value if isinstance(fact, Assignment) else None
    if old not in RENAMED_OPTIONS and (old != "allow_mutation" or not _is_boolean(value)):
        return Refusal(f"Replace `{old}`", f"Pydantic 2 has no such option: {REMOVED_OPTIONS[old]}")
    if new in finding["names"].split():
        return Refusal(title, f"`{new}` is given as well")
    start = edits.span(finding.node).start
    renamed = Edit(Span(start, start + len(old)), new)
    if old == "allow_mutation" and value is not None:
        return Fix(title, (renamed, edits.replace(value.node, str(not _is_true(value)))))
    return Fix(title, (renamed,))


def _is_boolean(value: Expr | None) -> bool:
    return isinstance(value, Constant) and value.kind in (ConstantKind.TRUE, ConstantKind.FALSE)


def _is_true(value: Expr) -> bool:
    return isinstance(value, Constant) and value.kind is ConstantKind.TRUE
