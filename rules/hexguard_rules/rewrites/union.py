"""Rewrites `Optional` and `Union` as `|`, and knows for which members that says and does the same.

`Optional[x]` takes nearly any object when it runs, while `x | None` asks the object.
"""

import re
from collections.abc import Iterator

from hexguard.facts.expressions import (
    Attribute,
    Binary,
    Call,
    Collection,
    Constant,
    ConstantKind,
    Expr,
    Free,
    Name,
    Opaque,
    Starred,
    Subscript,
)
from hexguard.facts.model import Assignment, Function, Parameter
from hexguard.facts.summary import ClassSymbol, FunctionSymbol, ImportSymbol, Symbol, VariableSymbol
from hexguard.rule import Edits, View
from hexguard.text.span import Span
from hexguard_rules.knowledge.unions import CLASSES, NO_CLASSES, TYPE_MAKERS

_OPTIONALS = ("typing.Optional", "typing_extensions.Optional")
_UNIONS = (*_OPTIONALS, "typing.Union", "typing_extensions.Union")


def subscripts_inside(expr: Expr) -> Iterator[Subscript]:
    """The subscripts inside a type."""
    match expr:
        case Subscript(items=parts) | Collection(items=parts):
            pass
        case Binary(left=left, right=right):
            parts = (left, right)
        case _:
            parts = ()
    for part in parts:
        if isinstance(part, Subscript):
            yield part
        yield from subscripts_inside(part)


def means_union(subscript: Subscript, edits: Edits) -> bool:
    """Whether a subscript is one of `Optional` or `Union`, by the imports of the document."""
    return edits.means(subscript.value, *_UNIONS)


def beside(subscript: Subscript, view: View) -> Iterator[Expr]:
    """What is united with a subscript by `|` already: `Optional[int] | "Node"` works, `int | None | "Node"` does not."""
    unions = [union for annotation in _annotations(view) for union in _bars_inside(annotation)]
    whole = subscript.node
    while outer := next((found for found in unions if whole in (found.left.node, found.right.node)), None):
        yield outer.right if outer.left.node == whole else outer.left
        whole = outer.node


def _annotations(view: View) -> Iterator[Expr]:
    for fact in view.block.facts:
        match fact:
            case Parameter(annotation=found) | Assignment(annotation=found) | Function(returns=found) if found:
                yield found
            case _:
                pass


def _bars_inside(expr: Expr) -> Iterator[Binary]:
    match expr:
        case Subscript(items=parts) | Collection(items=parts):
            pass
        case Binary(left=left, right=right):
            yield expr
            parts = (left, right)
        case _:
            parts = ()
    for part in parts:
        yield from _bars_inside(part)


def takes_bar(member: Expr, view: View) -> bool | None:
    """Whether a member of a union takes `|` when it runs, as far as the project says; `None` where that is not certain."""
    match member:
        case Constant(kind=kind):
            return kind is ConstantKind.NONE
        case Starred() | Collection(items=()) | Opaque(kind="constrained_type"):
            # `Union[*members]` has no other form; an empty tuple and a slice are no types.
            return False
        case Subscript(value=value):
            return takes_bar(value, view)
        case Binary(op="|", left=left, right=right):
            return _all((takes_bar(left, view), takes_bar(right, view)))
        case Name() | Attribute():
            bindings = view.bindings(member)
            found = [_symbol_takes_bar(symbol) for symbol in bindings]
            return _all(found) if bindings else _name_takes_bar(view.name(member))
        case _:
            return None


def _all(answers: tuple[bool | None, ...] | list[bool | None]) -> bool | None:
    return False if False in answers else None if None in answers else True


def _symbol_takes_bar(symbol: Symbol) -> bool | None:
    match symbol:
        case ClassSymbol():
            return True
        case FunctionSymbol() | VariableSymbol(value=Constant(kind=ConstantKind.STRING)):
            return False
        case ImportSymbol(module=module, name=name):
            return _name_takes_bar(f"{module}.{name}") if name else False
        case VariableSymbol(value=Subscript(value=Free(id=name) | Attribute(attr=name))):
            return True if name[:1].isupper() or f"builtins.{name}" in CLASSES else None
        case VariableSymbol(value=Call(func=Free(id=name) | Attribute(attr=name))):
            return True if name in TYPE_MAKERS else None
        case _:
            return None


def _name_takes_bar(qualified: str) -> bool | None:
    """The same for what the project does not define: a class by all that its name tells."""
    if qualified in NO_CLASSES or (qualified.startswith("builtins.") and qualified not in CLASSES):
        return False
    return True if qualified in CLASSES or qualified.rpartition(".")[2][:1].isupper() else None


