"""Lowers statements: one small function for each node type of the grammar, and the definitions that open scopes."""

from collections.abc import Callable, Iterable

import msgspec

from hexguard.facts.expressions import Attribute, Context, Expr, Name
from hexguard.facts.lowering.builder import MAX_DEPTH, Builder
from hexguard.facts.lowering.definitions import lower_class_head, lower_function_head
from hexguard.facts.lowering.expressions import (
    Use,
    bind_targets,
    lower_annotation,
    lower_expression,
    operands,
)
from hexguard.facts.lowering.imports import lower_from_import, lower_import
from hexguard.facts.model import Assignment, Class, Handler, Loop, Raise, Return, With
from hexguard.facts.scopes import Binding, BindingKind
from hexguard.syntax.parse import Node


def lower_statements(nodes: Iterable[Node], builder: Builder) -> None:
    """Lower each statement among `nodes`; what is not one (broken code) is read as an expression."""
    if builder.depth > MAX_DEPTH:
        return
    builder.depth += 1
    after_error = False
    for node in nodes:
        before = len(builder.facts)
        lower = _LOWER.get(node.type)
        if lower is not None:
            lower(node, builder)
        elif node.type not in _SILENT:
            _lower_other(node, builder)
        if builder.tree.has_error:
            is_error = node.type == "ERROR"
            if is_error or after_error or (node.has_error and node.type not in _COMPOUND):
                builder.broken.update(range(before, len(builder.facts)))
            after_error = is_error
    builder.depth -= 1


def _lower_other(node: Node, builder: Builder) -> None:
    """Facts around an error survive: whatever still reads as a statement or expression inside it is lowered."""
    if node.type == "ERROR":
        lower_statements(node.named_children, builder)
    else:
        lower_expression(node, builder, Use.DISCARDED)


def _suite(node: Node | None, builder: Builder, **changes: bool) -> None:
    if node is None:
        return
    with builder.at(msgspec.structs.replace(builder.context, **changes) if changes else builder.context):
        lower_statements(node.named_children, builder)


def _body(node: Node) -> Node | None:
    return next((child for child in node.named_children if child.type == "block"), None)


def _is_async(node: Node) -> bool:
    return node.children[0].type == "async"


def _expression_statement(node: Node, builder: Builder) -> None:
    for child in operands(node):
        match child.type:
            case "assignment":
                _assignment(child, builder)
            case "augmented_assignment":
                _augmented_assignment(child, builder)
            case _:
                lower_expression(child, builder, Use.DISCARDED)


def _assignment(node: Node, builder: Builder) -> Expr | None:
    """`a = b = value` assigns to each target in turn; gives the value."""
    identifier = builder.node(node)
    left, right, declared = (node.child_by_field_name(field) for field in ("left", "right", "type"))
    annotation = lower_annotation(declared, builder) if declared else None
    value: Expr | None = None
    if right is not None:
        value = _assignment(right, builder) if right.type == "assignment" else lower_expression(right, builder)
    target = _assigned(left, builder, value, annotation) if left else builder.opaque(node)
    builder.add(Assignment(identifier, target, annotation, value, "", builder.context))
    return value


def _assigned(node: Node, builder: Builder, value: Expr | None, annotation: Expr | None) -> Expr:
    if node.type != "identifier":
        return bind_targets(node, builder, BindingKind.VALUE, value)
    name = builder.text(node)
    builder.bind(name, Binding(name, BindingKind.VALUE, value, annotation))
    return Name(builder.node(node), name, builder.context.scope)


def _augmented_assignment(node: Node, builder: Builder) -> None:
    identifier = builder.node(node)
    left, op, right = (node.child_by_field_name(field) for field in ("left", "operator", "right"))
    value = lower_expression(right, builder) if right else None
    target = lower_expression(left, builder, Use.VALUE) if left else builder.opaque(node)
    if isinstance(target, Name):
        builder.bind(target.id, Binding(target.id, BindingKind.UNKNOWN))
    builder.add(Assignment(identifier, target, None, value, builder.text(op) if op else "", builder.context))


def _type_alias(node: Node, builder: Builder) -> None:
    parts = operands(node)
    if len(parts) != 2:
        return
    named = parts[0]
    while named.type in ("type", "generic_type") and named.named_children:
        named = named.named_children[0]
    value = lower_annotation(parts[1], builder)
    name = builder.text(named)
    builder.bind(name, Binding(name, BindingKind.VALUE, value))
    target = Name(builder.node(named), name, builder.context.scope)
    builder.add(Assignment(builder.node(node), target, None, value, "type", builder.context))


def _return(node: Node, builder: Builder) -> None:
    identifier = builder.node(node)
    parts = operands(node)
    value = lower_expression(parts[0], builder) if parts else None
    if value is not None:
        builder.scope.returns_value = True
    builder.add(Return(identifier, value, builder.context))


def _raise(node: Node, builder: Builder) -> None:
    identifier = builder.node(node)
    cause = node.child_by_field_name("cause")
    parts = [part for part in operands(node) if part != cause]
    exception = lower_expression(parts[0], builder) if parts else None
    chained = lower_expression(cause, builder) if cause else None
    builder.add(Raise(identifier, exception, chained, builder.context))


