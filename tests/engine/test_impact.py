"""Which questions are answered otherwise after a module has another summary."""

import msgspec
import pytest

from hexguard.engine.file import ModuleName, open_file
from hexguard.engine.impact import changed_reads, reads_about
from hexguard.engine.stages import untraced
from hexguard.index.modules import ModuleSummary
from hexguard.index.reads import Read
from hexguard.text.document import Document

CODE = "from .b import x\ndef f():\n    g()\ndef h(a):\n    pass\n"
ALL: set[Read] = {
    ("imports", "a", ""),
    *(("symbol", "a", name) for name in ("x", "f", "h")),
    *(("function", "a", name) for name in ("f", "h")),
    ("calls", "a", "f"),
}


def summary(code: str, *, is_package: bool = False) -> ModuleSummary:
    module = ModuleName("a", is_package)
    return open_file("a.py", module, Document.of("a.py", code), untraced).summary


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (summary(CODE), set[Read]()),
        (summary(CODE.replace("g()", "k()")), {("calls", "a", "f")}),
        (summary(CODE.replace("h(a)", "h(b)")), {("symbol", "a", "h"), ("function", "a", "h")}),
        (
            summary(CODE.replace("import x", "import y")),
            {("imports", "a", ""), ("symbol", "a", "x"), ("symbol", "a", "y")},
        ),
        (summary(CODE, is_package=True), {*ALL, ("module", "a", "")}),
        (None, {*ALL, ("module", "a", "")}),
    ],
)
def test_what_a_change_concerns(after: ModuleSummary | None, expected: set[Read]) -> None:
    before = summary(CODE)
    assert changed_reads({"a": before}, {"a": after}, ()) == expected
    assert changed_reads({"a": after}, {"a": before}, ()) == expected
    assert changed_reads({"a": before}, {"a": msgspec.structs.replace(before)}, ("p",)) == {("package", "p", "")}


def test_names_that_no_edit_touched_are_not_compared() -> None:
    before, after = summary(CODE), summary(CODE.replace("h(a)", "h(b)"))
    assert changed_reads({"a": before}, {"a": after}, (), frozenset({"h"})) == {
        ("symbol", "a", "h"),
        ("function", "a", "h"),
    }
    assert changed_reads({"a": before}, {"a": after}, (), frozenset({"f"})) == set()


def test_what_was_asked_about_modules_of_which_only_the_names_are_known() -> None:
    asked: list[Read] = [("symbol", "a", "f"), ("symbol", "b", "f"), ("package", "a", ""), ("package", "c", "")]
    assert reads_about({"a"}, ("c",), asked) == {("symbol", "a", "f"), ("package", "c", "")}
