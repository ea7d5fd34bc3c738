"""What statements say: each case is code and the facts of one type that it gives, in short."""

from collections.abc import Callable
from typing import TypeVar

import pytest

from hexguard.facts.block import BlockFacts, lower
from hexguard.facts.expressions import (
    Attribute,
    Await,
    Call,
    Compare,
    Expr,
    FormattedString,
    Name,
    Subscript,
    Yield,
)
from hexguard.facts.model import (
    Assignment,
    Choice,
    Class,
    Function,
    Handler,
    Import,
    Loop,
    Parameter,
    Raise,
    Reference,
    With,
)
from hexguard.syntax.parse import parse

F = TypeVar("F")


def facts_of(code: str) -> BlockFacts:
    return lower(parse(code), is_member=False)[0]


def dotted(expr: Expr | None) -> str:
    match expr:
        case Name(id=name):
            return name
        case Attribute(value=value, attr=attr):
            return f"{dotted(value)}.{attr}"
        case Call(func=func):
            return f"{dotted(func)}()"
        case None:
            return "-"
        case _:
            return type(expr).__name__


def check(code: str, kind: type[F], show: Callable[[F], str], expected: list[str]) -> None:
    assert [show(fact) for fact in facts_of(code).of_type(kind)] == expected


def call(found: Call) -> str:
    context = found.context
    marks = [
        name
        for name, holds in [
            ("awaited", found.awaited),
            ("discarded", found.discarded),
            ("async", context.in_async),
            ("loop", context.in_loop),
            ("try", context.in_try),
            ("handler", context.in_handler),
            ("finally", context.in_finally),
            ("condition", context.in_condition),
            ("checking", context.type_checking),
            *((f"with {dotted(value)}", True) for value in context.withs),
        ]
        if holds
    ]
    return " ".join([dotted(found.func), *marks])


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("f()", ["f discarded"]),
        ("x = f()", ["f"]),
        ("async def a():\n await f()", ["f awaited async"]),
        ("async def a():\n x = await f()", ["f awaited async"]),
        ("async def a():\n def b():\n  f()\n g()", ["f discarded", "g discarded async"]),
        ("async def a():\n return lambda: f()", ["f"]),
        ("async def a():\n return [f(x) for x in g()]", ["g async", "f async loop"]),
        ("for x in f():\n g()\nelse:\n h()", ["f", "g discarded loop", "h discarded"]),
        ("while f():\n g()", ["f loop condition", "g discarded loop"]),
        ("while True:\n def a():\n  f()", ["f discarded"]),
        (
            "try:\n f()\nexcept E:\n g()\nelse:\n h()\nfinally:\n i()",
            ["f discarded try", "g discarded handler", "h discarded", "i discarded finally"],
        ),
        ("with a, b() as c:\n f()", ["b", "f discarded with a with b()"]),
        ("with (a() as b):\n f()", ["a", "f discarded with a()"]),
        ("if TYPE_CHECKING:\n f()\nelse:\n g()", ["f discarded checking", "g discarded"]),
        ("if f():\n g()\nelif h():\n i()", ["f condition", "g discarded", "h condition", "i discarded"]),
        ("a.b.c(1)(2)", ["a.b.c", "a.b.c() discarded"]),
        ("@app.get('/')\ndef f(): ...", ["app.get"]),
        ("print(f'{f(x)!r:{g()}}')", ["f", "print discarded"]),
        ("match f():\n case A():\n  g()", ["f", "g discarded"]),
        ("x = f(y for y in g())", ["g", "f"]),
    ],
)
def test_calls(code: str, expected: list[str]) -> None:
    check(code, Call, call, expected)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import a", ["a None None 0 binds a"]),
        ("import a.b as c, d.e", ["a.b None c 0 binds c", "d.e None None 0 binds d"]),
        ("from a import b, c as d", ["a b None 0 binds b", "a c d 0 binds d"]),
        ("from . import b", [" b None 1 binds b"]),
        ("from ...a.b import (c,  # why\n d)", ["a.b c None 3 binds c", "a.b d None 3 binds d"]),
        ("from a import *", ["a * None 0 binds *"]),
        ("import  a . b", ["a.b None None 0 binds a"]),
    ],
)
def test_imports(code: str, expected: list[str]) -> None:
    def show(found: Import) -> str:
        return f"{found.module} {found.name} {found.alias} {found.level} binds {found.bound}"

    check(code, Import, show, expected)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("def f(a, /, b: int, *c, d=1, **e): ...", ["a positional", "b positional", "c args", "d keyword", "e kwargs"]),
        ("def f(*, a): ...", ["a keyword"]),
        ("def f(self, *args: int, **kw: str): ...", ["self positional", "args args", "kw kwargs"]),
    ],
)
def test_parameters(code: str, expected: list[str]) -> None:
    check(code, Parameter, lambda found: f"{found.name} {found.kind}", expected)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("def f(): ...", ["f stub"]),
        ("async def f():\n 'doc'\n yield 1", ["f async generator"]),
        ("def f():\n def g():\n  return 1", ["f", "f.<locals>.g value"]),
        ("class A:\n def f(self):\n  class B:\n   def g(self): pass", ["A.f", "A.f.<locals>.B.g stub"]),
        ("def f():\n raise NotImplementedError", ["f stub"]),
        ("def f[T](x: T) -> T:\n return x", ["f value"]),
    ],
)
def test_functions(code: str, expected: list[str]) -> None:
    def show(found: Function) -> str:
        marks = {
            "async": found.is_async,
            "generator": found.is_generator,
            "value": found.returns_value,
            "stub": found.is_stub,
        }
        return " ".join([found.qualname, *(mark for mark, holds in marks.items() if holds)])

    check(code, Function, show, expected)


