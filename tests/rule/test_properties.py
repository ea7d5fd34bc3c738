"""Whatever imports and calls look like, edits keep the rest as it is, and do nothing the second time."""

import ast
import io
import tokenize
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from hexguard.engine.file import open_file
from hexguard.engine.stages import untraced
from hexguard.facts.expressions import Call
from hexguard.facts.model import Reference
from hexguard.rule.edits import Edits
from hexguard.text.document import Document
from hexguard.text.edit import apply
from support.project import module_of

PATH = "app/main.py"
HERE = "here"
COMMENTS = st.sampled_from(["", "", "  # one", "  # two, (three)"])


@st.composite
def from_imports(draw: st.DrawFn) -> str:
    """`from module import names`, in one line, with a backslash, or in parentheses with comments."""
    module = draw(st.sampled_from(["sqlalchemy", "sqlalchemy.orm", "zlib", "typing"]))
    names = draw(
        st.lists(st.sampled_from(["Alpha", "BETA", "gamma", "delta as d"]), min_size=1, max_size=3, unique=True)
    )
    match draw(st.integers(0, 3)):
        case 0:
            return f"from {module} import {', '.join(names)}{draw(COMMENTS)}"
        case 1:
            return f"from {module} import " + ", \\\n    ".join(names)
        case 2:
            return f"from {module} import ({', '.join(names)}){draw(COMMENTS)}"
        case _:
            above = draw(st.sampled_from(["", "", "    # above\n"]))
            lines = [f"    {name},{draw(COMMENTS)}\n" for name in names]
            return f"from {module} import (\n{''.join([*lines[:-1], above, lines[-1]])})"


@st.composite
def sections(draw: st.DrawFn) -> str:
    """The start of a module, up to a use of a name."""
    start = draw(st.sampled_from(["", "#!/usr/bin/env python\n", "# License\n\n", '"""Doc."""\n', '"""Doc."""\n\n']))
    future = draw(st.sampled_from(["", "", "from __future__ import annotations\n"]))
    others = st.sampled_from(
        [
            "import abc",
            "import os, sys",
            "import a; import b",
            "import asyncio.events",
            "from . import models",
            "from x import *",
            "try:\n    import fast\nexcept ImportError:\n    fast = None",
            "if abc:\n    from sqlalchemy import late",
            "# a comment of its own",
            "",
            "\f",
        ]
    )
    lines = draw(st.lists(st.one_of(from_imports(), others), max_size=5))
    use = draw(st.sampled_from(["here\n", "\n\n# it\ndef f():\n    return here\n", "class A:\n    x = here\n"]))
    newline = draw(st.sampled_from(["\n", "\n", "\r\n", "\r"]))
    return (start + future + "".join(line + "\n" for line in lines) + use).replace("\n", newline)


def comments(code: str) -> Counter[str]:
    lines = io.StringIO(code.replace("\r\n", "\n").replace("\r", "\n"))
    found = tokenize.generate_tokens(lines.readline)
    return Counter(token.string for token in found if token.type == tokenize.COMMENT)


def edits_at_use(code: str) -> tuple[Edits, Reference]:
    source = open_file(PATH, module_of(PATH), Document.of(PATH, code), untraced).source()
    for part in source.parts:
        for found in part.facts.of_type(Reference):
            if source.text[part.span(found.node).start :].startswith(HERE):
                return Edits(source, part), found
    raise AssertionError("the code does not say `here`")


def check_kept(before: str, after: str) -> None:
    """The result parses, has all comments, and ends its lines as before."""
    ast.parse(after)
    assert comments(after) == comments(before)
    for newline in ("\r\n", "\n", "\r"):
        rest = after.replace("\r\n", "") if newline != "\r\n" else after
        assert newline not in rest or newline in before


def lines_that_differ(before: str, after: str) -> list[str]:
    """The lines of `before` from the first to the last one that is not in `after` at the same place."""
    old, new = before.splitlines(), after.splitlines()
    head = n_same(old, new)
    return old[head : len(old) - n_same(old[head:][::-1], new[head:][::-1])]


def n_same(old: list[str], new: list[str]) -> int:
    return next(
        (at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), min(len(old), len(new))
    )


def imported(code: str) -> list[str]:
    """What the statements of the module import, whatever the order and the statements."""
    found = [node for node in ast.parse(code).body if isinstance(node, ast.Import | ast.ImportFrom)]
    return sorted(f"{getattr(node, 'module', '')}:{ast.unparse(alias)}" for node in found for alias in node.names)


