"""An entry of a baseline holds as long as the code that it is about, wherever that goes, and no longer."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexguard.engine.baseline import HEAD, Entry, Fingerprints, normalized, parse, render, standing
from hexguard.text.span import Span
from support.fixture import DEFAULT_PATH
from support.project import MemoryProject

PYPROJECT = "[project]\nname = 'x'\nrequires-python = '>=3.11'\n"
CODE = '''import time
from datetime import datetime
from typing import Optional

import requests

name: Optional[dict[str, str]] = {"country": "de"}


class Rates:
    """Rates of a carrier."""

    started = datetime.utcnow()

    async def load(self, country: str, tags: list[str] = []) -> None:
        self.tags = tags
        time.sleep(1)
        requests.get("https://rates.test", params={"country": country}, timeout=3)

        async def again() -> None:
            time.sleep(1)

        try:
            await again()
        except:
            pass

    async def save(self) -> None:
        time.sleep(1)


async def poll() -> None:
    time.sleep(1)
    time.sleep(1)  # hexguard: ignore[no-such-rule] for now
'''


def fingerprints(code: str) -> Counter[tuple[str, str]]:
    """The rules and fingerprints of all that is found in some code."""
    project = MemoryProject({"pyproject.toml": PYPROJECT, DEFAULT_PATH: code})
    file = project.workspace.file(DEFAULT_PATH)
    assert file is not None
    named = Fingerprints(file)
    return Counter((report.rule, named.of(report)) for report in project.reports(DEFAULT_PATH))


FOUND = fingerprints(CODE)


def test_what_is_in_the_code() -> None:
    assert FOUND.total() == 11
    assert sorted(FOUND.values()) == [1] * 9 + [2], "only two equal lines of one function look alike"


def check(before: str, after: str, n_gone: int) -> None:
    """Replace something in the code; so many fingerprints are others then, and the rest is as it was."""
    assert before in CODE
    now = fingerprints(CODE.replace(before, after))
    assert ((FOUND - now).total(), (now - FOUND).total()) == (n_gone, n_gone)


KEPT = {
    "a line above": ("import time\n", '"""Rates."""\n\nimport time\n'),
    "lines between": ("        requests", "        print()\n        # why\n\n        requests"),
    "deeper": (
        "    time.sleep(1)\n    time.sleep(1)  #",
        "    if True:\n        time.sleep(1)\n    time.sleep(1)  #",
    ),
    "white space in the expression": ("datetime.utcnow()", "datetime . utcnow()"),
    "line breaks in the expression": ("Optional[dict[str, str]]", "Optional[\n    dict[\n        str, str\n    ]\n]"),
    "a comma behind the last member": ("dict[str, str]", "dict[\n    str,\n    str,\n]"),
    "a comment in the expression": ("dict[str, str]", "dict[  # why\n    str, str]"),
    "what stands beside it": ("timeout=3", "timeout=4"),
    "a method that moves": (
        "    async def save(self) -> None:\n        time.sleep(1)\n",
        "    x = 1\n\n    async def save(self) -> None:\n\n        time.sleep(1)\n",
    ),
    "another signature": ("async def poll() -> None:", "@log\nasync def poll(x: int = 1) -> int:"),
    "spaces in a suppression": ("ignore[no-such-rule]", "ignore[ no-such-rule ]"),
    "a reason": ("for now", "for ever"),
    "Windows": ("\n", "\r\n"),
}

GONE = {
    "another call": ("requests.get(", "requests.post(", 1),
    "another type": ("dict[str, str]", "dict[str, int]", 1),
    "another name of a class": ("class Rates", "class Fees", 7),
    "another name of a function": ("async def poll", "async def wait", 3),
    "a function in another one": (
        "    async def save(self) -> None:\n        time.sleep(1)\n",
        "    def outer(self):\n        async def save() -> None:\n            time.sleep(1)\n",
        1,
    ),
    "another default": ("tags: list[str] = []", "tags: list[str] = [1]", 1),
}


@pytest.mark.parametrize(("before", "after"), KEPT.values(), ids=KEPT)
def test_what_does_not_count(before: str, after: str) -> None:
    check(before, after, 0)


@pytest.mark.parametrize(("before", "after", "n_gone"), GONE.values(), ids=GONE)
def test_what_counts(before: str, after: str, n_gone: int) -> None:
    check(before, after, n_gone)


LINES = CODE.splitlines(keepends=True)


@given(st.lists(st.tuples(st.integers(0, len(LINES)), st.sampled_from(["\n", "# why\n", "    # why\n", "   \n"]))))
def test_blank_lines_and_comments_change_nothing(inserted: list[tuple[int, str]]) -> None:
    lines = [""] * (len(LINES) + 1)
    for at, line in inserted:
        lines[at] += line
    text = "".join(more + line for more, line in zip(lines, [*LINES, ""], strict=True))
    assert fingerprints(text) == FOUND


@given(st.permutations(range(2)), st.integers(0, 3))
def test_the_order_of_definitions_changes_nothing(order: list[int], n_blank: int) -> None:
    head, of_class, of_function = CODE.partition("class ")[0], "class " + CODE.partition("class ")[2], ""
    of_class, _, of_function = of_class.partition("async def poll")
    parts = [of_class, f"async def poll{of_function}"]
    assert fingerprints(head + "\n" * n_blank + "".join(parts[index] for index in order)) == FOUND


PIECES = ["\n", "    ", "class Rates:\n", "async def poll():\n", "    time.sleep(1)\n", "#", "(", '"', "x", ""]
EDITS = st.lists(st.tuples(st.integers(0, len(CODE)), st.integers(0, 40), st.sampled_from(PIECES)), max_size=6)


@given(EDITS)
def test_after_any_edits_fingerprints_are_those_from_scratch(edits: list[tuple[int, int, str]]) -> None:
    project = MemoryProject({"pyproject.toml": PYPROJECT, DEFAULT_PATH: CODE})
    named = None
    for at, length, text in [(0, 0, ""), *edits]:
        start = min(at, len(project.texts[DEFAULT_PATH]))
        project.edit(DEFAULT_PATH, Span(start, min(start + length, len(project.texts[DEFAULT_PATH]))), text)
        file = project.workspace.file(DEFAULT_PATH)
        assert file is not None
        named, scratch = Fingerprints(file, named), Fingerprints(file)
        reports = project.reports(DEFAULT_PATH)
        assert [named.of(report) for report in reports] == [scratch.of(report) for report in reports]


SAME = [
    ("f(a, b)", "f(\n    a,\n    b,\n)"),
    ("f(a)", "f(a,)"),
    ("[a, b]", "[a, b,]"),
    ("[a]", "[a,]"),
    ("{a: b}", "{\n  a: b,\n}"),
    ("(a, b)", "(a, b,)"),
    ("a[b, c]", "a[b, c,]"),
    ("f()(a)", "f()(a,)"),
    ("a + b", "a+b"),
    ("a + b", "a \\\n  + b"),
    ("a + b", "a + # why\n b"),
    ("'a'", '"a"'),
    ("b'a b'", 'b"a b"'),
    ("'''a\nb'''", "'''a\r\nb'''"),
    ("f(',)')", "f(',)' ,)"),
    ("class A(B):\n    x = 1", "class A(B,):\n\n  x=1"),
]
DIFFERENT = [
    ("(a,)", "(a)"),
    ("a[b,]", "a[b]"),
    ("return (a,)", "return (a)"),
    ("f((a,))", "f((a))"),
    ("a b", "ab"),
    ("'a b'", "'a  b'"),
    ("'# a'", "'# b'"),
    ("'a'", "b'a'"),
    ("'a'", "a"),
    ("'\"'", '"\'"'),
    ("f(a, b)", "f(b, a)"),
    ("not a", "nota"),
    ("1.5", "15"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_code_that_is_only_formatted_otherwise(one: str, other: str) -> None:
    assert normalized(one) == normalized(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_code_that_says_something_else(one: str, other: str) -> None:
    assert normalized(one) != normalized(other)


@given(st.text())
def test_any_text_is_normalized(text: str) -> None:
    assert normalized(text) == normalized(f" {text} ")


ENTRY = Entry("app/a.py", "bare-except", "0123456789abcdef")
PATHS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)


@given(st.lists(st.builds(Entry, PATHS, st.sampled_from(["bare-except", "x"]), st.just("0" * 16))))
def test_what_is_written_is_read(entries: list[Entry]) -> None:
    text = render(entries)
    assert parse(text, "b.txt") == (tuple(sorted(entries)), ())
    assert render(reversed(entries)) == text
    assert text.startswith(HEAD)
    assert text.count("\n") == len(entries) + 1


@pytest.mark.parametrize(
    ("text", "n_entries", "bad"),
    [
        pytest.param("", 0, [], id="empty"),
        pytest.param("\n \n# a comment\n", 0, [], id="blank lines and comments"),
        pytest.param("\ufeff# head\r\na b.py bare-except 0123456789abcdef\r\n", 1, [], id="byte order mark and CRLF"),
        pytest.param("a.py bare-except 0123456789abcdef", 1, [], id="no end of line"),
        pytest.param("a.py bare-except 0123\n", 0, ["a.py bare-except 0123"], id="a short fingerprint"),
        pytest.param("bare-except 0123456789abcdef\n", 0, ["bare-except 0123456789abcdef"], id="no path"),
        pytest.param(
            "<<<<<<< ours\na.py x 0123456789abcdef\n=======\r\n", 1, ["<<<<<<< ours", "======="], id="a conflict"
        ),
    ],
)
def test_lines_that_are_no_entries(text: str, n_entries: int, bad: list[str]) -> None:
    entries, problems = parse(text, "b.txt")
    assert len(entries) == n_entries
    assert [text[problem.span.start : problem.span.end] for problem in problems if problem.span] == bad
    assert all(problem.path == "b.txt" for problem in problems)


@pytest.mark.parametrize(
    ("findings", "known", "left", "n_covered"),
    [
        ("", "", "", 0),
        ("aba", "", "aba", 0),
        ("aba", "a", "ba", 1),
        ("aba", "aa", "b", 2),
        ("ab", "aac", "b", 1),
        ("ba", "ab", "", 2),
    ],
)
def test_each_entry_covers_one_finding(findings: str, known: str, left: str, n_covered: int) -> None:
    entries = Counter(Entry("a.py", name, "") for name in known)
    found = standing(findings, lambda name: Entry("a.py", name, ""), entries)
    assert found == (list(left), n_covered)
    assert entries.total() == len(known) - n_covered
