"""Settings without the default take what the environment says as before, and refuse to start without it."""

import pytest

from support.mended import FIXES, fixed, mended
from support.observed import outcome

RULE = "settings-insecure-default"

PROGRAM = """
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

class Settings(BaseSettings):
    debug: bool = False
    {field}

def run(monkeypatch, value):
    if value:
        monkeypatch.setenv("HEXGUARD_PROOF_TOKEN", value)
    settings = Settings()
    return settings.debug, str(settings), {name}
"""
FIELDS = (
    "hexguard_proof_token: str = 'change-me'",
    "hexguard_proof_token: str = 'change-me'  # later",
    "hexguard_proof_token: SecretStr = SecretStr('change-me')",
    "hexguard_proof_token: str | None = Field('change-me', min_length=2)",
    "hexguard_proof_token: str = Field(default='change-me')",
    "hexguard_proof_token: str = Field(\n        'change-me',\n        min_length=2,\n    )",
    "hexguard_proof_token: 'str' = (\n        'change-me'\n    )",
    "hexguard_proof_token: str = 'change-' 'me'",
    "url: str = Field('redis://:pass@localhost', validation_alias='HEXGUARD_PROOF_TOKEN')",
)


@pytest.mark.parametrize("field", FIELDS)
def test_only_the_default_is_gone(field: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HEXGUARD_PROOF_TOKEN", raising=False)
    code = PROGRAM.replace("{field}", field).replace("{name}", f"settings.{field.partition(':')[0]}")
    after = fixed(code, RULE)
    assert mended(code, RULE, FIXES[:1]) is None
    assert outcome(code, monkeypatch, "").error == ""
    assert outcome(after, monkeypatch, "").error == "ValidationError"
    assert str(outcome(after, monkeypatch, "given")) == str(outcome(code, monkeypatch, "given"))


KEPT = (
    "hexguard_proof_token: str = ''",
    'hexguard_proof_token: str = """"""',
    "hexguard_proof_token: str = (  # why\n        'change-me'\n    )",
    "hexguard_proof_token: str = Field(  # why\n        'change-me')",
)


@pytest.mark.parametrize("field", KEPT)
def test_no_fix(field: str) -> None:
    assert mended(PROGRAM.replace("{field}", field).replace("{name}", "0"), RULE, FIXES) is None
