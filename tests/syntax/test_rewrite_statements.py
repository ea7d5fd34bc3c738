"""Statements are rewritten in place: what is not meant to change stays as it is written, comments included."""

from collections.abc import Callable

import pytest

from hexguard.syntax.rewrite_statements import (
    annotated,
    assigned,
    renamed_call,
    renamed_decorator,
    with_attribute,
    with_decorator,
    with_keyword,
    without_class,
    without_keyword,
)


def check(change: Callable[[str], str | None], before: str, after: str | None) -> None:
    """The change gives `after`, alone and one level deeper."""
    assert change(before) == after
    assert change(deeper(before)) == (None if after is None else deeper(after))


def deeper(code: str) -> str:
    return "\n".join("\t" + line if line else "" for line in code.split("\n"))


DECORATED = {
    "plain": ("@old\ndef f(): ...", "@new\ndef f(): ..."),
    "call": ("@old('a', b=1)  # why\ndef f(): ...", "@new('a', b=1)  # why\ndef f(): ..."),
    "among others": ("@a\n# why\n@old()\n@b\nclass C: ...", "@a\n# why\n@new()\n@b\nclass C: ..."),
    "comments in the call": ("@old(\n    1,  # one\n)\ndef f(): ...", "@new(\n    1,  # one\n)\ndef f(): ..."),
    "another": ("@older\ndef f(): ...", None),
    "no definition": ("x = old()", None),
}


@pytest.mark.parametrize(("before", "after"), DECORATED.values(), ids=DECORATED)
def test_renamed_decorator(before: str, after: str | None) -> None:
    check(lambda code: renamed_decorator(code, "old", "new"), before, after)


ARGUED = {
    "plain": ("@a.old\ndef f(): ...", '@new(mode="x")\ndef f(): ...'),
    "call": ("@a.old(1, 2)  # why\ndef f(): ...", '@new(mode="x")  # why\ndef f(): ...'),
    "comments in the call": ("@a.old(\n    1,  # one\n)\ndef f(): ...", None),
}


@pytest.mark.parametrize(("before", "after"), ARGUED.values(), ids=ARGUED)
def test_renamed_decorator_with_other_arguments(before: str, after: str | None) -> None:
    check(lambda code: renamed_decorator(code, "a.old", "new", 'mode="x"'), before, after)


GIVEN = {
    "first": ("async def f(): ...", "@classmethod\nasync def f(): ..."),
    "last": ("# a\n@a(1)  # one\n# b\ndef f(): ...", "# a\n@a(1)  # one\n@classmethod\n# b\ndef f(): ..."),
    "present": ("@classmethod\ndef f(): ...", "@classmethod\ndef f(): ..."),
    "no definition": ("x = 1", None),
}


@pytest.mark.parametrize(("before", "after"), GIVEN.values(), ids=GIVEN)
def test_with_decorator(before: str, after: str | None) -> None:
    check(lambda code: with_decorator(code, "classmethod"), before, after)


CALLED = {
    "value": ("x = a.Column(1)  # one", "x = column(1)  # one"),
    "first of two": ("x = a.Column(a.Column(1))", "x = column(a.Column(1))"),
    "decorator": ("@a.Column(1)\ndef f():\n    a.Column()", "@column(1)\ndef f():\n    a.Column()"),
    "inside": (
        "if x:\n    # one\n    y(a.Column(\n        2,  # two\n    ))",
        "if x:\n    # one\n    y(column(\n        2,  # two\n    ))",
    ),
    "not called": ("x = a.Column", None),
}


@pytest.mark.parametrize(("before", "after"), CALLED.values(), ids=CALLED)
def test_renamed_call(before: str, after: str | None) -> None:
    check(lambda code: renamed_call(code, "a.Column", "column"), before, after)


KEYWORDS = {
    "none": ("x = f()", "x = f(k=True)"),
    "one": ("x = f(a)", "x = f(a, k=True)"),
    "present": ("x = f(k=a, b=1)", "x = f(k=True, b=1)"),
    "trailing comma": ("x = f(a,)", "x = f(a, k=True,)"),
    "lines": ("x = f(\n    a,\n    b=1,\n)", "x = f(\n    a,\n    b=1,\n    k=True,\n)"),
    "lines, one": ("x = f(\n    a\n)", "x = f(\n    a,\n    k=True\n)"),
    "comments": ("x = f(\n    a,  # one\n    b,  # two\n)", "x = f(\n    a,  # one\n    b,  # two\n    k=True,\n)"),
    "comment at the end": (
        "x = f(\n    a,  # one\n    b  # two\n)",
        "x = f(\n    a,  # one\n    b,  # two\n    k=True\n)",
    ),
    "comment between": ("x = f(\n    a,\n    # one\n    b,\n)", "x = f(\n    a,\n    # one\n    b,\n    k=True,\n)"),
    "comment below": ("x = f(\n    a,\n    # one\n)", None),
    "generator": ("x = f(a for a in b)", None),
    "another call": ("x = g(a)", None),
}


