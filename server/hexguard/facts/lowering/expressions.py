"""Lowers expressions: one small function for each node type of the grammar."""

from collections.abc import Callable
from enum import Enum

import msgspec

from hexguard.facts.expressions import (
    Attribute,
    Await,
    Binary,
    Boolean,
    Call,
    Collection,
    Compare,
    Comprehension,
    Conditional,
    Constant,
    ConstantKind,
    Dictionary,
    Expr,
    FormattedString,
    Keyword,
    Lambda,
    Name,
    Starred,
    Subscript,
    Unary,
    Yield,
)
from hexguard.facts.lowering.builder import MAX_DEPTH, Builder
from hexguard.facts.model import Reference
from hexguard.facts.scopes import Binding, BindingKind, ScopeKind
from hexguard.syntax.parse import Node


class Use(Enum):
    """What happens to the value of an expression."""

    VALUE = "value"
    CALLED = "called"
    AWAITED = "awaited"
    DISCARDED = "discarded"
    ATTRIBUTE = "attribute"


def lower_expression(node: Node, builder: Builder, use: Use = Use.VALUE) -> Expr:
    """The expression that `node` stands for; facts found inside it are kept in the builder."""
    lower = _LOWER.get(node.type)
    if lower is None or builder.depth > MAX_DEPTH:
        return builder.opaque(node)
    builder.depth += 1
    try:
        return lower(node, builder, use)
    finally:
        builder.depth -= 1


def operands(node: Node) -> list[Node]:
    """The named children of `node` without comments, which may stand anywhere."""
    return [child for child in node.named_children if child.type != "comment"]


def keyword_argument(node: Node, builder: Builder) -> Keyword:
    """A `name=value` of a call or of a class header."""
    parts = operands(node)
    identifier = builder.node(node)
    value = lower_expression(parts[-1], builder) if len(parts) > 1 else builder.opaque(node)
    return Keyword(identifier, builder.text(parts[0]), value)


def bind_targets(node: Node, builder: Builder, binding: BindingKind, value: Expr | None) -> Expr:
    """Lower the target of an assignment, loop or `with` and bind the names in it; tuples bind unknown values."""
    match node.type:
        case "identifier":
            name = builder.text(node)
            builder.bind(name, Binding(name, binding, value))
            return Name(builder.node(node), name, builder.context.scope)
        case "pattern_list" | "tuple_pattern" | "list_pattern" | "expression_list" | "tuple" | "list":
            identifier = builder.node(node)
            kind = BindingKind.ELEMENT if binding is BindingKind.ELEMENT else BindingKind.UNKNOWN
            parts = tuple(bind_targets(child, builder, kind, None) for child in operands(node))
            return Collection(identifier, "tuple", parts)
        case "list_splat_pattern" | "list_splat" | "as_pattern_target" | "parenthesized_expression":
            inner = [bind_targets(child, builder, binding, value) for child in operands(node)]
            return inner[0] if len(inner) == 1 else builder.opaque(node)
        case _:
            return lower_expression(node, builder)


def lower_annotation(node: Node, builder: Builder) -> Expr:
    """A `type` node, or an expression that stands where a type stands."""
    with builder.annotation(inside=True):
        return lower_expression(node, builder)


def _identifier(node: Node, builder: Builder, use: Use) -> Expr:
    name = Name(builder.node(node), builder.text(node), builder.context.scope)
    if use is not Use.ATTRIBUTE:
        _refer(name, builder, use)
    return name


def _refer(expr: Name | Attribute, builder: Builder, use: Use) -> None:
    builder.add(Reference(expr.node, expr, use is Use.CALLED, builder.in_annotation, builder.context))


def _attribute(node: Node, builder: Builder, use: Use) -> Expr:
    parts = operands(node)
    if len(parts) != 2 or parts[1].type != "identifier":
        return builder.opaque(node, tuple(lower_expression(part, builder) for part in parts))
    identifier = builder.node(node)
    value = lower_expression(parts[0], builder, Use.ATTRIBUTE)
    expr = Attribute(identifier, value, builder.text(parts[1]))
    if use is not Use.ATTRIBUTE and _is_dotted(expr):
        _refer(expr, builder, use)
    return expr


