"""Blocks partition a text, and cutting again after an edit gives what cutting the new text gives."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexguard.syntax.blocks import BlockKind, Resplit, resplit, split, starts_of
from hexguard.text.runs import Offsets, Runs
from hexguard.text.span import Span

S, C, M = BlockKind.STATEMENT, BlockKind.CLASS, BlockKind.MEMBER
PIECES = (
    "def f():",
    "class A:",
    "class B(",
    "@deco",
    "async def g():",
    "else:",
    "except:",
    "elif x:",
    "if x:",
    "return",
    "import os",
    "from a import b",
    "from a import (",
    "x = 1",
    "for",
    "lambda",
    "pass",
    "@",
    "@ b",
    "\n",
    "\n",
    "\n",
    "\n    ",
    "\n    ",
    "\n        ",
    "    ",
    "  ",
    "\t",
    "\r\n",
    "\r",
    "\f",
    "\v",
    "\x1c",
    "\u2028",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "{{",
    "}}",
    '"',
    "'",
    '"""',
    "'''",
    'f"',
    "f'''",
    'rt"',
    "f'{",
    "#",
    "# c",
    "\\",
    "\\\n",
    ":",
    ",",
    " ",
    "a",
    "\ufeff",
    "\0",
    "é",
    "😀",
)
CODE = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)

MODULE = '''\
"""Orders."""

import os

@dataclass
class Order(Base):
    """An order."""

    id: int  # the key

    # what it costs
    @property
    def total(self) -> int:
        if self.lines:
            return sum(
                line.price
                for line in self.lines
            )
        # nothing ordered
        return 0

    if TYPE_CHECKING:
        x: int
    else:
        x = 1


# run it
try:
    main()
except Error:
    pass
finally:
    stop()
# the end
'''


def check(text: str, *expected: tuple[BlockKind, str]) -> None:
    blocks = split(text)
    assert [(block.kind, block.text) for block in blocks] == list(expected)
    assert "".join(block.text for block in blocks) == text


def check_edit(text: str, span: Span, inserted: str) -> Resplit:
    old = split(text)
    result = resplit(Runs(old), Offsets(starts_of(old)), span, inserted)
    assert (*old[: result.first], *result.added, *old[result.end :]) == split(
        text[: span.start] + inserted + text[span.end :]
    )
    return result


def check_insert(text: str, marked: str) -> Resplit:
    """Insert what stands between `<` and `>` in `marked`, which is `text` otherwise."""
    start, end = marked.index("<"), marked.index(">")
    assert marked[:start] + marked[end + 1 :] == text
    return check_edit(text, Span(start, start), marked[start + 1 : end])


@pytest.mark.parametrize("terminator", ["\n", "\r\n", "\r"])
def test_a_module(terminator: str) -> None:
    starts = (
        '"""Orders',
        "\nimport os",
        "\n@dataclass",
        '    """An',
        "\n    id:",
        "\n    # what",
        "\n    if TYPE",
        "\n\n# run",
    )
    kinds = (S, S, C, M, M, M, M, S)
    blocks = split(MODULE.replace("\n", terminator))
    assert tuple(block.kind for block in blocks) == kinds
    for block, start in zip(blocks, starts, strict=True):
        assert block.text.startswith(start.replace("\n", terminator))
    assert {block.indent for block in blocks if block.kind is not S} == {4}


def test_odd_texts() -> None:
    check("")
    check("\n\f\n", (S, "\n\f\n"))
    check("# only\r\n  # comments", (S, "# only\r\n  # comments"))
    check("x", (S, "x"))
    check("x\ny", (S, "x\n"), (S, "y"))
    check("x\0\n\0y\n", (S, "x\0\n"), (S, "\0y\n"))
    check("\ufeff# é\nx\n\ufeffy\n", (S, "\ufeff# é\nx\n"), (S, "\ufeffy\n"))
    check("\ufeffclass A:\n    x\n", (C, "\ufeffclass A:\n"), (M, "    x\n"))
    check("    x\n    y\nz\n", (S, "    x\n    y\n"), (S, "z\n"))
    check("x\x0by\x1cz\x85\u2028w\n", (S, "x\x0by\x1cz\x85\u2028w\n"))
    check("x\n\fclass A:\n\f    y\n", (S, "x\n"), (C, "\fclass A:\n"), (M, "\f    y\n"))
    check("x\n   \fy\n", (S, "x\n"), (S, "   \fy\n"))


def test_blank_lines_and_comments_belong_to_what_follows() -> None:
    check("x\n\n# c\n\ny\n# end\n", (S, "x\n"), (S, "\n# c\n\ny\n# end\n"))
    check(
        "def f():\n    x\n    # c\n    y\n    # d\nz\n", (S, "def f():\n    x\n    # c\n    y\n"), (S, "    # d\nz\n")
    )
    check("class A:\n    # c\n    x\n", (C, "class A:\n"), (M, "    # c\n    x\n"))
    check("@a\n# c\n\n@b\ndef f(): pass\n", (S, "@a\n# c\n\n@b\ndef f(): pass\n"))


