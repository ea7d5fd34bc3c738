"""Lowers expressions: one small function for each node type of the grammar."""

from collections.abc import Callable, Iterable
from typing import Final

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
from hexguard.facts.lowering.kinds import (
    DEFAULT_PARAMETER,
    DICTIONARY_SPLAT,
    EXTRAS,
    FOR_CLAUSE,
    GENERATOR,
    IDENTIFIER,
    IF_CLAUSE,
    INTERPOLATION,
    KEYWORD_ARGUMENT,
    PAIR,
    STRING,
    TARGET_LISTS,
    TARGET_WRAPPERS,
    TYPE_PARAMETER,
)
from hexguard.facts.lowering.use import ATTRIBUTE, AWAITED, CALLED, DISCARDED, VALUE, Use
from hexguard.facts.model import Reference
from hexguard.facts.scopes import Binding, BindingKind, ScopeKind
from hexguard.syntax.parse import Node, kind_id


def lower_expression(node: Node, builder: Builder, use: Use = VALUE) -> Expr:
    """The expression that `node` stands for; facts found inside it are kept in the builder."""
    kind = node.kind_id
    depth = builder.depth
    if kind == IDENTIFIER and depth <= MAX_DEPTH:
        return _identifier(node, builder, use)
    lower = _LOWER.get(kind)
    if lower is None or depth > MAX_DEPTH:
        return builder.opaque(node)
    builder.depth = depth + 1
    expr = lower(node, builder, use)
    builder.depth = depth
    return expr


def lower_annotation(node: Node, builder: Builder) -> Expr:
    """A `type` node, or an expression that stands where a type stands."""
    before = builder.in_annotation
    builder.in_annotation = True
    expr = lower_expression(node, builder)
    builder.in_annotation = before
    return expr


def lower_arguments(node: Node, builder: Builder) -> tuple[tuple[Expr, ...], tuple[Keyword, ...]]:
    """What stands in the parentheses of a call or of a class header."""
    if node.kind_id == GENERATOR:
        return (lower_expression(node, builder),), ()
    args: list[Expr] = []
    keywords: list[Keyword] = []
    for child in builder.operands(node):
        if child.kind_id == KEYWORD_ARGUMENT:
            keywords.append(_keyword(child, builder))
        else:
            args.append(lower_expression(child, builder))
    return tuple(args), tuple(keywords)


def bind_targets(node: Node, builder: Builder, binding: BindingKind, value: Expr | None) -> Expr:
    """Lower the target of an assignment, loop or `with` and bind the names in it; tuples bind unknown values."""
    kind = node.kind_id
    if kind == IDENTIFIER:
        name = builder.text(node)
        builder.bind(name, Binding(name, binding, value))
        return Name(builder.node(node), name, builder.context.scope)
    if kind in TARGET_LISTS:
        identifier = builder.node(node)
        each = BindingKind.ELEMENT if binding is BindingKind.ELEMENT else BindingKind.UNKNOWN
        parts = tuple([bind_targets(child, builder, each, None) for child in builder.operands(node)])
        return Collection(identifier, "tuple", parts)
    if kind in TARGET_WRAPPERS:
        inner = [bind_targets(child, builder, binding, value) for child in builder.operands(node)]
        return inner[0] if len(inner) == 1 else builder.opaque(node)
    return lower_expression(node, builder)


def _identifier(node: Node, builder: Builder, use: Use) -> Name:
    # The most frequent node by far: what other functions ask of the builder is written out here.
    starts, context, tree = builder.starts, builder.context, builder.tree
    identifier, start, end = len(starts), node.start_byte, node.end_byte
    starts.append(start)
    builder.ends.append(end)
    name = Name(identifier, tree.text[start:end] if tree.wide is None else tree.slice(node), context.scope)
    if use is not ATTRIBUTE:
        builder.facts.append(Reference(identifier, name, use is CALLED, builder.in_annotation, context))
    return name


