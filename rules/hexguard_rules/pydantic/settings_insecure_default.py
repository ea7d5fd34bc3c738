"""Settings whose default is a secret that stands in the code.

## What it does
Reports fields of Pydantic settings with a literal default that is a secret.
That is a text for a name such as `jwt_secret` or `smtp_password`, and for any name an address with a password (`postgresql://app:app@localhost/shop`).

## Why it matters
A variable that is forgotten in production raises nothing: the application runs with a secret that everybody can read.
Tokens signed with `change-me` can be made by anyone.

## Fix safety
Unsafe: without the default, the application does not start unless the environment has the value.

## Known limits
Names decide what is a secret, as in `secret-field-not-secretstr`; an empty default is no secret.
Modules and classes whose name says that they are for tests are left alone.
Defaults that are computed are not looked at.
An API key that is a reminder in angle brackets (`"<your key>"`) opens nothing and is left alone.
"""

import re
from collections.abc import Iterator

from hexguard.facts.expressions import Call, Constant, ConstantKind, Expr, Name
from hexguard.facts.model import Assignment
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard.text.edit import Edit
from hexguard.text.span import Span
from hexguard_rules.knowledge.pydantic import SECRET_NAME

TITLE = "Remove the default"

RULE = Rule(
    name="settings-insecure-default",
    message="`{field}` has a secret as its default, with which a forgotten variable goes unnoticed",
    doc=__doc__,
    severity=Severity.BLOCKING,
    aliases=("AS-06",),
    examples=(
        Bad(
            """
            from pydantic import Field, SecretStr
            from pydantic_settings import BaseSettings

            class Settings(BaseSettings):
                jwt_secret: str = "change-me"  # for tokens
            #                     ^^^^^^^^^^^
                database_url: str = Field("postgresql://app:app@localhost/shop", description="Where orders are")
            #                             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                API_KEY: SecretStr = SecretStr("secret")
            #                                  ^^^^^^^^
            """,
            fixed="""
            from pydantic import Field, SecretStr
            from pydantic_settings import BaseSettings

            class Settings(BaseSettings):
                jwt_secret: str  # for tokens
                database_url: str = Field(description="Where orders are")
                API_KEY: SecretStr
            """,
        ),
        Bad(
            """
            #- app/base.py
            import pydantic_settings as ps

            class Base(ps.BaseSettings):
                debug: bool = False
            #- app/settings.py
            from pydantic import Field
            from app.base import Base

            def load() -> object:
                class Settings(Base):
                    token: str = Field(default="dev")
            #                                  ^^^^^

                return Settings()
            """,
            fixed="""
            #- app/base.py
            import pydantic_settings as ps

            class Base(ps.BaseSettings):
                debug: bool = False
            #- app/settings.py
            from pydantic import Field
            from app.base import Base

            def load() -> object:
                class Settings(Base):
                    token: str = Field()

                return Settings()
            """,
        ),
        Bad(
            """
            from pydantic_settings import BaseSettings

            class Settings(BaseSettings):
                password: str = (  # until the next release
                    "admin"
            #       ^^^^^^^
                )
            """,
            why="a comment would be lost",
        ),
        Good(
            """
            import os
            from pydantic import BaseModel
            from pydantic_settings import BaseSettings

            class Settings(BaseSettings):
                jwt_secret: str
                smtp_password: str = ""
                token: str | None = None
                key_password: str = os.environ["KEY_PASSWORD"]
                database_url: str = "sqlite:///shop.db"
                redis_url: str = "redis://localhost:6379/0"
                docs_url: str = "https://docs.example.com/a:b@c"
                password_scheme: str = "bcrypt"
                _old_password: str = "admin"
                openai_api_key: str = "<set this in the environment>"

            class Login(BaseModel):
                password: str = "secret"
            """,
            why="no default, none that is a secret, a private attribute, a reminder, or a model that is no settings",
        ),
        Good(
            """
            #- tests/conftest.py
            from pydantic_settings import BaseSettings

            class Settings(BaseSettings):
                jwt_secret: str = "secret"
            """,
            why="tests have secrets that protect nothing",
        ),
    ),
)

_WITH_PASSWORD = re.compile(r"^[rbuRBU]*[\"']+[a-zA-Z][\w+.-]*://[^/\s:@\"'{<]*:[^/\s@\"'{<]+@")
_REMINDER = re.compile(r"^[rbuRBU]*[\"']+<[^<>]*>[\"']+$")
_EMPTY = re.compile(r"^[rbuRBU]*([\"'])\1(?:\1.*\1\1\1)?$")
_TEST = re.compile(r"(?:^|[._])(?:tests?|conftest)(?:$|[._])|\.Test|Tests?(?:Settings|Config)?$")


@RULE.check(Assignment)
def check(field: Assignment, view: View) -> Iterator[Finding[Assignment]]:
    name = field.target.id if isinstance(field.target, Name) else "_"
    if field.annotation is None or field.value is None or name.startswith("_"):
        return
    default = _default(field.value)
    if default is None or not _is_secret(name, default) or not (owner := view.class_at(field.context)):
        return
    schema = view.schema(owner)
    if schema is not None and schema.is_settings and not _TEST.search(owner):
        yield RULE.at(field, default.node, field=name)


def _default(value: Expr) -> Constant | None:
    """The text that a field begins with, also inside `Field(...)` and `SecretStr(...)`."""
    match value:
        case Constant(kind=ConstantKind.STRING):
            return value
        case Call(method="Field"):
            given = value.argument(0, "default")
            return _default(given) if given is not None else None
        case Call(method="SecretStr", args=(Constant() as given,)):
            return _default(given)
        case _:
            return None


def _is_secret(name: str, default: Constant) -> bool:
    if SECRET_NAME.search(name):
        is_reminder = _REMINDER.match(default.text) and name.lower().endswith(("api_key", "apikey"))
        return not _EMPTY.match(default.text) and not is_reminder
    return bool(_WITH_PASSWORD.match(default.text))


@RULE.fix(Applicability.UNSAFE)
def remove_default(finding: Finding[Assignment], edits: Edits) -> Fix | Refusal:
    field, value = finding.fact, finding.fact.value
    if isinstance(value, Call) and value.method == "Field":
        given = value.keyword("default") or value.args[0]
        if "#" in edits.text(value.node):
            return Refusal(TITLE, "a comment would be lost")
        return Fix(TITLE, edits.remove_argument(value, given))
    if field.annotation is None or value is None:
        return Refusal(TITLE, "there is no annotation that could stay")
    gone = Span(edits.span(field.annotation.node).end, edits.span(field.node).end)
    if "#" in edits.slice(gone) or ")" in edits.slice(gone).partition("=")[0]:
        return Refusal(TITLE, "a comment would be lost")
    return Fix(TITLE, (Edit(gone, ""), *edits.forget(value)))
