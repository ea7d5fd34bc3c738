"""Secrets in settings that are plain strings.

## What it does
Reports fields of Pydantic settings whose name ends in a word such as `secret`, `password`, `token` or `api_key` and whose type is `str`.

## Why it matters
A plain string stands in every `repr` of the settings, and so in logs, tracebacks and error reports.
`SecretStr` shows stars there, and gives the value only to code that asks for it by name.

## How to fix
Declare the field as `SecretStr`, and read it with `.get_secret_value()` where it is used.

## Known limits
Names decide what is a secret; a field that only sounds like one can be excused in its line.
Only settings are looked at: other models carry passwords in and tokens out as they are.
Annotations in `Annotated[...]` and in quotes are not looked at.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import Attribute, Binary, Constant, ConstantKind, Expr, Name, Subscript
from hexguard.facts.model import Assignment
from hexguard.rule import Bad, Finding, Good, Rule, Severity, View
from hexguard_rules.knowledge.pydantic import SECRET_NAME

RULE = Rule(
    name="secret-field-not-secretstr",
    message="`{field}` is a plain `str`, so every `repr` and log of the settings shows it",
    doc=__doc__,
    severity=Severity.IMPORTANT,
    aliases=("AS-06",),
    examples=(
        Bad(
            """
            from typing import Optional
            from pydantic_settings import BaseSettings

            class Settings(BaseSettings):
                database_url: str
                jwt_secret: str
            #   ^^^^^^^^^^
                SMTP_PASSWORD: Optional[str] = None
            #   ^^^^^^^^^^^^^
                stripe_api_key: str | None = None
            #   ^^^^^^^^^^^^^^
            """,
            why="the places that read the secret have to change as well",
        ),
        Bad(
            """
            #- app/base.py
            import pydantic_settings as ps

            class Base(ps.BaseSettings):
                debug: bool = False
            #- app/settings.py
            from app.base import Base

            def load() -> object:
                class Settings(Base):
                    token: str
            #       ^^^^^

                return Settings()
            """,
            why="the places that read the secret have to change as well",
        ),
        Good(
            """
            from pydantic import SecretStr
            from pydantic_settings import BaseSettings

            class Settings(BaseSettings):
                jwt_secret: SecretStr
                token_url: str
                password_min_length: int = 12
                max_token: int = 100
                secret_key_file: str = "/run/secrets/key"
                public_key: str
                _default_password: str = "MyPassword"
            """,
            why="a hidden value, settings about secrets, and a private attribute, which no `repr` shows",
        ),
        Good(
            """
            from pydantic import BaseModel
            from app.forms import BaseSettings

            class SignUp(BaseModel):
                password: str

            class Form(BaseSettings):
                password: str

            class Login:
                token: str
            """,
            why="a request carries its password as it is, and other classes are no settings",
        ),
    ),
)


@RULE.check(Assignment)
def check(field: Assignment, view: View) -> Iterator[Finding[Assignment]]:
    name = field.target.id if isinstance(field.target, Name) else ""
    if field.annotation is None or name.startswith("_") or not SECRET_NAME.search(name):
        return
    if not (owner := view.class_at(field.context)) or not _is_text(field.annotation, view):
        return
    schema = view.schema(owner)
    if schema is not None and schema.is_settings:
        yield RULE.at(field, field.target.node, field=name)


def _is_text(annotation: Expr, view: View) -> bool:
    """Whether it is `str`, or that and `None`."""
    match annotation:
        case Name() | Attribute():
            return view.name(annotation) == "builtins.str"
        case Binary(op="|", left=left, right=right):
            return any(_is_none(one) and _is_text(other, view) for one, other in ((left, right), (right, left)))
        case Subscript(value=value, items=(item,)):
            return view.name(value) == "typing.Optional" and _is_text(item, view)
        case _:
            return False


def _is_none(expr: Expr) -> bool:
    return isinstance(expr, Constant) and expr.kind is ConstantKind.NONE
