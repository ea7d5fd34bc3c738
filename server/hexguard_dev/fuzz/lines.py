"""Edits of whole lines, as the commands of an editor make them."""

import re
from collections.abc import Iterator

from hexguard.text.span import Span
from hexguard_dev.fuzz.desk import Desk
from hexguard_dev.fuzz.steps import Change, Edit
from hexguard_rules.catalogue import CATALOGUE

DIRECTIVES = ("ignore", "ignore-file")
_DIRECTIVE = re.compile(r"#[ \t]*hexguard:[^\r\n]*")

Made = Iterator[tuple[Change, ...]]


def moved(desk: Desk) -> Made:
    """Some lines go to another place, in one step or cut first and put back then."""
    path = desk.opened()
    text = desk.text(path)
    lines = desk.lines(text, 8)
    part = text[lines.start : lines.end]
    to = desk.line(text[: lines.start] + text[lines.end :]).start
    cut, put = Edit(path, lines.start, lines.end, ""), Edit(path, to, to, part)
    if desk.chance.random() < 0.5:
        yield cut, put
    else:
        yield (cut,)
        yield (put,)


def duplicated(desk: Desk) -> Made:
    """Some lines stand twice."""
    path = desk.opened()
    text = desk.text(path)
    lines = desk.lines(text, 15)
    yield (Edit(path, lines.end, lines.end, text[lines.start : lines.end]),)


def indented(desk: Desk) -> Made:
    """Some lines are indented more or less, each by an edit of its own or all by one."""
    path = desk.opened()
    text = desk.text(path)
    lines = desk.lines(text, 6)
    width = desk.chance.choice((1, 2, 4, 4, 4))
    more = desk.chance.random() < 0.5
    edits: list[Change] = []
    for start in reversed(_starts(text, lines)):
        blank = len(text[start : start + width]) - len(text[start : start + width].lstrip(" "))
        edits.append(Edit(path, start, start, " " * width) if more else Edit(path, start, start + blank, ""))
    yield from _as_one_or_many(desk, tuple(edits))


def commented(desk: Desk) -> Made:
    """Some lines become comments, or code again."""
    path = desk.opened()
    text = desk.text(path)
    edits: list[Change] = []
    for start in reversed(_starts(text, desk.lines(text, 4))):
        at = start + len(text[start:]) - len(text[start:].lstrip(" "))
        edits.append(Edit(path, at, at + 2, "") if text.startswith("# ", at) else Edit(path, at, at, "# "))
    yield from _as_one_or_many(desk, tuple(edits))


def suppressed(desk: Desk) -> Made:
    """A suppression comes, at the end of a line or on its own, right or wrong; or one goes."""
    path = desk.opened()
    text = desk.text(path)
    there = list(_DIRECTIVE.finditer(text))
    if there and desk.chance.random() < 0.4:
        found = desk.chance.choice(there)
        yield (Edit(path, found.start(), found.end(), ""),)
        return
    names = desk.chance.sample([*sorted(CATALOGUE.names), "no-such-rule", "", "1"], k=desk.chance.randrange(1, 3))
    comment = f"# hexguard: {desk.chance.choice(DIRECTIVES)}[{', '.join(names)}] for a test"
    line = desk.line(text)
    end = line.start + len(text[line.start : line.end].rstrip("\r\n"))
    if desk.chance.random() < 0.6:
        yield (Edit(path, end, end, f"  {comment}"),)
    else:
        start = line.start + len(text[line.start : end]) - len(text[line.start : end].lstrip(" "))
        yield (Edit(path, start, start, f"{comment}\n{' ' * (start - line.start)}"),)


def _starts(text: str, lines: Span) -> list[int]:
    return [lines.start, *(at + 1 for at in range(lines.start, lines.end - 1) if text[at] == "\n")]


def _as_one_or_many(desk: Desk, edits: tuple[Change, ...]) -> Made:
    if desk.chance.random() < 0.5:
        yield edits
    else:
        for edit in edits:
            yield (edit,)
