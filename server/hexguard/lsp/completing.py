"""Finds what can be written at an offset: names of rules in a comment, and all that a settings file may say.

Runs in the worker's thread.
"""

from collections.abc import Iterator

import msgspec

from hexguard.engine.file import File
from hexguard.lsp.directives import KEYWORDS, Directive
from hexguard.lsp.roots import Home
from hexguard.settings.expected import Expected, expected_at
from hexguard.settings.schema import BOOLEANS, KEYS, Key, field_of, spelled
from hexguard.settings.slots import Slot
from hexguard.settings.switches import GROUPS, SWITCHES, Switch
from hexguard.syntax.comments import suppressions
from hexguard.syntax.parse import parse
from hexguard.text.span import Span
from hexguard_rules.catalogue import CATALOGUE

_STAND_IN = "# hexguard: ignore[some-rule]"

_KEYWORD_SAYS = {
    "ignore": "Suppresses rules on this statement, or on the next one if the comment stands alone.",
    "ignore-file": "Suppresses rules in the whole file.",
}


class Completion(msgspec.Struct, frozen=True):
    """Something that can be written: shown as `label`, put as `text` in the place of `span`, explained by `says`.

    `is_near`: it is more likely than the others, which are in the order in which they should be shown.
    """

    label: str
    text: str
    span: Span
    says: str
    is_key: bool = False
    is_near: bool = False


def in_comment(home: Home, directive: Directive) -> list[Completion]:
    """What can be written into a comment for Hexguard; nothing if the engine does not take it for one."""
    document, file = home.document, home.workspace.file(home.path)
    if file is None or not _is_comment(file, directive):
        return []
    if directive.role == "keyword":
        return [Completion(word, word, directive.span, _KEYWORD_SAYS[word], is_key=True) for word in KEYWORDS]
    target = Span(0, len(document.text)) if directive.keyword == "ignore-file" else _target(file, directive)
    near = {report.rule for report in home.reports() if target and target.start <= report.span.start < target.end}
    return [
        Completion(rule.name, rule.name, directive.span, rule.summary, is_near=rule.name in near)
        for rule in sorted(CATALOGUE, key=lambda rule: rule.name)
        if rule.name not in directive.others
    ]


def in_settings(name: str, text: str, offset: int) -> list[Completion]:
    """What can be written at an offset of the settings file called `name`."""
    expected = expected_at(name, text, offset)
    if expected is None or len(expected.slot.quote) > 1:
        return []
    slot = expected.slot
    if expected.what == "key":
        return list(_keys(slot))
    if expected.what == "choice" and expected.key:
        return list(_choices(slot, expected.key, expected.switch))
    is_key = slot.role != "member"
    written = (
        (label, _key(slot, label, expected.key) if is_key else _string(slot, label), says)
        for label, says in _names(expected, text)
    )
    return [Completion(label, new, slot.span, says) for label, new, says in written if label not in slot.others]


def _block_of(file: File, offset: int) -> int:
    return max(file.starts.find(offset) - 1, 0)


def _is_comment(file: File, directive: Directive) -> bool:
    """Whether there is such a comment, finished or not: in a string there is none."""
    position = _block_of(file, directive.start)
    if position not in file.commented:
        return False
    found, start = file.blocks[position].suppressions, file.starts[position]
    starts = [start + one.span.start for one in (*found.lines, *found.files)]
    starts += [start + one.span.start for one in found.malformed]
    return any(directive.start <= offset <= _line_end(file, directive) for offset in starts)


def _target(file: File, directive: Directive) -> Span | None:
    """What the comment will be about when it is finished."""
    position = _block_of(file, directive.start)
    block, text = file.starts[position], file.texts[position].text
    at, end = directive.start - block, _line_end(file, directive) - block
    finished = text[:at] + _STAND_IN + text[end:]
    longer = len(finished) - len(text)
    for one in suppressions(parse(finished)).lines:
        if one.span.start == at:
            # Behind the comment, everything is as far from the end as it was.
            first, last = (edge - longer if edge > at else edge for edge in (one.target.start, one.target.end))
            return Span(first, last).shift(block)
    return None


def _line_end(file: File, directive: Directive) -> int:
    """The offset at which the line of the comment ends, before its terminator."""
    document = file.document
    line = document.lines.line_span(document.lines.line_of(directive.start), len(document.text))
    return line.start + len(document.text[line.start : line.end].rstrip("\r\n"))


def _keys(slot: Slot) -> Iterator[Completion]:
    present = {field_of(other) for other in slot.others}
    for field, key in KEYS.items():
        is_table = key.names is not None or key.holds == "tables"
        # A table may be written in pieces, another key only once.
        if is_table or (slot.role == "key" and field not in present):
            name = spelled(field)
            yield Completion(name, _key(slot, name, None if is_table else key), slot.span, key.told, is_key=True)


def _choices(slot: Slot, key: Key, switch: Switch | None) -> Iterator[Completion]:
    is_word = key.choices == BOOLEANS
    if is_word and slot.quote:
        return
    for choice, says in switch.choices.items() if switch else ((choice, key.does) for choice in key.choices):
        yield Completion(choice, choice if is_word else _string(slot, choice), slot.span, says)


def _selectors(*, is_key: bool) -> Iterator[tuple[str, str]]:
    """Every selector, with what it stands for; severities are not given to all rules at once."""
    if not is_key:
        yield "all", f"All {len(CATALOGUE)} rules."
    for family in sorted(CATALOGUE.families):
        yield family, f"The family of {', '.join(rule.name for rule in CATALOGUE.select(family))}."
    yield from _rule_names()


def _names(expected: Expected, text: str) -> Iterator[tuple[str, str]]:
    """The names that belong to a place of a settings file, with what each stands for."""
    slot = expected.slot
    if expected.what == "rule":
        return _rule_names()
    if expected.what == "selector":
        return _selectors(is_key=slot.role != "member")
    is_group = slot.role == "header" or text[slot.span.end :].lstrip(" \t").startswith(".")
    return _switch_names(expected.group, is_group=is_group)


def _switch_names(group: str, *, is_group: bool) -> Iterator[tuple[str, str]]:
    """The names of switches, behind that of a `group` without it; or the names of groups, with what is in them."""
    if is_group and not group:
        for name, switches in GROUPS.items():
            yield name, f"Has {', '.join(switch.name for switch in switches)}."
    elif not is_group:
        for switch in GROUPS[group] if group else SWITCHES.values():
            yield switch.name.removeprefix(f"{group}."), switch.does


def _rule_names() -> Iterator[tuple[str, str]]:
    return ((rule.name, rule.summary) for rule in sorted(CATALOGUE, key=lambda rule: rule.name))


def _key(slot: Slot, name: str, key: Key | None) -> str:
    """A key as it is put there, with its sign if a value has to follow on the same line."""
    if slot.quote:
        return name if slot.is_closed else f"{name}{slot.quote}"
    has_value = key is not None and key.holds != "tables"
    return f"{name} = " if slot.role == "key" and has_value and not slot.is_followed else name


def _string(slot: Slot, content: str) -> str:
    """A string as it is put there: with quotes where there are none, with the second one where only that is missing."""
    if not slot.quote:
        return f'"{content}"'
    return content if slot.is_closed else f"{content}{slot.quote}"