def _delete(node: Node, builder: Builder) -> None:
    for child in operands(node):
        for part in operands(child) if child.type == "expression_list" else [child]:
            if part.type == "identifier":
                name = builder.text(part)
                builder.bind(name, Binding(name, BindingKind.UNKNOWN))
            else:
                lower_expression(part, builder)


def _outer_names(node: Node, builder: Builder) -> None:
    for child in operands(node):
        name = builder.text(child)
        builder.bind(name, Binding(name, BindingKind.OUTER))


def _if(node: Node, builder: Builder) -> None:
    condition = node.child_by_field_name("condition")
    checking = False
    if condition:
        with builder.at(msgspec.structs.replace(builder.context, in_condition=True)):
            checking = _is_type_checking(lower_expression(condition, builder))
    consequence = node.child_by_field_name("consequence")
    _suite(consequence, builder, **({"type_checking": True} if checking else {}))
    for clause in node.children_by_field_name("alternative"):
        if clause.type == "elif_clause":
            _if(clause, builder)
        else:
            _suite(_body(clause), builder)


def _is_type_checking(expr: Expr) -> bool:
    return (isinstance(expr, Name) and expr.id == "TYPE_CHECKING") or (
        isinstance(expr, Attribute) and expr.attr == "TYPE_CHECKING"
    )


def _for(node: Node, builder: Builder) -> None:
    identifier = builder.node(node)
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    source = lower_expression(right, builder) if right else builder.opaque(node)
    target = bind_targets(left, builder, BindingKind.ELEMENT, source) if left else None
    builder.add(Loop(identifier, "for", target, source, _is_async(node), builder.context))
    _suite(node.child_by_field_name("body"), builder, in_loop=True)
    _else(node, builder)


def _while(node: Node, builder: Builder) -> None:
    identifier = builder.node(node)
    condition = node.child_by_field_name("condition")
    with builder.at(msgspec.structs.replace(builder.context, in_loop=True, in_condition=True)):
        test = lower_expression(condition, builder) if condition else builder.opaque(node)
    builder.add(Loop(identifier, "while", None, test, False, builder.context))
    _suite(node.child_by_field_name("body"), builder, in_loop=True)
    _else(node, builder)


def _else(node: Node, builder: Builder) -> None:
    clause = node.child_by_field_name("alternative")
    if clause:
        _suite(_body(clause), builder)


def _try(node: Node, builder: Builder) -> None:
    _suite(node.child_by_field_name("body"), builder, in_try=True)
    caught: tuple[Expr, ...] = ()
    for clause in node.named_children:
        match clause.type:
            case "except_clause":
                caught += _except(clause, builder, caught)
            case "else_clause":
                _suite(_body(clause), builder)
            case "finally_clause":
                _suite(_body(clause), builder, in_finally=True)
            case _:
                pass


def _except(node: Node, builder: Builder, earlier: tuple[Expr, ...]) -> tuple[Expr, ...]:
    """Lower one clause; gives the exceptions that it catches."""
    identifier = builder.node(node)
    keyword = builder.node(node.children[0])
    types: list[Expr] = []
    name = ""
    for value in node.children_by_field_name("value"):
        parts = operands(value) if value.type == "as_pattern" else [value]
        types.extend(_exception_types(parts[0], builder))
        if value.type == "as_pattern" and len(parts) == 2:
            name = builder.text(parts[1])
            builder.bind(name, Binding(name, BindingKind.EXCEPTION))
    suite = _body(node)
    place = builder.add(_HANDLER)
    before = len(builder.facts)
    _suite(suite, builder, in_handler=True)
    reraises = any(_reraises(fact, name) for fact in builder.facts[before:])
    is_group = any(child.type == "*" or child.type == "except*" for child in node.children)
    builder.facts[place] = Handler(
        identifier, keyword, tuple(types), name, is_group, reraises, _is_silent(suite), builder.context, earlier
    )
    return tuple(types)


def _exception_types(node: Node, builder: Builder) -> list[Expr]:
    if node.type == "parenthesized_expression":
        node = operands(node)[0]
    parts = operands(node) if node.type == "tuple" else [node]
    return [lower_expression(part, builder) for part in parts]


def _reraises(fact: object, name: str) -> bool:
    if not isinstance(fact, Raise) or not fact.context.in_handler:
        return False
    return fact.exception is None or (isinstance(fact.exception, Name) and fact.exception.id == name)


def _is_silent(suite: Node | None) -> bool:
    statements = operands(suite) if suite else []
    return all(
        statement.type in ("pass_statement", "continue_statement")
        or (statement.type == "expression_statement" and operands(statement)[0].type in ("string", "ellipsis"))
        for statement in statements
    )


def _with(node: Node, builder: Builder) -> None:
    is_async = _is_async(node)
    values = list(builder.context.withs)
    for item in _with_items(node):
        identifier = builder.node(item)
        parts = operands(item) if item.type == "as_pattern" else [item]
        value = lower_expression(parts[0], builder)
        target = bind_targets(parts[1], builder, BindingKind.ENTERED, value) if len(parts) == 2 else None
        values.append(value)
        builder.add(With(identifier, value, target, is_async, builder.context))
    inner = msgspec.structs.replace(builder.context, withs=tuple(values))
    body = node.child_by_field_name("body")
    with builder.at(inner):
        _suite(body, builder)