@given(sections(), st.sampled_from(["sqlalchemy.select", "asyncio.sleep", "zlib.crc32", "sqlalchemy.orm.Mapped"]))
def test_an_import_is_added_once(code: str, qualified: str) -> None:
    edits, use = edits_at_use(code)
    spelling = edits.spell(qualified, use.context)
    if spelling is None:
        return
    after = apply(code, spelling.edits)
    check_kept(code, after)
    again = edits_at_use(after)
    assert again[0].spell(qualified, again[1].context) == type(spelling)(spelling.text)
    assert sum("import" in line for line in lines_that_differ(code, after)) <= 1


@given(sections(), st.sampled_from(["sqlalchemy.select", "zlib.crc32"]))
def test_an_import_that_is_added_and_forgotten_is_gone(code: str, qualified: str) -> None:
    edits, use = edits_at_use(code)
    spelling = edits.spell(qualified, use.context)
    if spelling is None or not spelling.edits:
        return
    after = apply(code, spelling.edits).replace(HERE, spelling.text)
    source = open_file(PATH, module_of(PATH), Document.of(PATH, after), untraced).source()
    uses = [(part, found) for part in source.parts for found in part.facts.of_type(Reference)]
    part, found = next(use for use in uses if source.text[use[0].span(use[1].node).start :].startswith(spelling.text))
    gone = apply(after, Edits(source, part).forget(found.expr))
    check_kept(code, gone)
    # In doubt, an import stays.
    assert gone == after or imported(gone) == imported(code)


ARGUMENTS = st.sampled_from(["a", "*b", "c[1, 2]", "(d)", "lambda e, f: e", "'g, (h)'", "(i for i in j)", "[\n  k,\n]"])


@st.composite
def calls(draw: st.DrawFn) -> str:
    """A call with positional and keyword arguments, in one line or in many, with comments."""
    n_positional = draw(st.integers(0, 3))
    arguments = [draw(ARGUMENTS) for _ in range(n_positional)]
    arguments += [f"{name}={draw(ARGUMENTS).lstrip('*')}" for name in draw(st.sampled_from(["", "x", "xy"]))]
    arguments += draw(st.sampled_from([[], ["**z"]]))
    trailing = draw(st.booleans())
    if draw(st.booleans()):
        return f"load({', '.join(arguments)}{',' if trailing and arguments else ''})"
    lines: list[str] = []
    for place, argument in enumerate(arguments):
        above = draw(st.sampled_from(["", "", "    # above\n"]))
        comma = "," if trailing or place + 1 < len(arguments) else ""
        lines.append(f"{above}    {argument}{comma}{draw(COMMENTS)}\n")
    joined = "".join(lines)
    return f"load(\n{joined})"


def call_in(code: str) -> tuple[Edits, Call]:
    source = open_file(PATH, module_of(PATH), Document.of(PATH, code), untraced).source()
    edits = Edits(source, source.parts[0])
    return edits, [fact for fact in edits.facts() if isinstance(fact, Call)][-1]


def arguments_of(code: str) -> list[str]:
    call = ast.parse(code, mode="eval").body
    assert isinstance(call, ast.Call)
    return [ast.unparse(argument) for argument in call.args] + [ast.unparse(argument) for argument in call.keywords]


@given(calls())
def test_an_added_argument_is_the_last_one(code: str) -> None:
    edits, call = call_in(code)
    after = apply(code, [edits.add_argument(call, "new=1")])
    assert arguments_of(after) == [*arguments_of(code), "new=1"]
    assert comments(after) == comments(code)


@given(calls(), st.data())
def test_a_removed_argument_leaves_the_others(code: str, data: st.DataObject) -> None:
    edits, call = call_in(code)
    given_ = [*call.args, *call.keywords]
    if not given_:
        return
    place = data.draw(st.integers(0, len(given_) - 1))
    order = sorted(range(len(given_)), key=lambda at: edits.span(given_[at].node))
    after = apply(code, edits.remove_argument(call, given_[place]))
    written = [ast.unparse(node) for node in _in_order(code)]
    assert [ast.unparse(node) for node in _in_order(after)] == [
        text for at, text in enumerate(written) if at != order.index(place)
    ]
    lost = comments(code) - comments(after)
    assert not comments(after) - comments(code)
    assert lost.total() <= 1
    assert "# above" not in lost


def _in_order(code: str) -> list[ast.expr | ast.keyword]:
    call = ast.parse(code, mode="eval").body
    assert isinstance(call, ast.Call)
    return sorted([*call.args, *call.keywords], key=lambda node: (node.lineno, node.col_offset))


@given(calls())
def test_an_argument_added_and_removed_leaves_no_trace(code: str) -> None:
    edits, call = call_in(code)
    if not call.args and not call.keywords:
        return
    after = apply(code, [edits.add_argument(call, "new=1")])
    edits, call = call_in(after)
    added = call.keyword("new")
    assert added
    assert apply(after, edits.remove_argument(call, added)) == code
