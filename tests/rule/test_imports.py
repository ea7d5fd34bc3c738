"""Imports that fixes add are sorted in and never shadowed; those that they drop leave no trace, unless in doubt."""

import pytest

from hexguard.engine.file import open_file
from hexguard.engine.stages import untraced
from hexguard.facts.model import Reference
from hexguard.rule.imports import Imports
from hexguard.rule.source import Source
from hexguard.text.document import Document
from hexguard.text.edit import apply
from support.project import module_of

HERE = "here"
"""The name in the code at which something is spelled, or which marks what is dropped."""


def source_of(code: str, path: str = "app/main.py") -> Source:
    return open_file(path, module_of(path), Document.of(path, code), untraced).source()


def check(code: str, qualified: str) -> tuple[str, str] | None:
    """How `qualified` is written where the code says `here`, and the code with the import for that."""
    source = source_of(code)
    for part in source.parts:
        for reference in part.facts.of_type(Reference):
            if source.text[part.span(reference.node).start :].startswith(HERE):
                spelling = Imports(source).spell(qualified, part, reference.context)
                return (spelling.text, apply(code, spelling.edits)) if spelling else None
    raise AssertionError("the code does not say `here`")


ADDED = {
    "to nothing": ("asyncio.sleep", "here\n", "asyncio.sleep", "import asyncio\n\nhere\n"),
    "after a docstring": (
        "asyncio.sleep",
        '"""Jobs."""\n\nhere\n',
        "asyncio.sleep",
        '"""Jobs."""\n\nimport asyncio\n\nhere\n',
    ),
    "after the future": (
        "sqlalchemy.select",
        "from __future__ import annotations\n\nhere\n",
        "select",
        "from __future__ import annotations\n\nfrom sqlalchemy import select\n\nhere\n",
    ),
    "in order": (
        "asyncio.sleep",
        "import abc\nimport time\n\nimport httpx\n\nhere\n",
        "asyncio.sleep",
        "import abc\nimport asyncio\nimport time\n\nimport httpx\n\nhere\n",
    ),
    "as a section": (
        "asyncio.sleep",
        "import httpx\n\nhere\n",
        "asyncio.sleep",
        "import asyncio\n\nimport httpx\n\nhere\n",
    ),
    "to a statement": (
        "sqlalchemy.select",
        "from sqlalchemy import (\n    String,  # short\n    update,\n)\nhere\n",
        "select",
        "from sqlalchemy import (\n    String,  # short\n    select,\n    update,\n)\nhere\n",
    ),
    "beside a class of the same name": (
        "datetime.timezone",
        "from datetime import datetime\nhere\n",
        "timezone",
        "from datetime import datetime, timezone\nhere\n",
    ),
}


@pytest.mark.parametrize(("qualified", "code", "text", "after"), ADDED.values(), ids=ADDED)
def test_adds(qualified: str, code: str, text: str, after: str) -> None:
    assert check(code, qualified) == (text, after)


PRESENT = {
    "whole": ("import asyncio\nhere\n", "asyncio.sleep"),
    "alias": ("import asyncio as aio\nhere\n", "aio.sleep"),
    "name": ("from asyncio import sleep\nhere\n", "sleep"),
    "renamed": ("from asyncio import sleep as pause\nhere\n", "pause"),
    "second of two": ("import abc, asyncio\nhere\n", "asyncio.sleep"),
}


@pytest.mark.parametrize(("code", "text"), PRESENT.values(), ids=PRESENT)
def test_uses_what_is_imported(code: str, text: str) -> None:
    assert check(code, "asyncio.sleep") == (text, code)


def test_a_name_is_taken_where_the_module_is_not_free() -> None:
    code = "asyncio = 1\nhere\n"
    assert check(code, "asyncio.sleep") == ("sleep", "from asyncio import sleep\n\n" + code)


SHADOWED = {
    "parameter": "import asyncio\ndef run(asyncio, sleep):\n    here\n",
    "variables": "asyncio = sleep = 1\nhere\n",
    "both": "def run(asyncio):\n    sleep = 1\n    here\n",
}


@pytest.mark.parametrize("code", SHADOWED.values(), ids=SHADOWED)
def test_says_so_where_every_name_is_shadowed(code: str) -> None:
    assert check(code, "asyncio.sleep") is None


def forgotten(code: str, name: str, path: str = "app/main.py") -> str:
    """The code after the first use of the dotted `name` no longer counts; the use itself stays."""
    source = source_of(code, path)
    spans = [part.span(found.node) for part in source.parts for found in part.facts.of_type(Reference)]
    dropped = min(span for span in spans if source.text[span.start : span.end] == name)
    return apply(code, Imports(source).forget([dropped]))


FORGOTTEN = {
    "only statement": ("import time\n\n\ntime.sleep(1)\n", "time.sleep(1)\n"),
    "between others": ("import abc\nimport time\nimport os\ntime.sleep(abc, os)\n", "import abc\nimport os\n"),
    "one of two": ("import abc, time\ntime.sleep(abc)\n", "import abc\n"),
    "after a docstring": ('"""Jobs."""\n\nimport time\n\n\ntime.sleep(1)\n', '"""Jobs."""\n\n\n'),
    "own section": ("import abc\n\nimport time\n\n\ntime.sleep(abc)\n", "import abc\n\n\n"),
    "by its line ends": ("import abc\r\n\r\nimport time\r\n\r\ntime.sleep(abc)\r\n", "import abc\r\n\r\n"),
    "with a name beside": (
        "from x import (\n    a,  # one\n    time,\n)\ntime.sleep(a)\n",
        "from x import (\n    a,  # one\n)\n",
    ),
}


@pytest.mark.parametrize(("code", "start"), FORGOTTEN.values(), ids=FORGOTTEN)
def test_forgets(code: str, start: str) -> None:
    last = code[code.index("time.sleep(") :]
    assert forgotten(code, "time.sleep") == start.removesuffix(last) + last


KEPT = {
    "used elsewhere": "import time\ntime.sleep(1)\ntime.monotonic()\n",
    "exported": 'import time\n__all__ = ["time"]\ntime.sleep(1)\n',
    "quoted annotation": 'import time\ndef wait(at: "list[time]"):\n    time.sleep(1)\n',
    "with a comment": "import time  # the clock\ntime.sleep(1)\n",
    "conditional": "try:\n    import time\nexcept ImportError:\n    pass\ntime.sleep(1)\n",
    "two statements": "import time; import os\ntime.sleep(os)\n",
}


@pytest.mark.parametrize("code", KEPT.values(), ids=KEPT)
def test_keeps(code: str) -> None:
    assert forgotten(code, "time.sleep") == code


def test_keeps_the_interface_of_a_package() -> None:
    code = "import time\ntime.sleep(1)\n"
    assert forgotten(code, "time.sleep", "app/__init__.py") == code