def _with_items(node: Node) -> list[Node]:
    """The items of a `with`; one in parentheses hides an `as` inside an expression."""
    items: list[Node] = []
    for clause in operands(node):
        if clause.type != "with_clause":
            continue
        for item in operands(clause):
            value = operands(item)[0] if operands(item) else item
            inner = operands(value)
            hides = value.type == "parenthesized_expression" and inner and inner[0].type == "as_pattern"
            items.append(inner[0] if hides else value)
    return items


def _function(node: Node, builder: Builder, decorators: tuple[Expr, ...] = (), whole: Node | None = None) -> None:
    head = lower_function_head(node, builder, decorators, whole or node)
    scope = builder.scopes[head.scope]
    body = node.child_by_field_name("body")
    inner = Context(scope=head.scope, in_async=head.is_async, type_checking=builder.context.type_checking)
    with builder.at(inner):
        _suite(body, builder)
    docstring = _docstring(body)
    builder.facts[head.place] = msgspec.structs.replace(
        head.function,
        docstring=builder.node(docstring) if docstring else -1,
        is_generator=scope.is_generator,
        returns_value=scope.returns_value,
        is_stub=body is None or _is_stub(body),
    )


def _docstring(body: Node | None) -> Node | None:
    statements = operands(body) if body else []
    if not statements or statements[0].type != "expression_statement":
        return None
    value = operands(statements[0])[0]
    return value if value.type in ("string", "concatenated_string") else None


def _is_stub(body: Node) -> bool:
    """Only a docstring, `...`, `pass` or `raise NotImplementedError`."""
    return all(
        statement.type in ("pass_statement", "raise_statement")
        or (statement.type == "expression_statement" and operands(statement)[0].type in ("string", "ellipsis"))
        for statement in operands(body)
    )


def _class(node: Node, builder: Builder, decorators: tuple[Expr, ...] = (), whole: Node | None = None) -> None:
    head: Class = lower_class_head(node, builder, decorators, whole or node)
    inner = Context(scope=head.scope, type_checking=builder.context.type_checking)
    with builder.at(inner):
        _suite(node.child_by_field_name("body"), builder)


def _decorated(node: Node, builder: Builder) -> None:
    decorators = tuple(
        lower_expression(operands(child)[0], builder)
        for child in node.named_children
        if child.type == "decorator" and operands(child)
    )
    definition = node.child_by_field_name("definition")
    if definition is None:
        return
    if definition.type == "class_definition":
        _class(definition, builder, decorators, node)
    else:
        _function(definition, builder, decorators, node)


def _match(node: Node, builder: Builder) -> None:
    for subject in node.children_by_field_name("subject"):
        lower_expression(subject, builder)
    body = node.child_by_field_name("body")
    for case in operands(body) if body else []:
        for part in operands(case):
            match part.type:
                case "case_pattern":
                    _bind_pattern(part, builder)
                case "if_clause":
                    lower_expression(operands(part)[0], builder)
                case "block":
                    _suite(part, builder)
                case _:
                    pass


def _bind_pattern(node: Node, builder: Builder) -> None:
    """Every lone name in a pattern may be a capture: facts do not follow it."""
    for child in node.named_children:
        if child.type == "identifier" or (child.type == "dotted_name" and len(child.named_children) == 1):
            name = builder.text(child)
            builder.bind(name, Binding(name, BindingKind.UNKNOWN))
        else:
            _bind_pattern(child, builder)


def _operands_only(node: Node, builder: Builder) -> None:
    for child in operands(node):
        lower_expression(child, builder)


_HANDLER = Handler(-1, -1, (), "", False, False, False, Context())

_COMPOUND = frozenset(
    {
        "if_statement",
        "for_statement",
        "while_statement",
        "try_statement",
        "with_statement",
        "match_statement",
        "function_definition",
        "class_definition",
        "decorated_definition",
    }
)
"""Statements whose bodies are judged statement by statement."""

_SILENT = frozenset({"comment", "pass_statement", "break_statement", "continue_statement", "future_import_statement"})

_LOWER: dict[str, Callable[[Node, Builder], None]] = {
    "expression_statement": _expression_statement,
    "type_alias_statement": _type_alias,
    "return_statement": _return,
    "raise_statement": _raise,
    "delete_statement": _delete,
    "global_statement": _outer_names,
    "nonlocal_statement": _outer_names,
    "assert_statement": _operands_only,
    "print_statement": _operands_only,
    "exec_statement": _operands_only,
    "if_statement": _if,
    "for_statement": _for,
    "while_statement": _while,
    "try_statement": _try,
    "with_statement": _with,
    "match_statement": _match,
    "function_definition": _function,
    "class_definition": _class,
    "decorated_definition": _decorated,
    "import_statement": lower_import,
    "import_from_statement": lower_from_import,
}
