"""A suppression covers the statement that its writer meant, and one that says nothing is told."""

import pytest

from hexguard.syntax.comments import comments, suppressions
from hexguard.syntax.parse import parse


def check(text: str, *expected: tuple[str, str]) -> None:
    """Compare rules and covered text of all suppressions of statements, with every kind of line end."""
    for terminator in ("\n", "\r\n", "\r"):
        code = text.replace("\n", terminator)
        found = suppressions(parse(code))
        covered = [(" ".join(one.rules), code[one.target.start : one.target.end]) for one in found.lines]
        assert covered == [(rules, target.replace("\n", terminator)) for rules, target in expected]
        assert not found.files
        assert not found.malformed
        for one in found.lines:
            assert tuple(code[name.start : name.end] for name in one.names) == one.rules
            assert code[one.span.start : one.span.end].startswith("#")


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("x = 1  # hexguard: ignore[a]\ny\n", "x = 1  # hexguard: ignore[a]"),
        ("x = 1  # hexguard: ignore[a]", "x = 1  # hexguard: ignore[a]"),
        ("y\nx = [  # hexguard: ignore[a]\n  1,\n]\n", "x = [  # hexguard: ignore[a]\n  1,\n]"),
        ("x = [\n  1,\n]  # hexguard: ignore[a]\n", "x = [\n  1,\n]  # hexguard: ignore[a]"),
        ("x = [\n  # hexguard: ignore[a]\n  1,\n]\n", "x = [\n  # hexguard: ignore[a]\n  1,\n]"),
        ("    x; y  # hexguard: ignore[a]\n", "x; y  # hexguard: ignore[a]"),
        ("if x:  # hexguard: ignore[a]\n    y\n", "if x:  # hexguard: ignore[a]"),
        ("if x: y  # hexguard: ignore[a]\n", "if x: y  # hexguard: ignore[a]"),
        ("def f(\n    é='😀',  # hexguard: ignore[a]\n):\n    y\n", "def f(\n    é='😀',  # hexguard: ignore[a]\n):"),
        ("class A(B):  # hexguard: ignore[a]\n", "class A(B):  # hexguard: ignore[a]"),
        ("try:\n    x\nexcept:  # hexguard: ignore[a]\n    y\n", "except:  # hexguard: ignore[a]"),
        ("@b  # hexguard: ignore[a]\n@c\ndef f():\n    y\n", "@b  # hexguard: ignore[a]"),
        ("@b\ndef f():  # hexguard: ignore[a]\n    y\n", "def f():  # hexguard: ignore[a]"),
        ("# hexguard: ignore[a]\n@b\n@c\ndef f():\n    y\n", "@b\n@c\ndef f():"),
        ("# hexguard: ignore[a]\n\n# other\nx = (\n  1)\ny\n", "x = (\n  1)"),
        ("    # hexguard: ignore[a]\n    def f(self):\n        y\n", "def f(self):"),
        ("if x:\n    y\n# hexguard: ignore[a]\nelse:\n    z\n", "else:"),
        ("match x:\n    case 1:  # hexguard: ignore[a]\n        y\n", "case 1:  # hexguard: ignore[a]"),
        ("x = 1\n# hexguard: ignore[a]\n", ""),
        ("x = foo(bar(  # hexguard: ignore[a]\n", "x = foo(bar(  # hexguard: ignore[a]"),
    ],
)
def test_targets(text: str, target: str) -> None:
    check(text, ("a", target))


def test_several_suppressions_apply_to_one_statement() -> None:
    check("# hexguard: ignore[a]\n# hexguard: ignore[b]\nx\n", ("a", "x"), ("b", "x"))


@pytest.mark.parametrize(
    ("comment", "rules", "reason"),
    [
        ("# hexguard: ignore[a-b]", ("a-b",), ""),
        ("#hexguard:ignore[a]because", ("a",), "because"),
        ("#  hexguard :\tignore [ a ,b, ]  the client waits ", ("a", "b"), "the client waits"),
        ("# noqa: E501  # hexguard: ignore[AP-09] why", ("AP-09",), "why"),
        ("# hexguard: ignore[sqlalchemy] für 😀", ("sqlalchemy",), "für 😀"),
    ],
)
def test_spellings(comment: str, rules: tuple[str, ...], reason: str) -> None:
    (found,) = suppressions(parse(f"x = 1  {comment}\r\n")).lines
    assert (found.rules, found.reason) == (rules, reason)


@pytest.mark.parametrize(
    ("comment", "culprit", "message"),
    [
        ("# hexguard: ignore", "# hexguard: ignore", "must name rules in brackets"),
        ("# hexguard: ignore-file because", "# hexguard: ignore-file because", "must name rules in brackets"),
        ("# hexguard: ignore[a", "# hexguard: ignore[a", "must name rules in brackets"),
        ("# hexguard: ignore[ , ]", "# hexguard: ignore[ , ]", "names no rule"),
        ("# hexguard: off[a]", "# hexguard: off[a]", "`off` is unknown"),
        ("# hexguard:", "# hexguard:", "nothing follows"),
        ("# hexguard: ignore[a b]", "a b", "separate names with commas"),
    ],
)
def test_malformed(comment: str, culprit: str, message: str) -> None:
    text = f"é = 1  {comment}\r\n"
    found = suppressions(parse(text))
    assert not found.lines
    assert [text[one.span.start : one.span.end] for one in found.malformed] == [culprit]
    assert message in found.malformed[0].message


def test_one_bad_name_does_not_lose_the_others() -> None:
    found = suppressions(parse("x  # hexguard: ignore[a, 1?, b]\n"))
    assert [one.rules for one in found.lines] == [("a", "b")]
    assert len(found.malformed) == 1


@pytest.mark.parametrize(
    "text",
    [
        "x = '# hexguard: ignore[a]'\n",
        '"""\n# hexguard: ignore[a]\n"""\n',
        "# write `# hexguard: ignore[a]`\n",
        "# myhexguard: ignore[a]\n",
        "hexguard = 1  # ignore[a]\n",
        "# noqa\n",
    ],
)
def test_what_is_no_suppression(text: str) -> None:
    found = suppressions(parse(text))
    assert (found.lines, found.files, found.malformed) == ((), (), ())


def test_a_file_is_suppressed_from_anywhere() -> None:
    text = "x = 1\n# hexguard: ignore-file[a, b] generated\ny = 2\n"
    (found,) = suppressions(parse(text)).files
    assert (found.rules, found.reason, found.scope) == (("a", "b"), "generated", "file")
    assert text[found.target.start : found.target.end] == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("x = '#'\n", []),
        ("# a\r\nx  # b\r\n", [("# a", True), ("# b", False)]),
        ("\ufeff# é😀\rx\f#b", [("# é😀", True), ("#b", False)]),
        ("\f\t# a", [("# a", True)]),
        ("f(  # a\n", [("# a", False)]),
    ],
)
def test_comments(text: str, expected: list[tuple[str, bool]]) -> None:
    found = comments(parse(text))
    assert [(one.text, one.own_line) for one in found] == expected
    assert all(text[one.span.start : one.span.end] == one.text for one in found)
