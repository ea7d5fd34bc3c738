"""Moves what a loop opens for each item in front of the loop."""

import re

from hexguard.facts.chains import dotted
from hexguard.facts.expressions import Call, Name
from hexguard.facts.loops import names_in
from hexguard.facts.model import Assignment, Loop, Reference, With
from hexguard.rule import Edits
from hexguard.text.edit import Edit
from hexguard.text.span import Span


def hoisted(call: Call, edits: Edits) -> tuple[Edit, ...] | str:
    """Edits that open once, in front of the loop, what `call` makes in it; a reason where that says something else."""
    loops = [fact for fact in edits.facts() if isinstance(fact, Loop) and fact.body[0] <= call.node < fact.body[1]]
    if len(loops) != 1:
        return "in front of the inner loop, it is still in the outer one"
    loop = loops[0]
    own = {*names_in(loop.target), *_names_made_in(loop, edits)}
    if own.intersection(names_in(call)):
        return "it is made from the item of the loop"
    first = [fact for fact in edits.facts() if fact.node == loop.body[0] and isinstance(fact, Assignment | With)]
    match first:
        case [With(value=value) as opened] if value == call:
            edit = _swapped(opened, loop, edits)
            return (edit,) if edit else "the loop does more than what stands under its `with`"
        case [Assignment(value=value, target=Name(id=name), op="") as made] if value == call:
            return _moved(made, name, loop, edits)
        case _:
            return "it is not the first thing that the loop does"


def _names_made_in(loop: Loop, edits: Edits) -> set[str]:
    made = (fact for fact in edits.facts() if isinstance(fact, Assignment))
    return {name for fact in made if loop.body[0] < fact.node < loop.body[1] for name in names_in(fact.target)}


def _swapped(opened: With, loop: Loop, edits: Edits) -> Edit | None:
    """`for` and `with` change places, where the body of the loop is the `with` and nothing else."""
    span, item = edits.span(loop.node), edits.span(opened.node)
    line, end = edits.line_start(item.start), edits.whole_lines(item).end
    word = _WITH.fullmatch(edits.slice(Span(line, item.start)))
    head, rest = edits.slice(Span(span.start, line)), edits.slice(Span(item.end, end))
    inside = edits.slice(Span(end, span.end)).splitlines()
    unit = word[1].removeprefix(edits.indent_at(span.start)) if word else ""
    is_all = all(text.startswith(f"{word[1]}{unit}") for text in inside if text.strip()) if word else False
    is_plain = _HEAD.fullmatch(head) and rest.startswith(":") and not rest[1:].partition("#")[0].strip()
    if word is None or not unit or not inside or not is_all or not is_plain:
        return None
    text = f"{word[2]}{edits.text(opened.node)}:{edits.newline}{word[1]}{head.rstrip()}"
    return Edit(Span(span.start, item.end + 1), text)


_WITH = re.compile(r"([ \t]+)((?:async[ \t]+)?with[ \t]+)")
_HEAD = re.compile(r"for[^#\r\n]*:[ \t]*(?:\r\n?|\n)")


def _moved(made: Assignment, name: str, loop: Loop, edits: Edits) -> tuple[Edit, ...] | str:
    """The statement that makes it goes in front of the loop, where nothing is set on it for each item."""
    body = (fact for fact in edits.facts() if loop.body[0] < fact.node < loop.body[1])
    read = {dotted(fact.expr) for fact in body if isinstance(fact, Reference) and fact.root == name}
    if any(part in _OWN for one in read for part in one.split(".")[1:]) or name in read:
        return "it is closed or changed for each item, or handed to something that may do so"
    targets = (fact for fact in edits.facts() if isinstance(fact, Assignment) and fact != made)
    if any(dotted(fact.target) == name or dotted(fact.target).startswith(f"{name}.") for fact in targets):
        return "it is given something for each item"
    span = edits.span(loop.node)
    before, removed = edits.slice(Span(edits.line_start(span.start), span.start)), edits.without_lines(made.node)
    if removed is None or before.strip() or len(edits.slice(edits.span(made.node)).splitlines()) > 1:
        return "it shares its lines with something else"
    return (edits.insert_at(span.start, edits.text(made.node) + edits.newline + before), removed)


_OWN = frozenset({"aclose", "auth", "close", "cookies", "headers", "params"})
"""Attributes of clients by which they are ended, or keep something for the next request."""
