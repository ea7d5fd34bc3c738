"""Which literal an expression is: `written(expr)  # literal` in a fixture says what must be found (`?` for none)."""

import re
import textwrap

import pytest

from hexguard.facts.expressions import Call, Constant, FormattedString
from hexguard.index.breaches import Breaches
from hexguard.index.effects import Effects
from hexguard.index.reads import Reader
from hexguard.rule.view import View
from hexguard_rules.knowledge import KNOWLEDGE
from support.fixture import parse_fixture
from support.project import MemoryProject

WRITTEN = re.compile(r"written\(.*\)  # (.+)$", re.MULTILINE)


def shown(literal: Constant | FormattedString | None) -> str:
    match literal:
        case Constant(text=text):
            return text
        case FormattedString(start=start):
            return f"{start}..."
        case _:
            return "?"


def views(code: str) -> list[View]:
    """A view of each block of the fixture."""
    fixture = parse_fixture(textwrap.dedent(code))
    project = MemoryProject(fixture.files)
    workspace, knowledge = project.workspace, project.composition.project
    return [
        View(
            lowered.facts,
            workspace.place(path, position),
            knowledge,
            Reader(workspace.modules),
            Effects(KNOWLEDGE),
            Breaches((), ()),
        )
        for path in sorted(fixture.modules)
        if (file := workspace.file(path))
        for position, lowered in enumerate(file.blocks)
    ]


def check(code: str) -> None:
    expected = [
        literal
        for _, text in sorted(parse_fixture(textwrap.dedent(code)).modules.items())
        for literal in WRITTEN.findall(text)
    ]
    found = [
        shown(view.literal(call.args[0]))
        for view in views(code)
        for call in view.block.of_type(Call)
        if call.method == "written"
    ]
    assert expected, "the fixture asks nothing"
    assert found == expected


CASES = {
    "names": """
        import os
        URL = "sqlite://"
        NAMED = f"postgresql://{USER}@db"
        ALIAS = URL
        TWICE = "a"
        TWICE = "b"
        written(URL)  # "sqlite://"
        written(NAMED)  # f"postgresql://...
        written(ALIAS)  # "sqlite://"
        written(TWICE)  # ?
        written(missing)  # ?
        written("as it is")  # "as it is"
        """,
    "locals": """
        def f(given, kept="x"):
            local = "a"
            changed = "a"
            changed = given
            written(local)  # "a"
            written(changed)  # ?
            written(given)  # ?
        """,
    "the environment": """
        import os
        from os import environ
        URL = os.getenv("URL", default="sqlite://")
        written(os.getenv("URL", "mysql://"))  # "mysql://"
        written(environ.get("URL", URL))  # "sqlite://"
        written(os.getenv("URL"))  # ?
        """,
    "other modules and classes": """
        #- app/main.py
        from app import settings
        from app.settings import URL, config
        class Local:
            def __init__(self):
                self.url = "local"
            def show(self):
                written(self.url)  # "local"
        written(URL)  # "sqlite://"
        written(settings.URL)  # "sqlite://"
        written(config.url)  # "mysql://"
        written(config.missing)  # ?
        #- app/settings.py
        import os
        URL = os.getenv("URL", "sqlite://")
        class Config:
            url: str = "mysql://"
        config = Config()
        """,
    "circles end": """
        A = B
        B = A
        written(A)  # ?
        """,
}


@pytest.mark.parametrize("name", CASES)
def test_literals(name: str) -> None:
    check(CASES[name])


def test_what_a_function_calls_and_where_it_stands() -> None:
    code = """
        #- alembic/versions/one.py
        from alembic import op
        def helper(): ...
        def upgrade():
            op.create_table("a")
            with op.batch_alter_table("a") as batch:
                batch.add_column(b)
            helper()
            unknown()
            for x in y: x()
        #- tests/conftest.py
        def shared(): ...
        """
    found = {view.module: view for view in views(code)}
    assert found["alembic.versions.one"].calls("alembic.versions.one.upgrade") == (
        "alembic.op.create_table",
        "alembic.op.batch_alter_table",
        "alembic.operations.BatchOperations.add_column",
        "alembic.versions.one.helper",
        "",
        "",
    )
    assert found["alembic.versions.one"].calls("alembic.versions.one.missing") == ()
    assert not found["alembic.versions.one"].is_test
    assert found["tests.conftest"].is_test