def _is_dotted(expr: Expr) -> bool:
    while isinstance(expr, Attribute):
        expr = expr.value
    return isinstance(expr, Name)


def _call(node: Node, builder: Builder, use: Use) -> Expr:
    parts = operands(node)
    if len(parts) != 2:
        return builder.opaque(node, tuple(lower_expression(part, builder) for part in parts))
    identifier = builder.node(node)
    func = lower_expression(parts[0], builder, Use.CALLED)
    with builder.annotation(inside=False):
        args, keywords = _arguments(parts[1], builder)
    call = Call(identifier, func, args, keywords, builder.context, use is Use.AWAITED, use is Use.DISCARDED)
    builder.add(call)
    return call


def _arguments(node: Node, builder: Builder) -> tuple[tuple[Expr, ...], tuple[Keyword, ...]]:
    if node.type == "generator_expression":
        return (lower_expression(node, builder),), ()
    args: list[Expr] = []
    keywords: list[Keyword] = []
    for child in operands(node):
        if child.type == "keyword_argument":
            keywords.append(keyword_argument(child, builder))
        else:
            args.append(lower_expression(child, builder))
    return tuple(args), tuple(keywords)


def _subscript(node: Node, builder: Builder, use: Use) -> Expr:
    parts = operands(node)
    identifier = builder.node(node)
    value = lower_expression(parts[0], builder, Use.ATTRIBUTE)
    if isinstance(value, Name | Attribute) and _is_dotted(value):
        _refer(value, builder, Use.VALUE)
    items = tuple(_flattened(parts[1:], builder))
    subscript = Subscript(identifier, value, items, builder.context, builder.in_annotation)
    builder.add(subscript)
    return subscript


def _flattened(parts: list[Node], builder: Builder) -> list[Expr]:
    """Subscript items; `x[a, b]` and the type form of it give the same two items."""
    items: list[Expr] = []
    for part in parts:
        if part.type == "type_parameter":
            items.extend(_flattened(operands(part), builder))
        else:
            items.append(lower_expression(part, builder))
    return items


def _only_child(node: Node, builder: Builder, use: Use) -> Expr:
    parts = operands(node)
    if len(parts) == 1:
        return lower_expression(parts[0], builder, use)
    return builder.opaque(node, tuple(lower_expression(part, builder) for part in parts))


def _union_type(node: Node, builder: Builder, use: Use) -> Expr:
    parts = operands(node)
    if len(parts) != 2:
        return builder.opaque(node, tuple(lower_expression(part, builder) for part in parts))
    identifier = builder.node(node)
    return Binary(identifier, "|", lower_expression(parts[0], builder), lower_expression(parts[1], builder))


def _member_type(node: Node, builder: Builder, use: Use) -> Expr:
    parts = operands(node)
    identifier = builder.node(node)
    value = lower_expression(parts[0], builder, Use.ATTRIBUTE)
    expr = Attribute(identifier, value, builder.text(parts[-1]))
    if _is_dotted(expr):
        _refer(expr, builder, Use.VALUE)
    return expr


def _binary(node: Node, builder: Builder, use: Use) -> Expr:
    identifier = builder.node(node)
    left, op, right = _two_operands(node, builder)
    if left is None or right is None:
        return builder.opaque(node)
    binary = Binary(identifier, op, left, right)
    builder.add(binary)
    return binary


def _boolean(node: Node, builder: Builder, use: Use) -> Expr:
    identifier = builder.node(node)
    left, op, right = _two_operands(node, builder)
    if left is None or right is None:
        return builder.opaque(node)
    boolean = Boolean(identifier, op, left, right)
    builder.add(boolean)
    return boolean


def _two_operands(node: Node, builder: Builder) -> tuple[Expr | None, str, Expr | None]:
    left = node.child_by_field_name("left")
    op = node.child_by_field_name("operator")
    right = node.child_by_field_name("right")
    return (
        lower_expression(left, builder) if left else None,
        op.type if op else "",
        lower_expression(right, builder) if right else None,
    )


