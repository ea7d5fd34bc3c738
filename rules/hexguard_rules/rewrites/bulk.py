"""Writes a loop that only adds to a session as one call."""

import re
from collections.abc import Iterable

import msgspec

from hexguard.facts.expressions import Attribute, Call, Comprehension, Expr, Name, Subscript, Yield
from hexguard.facts.loops import last_node
from hexguard.facts.model import Assignment, Fact, Loop
from hexguard.rule import Edits
from hexguard.text.span import Span

MAX_WIDTH = 100


class Filling(msgspec.Struct, frozen=True):
    """A loop `for target in source` that adds what is `made` to the session `receiver`; the last three as written."""

    span: Span
    made: Expr
    receiver: str
    target: str
    source: str


def added_by(call: Call, loop: Loop, facts: Iterable[Fact]) -> tuple[Expr | None, Assignment | None]:
    """What a loop adds by a call, if it does nothing else, and the assignment by which it gets a name first."""
    argument, last = call.args[0], last_node(call)
    inside = [fact for fact in facts if loop.body[0] <= fact.node < loop.body[1]]
    others = [fact for fact in inside if not call.node <= fact.node <= last]
    if not others:
        return argument, None
    assigned = next((fact for fact in others if isinstance(fact, Assignment)), None)
    if assigned is None or not isinstance(assigned.value, Call) or not isinstance(assigned.target, Name):
        return None, None
    is_all = all(assigned.node <= fact.node <= last_node(assigned) < call.node for fact in others)
    is_same = isinstance(argument, Name) and argument.id == assigned.target.id and not assigned.op
    return (assigned.value, assigned) if is_all and is_same else (None, None)


def filling(call: Call, edits: Edits) -> Filling | str:
    """The loop around a call that adds, or why it cannot be written as a comprehension."""
    loop = [fact for fact in edits.facts() if isinstance(fact, Loop) and fact.body[0] <= call.node < fact.body[1]][-1]
    made, assigned = added_by(call, loop, edits.facts())
    if made is None or call.receiver is None or loop.target is None:
        return "the loop does something else as well"
    nodes = [loop.target.node, loop.source.node, call.receiver.node, made.node]
    if assigned is not None:
        nodes += [assigned.target.node, call.args[0].node]
    text, rest = edits.text(loop.node), _rest(loop, nodes, edits)
    if "#" in rest:
        return "a comment would be lost"
    if re.sub(r"[\s\\(),;]", "", rest) not in _FORMS or ":=" in text or _yields(loop, edits):
        return "a comprehension cannot hold what is written here"
    receiver = edits.text(call.receiver.node)
    if re.search(rf"(?<![\w.]){re.escape(receiver)}\b", edits.text(made.node)):
        return "what is added comes from the session itself"
    return Filling(edits.span(loop.node), made, receiver, edits.text(loop.target.node), _source(loop.source, edits))


_FORMS = frozenset({"forin:.add", "forin:=.add"})
"""What is left of the loop without its expressions."""


def _rest(loop: Loop, nodes: list[int], edits: Edits) -> str:
    """The text of a loop without that of some nodes in it."""
    whole, rest = edits.span(loop.node), ""
    start = whole.start
    for span in sorted((edits.span(node) for node in nodes), key=lambda span: span.start):
        rest += edits.slice(Span(start, span.start))
        start = span.end
    return rest + edits.slice(Span(start, whole.end))


def _yields(loop: Loop, edits: Edits) -> bool:
    return any(isinstance(fact, Yield) and loop.body[0] <= fact.node < loop.body[1] for fact in edits.facts())


def _source(source: Expr, edits: Edits) -> str:
    text = edits.text(source.node)
    return text if isinstance(source, Attribute | Call | Comprehension | Name | Subscript) else f"({text})"


def as_one_add(loop: Filling, call: Call, edits: Edits) -> str:
    """`session.add_all([...])`."""
    made, outer, unit = edits.text(loop.made.node), edits.indent_at(loop.span.start), _unit(call, edits)
    if isinstance(loop.made, Name) and made == loop.target:
        return f"{loop.receiver}.add_all({loop.source})"
    one = f"{loop.receiver}.add_all([{made} {_each(loop)}])"
    if _fits(outer + one):
        return one
    inner = outer + unit * 2
    lines = (f"{outer}{unit}[", inner + edits.indented(loop.made.node, inner), inner + _each(loop), f"{outer}{unit}]")
    return edits.newline.join((f"{loop.receiver}.add_all(", *lines, f"{outer})"))


def as_insert(loop: Filling, call: Call, insert: str, *, is_async: bool, edits: Edits) -> str:
    """`if values := [{...}]:` with `session.execute(insert(Model), values)`, since none at all would make an empty row.

    Empty where a comment would be lost.
    """
    made, outer, unit = loop.made, edits.indent_at(loop.span.start), _unit(call, edits)
    if not isinstance(made, Call) or "#" in edits.text(made.node):
        return ""
    given = [f"{edits.quoted(one.name)}: {edits.text(one.node).partition('=')[2].strip()}" for one in made.keywords]
    head = f"if {VALUES} := [{{{', '.join(given)}}} {_each(loop)}]:"
    if not _fits(outer + head):
        inner = outer + unit
        row = ("{", *(f"{unit}{one}," for one in given), "}")
        head = edits.newline.join((f"if {VALUES} := [", *(inner + line for line in (*row, _each(loop))), f"{outer}]:"))
    awaited = "await " if is_async else ""
    sent = f"{awaited}{loop.receiver}.execute({insert}({edits.text(made.func.node)}), {VALUES})"
    return f"{head}{edits.newline}{outer}{unit}{sent}"


VALUES = "values"
"""The name of the dictionaries."""


def _each(loop: Filling) -> str:
    return f"for {loop.target} in {loop.source}"


def _fits(line: str) -> bool:
    return "\n" not in line and "\r" not in line and len(line) <= MAX_WIDTH


def _unit(call: Call, edits: Edits) -> str:
    return edits.unit(call.context) or "    "