RUNS_OFF = {
    "f()": False,
    "x = f()": True,
    "assert x": True,
    "return x": False,
    "raise x": False,
    "if x: return 1": True,
    "if x: return 1\n else: raise x": False,
    "if x: return 1\n elif y: pass\n else: raise x": True,
    "if x: return 1\n else:\n  if y: return 1": True,
    "with x: return 1": False,
    "with x: y = 1": True,
    "while x: y = 1": False,
    "for x in y: pass": False,
    "try: pass\n finally: pass": False,
    "match x:\n  case _: pass": False,
    "await x": False,
    "return x  # why\n # the end": False,
}


@pytest.mark.parametrize("body", RUNS_OFF)
def test_whether_a_function_runs_off_its_end(body: str) -> None:
    check(f"async def f(x, y):\n {body}\n", Function, lambda found: str(found.runs_off), [str(RUNS_OFF[body])])


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("try: pass\nexcept: pass", ["[] silent"]),
        ("try: pass\nexcept (A, b.C) as e:\n raise", ["[A, b.C] as e reraises"]),
        ("try: pass\nexcept A as e:\n log()\n raise e", ["[A] as e reraises"]),
        ("try: pass\nexcept* A:\n log()", ["[A] group"]),
        ("try: pass\nexcept A, B:\n log()", ["[A, B]"]),
        ("try: pass\nexcept A:\n raise X() from None", ["[A]"]),
        ("try: pass\nexcept A:\n def f():\n  raise", ["[A]"]),
    ],
)
def test_handlers(code: str, expected: list[str]) -> None:
    def show(found: Handler) -> str:
        marks = {
            f"as {found.name}": found.name,
            "group": found.is_group,
            "reraises": found.reraises,
            "silent": found.is_silent,
        }
        types = ", ".join(dotted(kind) for kind in found.types)
        return " ".join([f"[{types}]", *(mark for mark, holds in marks.items() if holds)])

    check(code, Handler, show, expected)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("try:\n a()\n b()\nexcept E:\n c()", ["tried a b, body c, last expression"]),
        (
            "try: pass\nexcept E: pass\nexcept F:\n a()\n return",
            ["tried, body, last pass", "tried, body a, last return"],
        ),
        (
            "try:\n try: a()\n except E: b()\nexcept F:\n c()\n if d: pass",
            ["tried a, body b, last expression", "tried a b, body c, last if"],
        ),
    ],
)
def test_what_a_handler_is_about(code: str, expected: list[str]) -> None:
    calls = facts_of(code).of_type(Call)

    def called(nodes: tuple[int, int]) -> str:
        return "".join(f" {dotted(found.func)}" for found in calls if nodes[0] <= found.node < nodes[1])

    def show(found: Handler) -> str:
        return f"tried{called(found.tried)}, body{called(found.body)}, last {found.last}"

    check(code, Handler, show, expected)


def test_where_a_coroutine_waits_and_gives() -> None:
    code = "async def f():\n with a:\n  yield await b\n return [await c for d in e]"
    check(code, Await, lambda found: f"{dotted(found.value)} {len(found.context.withs)}", ["b 1", "c 0"])
    check(code, Yield, lambda found: f"{found.is_from} {found.context.in_async}", ["False True"])


def test_other_statements() -> None:
    check(
        "x: int = 1\na = b = f()\na.b += 1",
        Assignment,
        lambda a: f"{dotted(a.target)} {a.op}",
        ["x ", "b ", "a ", "a.b +="],
    )
    check("raise A(1) from e\nraise", Raise, lambda r: f"{dotted(r.exception)} {dotted(r.cause)}", ["A() e", "- -"])
    check(
        "async with a as b, c: ...",
        With,
        lambda w: f"{dotted(w.value)} {dotted(w.target)} {w.is_async}",
        ["a b True", "c - True"],
    )
    check(
        "for a in b: ...\nwhile c: ...",
        Loop,
        lambda found: f"{found.kind} {dotted(found.source)}",
        ["for b", "while c"],
    )
    check(
        "if a: b\nelif c: d\nelse: e\nif f: g\nmatch h:\n    case 1: i\n    case _: j\nmatch k:\n    case 1: l",
        Choice,
        lambda found: f"{len(found.bodies)} {all(start < end for start, end in found.bodies)}",
        ["3 True", "2 True"],
    )
    check(
        "try: a\nexcept B: c\nexcept D: e\nelse: f\nfinally: g\ntry: h\nexcept I: j",
        Choice,
        lambda found: f"{len(found.bodies)} {all(start < end for start, end in found.bodies)}",
        ["3 True"],
    )
    check("class A(B, metaclass=M): ...", Class, lambda c: f"{c.name} {[dotted(b) for b in c.bases]}", ["A ['B']"])


