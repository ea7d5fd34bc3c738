"""Puts the rest of a body under `with`, where something was opened and never closed."""

from collections.abc import Iterator
from typing import TypeVar, cast

import msgspec

from hexguard.facts.expressions import Attribute, Call, Comprehension, Context, Name, Subscript
from hexguard.facts.model import Assignment, Function, Reference, Return
from hexguard.rule import Edits
from hexguard.text.edit import Edit
from hexguard.text.span import Span

F = TypeVar("F", Assignment, Function, Reference)


def wrapped_rest(opened: Assignment, opener: str, edits: Edits) -> tuple[Edit, ...] | str:
    """Edits that turn `name = value` into `opener value as name:`, over all that follows in the same body.

    A reason where they would change what the rest says, or where the name is used beyond it.
    """
    function = next((fact for fact in _of(Function, edits) if fact.scope == opened.context.scope), None)
    unit, name = edits.unit(opened.context), opened.target
    if function is None or opened.value is None or not unit or not isinstance(name, Name):
        return "it is not opened in a function"
    lines = list(_rest(opened, edits.span(function.body).end, edits))
    if not any(edits.slice(line).strip()[:1] not in ("", "#") for line in lines):
        return "nothing follows in the same body"
    text = edits.slice(Span(lines[0].start, lines[-1].end))
    if '"""' in text or "'''" in text or "\\\n" in text or "\\\r" in text:
        return "deeper lines would change a long string, or follow a backslash"
    if _is_used_beyond(name, opened, lines[-1].end, edits):
        return f"`{name.id}` is used in another body or function as well, or opened twice"
    if any(_is_open(value, _open_names(name.id, edits)) for value in _kept(edits)):
        return "what is returned or kept still reads from it"
    header = Edit(edits.span(opened.node), f"{opener} {edits.text(opened.value.node)} as {name.id}:")
    deeper = (edits.insert_at(line.start, unit) for line in lines if edits.slice(line).strip())
    return (header, *deeper, *(edits.forget(opened.annotation) if opened.annotation else ()))


def _rest(opened: Assignment, end: int, edits: Edits) -> Iterator[Span]:
    """The lines behind a statement that belong to the same body, up to the last one with code."""
    span = edits.span(opened.node)
    indent, line, waiting = edits.indent_at(span.start), edits.whole_lines(span), list[Span]()
    if (
        edits.slice(Span(line.start, span.start)).strip()
        or edits.slice(Span(span.end, line.end)).partition("#")[0].strip()
    ):
        return
    while line.end < end:
        line = edits.whole_lines(Span(line.end, line.end))
        text = edits.slice(line)
        waiting.append(line)
        if text.strip() and not text.startswith(indent) and not text.lstrip().startswith("#"):
            return
        if text.strip() and not text.lstrip().startswith("#"):
            yield from waiting
            waiting.clear()


def _is_used_beyond(name: Name, opened: Assignment, end: int, edits: Edits) -> bool:
    """Whether a name is read before or behind the rest, in a function inside it, or assigned again."""
    if sum(isinstance(fact.target, Name) and fact.target.id == name.id for fact in _of(Assignment, edits)) > 1:
        return True
    inner = {fact.scope for fact in _of(Function, edits)} - {opened.context.scope}
    used = [fact for fact in _of(Reference, edits) if fact.root == name.id]
    is_kept = any(fact.context.scope in inner for fact in used)
    return is_kept or any(not opened.node < fact.node or edits.span(fact.node).start >= end for fact in used)


def _kept(edits: Edits) -> Iterator[object]:
    """What lives on after the function: what is returned, put into an attribute or item, or into a collection."""
    for fact in edits.facts():
        match fact:
            case Return(value=value):
                yield value
            case Assignment(target=Attribute() | Subscript(), value=value):
                yield value
            case Call(args=args) if fact.method in ("add", "append", "put", "setdefault"):
                yield args
            case _:
                pass


def _open_names(name: str, edits: Edits) -> set[str]:
    """The names of what still reads from what `name` is, such as a query or a result."""
    names = {name}
    for fact in _of(Assignment, edits):
        if isinstance(fact.target, Name) and _is_open(fact.value, names):
            names.add(fact.target.id)
    return names


def _is_open(value: object, names: set[str]) -> bool:
    """Whether an expression gives something that reads from one of `names` later."""
    match value:
        case Name(id=name):
            return name in names
        case Call() if value.method in _READY:
            return False
        case Comprehension(kind="list" | "set" | "dict"):
            return False
        case Context():
            return False
        case tuple():
            # What a tuple of an expression holds is told by the types of its fields, which are not looked at here.
            return any(_is_open(part, names) for part in cast("tuple[object, ...]", value))
        case msgspec.Struct():
            return any(_is_open(getattr(value, field), names) for field in value.__struct_fields__)
        case _:
            return False


_READY = frozenset(
    {
        *("all", "any", "bool", "count", "dict", "fetchall", "fetchone", "first", "get", "get_one", "int", "len"),
        *("list", "one", "one_or_none", "scalar", "scalar_one", "scalar_one_or_none", "set", "sorted", "str", "sum"),
        "tuple",
    }
)
"""Calls whose result needs neither session nor connection any more."""


def _of(kind: type[F], edits: Edits) -> list[F]:
    return [fact for fact in edits.facts() if isinstance(fact, kind)]
