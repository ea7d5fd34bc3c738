"""What stands at an offset of TOML that is half typed: found where a person sees it, and never an error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexguard.settings.slots import slot_at

PIECES = [
    "[",
    "]",
    "[[",
    "{",
    "}",
    "=",
    ",",
    ".",
    '"',
    "'",
    '"""',
    "'''",
    "#",
    "\n",
    "\r\n",
    " ",
    "\\",
    "a",
    "b-c",
    "é",
    "1",
]


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("|", "key ()"),
        ("a|b", "key () ab"),
        ("a.b|", "key (a) b"),
        ("a.|", "key (a)"),
        ("[t]\n|", "key (t)"),
        ("[t.'u']\n|x = 1", "key (t u) x"),
        ("[[t]]\n|", "key (t)"),
        ("[t]\na = { b = 1, |", "key (t a)"),
        ("[t.|", "header (t)"),
        ("[t.|u]", "header (t) u"),
        ("[|", "header ()"),
        ("a = |", "value (a)"),
        ("a = |1", "value (a) 1"),
        ("a = '|'", "value (a)"),
        ("a = { b.c = '|x' }", "value (a b c) x"),
        ("a = [|", "member (a)"),
        ("a = ['x', '|y']", "member (a) y"),
        ("a = [['x'], [|", "member (a)"),
        ("a = [\n  'x', # ]\n  |", "member (a)"),
        ('a = """\n[t]"""\nb = [\'|\']', "member (b)"),
        # What lost its end does not take the rest along.
        ("a = ['x|, 'y']", "member (a) x"),
        ("a = [ 'x|\n[t]\nb = 1", "member (a) x"),
        ("a = [\n'x',\nb = |", "value (b)"),
        ("a = [\n'x',\n[t]\n|", "key (t)"),
        ("a = { b = 'x'\n|", "key ()"),
        ("a = 'x\nb = '|'", "value (b)"),
        # Here nothing may come.
        ("# a|", None),
        ("a |", None),
        ("a = 'x'|", None),
        ("a = 'x' |", None),
        ("a = ['x' |]", None),
        ("a = ['x']|", None),
        ("a = |'x'", None),
        ("[t] |", None),
        ("a = 1 # |", None),
    ],
)
def test_what_stands_at_an_offset(marked: str, expected: str | None) -> None:
    for ends in ("\n", "\r\n"):
        written = marked.replace("\n", ends)
        text = written.replace("|", "", 1)
        slot = slot_at(text, written.index("|"))
        found = slot and f"{slot.role} ({' '.join(slot.path)}) {text[slot.span.start : slot.span.end]}".rstrip()
        assert found == expected


@pytest.mark.parametrize(
    ("marked", "others"),
    [
        ("[t]\na = 1\n|\nb = 2\n[u]\nc = 3\n", ("a", "b")),
        ("a = ['x', |, 'y']\nb = ['z']", ("x", "y")),
        ("a = { x = 1, |, y = 2 }", ("x", "y")),
        ("a = [['x'], ['y', |]]", ("y",)),
        ("x|x = 1\ny = 2", ("y",)),
    ],
)
def test_what_else_stands_there(marked: str, others: tuple[str, ...]) -> None:
    slot = slot_at(marked.replace("|", "", 1), marked.index("|"))
    assert slot
    assert slot.others == others


@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_nothing_is_too_odd(text: str) -> None:
    for offset in range(len(text) + 1):
        slot = slot_at(text, offset)
        if slot:
            assert 0 <= slot.span.start <= offset <= slot.span.end <= len(text)
            assert slot.quote == text[slot.span.start - len(slot.quote) : slot.span.start]