def _unary(node: Node, builder: Builder, use: Use) -> Expr:
    parts = operands(node)
    op = node.children[0].type
    identifier = builder.node(node)
    return Unary(identifier, op, lower_expression(parts[0], builder)) if parts else builder.opaque(node)


def _compare(node: Node, builder: Builder, use: Use) -> Expr:
    identifier = builder.node(node)
    values: list[Expr] = []
    ops: list[str] = []
    joins = False
    for child in node.children:
        if child.type == "comment":
            continue
        if child.is_named:
            values.append(lower_expression(child, builder))
            joins = False
        elif joins:
            ops[-1] += f" {child.type}"
        else:
            ops.append(child.type)
            joins = True
    if len(values) != len(ops) + 1:
        return builder.opaque(node, tuple(values))
    compare = Compare(identifier, tuple(ops), tuple(values))
    builder.add(compare)
    return compare


def _await(node: Node, builder: Builder, use: Use) -> Expr:
    parts = operands(node)
    if not parts:
        return builder.opaque(node)
    identifier = builder.node(node)
    return Await(identifier, lower_expression(parts[-1], builder, Use.AWAITED))


def _lambda(node: Node, builder: Builder, use: Use) -> Expr:
    identifier = builder.node(node)
    scope = builder.open_scope(ScopeKind.LAMBDA, "<lambda>")
    inner = msgspec.structs.replace(builder.context, scope=scope, in_async=False, in_loop=False, withs=())
    parameters = node.child_by_field_name("parameters")
    body = node.child_by_field_name("body")
    if parameters:
        _lambda_parameters(parameters, builder, scope)
    with builder.at(inner):
        return Lambda(identifier, scope, lower_expression(body, builder) if body else builder.opaque(node))


def _lambda_parameters(node: Node, builder: Builder, scope: int) -> None:
    bindings = builder.scopes[scope].bindings
    for child in operands(node):
        parts = operands(child)
        if child.type == "default_parameter":
            lower_expression(parts[-1], builder)
        name = builder.text(parts[0] if parts else child).lstrip("*")
        bindings.setdefault(name, []).append(Binding(name, BindingKind.PARAMETER))


def _collection(node: Node, builder: Builder, use: Use) -> Expr:
    kind = {"list": "list", "set": "set"}.get(node.type, "tuple")
    identifier = builder.node(node)
    return Collection(identifier, kind, tuple(lower_expression(part, builder) for part in operands(node)))


def _dictionary(node: Node, builder: Builder, use: Use) -> Expr:
    identifier = builder.node(node)
    entries: list[tuple[Expr | None, Expr]] = []
    for child in operands(node):
        parts = operands(child)
        if child.type == "pair" and len(parts) == 2:
            entries.append((lower_expression(parts[0], builder), lower_expression(parts[1], builder)))
        else:
            entries.append((None, lower_expression(child, builder)))
    return Dictionary(identifier, tuple(entries))


def _comprehension(node: Node, builder: Builder, use: Use) -> Expr:
    """The first source is read outside; all else in a scope of its own, once for each turn of the loop."""
    identifier = builder.node(node)
    clauses = [child for child in operands(node) if child.type in ("for_in_clause", "if_clause")]
    scope = builder.open_scope(ScopeKind.COMPREHENSION, "")
    inner = msgspec.structs.replace(builder.context, scope=scope, in_loop=True)
    sources: list[Expr] = []
    for clause in clauses:
        if clause.type == "if_clause":
            with builder.at(inner):
                _only_child(clause, builder, Use.VALUE)
            continue
        with builder.at(inner if sources else builder.context):
            right = clause.child_by_field_name("right")
            sources.append(lower_expression(right, builder) if right else builder.opaque(clause))
        with builder.at(inner):
            left = clause.child_by_field_name("left")
            if left:
                bind_targets(left, builder, BindingKind.ELEMENT, sources[-1])
    with builder.at(inner):
        elements = [
            lower_expression(part, builder)
            for child in operands(node)
            if child not in clauses
            for part in (operands(child) if child.type == "pair" else [child])
        ]
    kind = node.type.partition("_")[0].replace("dictionary", "dict")
    return Comprehension(identifier, kind, scope, tuple(elements), tuple(sources))


