"""What fixes are made of: each way to edit leaves comments, layout and line ends alone."""

from collections.abc import Callable

import pytest

from hexguard.engine.file import open_file
from hexguard.engine.stages import untraced
from hexguard.facts.expressions import Call
from hexguard.facts.model import Assignment, Function, Parameter
from hexguard.rule.edits import Edits
from hexguard.text.document import Document
from hexguard.text.edit import Edit, apply
from support.project import module_of

PATH = "app/main.py"


def check(code: str, make: Callable[[Edits], tuple[Edit, ...] | None]) -> str | None:
    """The code after the edits that `make` makes in its last block; `None` if it makes none."""
    source = open_file(PATH, module_of(PATH), Document.of(PATH, code), untraced).source()
    edits = make(Edits(source, source.parts[-1]))
    return None if edits is None else apply(code, edits)


def call_of(edits: Edits) -> Call:
    """The outermost call, which is lowered last."""
    return [fact for fact in edits.facts() if isinstance(fact, Call)][-1]


HANDED_OVER = {
    "no argument": ("load()", "await run(load)"),
    "arguments": ("self.load(1, *a, key=2)", "await run(self.load, 1, *a, key=2)"),
    "attribute": ("load(1).name", "(await run(load, 1)).name"),
    "attribute in the next line": ("(load(1)\n .name)", "((await run(load, 1))\n .name)"),
    "attribute after a comment": ("(load(1)  # one\n .name)", "((await run(load, 1))  # one\n .name)"),
    "ellipsis in the next line": ("if a:\n load()\n ...", "if a:\n await run(load)\n ..."),
    "list in the next line": ("if a:\n load()\n [0]", "if a:\n await run(load)\n [0]"),
    "subscript in the next line": ("(load()\n[0])", "((await run(load))\n[0])"),
    "subscript": ("load()[0]", "(await run(load))[0]"),
    "operand": ("load() + 1", "await run(load) + 1"),
    "generator": ("load(x for x in y)", "await run(load, (x for x in y))"),
    "generator, accessed": ("load(x for x in y).z", "(await run(load, (x for x in y))).z"),
    "function in parentheses": ("(load)(1)", "await run((load), 1)"),
    "chain": ("make(1).load(2)", "await run(make(1).load, 2)"),
    "comment in parentheses": ("load(  # (\n    1)", "await run(\n    load,  # (\n    1)"),
    "lines": ("load(\n    1,  # one\n)", "await run(\n    load,\n    1,  # one\n)"),
    "lines with CRLF": ("load(\r\n  1,\r\n)", "await run(\r\n  load,\r\n  1,\r\n)"),
    "comment before the parentheses": ("(load  # one\n (1))", "(await run(load  # one\n , 1))"),
    "comment before no argument": ("(load  # one\n ())", "(await run(load  # one\n ))"),
    "hanging": ("load(1,\n     2)", "await run(load, 1,\n     2)"),
}


@pytest.mark.parametrize(("before", "after"), HANDED_OVER.values(), ids=HANDED_OVER)
def test_hand_over(before: str, after: str) -> None:
    def make(edits: Edits) -> tuple[Edit, ...]:
        return edits.hand_over(call_of(edits), "await run")

    assert check(before, make) == after


ARGUMENTS = {
    "none": ("load()", "load(new=1)"),
    "one": ("load(a)", "load(a, new=1)"),
    "trailing comma": ("load(a, )", "load(a, new=1, )"),
    "generator": ("load(x for x in y)", "load((x for x in y), new=1)"),
    "lines": ("load(\n    a,\n    b=1,\n)", "load(\n    a,\n    b=1,\n    new=1,\n)"),
    "lines without a comma": ("load(\n    a,\n    b=1\n)", "load(\n    a,\n    b=1,\n    new=1\n)"),
    "comment with a comma": ("load(\n    a  # b, c\n)", "load(\n    a,  # b, c\n    new=1\n)"),
    "comment after a comma": ("load(\n    a,  # b\n)", "load(\n    a,  # b\n    new=1,\n)"),
    "comments with parentheses": ("load(\n    a  # )\n    # ,\n)", "load(\n    a,  # )\n    new=1\n    # ,\n)"),
    "last in the line": ("load(a,\n     b)", "load(a,\n     b, new=1)"),
    "parentheses": ("load((a))", "load((a), new=1)"),
    "parentheses, comma": ("load((a) , )", "load((a) , new=1, )"),
    "star": ("load(*(a))", "load(*(a), new=1)"),
    "CRLF": ("load(\r\n  a,\r\n)", "load(\r\n  a,\r\n  new=1,\r\n)"),
}


@pytest.mark.parametrize(("before", "after"), ARGUMENTS.values(), ids=ARGUMENTS)
def test_add_argument(before: str, after: str) -> None:
    def make(edits: Edits) -> tuple[Edit, ...]:
        return (edits.add_argument(call_of(edits), "new=1"),)

    assert check(before, make) == after


