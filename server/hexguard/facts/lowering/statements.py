"""Lowers statements: one small function for each node type of the grammar, and the definitions that open scopes."""

from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from hexguard.facts.expressions import Context, Expr, Name
from hexguard.facts.lowering.builder import MAX_DEPTH, Builder
from hexguard.facts.lowering.definitions import Head, lower_class_head, lower_function_head
from hexguard.facts.lowering.expressions import bind_targets, lower_annotation, lower_expression
from hexguard.facts.lowering.heads import bind_pattern, exception_types, is_type_checking, raises_again
from hexguard.facts.lowering.imports import lower_from_import, lower_import
from hexguard.facts.lowering.kinds import AS_PATTERN, BLOCK, ERROR, IDENTIFIER, IF_CLAUSE
from hexguard.facts.lowering.shape import (
    body_of,
    docstring_of,
    has_break,
    is_silent,
    is_stub,
    runs_off,
    starts_with_async,
    with_items,
)
from hexguard.facts.lowering.use import DISCARDED
from hexguard.facts.model import Assignment, Choice, Function, Handler, Loop, Raise, Return, With
from hexguard.facts.scopes import Binding, BindingKind
from hexguard.syntax.parse import Node, kind_id, kind_ids


def lower_statements(nodes: Iterable[Node], builder: Builder) -> None:
    """Lower each statement among `nodes`; what is not one (broken code) is read as an expression."""
    depth = builder.depth
    if depth > MAX_DEPTH:
        return
    builder.depth = depth + 1
    if builder.has_error:
        _judged(nodes, builder)
    else:
        for node in nodes:
            lower = _LOWER.get(node.kind_id, _other)
            lower(node, builder)
    builder.depth = depth


def _judged(nodes: Iterable[Node], builder: Builder) -> None:
    """Lower statements of a block with an error, and mark what comes from broken ones."""
    after_error = False
    for node in nodes:
        before = len(builder.facts)
        kind = node.kind_id
        lower = _LOWER.get(kind, _other)
        lower(node, builder)
        is_error = kind == ERROR
        if is_error or after_error or (node.has_error and kind not in _COMPOUND):
            builder.broken.update(range(before, len(builder.facts)))
        after_error = is_error


def _other(node: Node, builder: Builder) -> None:
    """Facts around an error survive: whatever still reads as a statement or expression inside it is lowered."""
    kind = node.kind_id
    if kind == ERROR:
        lower_statements(node.named_children, builder)
    elif kind not in _SILENT:
        lower_expression(node, builder, DISCARDED)


def _suite(node: Node | None, builder: Builder, context: Context) -> tuple[int, int]:
    """Lower the statements of a body, which all stand at `context`; gives their nodes as a half-open range of ids."""
    start = len(builder.starts)
    if node is not None:
        before = builder.context
        builder.context = context
        lower_statements(node.named_children, builder)
        builder.context = before
    return start, len(builder.starts)


def _expression_statement(node: Node, builder: Builder) -> None:
    for child in builder.operands(node):
        kind = child.kind_id
        if kind == _ASSIGNMENT:
            _assignment(child, builder)
        elif kind == _AUGMENTED:
            _augmented_assignment(child, builder)
        else:
            lower_expression(child, builder, DISCARDED)


def _assignment(node: Node, builder: Builder) -> Expr | None:
    """`a = b = value` assigns to each target in turn; gives the value."""
    identifier = builder.node(node)
    field = node.child_by_field_name
    left, right = field("left"), field("right")
    # Nothing but target, sign and value: there is no annotation to ask for.
    declared = None if right is not None and node.child_count == 3 else field("type")
    annotation = lower_annotation(declared, builder) if declared else None
    value: Expr | None = None
    if right is not None:
        value = _assignment(right, builder) if right.kind_id == _ASSIGNMENT else lower_expression(right, builder)
    target = _assigned(left, builder, value, annotation) if left else builder.opaque(node)
    builder.facts.append(Assignment(identifier, target, annotation, value, "", builder.context))
    return value