def _conditional(node: Node, builder: Builder, use: Use) -> Expr:
    parts = operands(node)
    if len(parts) != 3:
        return builder.opaque(node, tuple(lower_expression(part, builder) for part in parts))
    identifier = builder.node(node)
    body, test, orelse = (lower_expression(part, builder) for part in parts)
    return Conditional(identifier, test, body, orelse)


def _yield(node: Node, builder: Builder, use: Use) -> Expr:
    parts = operands(node)
    identifier = builder.node(node)
    builder.scope.is_generator = True
    is_from = any(child.type == "from" for child in node.children)
    return Yield(identifier, lower_expression(parts[0], builder) if parts else None, is_from)


def _walrus(node: Node, builder: Builder, use: Use) -> Expr:
    parts = operands(node)
    value = lower_expression(parts[-1], builder)
    if len(parts) == 2:
        bind_targets(parts[0], builder, BindingKind.VALUE, value)
    return value


def _starred(node: Node, builder: Builder, use: Use) -> Expr:
    identifier = builder.node(node)
    return Starred(identifier, _only_child(node, builder, Use.VALUE), node.type.startswith("dictionary"))


def _string(node: Node, builder: Builder, use: Use) -> Expr:
    identifier = builder.node(node)
    text = builder.text(node)
    fields = _fields(node, builder) if "{" in text else ()
    prefix = text[: len(text) - len(text.lstrip("rRbBuUfFtT"))].lower()
    if fields or "f" in prefix or "t" in prefix:
        string = FormattedString(identifier, fields, "t" in prefix)
        builder.add(string)
        return string
    return Constant(identifier, ConstantKind.BYTES if "b" in prefix else ConstantKind.STRING, text)


def _fields(node: Node, builder: Builder) -> tuple[Expr, ...]:
    fields: list[Expr] = []
    for child in node.named_children:
        if child.type == "interpolation":
            expression = child.child_by_field_name("expression")
            if expression:
                fields.append(lower_expression(expression, builder))
        elif child.type == "string":
            fields.extend(_fields(child, builder))
    return tuple(fields)


def _constant(kind: ConstantKind) -> Callable[[Node, Builder, Use], Expr]:
    def lower(node: Node, builder: Builder, use: Use) -> Expr:
        return Constant(builder.node(node), kind, builder.text(node))

    return lower


_LOWER: dict[str, Callable[[Node, Builder, Use], Expr]] = {
    "identifier": _identifier,
    "attribute": _attribute,
    "call": _call,
    "subscript": _subscript,
    "generic_type": _subscript,
    "member_type": _member_type,
    "union_type": _union_type,
    "type": _only_child,
    "constrained_type": _only_child,
    "splat_type": _only_child,
    "parenthesized_expression": _only_child,
    "binary_operator": _binary,
    "boolean_operator": _boolean,
    "not_operator": _unary,
    "unary_operator": _unary,
    "comparison_operator": _compare,
    "await": _await,
    "lambda": _lambda,
    "list": _collection,
    "set": _collection,
    "tuple": _collection,
    "expression_list": _collection,
    "dictionary": _dictionary,
    "list_comprehension": _comprehension,
    "set_comprehension": _comprehension,
    "dictionary_comprehension": _comprehension,
    "generator_expression": _comprehension,
    "conditional_expression": _conditional,
    "yield": _yield,
    "named_expression": _walrus,
    "list_splat": _starred,
    "dictionary_splat": _starred,
    "parenthesized_list_splat": _starred,
    "string": _string,
    "concatenated_string": _string,
    "integer": _constant(ConstantKind.INTEGER),
    "float": _constant(ConstantKind.FLOAT),
    "true": _constant(ConstantKind.TRUE),
    "false": _constant(ConstantKind.FALSE),
    "none": _constant(ConstantKind.NONE),
    "ellipsis": _constant(ConstantKind.ELLIPSIS),
}
