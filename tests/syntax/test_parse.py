"""Parsing never fails, and whatever comes in, the way back to code points is right."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexguard.syntax.parse import Tree, errors, kind_id, kind_ids, parse
from hexguard.text.span import Span

MEMBER = "    # why\n\n    @property\n    def f(self):\n        return 1\n\n    "


def check(text: str, *kinds: str) -> Tree:
    tree = parse(text)
    assert [child.type for child in tree.root.children] == list(kinds)
    return tree


@pytest.mark.parametrize("text", [MEMBER, MEMBER.replace("\n", "\r\n"), MEMBER.replace("\n", "\r"), "\f" + MEMBER])
def test_a_member_parses_alone(text: str) -> None:
    tree = check(text, "comment", "decorated_definition")
    assert not tree.has_error
    assert tree.slice(tree.root.children[1]).startswith("@property")


@pytest.mark.parametrize(
    "text",
    ["", "\n", "\f", "\0", "\ufeff", "\ufeffx = 1\n", "# only", "x = 1", "x = '\ud800'", "a\0b\n", "'''", "def", "\\"],
)
def test_odd_texts_give_a_tree(text: str) -> None:
    tree = parse(text)
    assert tree.text == text
    assert tree.offset(tree.root.end_byte) <= len(text)


def test_code_around_new_syntax_survives() -> None:
    for new in (
        "type X[T] = list[T]",
        "def f[T](x: T) -> T: ...",
        "def f[T = int](x): ...",
        'x = t"{a} b"',
        "lazy import x",
        'x = f"{d["a"]}"',
        "try:\n    pass\nexcept A, B:\n    pass",
    ):
        tree = parse(f"before = 1\n{new}\nafter = 2\n")
        slices = [tree.slice(child) for child in tree.root.children]
        assert slices[0] == "before = 1"
        assert slices[-1] == "after = 2"
        assert all(span.start >= 11 and span.end <= 11 + len(new) for span in errors(tree))


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("x = 1\n", []),
        ("é = 1\nlazy import x\n", [Span(6, 10)]),
        ("😀é = (\n", [Span(0, 6)]),
    ],
)
def test_errors(text: str, spans: list[Span]) -> None:
    tree = parse(text)
    assert list(errors(tree)) == spans
    assert tree.has_error is bool(spans)


def test_errors_are_bounded() -> None:
    assert len(errors(parse("lazy import x\n" * 50))) == 20


def test_threads_parse_at_once() -> None:
    texts = [f"def f{n}(a):\n    return f'{{a}}' + {n}\n" * 20 for n in range(40)]
    with ThreadPoolExecutor(4) as threads:
        trees = list(threads.map(parse, texts))
    assert [str(tree.root) for tree in trees] == [str(parse(text).root) for text in texts]


def test_node_types_have_numbers() -> None:
    definition = parse("async def f(): ...\n").root.children[0]
    assert definition.kind_id == kind_id("function_definition")
    assert definition.children[0].kind_id == kind_id("async", is_named=False)
    assert kind_ids("identifier", "block") == {definition.children[2].kind_id, definition.children[-1].kind_id}
    assert parse("(").root.children[0].kind_id == kind_id("ERROR")
    with pytest.raises(LookupError, match="'nonsense'"):
        kind_id("nonsense")


@pytest.mark.parametrize("text", ["(" * 20_000 + ")" * 20_000, "(" * 20_000, "-" * 20_000 + "1", "a." * 20_000 + "b"])
def test_deep_nesting_can_be_read(text: str) -> None:
    tree = parse(text)
    assert tree.span(tree.root) == Span(0, len(text))
    assert len(errors(tree)) <= 1


@given(st.text(alphabet="aé\u2028😀\ud800\r\n'(="))
def test_offsets_are_code_points(text: str) -> None:
    tree = parse(text)
    ends = [len(text[:index].encode("utf-8", "surrogatepass")) for index in range(len(text) + 1)]
    assert [tree.offset(end) for end in ends] == list(range(len(text) + 1))
    assert [tree.byte(index) for index in range(len(text) + 1)] == ends
    inside = [byte for byte in range(ends[-1]) if byte not in ends]
    assert all(ends[tree.offset(byte)] < byte for byte in inside)
