"""Turns the validators of Pydantic 1 into those of version 2: decorators, class methods, and the values of other fields."""

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from hexguard.facts.expressions import Attribute, Call, Constant, ConstantKind, Expr, Keyword, Name, Subscript
from hexguard.facts.localize import find
from hexguard.facts.model import Assignment, Function, Reference, Return
from hexguard.rule import Edits
from hexguard.rule.source import Part, root_name
from hexguard.text.edit import Edit
from hexguard.text.span import Span


class Validator(msgspec.Struct, frozen=True):
    """A function with an old decorator, in its block."""

    decorator: Expr
    function: Function
    part: Part

    def option(self, name: str) -> bool | None:
        """Whether the decorator is given an option; `None` where that is not written as `True` or `False`."""
        keyword = self.decorator.keyword(name) if isinstance(self.decorator, Call) else None
        if keyword is None:
            return False
        kind = keyword.value.kind if isinstance(keyword.value, Constant) else None
        return {ConstantKind.TRUE: True, ConstantKind.FALSE: False}.get(kind) if kind else None

    def uses(self, name: str) -> Iterator[Reference]:
        """Where the function, or one inside it, reads its own parameter or variable `name`."""
        for fact in self.part.facts.of_type(Reference):
            if root_name(fact) == name and find(name, fact.context.scope, self.part.facts)[0] == self.function.scope:
                yield fact

    def n_bindings(self, name: str) -> int:
        """How often the function binds a name."""
        return len(self.part.facts.scopes[self.function.scope].bindings.get(name, ()))


def validator_of(decorator: Expr, edits: Edits) -> Validator | str:
    """The function that a decorator belongs to, or why it is none that can be rewritten."""
    part = next(part for part in edits.parts() if part.facts.facts is edits.facts())
    decorated = (
        function
        for function in part.facts.of_type(Function)
        if any(other.node == decorator.node for other in function.decorators)
    )
    function = next(decorated, None)
    if function is None:
        return "it decorates no function here"
    others = [other for other in function.decorators if other.node != decorator.node]
    above = edits.span(decorator.node).start
    if any(not _is_class_method(other) or edits.span(other.node).start < above for other in others):
        return "the function has other decorators"
    if function.is_async or function.is_generator or (isinstance(decorator, Call) and decorator.has_unpacking):
        return "the function or the arguments of its decorator are not plain"
    if any(parameter.kind != "positional" or parameter.default for parameter in function.parameters):
        return "the parameters of the function are not plain"
    return Validator(decorator, function, part)


def values_as_attributes(validator: Validator, fields: Sequence[str], edits: Edits) -> tuple[Edit, ...] | None:
    """Edits that read the values of all fields from `self`; `None` if something else is done with them."""
    name = validator.function.parameters[1].name
    pending = {_root(use.expr).node for use in validator.uses(name)}
    block = validator.part.facts
    returns = [
        fact for fact in block.of_type(Return) if block.function_scope(fact.context.scope) == validator.function.scope
    ]
    is_changed = any(_is_root(fact.target, pending) for fact in block.of_type(Assignment))
    if is_changed or _DELETES.search(edits.text(validator.function.node)) or not all(map(_is_name, returns)):
        return None
    found: list[Edit] = []
    for fact in block.facts:
        match fact:
            case Return(value=Name(node=node)) if node in pending:
                found.append(edits.replace(node, "self"))
            case Subscript(value=Name(node=node), items=(Constant() as key,)) if (
                node in pending and _key(key) in fields
            ):
                found.append(edits.replace(fact.node, f"self.{_key(key)}"))
            case Call(func=Attribute(value=Name(node=node), attr="get"), args=(Constant() as key, *_)) if (
                node in pending and _key(key) in fields
            ):
                found.append(edits.replace(fact.node, f"self.{_key(key)}"))
            case _:
                continue
        pending.discard(node)
    loses_comments = any("#" in edits.slice(edit.span) for edit in found)
    return None if pending or loses_comments else tuple(found)


def _is_name(fact: Return) -> bool:
    return isinstance(fact.value, Name)


def _key(key: Constant) -> str:
    return key.text[1:-1] if key.kind is ConstantKind.STRING else ""


def _is_root(target: Expr, names: set[int]) -> bool:
    while isinstance(target, Subscript | Attribute):
        target = target.value
    return target.node in names


def without_keywords(call: Call, names: Sequence[str], edits: Edits) -> Iterator[Edit]:
    """Edits that remove some arguments of a decorator."""
    for name in names:
        if keyword := call.keyword(name):
            yield from edits.remove_argument(call, keyword)


def as_class_method(function: Function, edits: Edits) -> tuple[Edit, ...]:
    """Edits after which a function is a class method, which the new validators have to be."""
    if any(_is_class_method(decorator) for decorator in function.decorators):
        return ()
    whole, name = edits.span(function.node), edits.span(function.name_node)
    start = whole.start + edits.slice(Span(whole.start, name.start)).rindex("def")
    return (edits.insert_at(start, f"@classmethod{edits.newline}{edits.indent_at(start)}"),)


def mode(keyword: Keyword, name: str, edits: Edits) -> Edit:
    """The argument `mode` in the place of another one."""
    return edits.replace(keyword.node, f"mode={edits.quoted(name)}")


def renamed(uses: Iterable[Reference], new: str, edits: Edits) -> Iterator[Edit]:
    """Edits that put `new` in the place of the first name of each reference."""
    for use in uses:
        yield edits.replace(_root(use.expr).node, new)


def _root(expr: Expr) -> Expr:
    while isinstance(expr, Attribute):
        expr = expr.value
    return expr


def _is_class_method(decorator: Expr) -> bool:
    return isinstance(decorator, Name) and decorator.id == "classmethod"


_DELETES = re.compile(r"\bdel\b")
