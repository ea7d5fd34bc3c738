"""Lowers the heads of `def` and `class`: names, parameters, decorators, and the scope that they open."""

import msgspec

from hexguard.facts.expressions import Attribute, Call, Context, Expr, Keyword, Name
from hexguard.facts.lowering.builder import Builder, OpenScope
from hexguard.facts.lowering.expressions import keyword_argument, lower_annotation, lower_expression, operands
from hexguard.facts.model import Class, Function, Parameter
from hexguard.facts.scopes import Binding, BindingKind, ScopeKind
from hexguard.syntax.parse import Node


class Head(msgspec.Struct, frozen=True, gc=False):
    """A function before its body was read; `place` is where its fact stands."""

    function: Function
    place: int
    scope: int
    is_async: bool


def lower_function_head(node: Node, builder: Builder, decorators: tuple[Expr, ...], whole: Node) -> Head:
    """Everything of a `def` but its body."""
    name_node, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    name = builder.text(name_node) if name_node else ""
    is_async = node.children[0].type == "async"
    place = builder.add(_FUNCTION)
    builder.bind(name, Binding(name, BindingKind.FUNCTION, detail=place))
    index = builder.open_scope(ScopeKind.FUNCTION, name)
    scope = builder.scopes[index]
    scope.is_async = is_async
    identifier = builder.node(whole)
    name_id = builder.node(name_node or node)
    parameters = _parameters(node, builder, index)
    returned = node.child_by_field_name("return_type")
    returns = lower_annotation(returned, builder) if returned else None
    _bind_type_parameters(node, builder, scope)
    if _in_class_body(builder):
        _mark_method(scope, parameters, decorators)
    function = Function(
        identifier,
        name_id,
        builder.node(body or node),
        name,
        scope.qualname,
        index,
        builder.context,
        is_async,
        False,
        parameters,
        returns,
        decorators,
    )
    return Head(function, place, index, is_async)


def lower_class_head(node: Node, builder: Builder, decorators: tuple[Expr, ...], whole: Node) -> Class:
    """Everything of a `class` but its body; keeps the fact."""
    name_node = node.child_by_field_name("name")
    name = builder.text(name_node) if name_node else ""
    identifier, name_id = builder.node(whole), builder.node(name_node or node)
    superclasses = node.child_by_field_name("superclasses")
    bases: list[Expr] = []
    keywords: list[Keyword] = []
    for child in operands(superclasses) if superclasses else []:
        if child.type == "keyword_argument":
            keywords.append(keyword_argument(child, builder))
        else:
            bases.append(lower_expression(child, builder))
    index = builder.open_scope(ScopeKind.CLASS, name)
    _bind_type_parameters(node, builder, builder.scopes[index])
    fact = Class(
        identifier,
        name_id,
        name,
        builder.scopes[index].qualname,
        index,
        builder.context,
        tuple(bases),
        tuple(keywords),
        decorators,
    )
    builder.bind(name, Binding(name, BindingKind.CLASS, detail=builder.add(fact)))
    return fact


def _in_class_body(builder: Builder) -> bool:
    scope = builder.scope
    return scope.kind is ScopeKind.CLASS or (builder.is_member and scope.kind is ScopeKind.BLOCK)


def _mark_method(scope: OpenScope, parameters: tuple[Parameter, ...], decorators: tuple[Expr, ...]) -> None:
    """A method's first parameter is its instance, or its class under `classmethod`, unless under `staticmethod`."""
    names = {_last_name(decorator) for decorator in decorators}
    scope.is_classmethod = "classmethod" in names
    scope.is_staticmethod = "staticmethod" in names
    if parameters and parameters[0].kind == "positional" and not scope.is_staticmethod:
        scope.first_parameter = parameters[0].name


def _last_name(decorator: Expr) -> str:
    match decorator:
        case Name(id=name):
            return name
        case Attribute(attr=name):
            return name
        case Call(func=func):
            return _last_name(func)
        case _:
            return ""


def _parameters(node: Node, builder: Builder, scope: int) -> tuple[Parameter, ...]:
    listed = node.child_by_field_name("parameters")
    found: list[Parameter] = []
    kind = "positional"
    for child in operands(listed) if listed else []:
        if child.type == "keyword_separator":
            kind = "keyword"
            continue
        parameter = _parameter(child, builder, kind, scope)
        if parameter is None:
            continue
        if parameter.kind == "args":
            kind = "keyword"
        found.append(parameter)
        bindings = builder.scopes[scope].bindings
        binding = Binding(parameter.name, BindingKind.PARAMETER, parameter.default, parameter.annotation)
        bindings.setdefault(parameter.name, []).append(binding)
    return tuple(found)


def _parameter(node: Node, builder: Builder, kind: str, scope: int) -> Parameter | None:
    named = node.child_by_field_name("name") or node
    if named.type in ("typed_parameter", "typed_default_parameter", "default_parameter"):
        named = operands(named)[0]
    if named.type in ("list_splat_pattern", "dictionary_splat_pattern"):
        kind = "args" if named.type == "list_splat_pattern" else "kwargs"
        named = operands(named)[0] if operands(named) else named
    if named.type != "identifier":
        return None
    declared, given = node.child_by_field_name("type"), node.child_by_field_name("value")
    parameter = Parameter(
        builder.node(node),
        builder.text(named),
        kind,
        lower_annotation(declared, builder) if declared else None,
        lower_expression(given, builder) if given else None,
        scope,
    )
    builder.add(parameter)
    return parameter


def _bind_type_parameters(node: Node, builder: Builder, scope: OpenScope) -> None:
    listed = node.child_by_field_name("type_parameters")
    for child in operands(listed) if listed else []:
        name = builder.text(child).partition(":")[0].partition("=")[0].strip().lstrip("*")
        scope.bindings.setdefault(name, []).append(Binding(name, BindingKind.UNKNOWN))


_FUNCTION = Function(-1, -1, -1, "", "", 0, Context(), False, False, (), None, ())
