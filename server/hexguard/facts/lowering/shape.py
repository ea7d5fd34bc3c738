"""What the shape of a statement tells before anything of it is lowered: which part is which, and what a body lacks."""

from typing import Final

from hexguard.facts.lowering.builder import Builder
from hexguard.facts.lowering.kinds import AS_PATTERN, ASYNC, BLOCK, EXPRESSION_STATEMENT, PARENTHESIZED
from hexguard.syntax.parse import Node, kind_id, kind_ids


def body_of(node: Node) -> Node | None:
    """The suite of a clause."""
    return next((child for child in node.named_children if child.kind_id == BLOCK), None)


def starts_with_async(node: Node) -> bool:
    return node.children[0].kind_id == ASYNC


def with_items(node: Node, builder: Builder) -> list[Node]:
    """The items of a `with`; one in parentheses hides an `as` inside an expression."""
    items: list[Node] = []
    for clause in builder.operands(node):
        if clause.kind_id != _WITH_CLAUSE:
            continue
        for item in builder.operands(clause):
            value = builder.operands(item)[0] if builder.operands(item) else item
            inner = builder.operands(value)
            hides = value.kind_id == PARENTHESIZED and inner and inner[0].kind_id == AS_PATTERN
            items.append(inner[0] if hides else value)
    return items


def docstring_of(statements: list[Node], builder: Builder) -> Node | None:
    """The string that a body begins with."""
    if not statements or statements[0].kind_id != EXPRESSION_STATEMENT:
        return None
    value = builder.operands(statements[0])[0]
    return value if value.kind_id in _DOCSTRINGS else None


def is_silent(statements: list[Node], builder: Builder) -> bool:
    """Whether the body of a handler only passes, continues, or holds a docstring or `...`."""
    return _are_only(_EMPTY_IN_HANDLER, statements, builder)


def is_stub(statements: list[Node], builder: Builder) -> bool:
    """Whether the body of a function only passes, raises, or holds a docstring or `...`."""
    return _are_only(_EMPTY_IN_STUB, statements, builder)


def _are_only(kinds: frozenset[int], statements: list[Node], builder: Builder) -> bool:
    for statement in statements:
        kind = statement.kind_id
        if kind in kinds:
            continue
        if kind != EXPRESSION_STATEMENT or builder.operands(statement)[0].kind_id not in _SAYS_NOTHING:
            return False
    return True


_DOCSTRINGS: Final = kind_ids("string", "concatenated_string")
_SAYS_NOTHING: Final = kind_ids("string", "ellipsis")
_WITH_CLAUSE: Final = kind_id("with_clause")
_EMPTY_IN_HANDLER: Final = kind_ids("pass_statement", "continue_statement")
_EMPTY_IN_STUB: Final = kind_ids("pass_statement", "raise_statement")
