"""Import statements gain and lose names, and keep everything else that is written in them."""

import pytest

from hexguard.syntax.rewrite import with_name, without_names

ADDED = {
    "sorted": ("from a import b, d", "from a import b, c, d"),
    "first": ("from a import d", "from a import c, d"),
    "last": ("from a import a, b", "from a import a, b, c"),
    "after classes": ("from a import A, B", "from a import A, B, c"),
    "relative": ("from . import b", "from . import b, c"),
    "renamed": ("from a import c as d", "from a import c as d, c"),
    "present": ("from a import c", "from a import c"),
    "lines": ("from a import (\n    b,\n    d,\n)", "from a import (\n    b,\n    c,\n    d,\n)"),
    "lines, last": ("from a import (\n    a,\n    b,\n)", "from a import (\n    a,\n    b,\n    c,\n)"),
    "no comma": ("from a import (\n    a,\n    b\n)", "from a import (\n    a,\n    b,\n    c\n)"),
    "comments": (
        "from a import (\n    b,  # one\n    d,  # two\n)",
        "from a import (\n    b,  # one\n    c,\n    d,  # two\n)",
    ),
    "comments, last": (
        "from a import (\n    a,  # one\n    b,  # two\n)",
        "from a import (\n    a,  # one\n    b,  # two\n    c,\n)",
    ),
    "comment above": (
        "from a import (\n    b,\n    # one\n    d,\n)",
        "from a import (\n    b,\n    # one\n    d,\n    c,\n)",
    ),
    "comment above, first": ("from a import (\n    # one\n    d,\n)", "from a import (\n    # one\n    d,\n    c,\n)"),
    "lines, one": ("from a import (\n    b,\n)", "from a import (\n    b,\n    c,\n)"),
    "lines, one and a comment": ("from a import (  # one\n    b\n)", "from a import (  # one\n    b,\n    c\n)"),
    "backslash": ("from a import b, \\\n    d", "from a import b, \\\n    c, \\\n    d"),
    "CRLF": ("from a import (\r\n    b,\r\n    d,\r\n)", "from a import (\r\n    b,\r\n    c,\r\n    d,\r\n)"),
}


@pytest.mark.parametrize(("before", "after"), ADDED.values(), ids=ADDED)
def test_with_name(before: str, after: str) -> None:
    assert with_name(before, "c") == after


@pytest.mark.parametrize(
    "statement", ["import a", "from a import *", "x = 1", "from a import", "from a import (\n    b,\n    # end\n)"]
)
def test_takes_no_name(statement: str) -> None:
    assert with_name(statement, "c") is None


REMOVED = {
    "middle": ("from a import b, c, d", "from a import b, d"),
    "last": ("from a import b, c", "from a import b"),
    "first": ("from a import c, d", "from a import d"),
    "only": ("from a import c", ""),
    "renamed": ("from a import d as c, c as d", "from a import c as d"),
    "module": ("import b, c.d", "import b"),
    "module, renamed": ("import c as d, b as c", "import c as d"),
    "relative": ("from ..a import b, c", "from ..a import b"),
    "lines": ("from a import (\n    b,\n    c,\n)", "from a import (\n    b,\n)"),
    "comments": (
        "from a import (\n    b,  # one\n    c,  # two\n    d,  # three\n)",
        "from a import (\n    b,  # one\n    d,  # three\n)",
    ),
    "comments, last": ("from a import (\n    b,  # one\n    c,  # two\n)", "from a import (\n    b,  # one\n)"),
    "comment before the end": ("from a import (b,  # one\n    c)", "from a import (b  # one\n)"),
    "none": ("from a import b", "from a import b"),
}


@pytest.mark.parametrize(("before", "after"), REMOVED.values(), ids=REMOVED)
def test_without_names(before: str, after: str) -> None:
    assert without_names(before, {"c"}) == after


@pytest.mark.parametrize(
    "statement", ["from a import *", "c = 1", "import", "from a import (\n    b,\n    # one\n    c,\n)"]
)
def test_loses_no_name(statement: str) -> None:
    assert without_names(statement, {"c"}) is None
