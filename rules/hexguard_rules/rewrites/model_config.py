"""Turns the class `Config` of a model into one call, in whose lines comments stay where they are."""

import re
from collections.abc import Sequence

from hexguard.facts.expressions import Collection, Name
from hexguard.facts.model import Assignment, Class
from hexguard.rule import Edits
from hexguard.text.edit import Edit
from hexguard.text.span import Span

MAX_WIDTH = 88
"""A call that is longer keeps a line for each option."""


def as_call(config: Class, maker: str, edits: Edits) -> tuple[Edit, ...] | None:
    """Edits that make `model_config = maker(...)` of a class; `None` if it holds more than options."""
    options = [fact for fact in edits.facts() if isinstance(fact, Assignment) and fact.context.scope == config.scope]
    whole = edits.span(config.node)
    header = _HEADER.match(edits.slice(Span(edits.span(config.name_node).end, whole.end)))
    if header is None or not options or not all(_is_plain(option, edits) for option in options):
        return None
    names = [_name(option) for option in options]
    start = edits.span(config.name_node).end + header.end()
    if len(set(names)) < len(names) or not _holds_nothing_else(start, options, whole.end, edits):
        return None
    text = edits.slice(whole)
    if "\\" in text or '"""' in text or "'''" in text:
        return None
    line = f"model_config = {maker}({', '.join(_argument(option, edits) for option in options)})"
    is_short = len(edits.indent_at(whole.start)) + len(line) <= MAX_WIDTH
    if is_short and "#" not in text and edits.newline not in line:
        return (Edit(whole, line),)
    return _in_lines(Span(whole.start, start), options, maker, edits)


def _in_lines(header: Span, options: Sequence[Assignment], maker: str, edits: Edits) -> tuple[Edit, ...] | None:
    """The same in the lines that are there."""
    first, last = edits.span(options[0].node), edits.span(options[-1].node)
    if edits.line_start(first.start) == edits.line_start(header.start):
        return None
    line = edits.whole_lines(Span(last.end, last.end))
    end = line.start + len(edits.slice(line).rstrip("\r\n"))
    closing = f"{edits.newline}{edits.indent_at(header.start)})"
    arguments = [Edit(edits.span(option.node), f"{_argument(option, edits)},") for option in options[:-1]]
    final = [Edit(last, f"{_argument(options[-1], edits)},{closing if last.end == end else ''}")]
    if last.end != end:
        # A comment in the line of the last option stays there.
        final.append(edits.insert_at(end, closing))
    return (Edit(header, f"model_config = {maker}("), *arguments, *final)


def _argument(option: Assignment, edits: Edits) -> str:
    """`name=value`; a tuple without parentheses gets some."""
    value = _value(option, edits)
    is_bare = isinstance(option.value, Collection) and option.value.kind == "tuple" and not value.startswith("(")
    return f"{_name(option)}=({value})" if is_bare else f"{_name(option)}={value}"


def _value(option: Assignment, edits: Edits) -> str:
    """What stands after the equals sign, parentheses included."""
    declared = option.annotation if option.annotation is not None else option.target
    rest = edits.slice(Span(edits.span(declared.node).end, edits.span(option.node).end))
    return rest.partition("=")[2].strip()


def _is_plain(option: Assignment, edits: Edits) -> bool:
    """Whether it gives one name one value that may stand in a call as it is."""
    if not isinstance(option.target, Name) or option.value is None or option.op:
        return False
    value = _value(option, edits)
    is_tuple = isinstance(option.value, Collection) and option.value.kind == "tuple"
    return not (is_tuple and _PARTS.search(value)) and not value.startswith("staticmethod")


def _name(option: Assignment) -> str:
    return option.target.id if isinstance(option.target, Name) else ""


def _holds_nothing_else(start: int, options: Sequence[Assignment], end: int, edits: Edits) -> bool:
    spans = [edits.span(option.node) for option in options]
    starts = [start, *(span.end for span in spans)]
    ends = [*(span.start for span in spans), end]
    return all(_BLANK.fullmatch(edits.slice(Span(*gap))) for gap in zip(starts, ends, strict=True))


_HEADER = re.compile(r"\s*(?:\(\s*\))?\s*:")
_BLANK = re.compile(r"(?:\s|#[^\r\n]*)*")
_PARTS = re.compile(r"\)\s*,|,\s*\(")
"""`(a), (b)`: parentheses at both ends that do not belong together."""
