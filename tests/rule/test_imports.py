"""Imports that fixes add are sorted in and never shadowed; those that they drop leave no trace, unless in doubt."""

import pytest

from hexguard.engine.file import open_file
from hexguard.engine.stages import untraced
from hexguard.facts.model import Reference
from hexguard.rule.imports import Imports
from hexguard.rule.source import Source
from hexguard.text.document import Document
from hexguard.text.edit import Edit, apply
from support.project import module_of

HERE = "here"
"""The name in the code at which something is spelled, or which marks what is dropped."""


def source_of(code: str, path: str = "app/main.py") -> Source:
    return open_file(path, module_of(path), Document.of(path, code), untraced).source()


def check(code: str, qualified: str, *, typing_only: bool = False) -> tuple[str, str] | None:
    """How `qualified` is written where the code says `here`, and the code with the import for that."""
    source = source_of(code)
    for part in source.parts:
        for reference in part.facts.of_type(Reference):
            if source.text[part.span(reference.node).start :].startswith(HERE):
                spelling = Imports(source).spell(qualified, part, reference.context, typing_only=typing_only)
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
    "after a shebang": (
        "asyncio.sleep",
        "#!/usr/bin/env python\n# License: MIT\nhere\n",
        "asyncio.sleep",
        "#!/usr/bin/env python\n# License: MIT\nimport asyncio\n\nhere\n",
    ),
    "above the comment of the first statement": (
        "asyncio.sleep",
        "# License: MIT\n\n# Starts it.\nhere\n",
        "asyncio.sleep",
        "# License: MIT\n\nimport asyncio\n\n# Starts it.\nhere\n",
    ),
    "after a form feed": (
        "asyncio.sleep",
        "import abc\n\f\nhere\n",
        "asyncio.sleep",
        "import abc\nimport asyncio\n\f\nhere\n",
    ),
    "before `try`": (
        "asyncio.sleep",
        "try:\n    import fast\nexcept ImportError:\n    fast = None\nhere\n",
        "asyncio.sleep",
        "import asyncio\n\ntry:\n    import fast\nexcept ImportError:\n    fast = None\nhere\n",
    ),
    "beside a condition": (
        "asyncio.sleep",
        "import abc\nif abc:\n    import time\nhere\n",
        "asyncio.sleep",
        "import abc\nimport asyncio\nif abc:\n    import time\nhere\n",
    ),
    "to a statement with CRLF": (
        "sqlalchemy.select",
        "from sqlalchemy import (\r\n    String,\r\n)\r\nhere\r\n",
        "select",
        "from sqlalchemy import (\r\n    String,\r\n    select,\r\n)\r\nhere\r\n",
    ),
    "with CR": ("asyncio.sleep", "import time\rhere\r", "asyncio.sleep", "import asyncio\rimport time\rhere\r"),
    "with CRLF": (
        "asyncio.sleep",
        "import abc\r\nhere\r\n",
        "asyncio.sleep",
        "import abc\r\nimport asyncio\r\nhere\r\n",
    ),
    "to a statement with a backslash": (
        "sqlalchemy.select",
        "from sqlalchemy import String, \\\n    update\nhere\n",
        "select",
        "from sqlalchemy import String, \\\n    select, \\\n    update\nhere\n",
    ),
    "beside a star": (
        "sqlalchemy.select",
        "from sqlalchemy import *\nhere\n",
        "select",
        "from sqlalchemy import *\nfrom sqlalchemy import select\nhere\n",
    ),
    "beside two statements in a line": (
        "asyncio.sleep",
        "import abc; import time\nhere\n",
        "asyncio.sleep",
        "import asyncio\n\nimport abc; import time\nhere\n",
    ),
    "before later imports": (
        "asyncio.sleep",
        "import abc\nhere\nimport bisect\n",
        "asyncio.sleep",
        "import abc\nimport asyncio\nhere\nimport bisect\n",
    ),
    "what a later import has": (
        "asyncio.sleep",
        "import abc\nhere\nimport asyncio\n",
        "sleep",
        "import abc\nfrom asyncio import sleep\nhere\nimport asyncio\n",
    ),
    "of which type checkers know": (
        "decimal.Decimal",
        "import abc\nimport typing\n\nif typing.TYPE_CHECKING:\n    import c\n    from decimal import Decimal\nhere\n",
        "Decimal",
        "import abc\nimport typing\nfrom decimal import Decimal\n\nif typing.TYPE_CHECKING:\n    import c\nhere\n",
    ),
    "of which only type checkers know": (
        "decimal.Decimal",
        "import abc\n\nif abc.TYPE_CHECKING:\n    from decimal import Decimal\n\nhere\n",
        "Decimal",
        "import abc\nfrom decimal import Decimal\n\n\nhere\n",
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


LAZY = "from __future__ import annotations\nfrom typing import TYPE_CHECKING\n"

TYPED = {
    "new": (
        LAZY + "\nif TYPE_CHECKING:\n    from abc import ABC\n\n\nhere\n",
        LAZY + "\nif TYPE_CHECKING:\n    from abc import ABC\n    from decimal import Decimal\n\n\nhere\n",
    ),
    "sorted in": (
        LAZY + "\nif TYPE_CHECKING:\n\tfrom queue import Queue\nhere\n",
        LAZY + "\nif TYPE_CHECKING:\n\tfrom decimal import Decimal\n\tfrom queue import Queue\nhere\n",
    ),
    "to a statement": (
        LAZY + "\nif TYPE_CHECKING:\n    from decimal import (\n        Clamped,\n    )\nhere\n",
        LAZY + "\nif TYPE_CHECKING:\n    from decimal import (\n        Clamped,\n        Decimal,\n    )\nhere\n",
    ),
    "before `else`": (
        LAZY + "\nif TYPE_CHECKING:\n    import abc\nelse:\n    abc = None\nhere\n",
        LAZY + "\nif TYPE_CHECKING:\n    import abc\n    from decimal import Decimal\nelse:\n    abc = None\nhere\n",
    ),
    "present": (
        LAZY + "\nif TYPE_CHECKING:\n    from decimal import Decimal\nhere\n",
        LAZY + "\nif TYPE_CHECKING:\n    from decimal import Decimal\nhere\n",
    ),
    "without a block": (
        LAZY + "\nhere\n",
        LAZY.replace("from typ", "from decimal import Decimal\nfrom typ") + "\nhere\n",
    ),
    "block in the line": (
        LAZY + "\nif TYPE_CHECKING: import abc\nhere\n",
        LAZY.replace("from typ", "from decimal import Decimal\nfrom typ") + "\nif TYPE_CHECKING: import abc\nhere\n",
    ),
    "evaluated": (
        "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    import abc\nhere\n",
        "from decimal import Decimal\nfrom typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    import abc\nhere\n",
    ),
}


@pytest.mark.parametrize(("code", "after"), TYPED.values(), ids=TYPED)
def test_for_type_checkers(code: str, after: str) -> None:
    assert check(code, "decimal.Decimal", typing_only=True) == ("Decimal", after)
    assert check(after, "decimal.Decimal", typing_only=True) == ("Decimal", after)


SHADOWED = {
    "parameter": "import asyncio\ndef run(asyncio, sleep):\n    here\n",
    "variables": "asyncio = sleep = 1\nhere\n",
    "both": "def run(asyncio):\n    sleep = 1\n    here\n",
}


@pytest.mark.parametrize("code", SHADOWED.values(), ids=SHADOWED)
def test_says_so_where_every_name_is_shadowed(code: str) -> None:
    assert check(code, "asyncio.sleep") is None


def exchanged(code: str, qualified: str) -> str:
    """The code after another name takes the place of the first one that is called."""
    source = source_of(code)
    uses = [(part, found) for part in source.parts for found in part.facts.of_type(Reference)]
    part, use = next(use for use in uses if use[1].called)
    spelling = Imports(source).exchange(qualified, [part.span(use.node)], part, use.context)
    assert spelling
    return apply(code, [*spelling.edits, Edit(part.span(use.node), spelling.text)])


EXCHANGED = {
    "same module": ("import asyncio\nasyncio.gather()\n", "asyncio.TaskGroup", "import asyncio\nasyncio.TaskGroup()\n"),
    "same statement": ("from zlib import gather\ngather()\n", "zlib.crc32", "from zlib import crc32\ncrc32()\n"),
    "same statement, with others": (
        "from zlib import (\n    gather,\n    run,\n)\ngather(run)\n",
        "zlib.crc32",
        "from zlib import (\n    crc32,\n    run,\n)\ncrc32(run)\n",
    ),
    "other module": (
        "import abc\nfrom zlib import gather\ngather(abc)\n",
        "asyncio.TaskGroup",
        "import abc\nimport asyncio\nasyncio.TaskGroup(abc)\n",
    ),
    "other module, the only one": (
        "from abc import gather\ngather()\n",
        "asyncio.TaskGroup",
        "import asyncio\nasyncio.TaskGroup()\n",
    ),
    "other module, after it": ("import abc\nabc.gather()\n", "zlib.crc32", "from zlib import crc32\ncrc32()\n"),
    "also used elsewhere": (
        "import abc\nabc.gather(abc.ABC)\n",
        "zlib.crc32",
        "import abc\nfrom zlib import crc32\ncrc32(abc.ABC)\n",
    ),
}


@pytest.mark.parametrize(("code", "qualified", "after"), EXCHANGED.values(), ids=EXCHANGED)
def test_exchanges(code: str, qualified: str, after: str) -> None:
    assert exchanged(code, qualified) == after


def exchanged_for_all(code: str, *names: str) -> str | None:
    """The imports after several names take the place of the first one that is called."""
    source = source_of(code)
    uses = [(part, found) for part in source.parts for found in part.facts.of_type(Reference)]
    part, use = next(use for use in uses if use[1].called)
    spelled = Imports(source).exchange_all(names, [part.span(use.node)], part, use.context)
    return apply(code, [*spelled[1], Edit(part.span(use.node), ", ".join(spelled[0]))]) if spelled else None


EXCHANGED_FOR_ALL = {
    "same statement": (
        "from zlib import compress, gather\ngather(compress)\n",
        "from zlib import adler32, compress, crc32\nadler32, crc32(compress)\n",
    ),
    "the only name": ("from zlib import gather\ngather()\n", "from zlib import adler32, crc32\nadler32, crc32()\n"),
    "also used elsewhere": (
        "from zlib import gather\ngather(gather)\n",
        "from zlib import adler32, crc32, gather\nadler32, crc32(gather)\n",
    ),
    "a name that is taken": ("from zlib import gather\ncrc32 = 1\ngather()\n", None),
}


@pytest.mark.parametrize(("code", "after"), EXCHANGED_FOR_ALL.values(), ids=EXCHANGED_FOR_ALL)
def test_exchanges_for_several(code: str, after: str | None) -> None:
    assert exchanged_for_all(code, "zlib.adler32", "zlib.crc32") == after


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
    "for type checkers": (
        "import abc\nif abc.TYPE_CHECKING:\n    import time\n    import os\ntime.sleep(os)\n",
        "import abc\nif abc.TYPE_CHECKING:\n    import os\n",
    ),
    "the block of type checkers": (
        "import abc\n\nif abc.TYPE_CHECKING:\n    import time\n\ntime.sleep(abc)\n",
        "import abc\n\n",
    ),
    "the block of type checkers and its flag": (
        "import abc\nfrom typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    import time\n\ntime.sleep(abc)\n",
        "import abc\n\n",
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
    "type comment": "import time\nx = []  # type: list[time]\ntime.sleep(1)\n",
    "block with a comment": "import abc\nif abc.TYPE_CHECKING:\n    # the clock\n    import time\ntime.sleep(1)\n",
    "block with `else`": "import abc\nif abc.TYPE_CHECKING:\n    import time\nelse:\n    x = 1\ntime.sleep(1)\n",
    "block in the line": "import abc\nif abc.TYPE_CHECKING: import time\ntime.sleep(1)\n",
}


@pytest.mark.parametrize("code", KEPT.values(), ids=KEPT)
def test_keeps(code: str) -> None:
    assert forgotten(code, "time.sleep") == code


def test_keeps_the_interface_of_a_package() -> None:
    code = "import time\ntime.sleep(1)\n"
    assert forgotten(code, "time.sleep", "app/__init__.py") == code