def is_quoted(member: Expr) -> bool:
    """Whether a member of a union is a string, which `|` does not take."""
    return isinstance(member, Constant) and member.kind is ConstantKind.STRING


def as_union(subscript: Subscript, edits: Edits, *, is_text: bool = False) -> str | None:
    """The text of `Optional[...]` or `Union[...]` with `|`; `None` if it may not stand like that where it stands.

    In a text that is quoted as a whole, `is_text`, members stand without quotes of their own.
    """
    end = edits.span(subscript.node).end
    follows = edits.slice(Span(end, end + _FAR)).lstrip()[:1]
    members = _members(subscript, edits, is_text)
    if not members or follows in ("[", "(", ".") or _is_rebound(subscript, edits):
        return None
    if set(members) == {"None"}:
        # `Optional[None]` is the class of `None`, which alone is only the same where a type is asked for.
        return None
    return " | ".join(dict.fromkeys(members))


_FAR = 80
"""Enough characters to see whether something is done to a type (`Optional[T][int]`), which binds closer than `|`."""


def _is_rebound(expr: Expr, edits: Edits) -> bool:
    """Whether a class of the document binds a name of the type anew: `date: Optional[date] = None`.

    `Optional` takes the value that the name has by then, `|` does not.
    """
    names = set(_names(expr))
    return any(names & set(part.facts.scopes[0].bindings) for part in edits.parts() if part.facts.is_member)


def _names(expr: Expr) -> Iterator[str]:
    match expr:
        case Name(id=name):
            yield name
        case Attribute(value=value):
            yield from _names(value)
        case Subscript(value=value, items=items):
            for part in (value, *items):
                yield from _names(part)
        case Binary(left=left, right=right):
            yield from _names(left)
            yield from _names(right)
        case Collection(items=items):
            for part in items:
                yield from _names(part)
        case _:
            pass


def _members(expr: Expr, edits: Edits, is_text: bool) -> list[str] | None:
    """The members of a union as text, in their order; `None` if a member may not stand beside `|`."""
    match expr:
        case Subscript(items=items) if means_union(expr, edits):
            is_optional = edits.means(expr.value, *_OPTIONALS)
            members = _all_members(items, edits, is_text)
            if members is None or (is_optional and len(items) != 1):
                return None
            return [*members, "None"] if is_optional else members
        case Binary(op="|", left=left, right=right):
            return _all_members((left, right), edits, is_text)
        case Subscript(value=Name() | Attribute()):
            text = _rewritten(expr, edits, is_text)
            is_broken = text is None or _ends_line_outside(expr, edits) or (is_text and _NOT_IN_TEXT.search(text))
            return None if text is None or is_broken else [text]
        case Constant(kind=ConstantKind.STRING, text=text) if is_text and _NAME_IN_QUOTES.fullmatch(text):
            return [text[1:-1]]
        case Name() | Attribute() | Constant(kind=ConstantKind.NONE):
            return ["".join(edits.text(expr.node).split())]
        case _:
            return None


def _ends_line_outside(member: Subscript, edits: Edits) -> bool:
    """Whether a line ends before the bracket of a member, which only the brackets around it allow."""
    return len(edits.text(member.node).partition("[")[0].splitlines()) > 1


_NAME_IN_QUOTES = re.compile(r"""(["'])[\w. ,|\[\]]+\1""")
"""A type in quotes that can lose them: nothing in it has to be escaped, or has quotes of its own."""

_NOT_IN_TEXT = re.compile(r"""["'\\\r\n]""")


def _all_members(exprs: tuple[Expr, ...], edits: Edits, is_text: bool) -> list[str] | None:
    members: list[str] = []
    for expr in exprs:
        found = _members(expr, edits, is_text)
        if found is None:
            return None
        members.extend(found)
    return members


def _rewritten(expr: Subscript, edits: Edits, is_text: bool) -> str | None:
    """The text of a member, with the unions inside it rewritten as well."""
    text, start = edits.text(expr.node), edits.span(expr.node).start
    inner = [found for found in subscripts_inside(expr) if means_union(found, edits)]
    outermost = [found for found in inner if not any(found in subscripts_inside(other) for other in inner)]
    for found in reversed(outermost):
        written = as_union(found, edits, is_text=is_text)
        if written is None:
            return None
        span = edits.span(found.node).shift(-start)
        text = text[: span.start] + written + text[span.end :]
    return text
