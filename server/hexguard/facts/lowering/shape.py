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


def has_break(body: Node | None, builder: Builder) -> bool:
    """Whether a `break` among the statements of a loop's body ends that loop."""
    if body is None or "break" not in builder.text(body):
        return False
    pending = [body]
    while pending:
        for child in pending.pop().named_children:
            if child.kind_id == _BREAK:
                return True
            if child.kind_id not in _HOLDS_BREAKS:
                pending.append(child)
    return False


def is_silent(statements: list[Node], builder: Builder) -> bool:
    """Whether the body of a handler only passes, continues, or holds a docstring or `...`."""
    return _are_only(_EMPTY_IN_HANDLER, statements, builder)


def is_stub(statements: list[Node], builder: Builder) -> bool:
    """Whether the body of a function only passes, raises, or holds a docstring or `...`."""
    return _are_only(_EMPTY_IN_STUB, statements, builder)


def runs_off(statements: list[Node], builder: Builder) -> bool:
    """Whether the end of a body can be reached for certain; loops, `match` and a final call leave that open."""
    if not statements:
        return False
    last = statements[-1]
    kind = last.kind_id
    if kind in _STOPS or kind in _UNCERTAIN:
        return False
    if kind == EXPRESSION_STATEMENT:
        # A call may never come back: `sys.exit()`, `assert_never(value)`.
        return builder.operands(last)[0].kind_id not in _CALLS
    if kind == _IF:
        clauses = last.children_by_field_name("alternative")
        suites = [last.child_by_field_name("consequence"), *(_clause_body(clause) for clause in clauses)]
        has_else = bool(clauses) and clauses[-1].kind_id == _ELSE
        return not has_else or any(suite is not None and runs_off(builder.operands(suite), builder) for suite in suites)
    if kind == _WITH:
        suite = body_of(last)
        return suite is not None and runs_off(builder.operands(suite), builder)
    return True


def _clause_body(clause: Node) -> Node | None:
    return clause.child_by_field_name("consequence") or body_of(clause)


def _are_only(kinds: frozenset[int], statements: list[Node], builder: Builder) -> bool:
    for statement in statements:
        kind = statement.kind_id
        if kind in kinds:
            continue
        if kind != EXPRESSION_STATEMENT or builder.operands(statement)[0].kind_id not in _SAYS_NOTHING:
            return False
    return True


_BREAK: Final = kind_id("break_statement")
_HOLDS_BREAKS: Final = kind_ids("for_statement", "while_statement", "function_definition", "class_definition")
_DOCSTRINGS: Final = kind_ids("string", "concatenated_string")
_SAYS_NOTHING: Final = kind_ids("string", "ellipsis")
_STOPS: Final = kind_ids("return_statement", "raise_statement")
_UNCERTAIN: Final = kind_ids("while_statement", "match_statement", "try_statement", "for_statement")
_CALLS: Final = kind_ids("call", "await")
_IF: Final = kind_id("if_statement")
_ELSE: Final = kind_id("else_clause")
_WITH: Final = kind_id("with_statement")
_WITH_CLAUSE: Final = kind_id("with_clause")
_EMPTY_IN_HANDLER: Final = kind_ids("pass_statement", "continue_statement")
_EMPTY_IN_STUB: Final = kind_ids("pass_statement", "raise_statement")