def _assigned(node: Node, builder: Builder, value: Expr | None, annotation: Expr | None) -> Expr:
    if node.kind_id != IDENTIFIER:
        return bind_targets(node, builder, BindingKind.VALUE, value)
    name = builder.text(node)
    builder.bind(name, Binding(name, BindingKind.VALUE, value, annotation))
    return Name(builder.node(node), name, builder.context.scope)


def _augmented_assignment(node: Node, builder: Builder) -> None:
    identifier = builder.node(node)
    field = node.child_by_field_name
    left, op, right = field("left"), field("operator"), field("right")
    value = lower_expression(right, builder) if right else None
    target = lower_expression(left, builder) if left else builder.opaque(node)
    if isinstance(target, Name):
        builder.bind(target.id, Binding(target.id, BindingKind.UNKNOWN))
    builder.facts.append(Assignment(identifier, target, None, value, builder.text(op) if op else "", builder.context))


def _type_alias(node: Node, builder: Builder) -> None:
    parts = builder.operands(node)
    if len(parts) != 2:
        return
    named = parts[0]
    while named.kind_id in _NAMING and named.named_children:
        named = named.named_children[0]
    value = lower_annotation(parts[1], builder)
    name = builder.text(named)
    builder.bind(name, Binding(name, BindingKind.VALUE, value))
    target = Name(builder.node(named), name, builder.context.scope)
    builder.facts.append(Assignment(builder.node(node), target, None, value, "type", builder.context))


def _return(node: Node, builder: Builder) -> None:
    identifier = builder.node(node)
    parts = builder.operands(node)
    value = lower_expression(parts[0], builder) if parts else None
    if value is not None:
        builder.scope.returns_value = True
    builder.facts.append(Return(identifier, value, builder.context))


def _raise(node: Node, builder: Builder) -> None:
    identifier = builder.node(node)
    cause = node.child_by_field_name("cause")
    parts = [part for part in builder.operands(node) if part != cause]
    exception = lower_expression(parts[0], builder) if parts else None
    chained = lower_expression(cause, builder) if cause else None
    builder.facts.append(Raise(identifier, exception, chained, builder.context))


def _delete(node: Node, builder: Builder) -> None:
    for child in builder.operands(node):
        for part in builder.operands(child) if child.kind_id == _EXPRESSION_LIST else [child]:
            if part.kind_id == IDENTIFIER:
                name = builder.text(part)
                builder.bind(name, Binding(name, BindingKind.UNKNOWN))
            else:
                lower_expression(part, builder)


def _outer_names(node: Node, builder: Builder) -> None:
    for child in builder.operands(node):
        name = builder.text(child)
        builder.bind(name, Binding(name, BindingKind.OUTER))


def _if(node: Node, builder: Builder) -> None:
    identifier = builder.node(node)
    bodies = _branches(node, builder)
    if len(bodies) > 1:
        builder.facts.append(Choice(identifier, bodies, builder.context))


def _branches(node: Node, builder: Builder) -> tuple[tuple[int, int], ...]:
    """Lower an `if` or `elif` with all that follows it; gives the nodes of each body."""
    condition = node.child_by_field_name("condition")
    context = builder.context
    inside = context
    if condition:
        builder.context = msgspec.structs.replace(context, in_condition=True)
        if is_type_checking(lower_expression(condition, builder)):
            inside = msgspec.structs.replace(context, type_checking=True)
        builder.context = context
    bodies: tuple[tuple[int, int], ...] = (_suite(node.child_by_field_name("consequence"), builder, inside),)
    for clause in node.children_by_field_name("alternative"):
        if clause.kind_id == _ELIF:
            bodies += _branches(clause, builder)
        else:
            bodies += (_suite(body_of(clause), builder, context),)
    return bodies


def _for(node: Node, builder: Builder) -> None:
    identifier = builder.node(node)
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    source = lower_expression(right, builder) if right else builder.opaque(node)
    target = bind_targets(left, builder, BindingKind.ELEMENT, source) if left else None
    place, context, suite = builder.add(_LOOP), builder.context, node.child_by_field_name("body")
    body = _suite(suite, builder, msgspec.structs.replace(context, in_loop=True))
    is_async, breaks = starts_with_async(node), has_break(suite, builder)
    builder.facts[place] = Loop(identifier, "for", target, source, is_async, context, body, breaks)
    _else(node, builder)


