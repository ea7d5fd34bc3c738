"""Reads quoted annotations, `"User | None"`, as the expressions that they stand for."""

import ast

from hexguard.facts.expressions import DETACHED, Attribute, Binary, Constant, ConstantKind, Expr, Free, Subscript
from hexguard.facts.localize import NOWHERE, UNKNOWN


def quoted_expression(text: str) -> Expr | None:
    """The localized expression inside a string literal `text` (quotes included); `None` if it holds none."""
    try:
        value: object = ast.literal_eval(text)
        parsed = ast.parse(str(value).strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None
    return _expression(parsed, depth=0)


def _expression(node: ast.expr, depth: int) -> Expr:
    if depth > _MAX_DEPTH:
        return UNKNOWN
    match node:
        case ast.Name(id=name):
            return Free(name)
        case ast.Attribute(value=value, attr=attr):
            return Attribute(DETACHED, _expression(value, depth + 1), attr)
        case ast.Constant(value=None):
            return Constant(DETACHED, ConstantKind.NONE, "None")
        case ast.BinOp(op=ast.BitOr(), left=left, right=right):
            return Binary(DETACHED, "|", _expression(left, depth + 1), _expression(right, depth + 1))
        case ast.Subscript(value=value, slice=item):
            items = item.elts if isinstance(item, ast.Tuple) else [item]
            inner = tuple(_expression(part, depth + 1) for part in items)
            return Subscript(DETACHED, _expression(value, depth + 1), inner, NOWHERE)
        case _:
            return UNKNOWN


_MAX_DEPTH = 20