@pytest.mark.parametrize(("before", "after"), KEYWORDS.values(), ids=KEYWORDS)
def test_with_keyword(before: str, after: str | None) -> None:
    check(lambda code: with_keyword(code, "f", "k", "True"), before, after)


LOST = {
    "only": ("x = f(k=1)", "x = f()"),
    "only, in lines": ("x = f(\n    k=1,\n)", "x = f()"),
    "first": ("x = f(k=1, b=2)", "x = f(b=2)"),
    "middle": ("x = f(a, k=1, b=2)", "x = f(a, b=2)"),
    "last": ("x = f(a, k=1)", "x = f(a)"),
    "last, trailing comma": ("x = f(a, k=1,)", "x = f(a,)"),
    "lines": ("x = f(\n    a,  # one\n    k=1,  # two\n)", "x = f(\n    a,  # one\n)"),
    "lines without a comma": ("x = f(\n    a,  # one\n    k=1  # two\n)", "x = f(\n    a  # one\n)"),
    "comment between": ("x = f(\n    a,\n    # one\n    k=1,\n)", None),
    "absent": ("x = f(a)", "x = f(a)"),
}


@pytest.mark.parametrize(("before", "after"), LOST.values(), ids=LOST)
def test_without_keyword(before: str, after: str | None) -> None:
    check(lambda code: without_keyword(code, "f", "k"), before, after)


ANNOTATED = {
    "plain": ("x = Column(1)  # one", "x: Mapped[int] = Column(1)  # one"),
    "spaces": ("x=Column(1)", "x: Mapped[int]=Column(1)"),
    "another annotation": ("x: Any = Column(1)", "x: Mapped[int] = Column(1)"),
    "no value": ("x: Any", "x: Mapped[int]"),
    "lines": ("x = Column(\n    1,  # one\n)", "x: Mapped[int] = Column(\n    1,  # one\n)"),
    "two targets": ("x = y = Column(1)", None),
    "unpacked": ("x, y = Column(1)", None),
    "augmented": ("x += 1", None),
}


@pytest.mark.parametrize(("before", "after"), ANNOTATED.values(), ids=ANNOTATED)
def test_annotated(before: str, after: str | None) -> None:
    check(lambda code: annotated(code, "Mapped[int]"), before, after)


VALUES = {
    "plain": ("x = Column(1)  # one", "x = g('a')  # one"),
    "annotated": ("x: int = Column(\n    1\n)", "x: int = g('a')"),
    "comment": ("x = Column(\n    1  # one\n)", None),
    "no value": ("x: int", None),
}


@pytest.mark.parametrize(("before", "after"), VALUES.values(), ids=VALUES)
def test_assigned(before: str, after: str | None) -> None:
    check(lambda code: assigned(code, "g('a')"), before, after)


NESTED = {
    "last": (
        "class A:\n    x = 1\n\n    class Config:\n        y = 1",
        "class A:\n    x = 1",
        "class A:\n    x = 1\n\n    z = 1",
    ),
    "first": (
        "class A:\n    class Config:\n        y = 1\n\n    x = 1",
        "class A:\n\n    x = 1",
        "class A:\n    z = 1\n\n    x = 1",
    ),
    "only": ("class A:\n    class Config: ...", "class A:\n    pass", "class A:\n    z = 1"),
    "comment above": (
        "class A:\n    # why\n    class Config: ...\n    x = 1",
        None,
        "class A:\n    # why\n    z = 1\n    x = 1",
    ),
    "comment inside": ("class A:\n    class Config:\n        y = 1  # why", None, None),
    "none": ("class A:\n    x = 1", None, None),
    "no class": ("x = 1", None, None),
}


@pytest.mark.parametrize(("before", "without", "instead"), NESTED.values(), ids=NESTED)
def test_without_class(before: str, without: str | None, instead: str | None) -> None:
    check(lambda code: without_class(code, "Config"), before, without)
    check(lambda code: without_class(code, "Config", "z = 1"), before, instead)


FILLED = {
    "plain": ("class A(B):\n    x = 1  # one", "class A(B):\n    z = 1\n    x = 1  # one"),
    "docstring": ('class A:\n    """Doc."""\n\n    x = 1', 'class A:\n    """Doc."""\n    z = 1\n\n    x = 1'),
    "in the line": ("class A: ...", None),
    "no class": ("x = 1", None),
}


@pytest.mark.parametrize(("before", "after"), FILLED.values(), ids=FILLED)
def test_with_attribute(before: str, after: str | None) -> None:
    check(lambda code: with_attribute(code, "z = 1"), before, after)


@pytest.mark.parametrize("statement", ["x = (", "x = 1; y = 2", "x = 1\ny = 2", ""])
def test_what_is_not_one_statement_stays(statement: str) -> None:
    assert annotated(statement, "int") is None
    assert renamed_call(statement, "f", "g") is None