def _refer(expr: Name | Attribute, builder: Builder, use: Use) -> None:
    builder.facts.append(Reference(expr.node, expr, use is CALLED, builder.in_annotation, builder.context))


def _all(nodes: Iterable[Node], builder: Builder) -> tuple[Expr, ...]:
    return tuple([lower_expression(node, builder) for node in nodes])


def _attribute(node: Node, builder: Builder, use: Use) -> Expr:
    parts = builder.operands(node)
    if len(parts) != 2 or parts[1].kind_id != IDENTIFIER:
        return builder.opaque(node, _all(parts, builder))
    identifier = builder.node(node)
    value = lower_expression(parts[0], builder, ATTRIBUTE)
    expr = Attribute(identifier, value, builder.text(parts[1]))
    if use is not ATTRIBUTE and _is_dotted(value):
        _refer(expr, builder, use)
    return expr


def _is_dotted(expr: Expr) -> bool:
    while isinstance(expr, Attribute):
        expr = expr.value
    return isinstance(expr, Name)


def _call(node: Node, builder: Builder, use: Use) -> Expr:
    parts = builder.operands(node)
    if len(parts) != 2:
        return builder.opaque(node, _all(parts, builder))
    identifier = builder.node(node)
    func = lower_expression(parts[0], builder, CALLED)
    before = builder.in_annotation
    builder.in_annotation = False
    args, keywords = lower_arguments(parts[1], builder)
    builder.in_annotation = before
    call = Call(identifier, func, args, keywords, builder.context, use is AWAITED, use is DISCARDED)
    builder.facts.append(call)
    return call


def _keyword(node: Node, builder: Builder) -> Keyword:
    parts = builder.operands(node)
    identifier = builder.node(node)
    value = lower_expression(parts[-1], builder) if len(parts) > 1 else builder.opaque(node)
    return Keyword(identifier, builder.text(parts[0]), value)


def _subscript(node: Node, builder: Builder, use: Use) -> Expr:
    parts = builder.operands(node)
    identifier = builder.node(node)
    value = lower_expression(parts[0], builder, ATTRIBUTE)
    if isinstance(value, Name | Attribute) and _is_dotted(value):
        _refer(value, builder, VALUE)
    items = tuple(_flattened(parts[1:], builder))
    subscript = Subscript(identifier, value, items, builder.context, builder.in_annotation)
    builder.facts.append(subscript)
    return subscript


def _flattened(parts: list[Node], builder: Builder) -> list[Expr]:
    """Subscript items; `x[a, b]` and the type form of it give the same two items."""
    items: list[Expr] = []
    for part in parts:
        if part.kind_id == TYPE_PARAMETER:
            items.extend(_flattened(builder.operands(part), builder))
        else:
            items.append(lower_expression(part, builder))
    return items


def _only_child(node: Node, builder: Builder, use: Use) -> Expr:
    parts = builder.operands(node)
    if len(parts) == 1:
        return lower_expression(parts[0], builder, use)
    return builder.opaque(node, _all(parts, builder))


def _union_type(node: Node, builder: Builder, use: Use) -> Expr:
    parts = builder.operands(node)
    if len(parts) != 2:
        return builder.opaque(node, _all(parts, builder))
    identifier = builder.node(node)
    return Binary(identifier, "|", lower_expression(parts[0], builder), lower_expression(parts[1], builder))


def _member_type(node: Node, builder: Builder, use: Use) -> Expr:
    parts = builder.operands(node)
    identifier = builder.node(node)
    value = lower_expression(parts[0], builder, ATTRIBUTE)
    expr = Attribute(identifier, value, builder.text(parts[-1]))
    if _is_dotted(expr):
        _refer(expr, builder, VALUE)
    return expr


