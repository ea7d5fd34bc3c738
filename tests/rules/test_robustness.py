"""Every rule survives what real files contain: the findings of its examples stay, wherever the text around them moves.

Each variant of an example gives other texts for its modules, and says where an offset of the original is now.
"""

import re
from collections.abc import Callable
from typing import TypeAlias

import msgspec
import pytest

from hexguard.engine.file import open_file
from hexguard.engine.stages import untraced
from hexguard.facts.expressions import Call
from hexguard.facts.model import Assignment, Return
from hexguard.rule.examples import Bad
from hexguard.rule.fix import Applicability
from hexguard.rule.rule import Rule
from hexguard.text.document import Document
from hexguard.text.edit import apply
from hexguard_rules.catalogue import CATALOGUE
from support.fixture import parse_fixture
from support.project import MemoryProject, module_of

Found: TypeAlias = tuple[str, int, int, str]
"""Path, start, end and message of a finding."""


class Variant(msgspec.Struct, frozen=True):
    """Another text of a module: `inserted` gives the offsets of the original at which text was added, and how much."""

    text: str
    inserted: tuple[tuple[int, int], ...] = ()

    def moved(self, offset: int) -> int:
        """Where an offset of the original is in this text; what is inserted right there comes before it."""
        return offset + sum(length for at, length in self.inserted if at <= offset)

    def moved_end(self, offset: int) -> int:
        """The same for the end of a span: what is inserted right there comes after it."""
        return offset + sum(length for at, length in self.inserted if at < offset)


def insertions(text: str, at: list[int], added: str) -> Variant:
    pieces: list[str] = []
    last = 0
    for offset in at:
        pieces += [text[last:offset], added]
        last = offset
    return Variant("".join([*pieces, text[last:]]), tuple((offset, len(added)) for offset in at))


def after_comment(text: str) -> Variant:
    return insertions(text, [0], "# A comment with \"quotes' in it.\n")


def after_emoji_string(text: str) -> Variant:
    return insertions(text, [_after_future(text)], '"\N{GRINNING FACE}\N{COMBINING ACUTE ACCENT}é"\n')


def before_broken_code(text: str) -> Variant:
    return Variant(text + "\n\ndef broken(:\n")


def after_form_feed(text: str) -> Variant:
    return insertions(text, [0], "\f\n")


def with_other_line_ends(text: str) -> Variant:
    return insertions(text, [found.start() for found in re.finditer("\n", text)], "\r")


def in_lines_with_emoji(text: str) -> Variant:
    """An emoji in the same line, before each simple statement of a function that stands alone in its line."""
    file = open_file("app/main.py", module_of("app/main.py"), Document.of("app/main.py", text), untraced)
    starts: set[int] = set()
    for part in file.source().parts:
        for fact in part.facts.facts:
            match fact:
                case Return(context=context) | Assignment(context=context) | Call(discarded=True, context=context):
                    if part.facts.function_scope(context.scope) > 0:
                        starts.add(part.span(fact.node).start)
                case _:
                    pass
    alone = sorted(start for start in starts if not text[text.rfind("\n", 0, start) + 1 : start].strip())
    return insertions(text, alone, '"é\N{GRINNING FACE}"; ')


def _after_future(text: str) -> int:
    found = list(re.finditer(r"^from __future__ .*\n", text, re.MULTILINE))
    return found[-1].end() if found else 0


def findings(files: dict[str, str], rule: Rule) -> list[Found]:
    reports = MemoryProject(files, only=rule.name).all_reports()
    return sorted(
        (report.path, report.span.start, report.span.end, report.message)
        for report in reports
        if report.rule == rule.name
    )


def check(rule: Rule, code: str, vary: Callable[[str], Variant]) -> None:
    fixture = parse_fixture(code)
    variants = {path: vary(text) for path, text in fixture.modules.items()}
    files = {**fixture.settings, **{path: variant.text for path, variant in variants.items()}}
    expected = sorted(
        (path, variants[path].moved(start), variants[path].moved_end(end), message)
        for path, start, end, message in findings(fixture.files, rule)
    )
    assert findings(files, rule) == expected


VARIANTS = (
    after_comment,
    after_emoji_string,
    before_broken_code,
    after_form_feed,
    with_other_line_ends,
    in_lines_with_emoji,
)


@pytest.mark.parametrize("vary", VARIANTS, ids=lambda vary: vary.__name__.replace("_", "-"))
@pytest.mark.parametrize("rule", CATALOGUE, ids=lambda rule: rule.name)
def test_findings_only_move(rule: Rule, vary: Callable[[str], Variant]) -> None:
    for example in rule.examples:
        check(rule, example.code, vary)


@pytest.mark.parametrize("rule", CATALOGUE, ids=lambda rule: rule.name)
def test_fixes_keep_line_ends(rule: Rule) -> None:
    for example in rule.examples:
        if not isinstance(example, Bad) or not example.fixed:
            continue
        fixture = parse_fixture(example.code)
        files = {**fixture.settings, **{path: _with_crlf(text) for path, text in fixture.modules.items()}}
        expected = {**fixture.modules, **parse_fixture(example.fixed).modules}
        workspace = MemoryProject(files, only=rule.name).workspace
        for path in fixture.modules:
            fixed = workspace.fix_all(path, lambda report: report.rule == rule.name, tuple(Applicability))
            assert fixed.text == _with_crlf(expected[path])


@pytest.mark.parametrize("rule", CATALOGUE, ids=lambda rule: rule.name)
def test_each_fix_gives_python(rule: Rule) -> None:
    for example in rule.examples:
        project = MemoryProject(parse_fixture(example.code).files, only=rule.name)
        for report in project.all_reports():
            for _, fix in project.workspace.fixes(report):
                compile(apply(project.texts[report.path], fix.edits), report.path, "exec")


def _with_crlf(text: str) -> str:
    return text.replace("\n", "\r\n")


def test_variants_change_something() -> None:
    text = "def pay(order: Order) -> None:\n    order.pay()\n"
    for vary in VARIANTS:
        variant = vary(text)
        assert variant.text != text
        assert variant.text[variant.moved(text.index("order.pay")) :].startswith("order.pay")
