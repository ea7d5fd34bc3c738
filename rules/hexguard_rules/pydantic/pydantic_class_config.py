"""Models that set their options in a class `Config`.

## What it does
Reports a class `Config` in the body of a Pydantic model, also where `BaseModel` is a base class in another file.

## Why it matters
Pydantic 2 reads options from `model_config` and only warns about `Config`; version 3 drops it.
A misspelled option in a class is accepted without a word, while a type checker knows what `ConfigDict` takes.

## Known limits
No fix where the class inherits from another one, has methods, or computes an option from names of its own or of the model.
Options that have another name in version 2 are kept as they are; `pydantic-renamed-config-key` is about those.
Code in other files that reads `Model.Config` is not looked for.
Models of SQLModel are not looked at.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import Attribute, Expr
from hexguard.facts.model import Class, Reference
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard.rule.source import root_name
from hexguard_rules.knowledge.pydantic import CONFIG_DICT, SETTINGS_CONFIG_DICT
from hexguard_rules.rewrites.model_config import as_call

TITLE = "Set the options in `model_config`"

RULE = Rule(
    name="pydantic-class-config",
    message="`class Config` is deprecated; version 3 of Pydantic reads `model_config` only",
    doc=__doc__,
    severity=Severity.IMPORTANT,
    requires=("pydantic>=2",),
    examples=(
        Bad(
            """
            from pydantic import BaseModel

            class Order(BaseModel):
                id: int

                class Config:
            #         ^^^^^^
                    frozen = True
                    extra = "forbid"
            """,
            fixed="""
            from pydantic import BaseModel, ConfigDict

            class Order(BaseModel):
                id: int

                model_config = ConfigDict(frozen=True, extra="forbid")
            """,
        ),
        Bad(
            """
            #- app/base.py
            from pydantic import BaseModel

            class Schema(BaseModel):
                pass
            #- app/orders.py
            from typing import Generic, TypeVar
            from app import base

            Item = TypeVar("Item")

            class Page(base.Schema, Generic[Item]):
                items: list[Item]

                class Config:  # for the API
            #         ^^^^^^
                    title: str = "Page"
                    # Sent as is.
                    json_encoders = {
                        set: list,  # sets have no order
                    }

            class Orders(Page[int]):
                class Config: frozen = True
            #         ^^^^^^
            """,
            fixed="""
            #- app/base.py
            from pydantic import BaseModel

            class Schema(BaseModel):
                pass
            #- app/orders.py
            from typing import Generic, TypeVar
            from app import base
            from pydantic import ConfigDict

            Item = TypeVar("Item")

            class Page(base.Schema, Generic[Item]):
                items: list[Item]

                model_config = ConfigDict(  # for the API
                    title="Page",
                    # Sent as is.
                    json_encoders={
                        set: list,  # sets have no order
                    },
                )

            class Orders(Page[int]):
                model_config = ConfigDict(frozen=True)
            """,
        ),
        Bad(
            """
            from pydantic_settings import BaseSettings as Base

            def load() -> object:
                class Settings(Base):
                    url: str

                    class Config:
            #             ^^^^^^
                        env_prefix = "APP_"

                return Settings()
            """,
            fixed="""
            from pydantic_settings import BaseSettings as Base, SettingsConfigDict

            def load() -> object:
                class Settings(Base):
                    url: str

                    model_config = SettingsConfigDict(env_prefix="APP_")

                return Settings()
            """,
        ),
        Bad(
            """
            from pydantic import BaseModel

            class Order(BaseModel):
                prefix = "o"

                class Config:
            #         ^^^^^^
                    title = prefix + "rder"

            class Invoice(BaseModel):
                class Config(Order.Config):
            #         ^^^^^^
                    frozen = True

            class Refund(BaseModel):
                class Config:
            #         ^^^^^^
                    @staticmethod
                    def alias_generator(name: str) -> str:
                        return name.title()
            """,
            why="options that come from elsewhere, or from a method, have to be put together by a person",
        ),
        Good(
            """
            from pydantic import BaseModel, ConfigDict

            class Order(BaseModel):
                model_config = ConfigDict(frozen=True)

                class Meta:
                    frozen = True
            """,
            why="this is the replacement, and another class in a model is no configuration",
        ),
        Good(
            """
            from pydantic.v1 import BaseModel
            from app.unknown import Base

            class Order(BaseModel):
                class Config:
                    orm_mode = True

            class Job(Base):
                class Config:
                    queue = "low"

            class Config:
                debug = False
            """,
            why="the old interface, a class that may be no model, and a class on its own",
        ),
    ),
)


@RULE.check(Class)
def check(config: Class, view: View) -> Iterator[Finding[Class]]:
    if config.name != "Config" or not (owner := view.class_at(config.context)):
        return
    schema = view.schema(owner)
    if schema is None:
        return
    beside = view.block.scopes[config.context.scope].bindings
    around = {*schema.members(), *beside}
    kind = SETTINGS_CONFIG_DICT if schema.is_settings else CONFIG_DICT
    is_only = schema.n_bindings("Config") < 2 and len(beside.get("Config", ())) < 2
    reason = _obstacle(config, around, view) if is_only else "the model has more than one of these classes"
    yield RULE.at(config, config.name_node, maker=kind, reason=reason)


def _obstacle(config: Class, around: set[str], view: View) -> str:
    """Why the class cannot become a call; empty if nothing is in the way."""
    if config.bases or config.keywords or config.decorators:
        return "the class inherits options or is decorated"
    if "model_config" in around:
        return "the model has a `model_config` as well"
    own = view.block.scopes[config.scope].bindings
    inside = (fact for fact in view.block.of_type(Reference) if _is_inside(fact, config, view))
    if any(root_name(fact) in own or root_name(fact) in around for fact in inside):
        return "an option is computed from names of the class or of the model"
    return ""


def _is_inside(fact: Reference, config: Class, view: View) -> bool:
    scope = fact.context.scope
    while scope > config.scope:
        scope = view.block.scopes[scope].parent
    return scope == config.scope and not fact.in_annotation


@RULE.fix(Applicability.SAFE)
def write_as_call(finding: Finding[Class], edits: Edits) -> Fix | Refusal:
    config = finding.fact
    if finding["reason"]:
        return Refusal(TITLE, finding["reason"])
    if any(_reads_config(fact.expr) for part in edits.parts() for fact in part.facts.of_type(Reference)):
        return Refusal(TITLE, "the class is read elsewhere in the file")
    spelled = edits.spell(finding["maker"], config.context)
    if spelled is None:
        return Refusal(TITLE, "the name of the new class is taken")
    call = as_call(config, spelled.text, edits)
    return Fix(TITLE, (*call, *spelled.edits)) if call else Refusal(TITLE, "the class holds more than options")


def _reads_config(expr: Expr) -> bool:
    while isinstance(expr, Attribute):
        if expr.attr == "Config":
            return True
        expr = expr.value
    return False
