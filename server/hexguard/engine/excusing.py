"""Writes suppressions beside the code, and takes back those that suppress nothing any more."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from enum import Enum

from hexguard.engine.file import File
from hexguard.engine.fix_all import Scratch
from hexguard.engine.report import Report
from hexguard.engine.suppress import Excuse, excuses_of
from hexguard.rule.fix import Fix
from hexguard.text.edit import Edit
from hexguard.text.lines import newline_of
from hexguard.text.span import Span

MAX_LINE = 120
"""A comment that would make its line longer than this goes above it."""

_HEAD = re.compile(r"#!|[ \t\f]*#.*coding[:=]")


class Reach(Enum):
    """How much of a file a suppression covers."""

    LINE = "line"
    FILE = "file"


def excuse(report: Report, file: File, reach: Reach, scratch: Callable[[], Scratch]) -> tuple[Edit, ...] | None:
    """Edits that suppress a report of `file` and change nothing else; `None` if no comment can do that.

    Each way is tried out on a new `scratch` of the file: a comment may end up in a string, or after a backslash.
    """
    for edits in _excuses(report, file, reach):
        tried = scratch()
        before = Counter(map(_told, tried.reports(file.path)))
        tried.apply(file.path, edits)
        after = Counter(map(_told, tried.reports(file.path)))
        gone = before - after
        if gone and after <= before and all(rule == report.rule for rule, _ in gone):
            return edits
    return None


def retracted(report: Report, file: File) -> Fix | None:
    """The fix that removes the name of a rule from a suppression, or all of it if that is the only name."""
    for excuse in excuses_of(file):
        names = [span.shift(excuse.start) for span in excuse.suppression.names]
        if report.span not in names:
            continue
        if len(names) == 1:
            comment = excuse.suppression.span.shift(excuse.start)
            return Fix("Remove this suppression", (_without(comment, file),))
        position = names.index(report.span)
        first, last = position == 0, position == len(names) - 1
        start = names[position].start if first or not last else names[position - 1].end
        end = names[position].end if last else names[position + 1].start
        name = file.document.text[report.span.start : report.span.end]
        return Fix(f"Remove `{name}` from this suppression", (Edit(Span(start, end), ""),))
    return None


def _told(report: Report) -> tuple[str, str]:
    return report.rule, report.message


def _excuses(report: Report, file: File, reach: Reach) -> Iterator[tuple[Edit, ...]]:
    """Ways to suppress the rule of a report, the best first."""
    scope = reach.value
    for excuse in excuses_of(file):
        if excuse.suppression.scope == scope and excuse.suppression.until is None and _reaches(excuse, report):
            end = excuse.suppression.names[-1].end + excuse.start
            yield (Edit(Span(end, end), f", {report.rule}"),)
    if reach is Reach.FILE:
        yield (_at_the_top(report.rule, file),)
    else:
        yield from ((edit,) for edit in _beside(report, file))


def _reaches(excuse: Excuse, report: Report) -> bool:
    target = excuse.suppression.target.shift(excuse.start)
    return excuse.suppression.scope == "file" or target.start <= report.span.start < max(target.end, target.start + 1)


def _at_the_top(rule: str, file: File) -> Edit:
    """A line before everything but what has to stand in the first two lines."""
    document = file.document
    line, at = 0, 0
    while line < min(2, document.lines.n_lines) and _HEAD.match(document.text, at):
        at = document.lines.line_span(line, len(document.text)).end
        line += 1
    newline = newline_of(document.text)
    before = newline if at and document.text[at - 1] not in "\r\n" else ""
    return Edit(Span(at, at), f"{before}# hexguard: ignore-file[{rule}]{newline}")


def _beside(report: Report, file: File) -> Iterator[Edit]:
    """A comment at the end of the line of a report, then one above that line, and above each line before it."""
    document, block = file.document, report.block
    comment = f"# hexguard: ignore[{report.rule}]"
    line = document.lines.line_of(report.span.start)
    whole = document.lines.line_span(line, len(document.text))
    text = document.text[whole.start : whole.end].rstrip("\r\n")
    end = whole.start + len(text.rstrip())
    at_the_end = Edit(Span(end, end), f"  {comment}")
    fits = len(text.rstrip()) + len(at_the_end.text) <= MAX_LINE
    if fits:
        yield at_the_end
    first = document.lines.line_of(file.starts[block]) if 0 <= block < len(file.blocks) else line
    for above in range(line, first - 1, -1):
        start = document.lines.start(above)
        content = document.text[start : document.lines.line_span(above, len(document.text)).end]
        if not content.strip():
            continue
        indent = content[: len(content) - len(content.lstrip(" \t\f"))]
        yield Edit(Span(start, start), f"{indent}{comment}{newline_of(document.text)}")
    if not fits:
        yield at_the_end


def _without(comment: Span, file: File) -> Edit:
    """The edit that removes a comment: the whole line if nothing else stands there."""
    document = file.document
    line = document.lines.line_span(document.lines.line_of(comment.start), len(document.text))
    before = document.text[line.start : comment.start]
    if not before.strip():
        return Edit(line, "")
    return Edit(Span(line.start + len(before.rstrip()), comment.end), "")