def test_classes() -> None:
    check("class A: x = 1\ny\n", (S, "class A: x = 1\n"), (S, "y\n"))
    check("class A(B:\n): x = 1\n  y\n", (S, "class A(B:\n): x = 1\n  y\n"))
    check("class A(B['x:'], m=M):x = 1\n  y\n", (S, "class A(B['x:'], m=M):x = 1\n  y\n"))
    check("class A(B[C, D], m=M) : \n  y\n", (C, "class A(B[C, D], m=M) : \n"), (M, "  y\n"))
    check("class A(m={1: 2}): # :c\n  y\n", (C, "class A(m={1: 2}): # :c\n"), (M, "  y\n"))
    check("class A:\\\n  x\n  y\n", (C, "class A:\\\n  x\n"), (M, "  y\n"))
    check("class A:\ny\n", (S, "class A:\n"), (S, "y\n"))
    check("class A:\n    # c\n", (S, "class A:\n    # c\n"))
    check("class A(\n    B,\n):  # c\n  x\n  y\n", (C, "class A(\n    B,\n):  # c\n"), (M, "  x\n"), (M, "  y\n"))
    check("class A[T: int](B[{1: 2}]):\n\tx\n", (C, "class A[T: int](B[{1: 2}]):\n"), (M, "\tx\n"))
    check(
        "class A:\n    class B:\n        x\n    y\n",
        (C, "class A:\n"),
        (M, "    class B:\n        x\n"),
        (M, "    y\n"),
    )
    check("class A:\n    x\n  y\n    z\nw\n", (C, "class A:\n"), (M, "    x\n  y\n"), (M, "    z\n"), (S, "w\n"))
    check("if x:\n    class A:\n        y\n", (S, "if x:\n    class A:\n        y\n"))
    check("class_ = 1\nclassy: int\n", (S, "class_ = 1\n"), (S, "classy: int\n"))


def test_clauses_and_decorators_continue_a_block() -> None:
    check(
        "if x:\n    y\nelif z:\n    y\nelse:\n    y\nw\n",
        (S, "if x:\n    y\nelif z:\n    y\nelse:\n    y\n"),
        (S, "w\n"),
    )
    check("x\nelse_ = 1\n", (S, "x\n"), (S, "else_ = 1\n"))
    check("@a\nx\n", (S, "@a\n"), (S, "x\n"))
    check("class A:\n  @a\n  async def f(): ...\n", (C, "class A:\n"), (M, "  @a\n  async def f(): ...\n"))
    check("class A:\n  x\nelse:\n  y\n", (C, "class A:\n"), (M, "  x\n"), (S, "else:\n  y\n"))


@pytest.mark.parametrize(
    "first",
    [
        "x = '''\ny\n'''\n",
        'x = """\\"""\ny"""\n',
        "x = (\ny\n)\n",
        "x = 1 + \\\ny\n",
        "x = '\\\ny'\n",
        "x = [  # (\n')'\n]\n",
        "x = 'unclosed\n",
        'x = f"{d["("]}"\n',
        "x = f'{a!r:>{w}} {{(}}'\n",
        'x = f"{a[")"]}("\n',
        'x = f"""{\ny(")")\n}"""\n',
        'x = rf"\\{a["["]}"\n',
        "x = t'{f'{b'(''}'}'\n",
        'print(f"{name")\n',
        'x = f"{a:(}"\n',
        "if'(':\n    x\n",
        "x = f'''{a # }''' (\n}'''\n",
        'x = "a" "b"\n',
        "x = ''\n",
        "x = f''\n",
        "((((((((((\n))))\n))))))\n",
        "x = }\n",
        "x = 'a' 'b' \\\n 'c'\n",
        "x = f'{'''('''}'\n",
        "x = u'\\'('\n",
        'x = f"""{x["""\n',
        "x = 1f'{'\n",
    ],
)
def test_one_logical_line(first: str) -> None:
    check(first + "z = 1\n", (S, first), (S, "z = 1\n"))


@pytest.mark.parametrize(
    "line",
    [
        "def f(): pass\n",
        "class A: pass\n",
        "import os\n",
        "from .a import b\n",
        "return\n",
        "async def f(): ...\n",
        "with x: pass\n",
        "@deco\n",
        "while x: pass\n",
        "try:\n    x\nexcept y:\n    z\n",
        "del x\n",
        "raise\n",
    ],
)
@pytest.mark.parametrize("opened", ["x = foo(\n", "x = [1, {'a': (\n  2\n", "foo(a,\nb='\n"])
def test_an_open_bracket_ends_before_a_statement(opened: str, line: str) -> None:
    check(opened + line, (S, opened), (S, line))


