"""A statement is rewritten step by step, and nothing but what differs is edited."""

from collections.abc import Callable

import pytest

from hexguard.engine.file import open_file
from hexguard.engine.stages import untraced
from hexguard.facts.model import Assignment, Class, Function
from hexguard.rule.edits import Edits
from hexguard.rule.quotes import preferred_quote, quoted
from hexguard.rule.statement import Statement
from hexguard.text.document import Document
from hexguard.text.edit import apply
from support.project import module_of

PATH = "app/main.py"
MARK = "f"


def edits_of(code: str, block: int) -> Edits:
    source = open_file(PATH, module_of(PATH), Document.of(PATH, code), untraced).source()
    return Edits(source, source.parts[block])


def check(code: str, rewrite: Callable[[Statement], Statement], block: int = -1) -> tuple[str, list[str]] | None:
    """The code after `rewrite` of the last assignment or definition in a block, and what the edits put in."""
    edits = edits_of(code, block)
    fact = [fact for fact in edits.facts() if isinstance(fact, Assignment | Class | Function)][-1]
    made = rewrite(edits.statement(fact)).edits()
    return None if made is None else (apply(code, made), [edit.text for edit in made])


def mapped(statement: Statement) -> Statement:
    return statement.renamed_call("Column", "mapped_column").annotated("Mapped[int]")


MAPPED = {
    "member": ("class A:\n    x = Column(1)  # one\n", "class A:\n    x: Mapped[int] = mapped_column(1)  # one\n"),
    "tabs": ("class A:\n\tx = Column(1)\n", "class A:\n\tx: Mapped[int] = mapped_column(1)\n"),
    "beside another": ("y = 1; x = Column(1)\n", "y = 1; x: Mapped[int] = mapped_column(1)\n"),
    "in the line of the class": ("class A: x = Column(1)\n", "class A: x: Mapped[int] = mapped_column(1)\n"),
    "CRLF": ("x = Column(\r\n    1,\r\n)\r\n", "x: Mapped[int] = mapped_column(\r\n    1,\r\n)\r\n"),
    "CR": ("x = Column(\r    1,\r)\r", "x: Mapped[int] = mapped_column(\r    1,\r)\r"),
    "long string": ('x = Column("""\n  a\n""")\n', 'x: Mapped[int] = mapped_column("""\n  a\n""")\n'),
}


@pytest.mark.parametrize(("before", "after"), MAPPED.values(), ids=MAPPED)
def test_steps_make_one_change(before: str, after: str) -> None:
    assert check(before, mapped) == (after, [": Mapped[int] = mapped_c"])


def test_a_step_that_fails_ends_it() -> None:
    assert check("x = Field(1)\n", mapped) is None


def test_mixed_line_ends_stay() -> None:
    code = "x = Column(\n    1,\r\n)\n"
    assert check(code, mapped) == (
        code.replace(" = Column", ": Mapped[int] = mapped_column"),
        [": Mapped[int] = mapped_c"],
    )
    code = "x = Column(\r\n    1,\n)\n"
    assert check(code, mapped) is None


def test_lines_between_stay_out_of_the_edits() -> None:
    code = "class A:\r\n    # c\r\n    @old('x')\r\n    # d\r\n    def f(cls):\r\n        return g(1)\r\n"

    def rewrite(statement: Statement) -> Statement:
        return statement.renamed_decorator("old", "new").with_decorator("classmethod").with_keyword("g", "k", "2")

    after = (
        code.replace("@old", "@new").replace("('x')\r\n", "('x')\r\n    @classmethod\r\n").replace("g(1)", "g(1, k=2)")
    )
    assert check(code, rewrite) == (after, ["new('x')\r\n    @classmethod", ", k=2"])


OWNERS = {
    "header": 1,
    "first member": 2,
    "nested class": 3,
    "last member": 4,
}


@pytest.mark.parametrize("block", OWNERS.values(), ids=OWNERS)
def test_the_class_around_any_of_its_blocks(block: int) -> None:
    members = "    x = 1\n\n    class Config:\n        y = 1\n\n    def f(self): ...\n"
    code = f"a = 1\n\n# b\n@c(1)\nclass A:\n{members}\nb = 1\n"
    statement = edits_of(code, block).class_statement()
    assert statement
    made = statement.without_class("Config", "model_config = ConfigDict()").edits()
    assert made
    assert apply(code, made) == code.replace("class Config:\n        y = 1", "model_config = ConfigDict()")


@pytest.mark.parametrize("code", ["x = 1\n", "def f():\n    class A:\n        x = 1\n"])
def test_no_class_around(code: str) -> None:
    assert edits_of(code, 0).class_statement() is None


@pytest.mark.parametrize(
    ("code", "quote"),
    [
        pytest.param("", '"', id="empty"),
        pytest.param("x = 'a' + 'b' + \"c\"", "'", id="single"),
        pytest.param("x = 'a' + \"c\"", '"', id="both"),
        pytest.param("'''a'''\n'''b'''\nx = \"\"", '"', id="long ones do not count"),
        pytest.param("# 'a'\n# 'b'\nx = \"it's 'so'\"", '"', id="comments do not count"),
        pytest.param("x = f'{a}' + rb'b'", "'", id="prefixes"),
    ],
)
def test_preferred_quote(code: str, quote: str) -> None:
    assert preferred_quote(code) == quote
    assert edits_of(f"{code}\nx = 1\n", -1).quoted("a") == quote + "a" + quote


@pytest.mark.parametrize("text", ["", "it's", 'say "so"', 'it\'s "so"', "a\\b", "a\nb\t\0", "é", "\ud800", "\u2028"])
@pytest.mark.parametrize("quote", ["'", '"'])
def test_quoted_is_the_text_again(text: str, quote: str) -> None:
    written = quoted(text, quote)
    assert eval(written) == text
    assert "\n" not in written
    assert written[0] == quote or quote in text
