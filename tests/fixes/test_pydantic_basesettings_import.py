"""A module that could not be imported does what it would do with the package that `BaseSettings` moved to."""

import pytest

from support.mended import FIXES, fixed, mended
from support.observed import outcome

RULE = "pydantic-basesettings-import"

PROGRAM = """
{statement}

class Settings({name}):
    url: str = "sqlite://"

def run():
    return Settings(_env_file=None).url, sorted(kept for kept in ("BaseModel", "Field") if kept in globals())
"""
STATEMENTS: dict[str, tuple[str, list[str]]] = {
    "from pydantic import BaseSettings": ("BaseSettings", []),
    "from pydantic import BaseSettings as Base": ("Base", []),
    "from  pydantic  import BaseSettings": ("BaseSettings", []),
    "from pydantic import BaseModel, BaseSettings": ("BaseSettings", ["BaseModel"]),
    "from pydantic import BaseSettings, BaseModel": ("BaseSettings", ["BaseModel"]),
    "from pydantic import BaseModel, BaseSettings as Base, Field": ("Base", ["BaseModel", "Field"]),
    "from pydantic import (BaseModel, BaseSettings,)": ("BaseSettings", ["BaseModel"]),
    "from pydantic import (\n    BaseModel,\n    BaseSettings  # why\n)": ("BaseSettings", ["BaseModel"]),
    "from pydantic import (\n    BaseSettings, BaseModel,\n)": ("BaseSettings", ["BaseModel"]),
    "from pydantic import (  # a\n    BaseModel,  # b\n    BaseSettings)": ("BaseSettings", ["BaseModel"]),
    "from pydantic import (\r\n    BaseModel,\r\n    BaseSettings,\r\n)": ("BaseSettings", ["BaseModel"]),
    "if True:\n    from pydantic import BaseModel, BaseSettings": ("BaseSettings", ["BaseModel"]),
}


@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_module_can_be_imported(statement: str) -> None:
    name, kept = STATEMENTS[statement]
    code = PROGRAM.replace("{statement}", statement).replace("{name}", name)
    code = code.replace("\r\n", "\n").replace("\n", "\r\n") if "\r\n" in code else code
    assert outcome(code).error == "PydanticImportError"
    assert outcome(fixed(code, RULE)).result == ("sqlite://", kept)


REFUSED = (
    "from pydantic import BaseModel, BaseSettings; LIMIT = 3\n",
    "from pydantic import BaseModel, \\\n    BaseSettings\n",
    "try:\n    from pydantic import BaseSettings\nexcept ImportError:\n    BaseSettings = None\n",
)


@pytest.mark.parametrize("code", REFUSED)
def test_no_fix(code: str) -> None:
    assert mended(code, RULE, FIXES) is None