def _operation(node: Node, builder: Builder, use: Use) -> Expr:
    identifier = builder.node(node)
    field = node.child_by_field_name
    left, op, right = field("left"), field("operator"), field("right")
    first = lower_expression(left, builder) if left else None
    second = lower_expression(right, builder) if right else None
    if first is None or second is None:
        return builder.opaque(node)
    form = Boolean if node.kind_id == _BOOLEAN else Binary
    operation = form(identifier, op.type if op else "", first, second)
    builder.facts.append(operation)
    return operation


def _unary(node: Node, builder: Builder, use: Use) -> Expr:
    parts = builder.operands(node)
    op = node.children[0].type
    identifier = builder.node(node)
    return Unary(identifier, op, lower_expression(parts[0], builder)) if parts else builder.opaque(node)


def _compare(node: Node, builder: Builder, use: Use) -> Expr:
    identifier = builder.node(node)
    values: list[Expr] = []
    ops: list[str] = []
    joins = False
    for child in node.children:
        if child.kind_id in EXTRAS:
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
    builder.facts.append(compare)
    return compare


def _await(node: Node, builder: Builder, use: Use) -> Expr:
    parts = builder.operands(node)
    if not parts:
        return builder.opaque(node)
    expr = Await(builder.node(node), lower_expression(parts[-1], builder, AWAITED), builder.context)
    builder.facts.append(expr)
    return expr


def _lambda(node: Node, builder: Builder, use: Use) -> Expr:
    identifier = builder.node(node)
    scope = builder.open_scope(ScopeKind.LAMBDA, "<lambda>")
    inner = msgspec.structs.replace(builder.context, scope=scope, in_async=False, in_loop=False, withs=())
    parameters = node.child_by_field_name("parameters")
    body = node.child_by_field_name("body")
    if parameters:
        _lambda_parameters(parameters, builder, scope)
    before = builder.context
    builder.context = inner
    value = lower_expression(body, builder) if body else builder.opaque(node)
    builder.context = before
    return Lambda(identifier, scope, value)


def _lambda_parameters(node: Node, builder: Builder, scope: int) -> None:
    for child in builder.operands(node):
        parts = builder.operands(child)
        if child.kind_id == DEFAULT_PARAMETER:
            lower_expression(parts[-1], builder)
        name = builder.text(parts[0] if parts else child).lstrip("*")
        builder.scopes[scope].bind(name, Binding(name, BindingKind.PARAMETER))


def _collection(node: Node, builder: Builder, use: Use) -> Expr:
    identifier = builder.node(node)
    return Collection(identifier, _DISPLAYS.get(node.kind_id, "tuple"), _all(builder.operands(node), builder))


def _dictionary(node: Node, builder: Builder, use: Use) -> Expr:
    identifier = builder.node(node)
    entries: list[tuple[Expr | None, Expr]] = []
    for child in builder.operands(node):
        parts = builder.operands(child)
        if child.kind_id == PAIR and len(parts) == 2:
            entries.append((lower_expression(parts[0], builder), lower_expression(parts[1], builder)))
        else:
            entries.append((None, lower_expression(child, builder)))
    return Dictionary(identifier, tuple(entries))


def _comprehension(node: Node, builder: Builder, use: Use) -> Expr:
    """The first source is read outside; all else in a scope of its own, once for each turn of the loop."""
    identifier = builder.node(node)
    outer = builder.context
    scope = builder.open_scope(ScopeKind.COMPREHENSION, "")
    inner = msgspec.structs.replace(outer, scope=scope, in_loop=True)
    sources: list[Expr] = []
    elements: list[Node] = []
    for child in builder.operands(node):
        kind = child.kind_id
        if kind == FOR_CLAUSE:
            builder.context = inner if sources else outer
            right = child.child_by_field_name("right")
            sources.append(lower_expression(right, builder) if right else builder.opaque(child))
            builder.context = inner
            left = child.child_by_field_name("left")
            if left:
                bind_targets(left, builder, BindingKind.ELEMENT, sources[-1])
        elif kind == IF_CLAUSE:
            builder.context = inner
            _only_child(child, builder, VALUE)
        else:
            elements += builder.operands(child) if kind == PAIR else [child]
    builder.context = inner
    lowered = _all(elements, builder)
    builder.context = outer
    form = node.type.partition("_")[0].replace("dictionary", "dict")
    return Comprehension(identifier, form, scope, lowered, tuple(sources))