REMOVED = {
    "only": ("load(x)", "load()"),
    "only, with a comma": ("load(x, )", "load()"),
    "only, parentheses": ("load((x))", "load()"),
    "generator": ("load(x for a in b)", "load()"),
    "first": ("load(x, a)", "load(a)"),
    "middle": ("load(a, x, b)", "load(a, b)"),
    "last": ("load(a, x)", "load(a)"),
    "last, with a comma": ("load(a, x,)", "load(a,)"),
    "keyword": ("load(a, x=1, b=2)", "load(a, b=2)"),
    "before stars": ("load(x, *a, **b)", "load(*a, **b)"),
    "after stars": ("load(*a, x=1, **b)", "load(*a, **b)"),
    "a star": ("load(a, *x, b=1)", "load(a, b=1)"),
    "two stars": ("load(a, **x)", "load(a)"),
    "lambda": ("load(lambda a, b: a, x, c)", "load(lambda a, b: a, c)"),
    "parentheses around": ("load((a), (x), (b))", "load((a), (b))"),
    "walrus": ("load(a, (x := 0), b)", "load(a, b)"),
    "bare walrus": ("load(a, x := 0, b)", "load(a, b)"),
    "own line": ("load(\n    a,\n    x,\n    b,\n)", "load(\n    a,\n    b,\n)"),
    "own line, first": ("load(\n    x,\n    b,\n)", "load(\n    b,\n)"),
    "own line, last": ("load(\n    a,\n    x,\n)", "load(\n    a,\n)"),
    "own line, last without a comma": ("load(\n    a,\n    x\n)", "load(\n    a\n)"),
    "own line, only": ("load(\n    x,\n)", "load()"),
    "own lines": ("load(\n    a,\n    x=[\n        1,\n    ],\n    b\n)", "load(\n    a,\n    b\n)"),
    "CRLF": ("load(\r\n  a,\r\n  x,\r\n  b\r\n)", "load(\r\n  a,\r\n  b\r\n)"),
    "hanging, first": ("load(x,\n     a)", "load(a)"),
    "hanging, middle": ("load(a,\n     x,\n     b)", "load(a,\n     b)"),
    "hanging, last": ("load(a,\n     x)", "load(a)"),
    "end of a line": ("load(a, x,\n     b)", "load(a,\n     b)"),
    "start of a line": ("load(a,\n     x, b)", "load(a,\n     b)"),
    "its comment": ("load(\n    a,  # a\n    x,  # x\n    b,  # b\n)", "load(\n    a,  # a\n    b,  # b\n)"),
    "its comment, only": ("load(\n    x,  # x\n)", "load()"),
    "its comment, first": ("load(x,  # x\n     b)", "load(\n     b)"),
    "comment above": ("load(\n    # above\n    x,\n    b,\n)", "load(\n    # above\n    b,\n)"),
    "comment above, only": ("load(\n    # above\n    x,  # x\n)", "load(\n    # above\n)"),
    "comment below, only": ("load(x  # x\n    # below\n)", "load(\n    # below\n)"),
    "comment of two": ("load(a, x,  # both\n     b)", "load(a,  # both\n     b)"),
    "comment of another": ("load(\n    a,  # a\n    x\n)", "load(\n    a  # a\n)"),
    "comment of another, hanging": ("load(a,  # a\n     x)", "load(a  # a\n     )"),
    "comment of the next": ("load(x,\n     # b\n     b)", "load(\n     # b\n     b)"),
    "comment before the comma": ("load(\n    x  # x\n    , b)", "load(\n      # x\n     b)"),
    "comma in a comment": ("load(a  # ,\n     , x)", "load(a  # ,\n     )"),
}


@pytest.mark.parametrize(("before", "after"), REMOVED.values(), ids=REMOVED)
def test_remove_argument(before: str, after: str) -> None:
    def make(edits: Edits) -> tuple[Edit, ...]:
        call = call_of(edits)
        wanted = [*call.args, *call.keywords]
        argument = next(given for given in wanted if edits.text(given.node).strip("*(")[0] in "x0")
        return edits.remove_argument(call, argument)

    assert check(before, make) == after


WRAPPED = {
    "call": ("def f():\n    x = g()\n", "def f():\n    with lock:\n        x = g()\n"),
    "last line": ("def f():\n  x = g()", "def f():\n  with lock:\n    x = g()"),
    "tabs and a comment": ("def f():\n\tx = g()  # why\n", "def f():\n\twith lock:\n\t\tx = g()  # why\n"),
    "lines": ("def f():\n  x = g(\n    1,\n  )\n", "def f():\n  with lock:\n    x = g(\n      1,\n    )\n"),
    "deep": ("def f():\n  if a:\n    x = g()\n", "def f():\n  if a:\n    with lock:\n      x = g()\n"),
    "CRLF": ("def f():\r\n  x = g(\r\n  )\r\n", "def f():\r\n  with lock:\r\n    x = g(\r\n    )\r\n"),
    "two statements": ("def f():\n    x = g(); y = 1\n", None),
    "after another": ("def f():\n    y = 1; x = g()\n", None),
    "line of the def": ("def f(): x = g()\n", None),
    "text in lines": ('def f():\n    x = g("""a\n    b""")\n', None),
    "continued line": ("def f():\n    x = \\\n        g()\n", None),
    "module": ("x = g()\n", None),
}