@pytest.mark.parametrize(
    "line",
    [
        "if y\n",
        "for x in y\n",
        "else z\n",
        "lambda: 1\n",
        "not y\n",
        "await z\n",
        "@ m\n",
        "async for a in b\n",
        "from_ = 1\n",
        "yield\n",
    ],
)
def test_what_may_stand_in_brackets_stays(line: str) -> None:
    check("x = (\n" + line + ")\ny\n", (S, "x = (\n" + line + ")\n"), (S, "y\n"))


def test_an_open_bracket_in_a_class() -> None:
    check(
        "class A:\n    x = f(\n    @a\n    def g(self): h(\n\n    def i(self): ...\n",
        (C, "class A:\n"),
        (M, "    x = f(\n"),
        (M, "    @a\n    def g(self): h(\n"),
        (M, "\n    def i(self): ...\n"),
    )


def test_an_unclosed_triple_quote_takes_the_rest() -> None:
    check("x\ny = '''\nclass A:\n    def f(): ...\n", (S, "x\n"), (S, "y = '''\nclass A:\n    def f(): ...\n"))


@given(CODE)
def test_blocks_partition_every_text(text: str) -> None:
    blocks = split(text)
    assert "".join(block.text for block in blocks) == text
    assert all(block.text for block in blocks)
    assert starts_of(blocks) == tuple(sum(len(block.text) for block in blocks[:n]) for n in range(len(blocks)))


@given(CODE, CODE, st.data())
def test_resplit_is_split_of_the_new_text(text: str, inserted: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    check_edit(text, Span(start, end), inserted)


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 30), st.sampled_from(PIECES)), max_size=8))
def test_resplit_of_a_module_over_many_edits(edits: list[tuple[int, int, str]]) -> None:
    text, blocks = MODULE, Runs(split(MODULE))
    for place, length, inserted in edits:
        start = place % (len(text) + 1)
        span = Span(start, min(start + length, len(text)))
        again = resplit(blocks, Offsets(starts_of(tuple(blocks))), span, inserted)
        blocks = blocks.replaced(again.first, again.end, again.added)
        text = text[: span.start] + inserted + text[span.end :]
        assert tuple(blocks) == split(text)


def test_an_open_bracket_in_a_class_header_after_another_class() -> None:
    text = "class A:\n    x\n\nclass B(\n    C,\n):\n    @a\n    def f(): ...\n\n    def g(): ...\n"
    at = text.index("):")
    check_edit(text, Span(at, at), "[")


def test_every_single_deletion_in_a_module() -> None:
    for start in range(len(MODULE)):
        check_edit(MODULE, Span(start, start + 1), "")


@pytest.mark.parametrize(
    ("text", "marked", "first", "removed", "added"),
    [
        ("a\nb\nc\n", "a\nb<x>\nc\n", 1, 1, 1),
        ("a\nb\nc\n", "a\n<x\n>b\nc\n", 1, 0, 1),
        ("a\nb\nc\n", "a\nb\nc\n<d\n>", 3, 0, 1),
        ("a\nb\nc\n", "a\nb<(>\nc\n", 1, 2, 1),
        ("a\nx\nc\n", "a\n<else: >x\nc\n", 0, 2, 1),
        ("a\nb\nc\n", "a\nb<'''>\nc\n", 1, 2, 1),
        ("a\nclass A:\n    x\n    y\n", "a\nclass A:\n   < > x\n    y\n", 1, 3, 2),
        ("a\nclass A:\nx\ny\n", "a\nclass A:\n<  >x\ny\n", 1, 2, 2),
        ("a\nb\rc\n", "a\nb\r<\n>c\n", 1, 1, 1),
        ("a\n@b\nx\nc\n", "a\n@b\n<class >x\nc\n", 1, 2, 1),
        ("", "<a\n>", 0, 0, 1),
    ],
)
def test_what_an_edit_replaces(text: str, marked: str, first: int, removed: int, added: int) -> None:
    result = check_insert(text, marked)
    assert (result.first, result.removed, len(result.added)) == (first, removed, added)


def test_an_edit_replaces_only_what_it_touches() -> None:
    text = "class A:\n" + "".join(f"    def f{n}(self):\n        return {n}\n\n" for n in range(500))
    at = text.index("return 250")
    result = check_edit(text, Span(at, at), "await ")
    assert result.removed == 1
    assert ["await return 250" in block.text for block in result.added] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "(" * 20_000 + ")" * 20_000,
        "(" * 200_000,
        "x = [" + "1," * 300_000 + "]\n",
        'f"{' * 50_000,
        'f"{x[\'a]}"' * 30_000,
        "f\"{'''" * 30_000,
        'f"{"""' * 30_000,
        'f"""{' * 30_000,
        "'\n" * 50_000,
        "\\" * 200_000,
        "x = ((((((\n" * 20_000,
        "".join(" " * n + "x\n" for n in range(800, 0, -1)),
        "# c\n" * 100_000,
        "f\"{x['a']}\"" * 30_000,
    ],
)
def test_long_and_deep_texts_are_read_once(text: str) -> None:
    assert "".join(block.text for block in split(text)) == text