def _conditional(node: Node, builder: Builder, use: Use) -> Expr:
    parts = builder.operands(node)
    if len(parts) != 3:
        return builder.opaque(node, _all(parts, builder))
    identifier = builder.node(node)
    body, test, orelse = _all(parts, builder)
    return Conditional(identifier, test, body, orelse)


def _yield(node: Node, builder: Builder, use: Use) -> Expr:
    parts = builder.operands(node)
    identifier = builder.node(node)
    builder.scope.is_generator = True
    is_from = any(child.type == "from" for child in node.children)
    value = lower_expression(parts[0], builder) if parts else None
    expr = Yield(identifier, value, is_from, builder.context)
    builder.facts.append(expr)
    return expr


def _walrus(node: Node, builder: Builder, use: Use) -> Expr:
    parts = builder.operands(node)
    value = lower_expression(parts[-1], builder)
    if len(parts) == 2:
        bind_targets(parts[0], builder, BindingKind.VALUE, value)
    return value


def _starred(node: Node, builder: Builder, use: Use) -> Expr:
    identifier = builder.node(node)
    return Starred(identifier, _only_child(node, builder, VALUE), node.kind_id == DICTIONARY_SPLAT)


def _string(node: Node, builder: Builder, use: Use) -> Expr:
    identifier = builder.node(node)
    text = builder.text(node)
    fields = _fields(node, builder) if "{" in text else ()
    if not fields and text[:1] in _QUOTES:
        return Constant(identifier, ConstantKind.STRING, text)
    prefix = text[: len(text) - len(text.lstrip("rRbBuUfFtT"))].lower()
    if fields or "f" in prefix or "t" in prefix:
        string = FormattedString(identifier, fields, "t" in prefix, text[:40].partition("{")[0])
        builder.add(string)
        return string
    return Constant(identifier, ConstantKind.BYTES if "b" in prefix else ConstantKind.STRING, text)


def _fields(node: Node, builder: Builder) -> tuple[Expr, ...]:
    fields: list[Expr] = []
    for child in node.named_children:
        if child.kind_id == INTERPOLATION:
            expression = child.child_by_field_name("expression")
            if expression:
                fields.append(lower_expression(expression, builder))
        elif child.kind_id == STRING:
            fields.extend(_fields(child, builder))
    return tuple(fields)


def _literal(node: Node, builder: Builder, use: Use) -> Expr:
    return Constant(builder.node(node), _LITERALS[node.kind_id], builder.text(node))


_BOOLEAN: Final = kind_id("boolean_operator")
_DISPLAYS: Final = {kind_id("list"): "list", kind_id("set"): "set"}
_IN_QUOTES: Final = (ConstantKind.STRING, ConstantKind.BYTES)
_QUOTES: Final = frozenset("\"'")

_FORMS: Final[dict[str, Callable[[Node, Builder, Use], Expr]]] = {
    "identifier": _identifier,
    "attribute": _attribute,
    "call": _call,
    "subscript": _subscript,
    "generic_type": _subscript,
    "member_type": _member_type,
    "union_type": _union_type,
    "type": _only_child,
    "constrained_type": _only_child,
    "splat_type": _starred,
    "parenthesized_expression": _only_child,
    "binary_operator": _operation,
    "boolean_operator": _operation,
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
}

_LITERALS: Final = {kind_id(kind.value): kind for kind in ConstantKind if kind not in _IN_QUOTES}

_LOWER: Final = {kind_id(name): lower for name, lower in _FORMS.items()} | dict.fromkeys(_LITERALS, _literal)