@pytest.mark.parametrize(("before", "after"), WRAPPED.values(), ids=WRAPPED)
def test_wrap(before: str, after: str | None) -> None:
    def make(edits: Edits) -> tuple[Edit, ...] | None:
        found = next(fact for fact in edits.facts() if isinstance(fact, Assignment))
        return edits.wrap(found.node, "with lock:", found.context)

    assert check(before, make) == after


BODIES = {
    "plain": ("def f():\n    return 1\n", "def f():\n>    return 1\n"),
    "comments": ("def f():  # a\n    # b\n    # c\n    return 1\n", "def f():  # a\n>    # b\n    # c\n    return 1\n"),
    "docstring": ('def f():\n    """Doc."""\n\n    # a\n    x()\n', 'def f():\n    """Doc."""\n\n>    # a\n    x()\n'),
    "docstring, comment": ('def f():\n    "D"  # a\n    x()\n', 'def f():\n    "D"  # a\n>    x()\n'),
    "CRLF": ("def f():\r\n    # a\r\n    x()\r\n", "def f():\r\n>    # a\r\n    x()\r\n"),
    "long head": ("def f(\n    a,\n) -> int:\n    return a\n", "def f(\n    a,\n) -> int:\n>    return a\n"),
    "one line": ("def f(): return 1\n", None),
    "statement after the docstring": ('def f():\n    "D"; x()\n', None),
}


@pytest.mark.parametrize(("before", "after"), BODIES.values(), ids=BODIES)
def test_body_line(before: str, after: str | None) -> None:
    def make(edits: Edits) -> tuple[Edit, ...] | None:
        at = edits.body_line(next(fact for fact in edits.facts() if isinstance(fact, Function)))
        return None if at is None else (edits.insert_at(at, ">"),)

    assert check(before, make) == after


DEFAULTS = {
    "literal": ("def f(a=[1]): ...\n", True),
    "builtin": ("def f(a=list()): ...\n", True),
    "name of the module": ("B = 1\ndef f(a=[B]): ...\n", True),
    "own variable": ("def f(a=[b for b in (1, 2)]): ...\n", True),
    "lambda": ("def f(a=[lambda b: b]): ...\n", True),
    "other parameter": ("def f(b, a=[b]): ...\n", False),
    "local name": ("def f(a=[b]):\n    b = 1\n", False),
    "name of the function around": ("def g(b):\n    def f(a=[b]): ...\n", False),
    "name of the class": ("class C:\n    B = 1\n    def f(self, a=[B]): ...\n", False),
    "name of an inner class": ("def g():\n    class C:\n        B = 1\n        def f(self, a=[B]): ...\n", False),
}


@pytest.mark.parametrize(("code", "expected"), DEFAULTS.values(), ids=DEFAULTS)
def test_means_the_same_inside(code: str, expected: bool) -> None:
    def make(edits: Edits) -> tuple[Edit, ...]:
        parameter = next(fact for fact in edits.facts() if isinstance(fact, Parameter) and fact.default)
        function = edits.function(parameter)
        assert function
        assert parameter.default
        assert edits.means_the_same_inside(parameter.default, function) is expected
        return ()

    assert check(code, make) == code


PLACES = {
    "coroutine": ("async def f():\n    g()\n", True),
    "function": ("def f():\n    g()\n", False),
    "module": ("g()\n", False),
    "nested function": ("async def f():\n    def h():\n        g()\n", False),
    "lambda": ("async def f():\n    return lambda: g()\n", False),
    "comprehension": ("async def f():\n    return [g() for a in b]\n", False),
    "source of a comprehension": ("async def f():\n    return [a for a in g()]\n", True),
}


@pytest.mark.parametrize(("code", "expected"), PLACES.values(), ids=PLACES)
def test_can_await(code: str, expected: bool) -> None:
    def make(edits: Edits) -> tuple[Edit, ...]:
        assert edits.can_await(call_of(edits).context) is expected
        return ()

    assert check(code, make) == code


def test_is_unused() -> None:
    def make(edits: Edits) -> tuple[Edit, ...]:
        assert [name for name in ("a", "b", "c", "d", "e", "f") if edits.is_unused(name)] == ["e"]
        return ()

    assert check("def f(a):\n    b = c.e\n    return [d for d in b]\n", make)