def test_expressions() -> None:
    check("a not in b is not c", Compare, lambda c: " ".join(c.ops), ["not in is not"])
    check(
        "x: Optional[int]\ny = a[0]",
        Subscript,
        lambda s: f"{dotted(s.value)} {s.in_annotation}",
        ["Optional True", "a False"],
    )
    check(
        "x: Union[*Ts, int]\ny = Union[*Ts]",
        Subscript,
        lambda s: " ".join(map(dotted, s.items)),
        ["Starred int", "Starred"],
    )
    check("'a' f'{b}'\nt'{c}'", FormattedString, lambda f: f"{len(f.values)} {f.is_template}", ["1 False", "1 True"])
    check(
        "a.b.c\nd()\ne[0].f", Reference, lambda r: f"{dotted(r.expr)} {r.called}", ["a.b.c False", "d True", "e False"]
    )


@pytest.mark.parametrize(
    "code",
    [
        "def f(:\n  time.sleep(1)\n",
        "x = (" * 20_000,
        "[" * 20_000 + "]" * 20_000,
        "a" + ".b()" * 5_000,
        "x = " + " + ".join(["1"] * 5_000),
        "if a:\n" + "".join(" " * depth + "if a:\n" for depth in range(1, 500)),
        "\0\ufeff\f\r\r\n",
        "é😀 = f('😀')",
        "async def f():\n    await\n",
        "lazy import a",
        "class A[T = int](B): x = 1",
        "lambda:",
        "@",
        "match x:\n case",
        "def f(a, (b, c)): pass",
        "print 'a'",
        "except:",
        "f(**)",
        "x[]",
        "a ? b",
        "from import",
        "import",
        "del",
        "with",
        "not",
        "{**}",
        "{1:}",
    ],
)
def test_broken_code_gives_fewer_facts_and_no_error(code: str) -> None:
    facts, spans = lower(parse(code), is_member=False)
    assert all(0 <= fact.node < len(spans) for fact in facts.facts)
    assert all(0 <= spans[node].start <= spans[node].end <= len(code) for node in range(len(spans)))


def test_facts_hold_no_positions() -> None:
    tight = "async def f(a,b=1):\n    return await g(a,b)\n"
    loose = "\n# a comment\nasync def f( a , b = 1 ):\n\n        return   await g( a,\n b )  # more\n"
    assert facts_of(tight) == facts_of(loose)


@pytest.mark.parametrize(
    "code",
    [
        "async def f(a, b: int, *c, d: x.Y = 1, **e) -> list[T]:\n    return await g(a.b[c], d=e)",
        "class A(B[C], m=D):\n    @d\n    def f(self): self.x: int = y",
        "x = {a: [b for b in c if not b], **d} if e < f is not g else lambda h, i=1: (h, *i)",
        "with a as b, c:\n    del d, e.f\n    for g, h in i:\n        raise J from k",
        "try: a += b'c'\nexcept (D, e.F) as g: pass\nelse: global h",
        "def broken(a:\n    b(c)",
    ],
)
@pytest.mark.parametrize("comment", ["# c", "# \u00e9"])
def test_a_comment_changes_no_fact(code: str, comment: str) -> None:
    member = lower(parse(f"{code}\n{comment}\n"), is_member=True)[0]
    assert facts_of(f"{code}\n{comment}\n") == facts_of(f"{code}\n")
    assert member.facts == facts_of(code).facts


@pytest.mark.parametrize("code", ["x = a.b().c()\n", "x = a if b < c else d\n", "f(a, b=1)\n", "x[a, b].c\n"])
def test_a_line_that_is_joined_with_the_next_changes_no_fact(code: str) -> None:
    for at in range(len(code)):
        if code[at] in ".(,= <" and code[at - 1] not in " =":
            assert facts_of(f"{code[:at]} \\\n    {code[at:]}") == facts_of(code)


def test_names_after_wide_characters_are_read() -> None:
    code = "\u00e9 = '\U0001f600' + a.b(\u00e7=c)\n"
    facts, spans = lower(parse(code), is_member=False)
    texts = [code[span.start : span.end] for span in (spans[fact.node] for fact in facts.facts)]
    assert texts == ["a.b", "c", "a.b(\u00e7=c)", "'\U0001f600' + a.b(\u00e7=c)", code[:-1]]
    check(code, Reference, lambda r: dotted(r.expr), ["a.b", "c"])
