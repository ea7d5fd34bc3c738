"""Lowers what stands at the head of the clauses of `if`, `try` and `match`: conditions, exceptions, patterns."""

from typing import Final

from hexguard.facts.expressions import Attribute, Expr, Name
from hexguard.facts.lowering.builder import Builder
from hexguard.facts.lowering.expressions import lower_expression
from hexguard.facts.lowering.kinds import IDENTIFIER, PARENTHESIZED, TUPLE
from hexguard.facts.model import Raise
from hexguard.facts.scopes import Binding, BindingKind
from hexguard.syntax.parse import Node, kind_id


def is_type_checking(expr: Expr) -> bool:
    """Whether a condition only holds for type checkers."""
    return (isinstance(expr, Name) and expr.id == "TYPE_CHECKING") or (
        isinstance(expr, Attribute) and expr.attr == "TYPE_CHECKING"
    )


def exception_types(node: Node, builder: Builder) -> list[Expr]:
    """Lower the exceptions of a clause; a tuple is taken apart."""
    if node.kind_id == PARENTHESIZED:
        node = builder.operands(node)[0]
    parts = builder.operands(node) if node.kind_id == TUPLE else [node]
    return [lower_expression(part, builder) for part in parts]


def raises_again(fact: object, name: str) -> bool:
    """Whether a fact of a clause raises the exception that it caught as `name`."""
    if not isinstance(fact, Raise) or not fact.context.in_handler:
        return False
    return fact.exception is None or (isinstance(fact.exception, Name) and fact.exception.id == name)


def bind_pattern(node: Node, builder: Builder) -> None:
    """Every lone name in a pattern may be a capture: facts do not follow it."""
    for child in node.named_children:
        kind = child.kind_id
        if kind == IDENTIFIER or (kind == _DOTTED_NAME and len(child.named_children) == 1):
            name = builder.text(child)
            builder.bind(name, Binding(name, BindingKind.UNKNOWN))
        else:
            bind_pattern(child, builder)


_DOTTED_NAME: Final = kind_id("dotted_name")