def _while(node: Node, builder: Builder) -> None:
    identifier = builder.node(node)
    condition = node.child_by_field_name("condition")
    context = builder.context
    builder.context = msgspec.structs.replace(context, in_loop=True, in_condition=True)
    test = lower_expression(condition, builder) if condition else builder.opaque(node)
    builder.context = context
    place, suite = builder.add(_LOOP), node.child_by_field_name("body")
    body = _suite(suite, builder, msgspec.structs.replace(context, in_loop=True))
    builder.facts[place] = Loop(identifier, "while", None, test, False, context, body, has_break(suite, builder))
    _else(node, builder)


def _else(node: Node, builder: Builder) -> None:
    clause = node.child_by_field_name("alternative")
    if clause:
        _suite(body_of(clause), builder, builder.context)


def _try(node: Node, builder: Builder) -> None:
    identifier = builder.node(node)
    context = builder.context
    start = len(builder.starts)
    _suite(node.child_by_field_name("body"), builder, msgspec.structs.replace(context, in_try=True))
    tried = (start, len(builder.starts))
    caught: tuple[Expr, ...] = ()
    bodies: list[tuple[int, int]] = []
    for clause in node.named_children:
        kind = clause.kind_id
        if kind == _EXCEPT:
            types, body = _except(clause, builder, caught, tried)
            caught += types
            bodies.append(body)
        elif kind == _ELSE:
            bodies.append(_suite(body_of(clause), builder, context))
        elif kind == _FINALLY:
            _suite(body_of(clause), builder, msgspec.structs.replace(context, in_finally=True))
    if len(bodies) > 1:
        builder.facts.append(Choice(identifier, tuple(bodies), context))


def _except(
    node: Node, builder: Builder, earlier: tuple[Expr, ...], tried: tuple[int, int]
) -> tuple[tuple[Expr, ...], tuple[int, int]]:
    """Lower one clause; gives the exceptions that it catches, and the nodes of its body."""
    identifier = builder.node(node)
    keyword = builder.node(node.children[0])
    types: list[Expr] = []
    name = ""
    for value in node.children_by_field_name("value"):
        is_bound = value.kind_id == AS_PATTERN
        parts = builder.operands(value) if is_bound else [value]
        types.extend(exception_types(parts[0], builder))
        if is_bound and len(parts) == 2:
            name = builder.text(parts[1])
            builder.bind(name, Binding(name, BindingKind.EXCEPTION))
    suite = body_of(node)
    place = builder.add(_HANDLER)
    before, start = len(builder.facts), len(builder.starts)
    _suite(suite, builder, msgspec.structs.replace(builder.context, in_handler=True))
    body = (start, len(builder.starts))
    reraises = any(raises_again(fact, name) for fact in builder.facts[before:])
    is_group = any(child.type == "*" or child.type == "except*" for child in node.children)
    statements = builder.operands(suite) if suite else []
    builder.facts[place] = Handler(
        identifier,
        keyword,
        tuple(types),
        name,
        is_group,
        reraises,
        is_silent(statements, builder),
        builder.context,
        earlier,
        tried,
        body,
        statements[-1].type.removesuffix("_statement") if statements else "",
    )
    return tuple(types), body


def _with(node: Node, builder: Builder) -> None:
    is_async = starts_with_async(node)
    values = list(builder.context.withs)
    for item in with_items(node, builder):
        identifier = builder.node(item)
        parts = builder.operands(item) if item.kind_id == AS_PATTERN else [item]
        value = lower_expression(parts[0], builder)
        target = bind_targets(parts[1], builder, BindingKind.ENTERED, value) if len(parts) == 2 else None
        values.append(value)
        builder.add(With(identifier, value, target, is_async, builder.context))
    inner = msgspec.structs.replace(builder.context, withs=tuple(values))
    _suite(node.child_by_field_name("body"), builder, inner)


def _function(node: Node, builder: Builder, decorators: tuple[Expr, ...] = (), whole: Node | None = None) -> None:
    head = lower_function_head(node, builder, decorators, whole or node)
    inner = Context(head.scope, head.is_async, type_checking=builder.context.type_checking)
    _suite(head.suite, builder, inner)
    builder.facts[head.place] = _finished(head, builder)


def _finished(head: Head, builder: Builder) -> Function:
    """The fact of a function whose body was read."""
    scope = builder.scopes[head.scope]
    statements = builder.operands(head.suite) if head.suite else []
    docstring = docstring_of(statements, builder)
    return Function(
        head.node,
        head.name_node,
        head.body,
        head.name,
        scope.qualname,
        head.scope,
        builder.context,
        head.is_async,
        scope.is_generator,
        head.parameters,
        head.returns,
        head.decorators,
        builder.node(docstring) if docstring else -1,
        scope.returns_value,
        is_stub(statements, builder),
        runs_off(statements, builder),
    )


def _class(node: Node, builder: Builder, decorators: tuple[Expr, ...] = (), whole: Node | None = None) -> None:
    scope, body = lower_class_head(node, builder, decorators, whole or node)
    _suite(body, builder, Context(scope, type_checking=builder.context.type_checking))


def _decorated(node: Node, builder: Builder) -> None:
    found: list[Expr] = []
    for child in node.named_children:
        parts = builder.operands(child) if child.kind_id == _DECORATOR else []
        if parts:
            found.append(lower_expression(parts[0], builder))
    definition = node.child_by_field_name("definition")
    if definition is None:
        return
    lower = _class if definition.kind_id == _CLASS else _function
    lower(definition, builder, tuple(found), node)


def _match(node: Node, builder: Builder) -> None:
    identifier, bodies = builder.node(node), list[tuple[int, int]]()
    for subject in node.children_by_field_name("subject"):
        lower_expression(subject, builder)
    body = node.child_by_field_name("body")
    for case in builder.operands(body) if body else []:
        for part in builder.operands(case):
            kind = part.kind_id
            if kind == _CASE_PATTERN:
                bind_pattern(part, builder)
            elif kind == IF_CLAUSE:
                lower_expression(builder.operands(part)[0], builder)
            elif kind == BLOCK:
                bodies.append(_suite(part, builder, builder.context))
    if len(bodies) > 1:
        builder.facts.append(Choice(identifier, tuple(bodies), builder.context))


def _operands_only(node: Node, builder: Builder) -> None:
    for child in builder.operands(node):
        lower_expression(child, builder)


_HANDLER = Handler(-1, -1, (), "", False, False, False, Context())
_LOOP = Loop(-1, "", None, Name(-1, "", 0), False, Context())

_ASSIGNMENT: Final = kind_id("assignment")
_AUGMENTED: Final = kind_id("augmented_assignment")
_CASE_PATTERN: Final = kind_id("case_pattern")
_CLASS: Final = kind_id("class_definition")
_DECORATOR: Final = kind_id("decorator")
_ELIF: Final = kind_id("elif_clause")
_ELSE: Final = kind_id("else_clause")
_EXCEPT: Final = kind_id("except_clause")
_EXPRESSION_LIST: Final = kind_id("expression_list")
_FINALLY: Final = kind_id("finally_clause")

_NAMING: Final = kind_ids("type", "generic_type")

_COMPOUND: Final = kind_ids(
    "if_statement",
    "for_statement",
    "while_statement",
    "try_statement",
    "with_statement",
    "match_statement",
    "function_definition",
    "class_definition",
    "decorated_definition",
)
"""Statements whose bodies are judged statement by statement."""

_SILENT: Final = kind_ids(
    "comment", "pass_statement", "break_statement", "continue_statement", "future_import_statement"
)

_FORMS: Final[dict[str, Callable[[Node, Builder], None]]] = {
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

_LOWER: Final = {kind_id(name): lower for name, lower in _FORMS.items()}
