"""Lowers the heads of `def` and `class`: names, parameters, decorators, and the scope that they open."""

from typing import Final

import msgspec

from hexguard.facts.expressions import Attribute, Call, Context, Expr, Name
from hexguard.facts.lowering.builder import Builder, OpenScope
from hexguard.facts.lowering.expressions import lower_annotation, lower_arguments, lower_expression
from hexguard.facts.lowering.kinds import ASYNC, BLOCK, IDENTIFIER, TYPE_PARAMETER
from hexguard.facts.model import Class, Function, Parameter
from hexguard.facts.scopes import Binding, BindingKind, ScopeKind
from hexguard.syntax.parse import Node, kind_id, kind_ids


class Head(msgspec.Struct, frozen=True, gc=False):
    """What a `def` says before its `suite` was read; `place` is where its fact is to stand."""

    place: int
    node: int
    name_node: int
    body: int
    name: str
    scope: int
    is_async: bool
    parameters: tuple[Parameter, ...]
    returns: Expr | None
    decorators: tuple[Expr, ...]
    suite: Node | None


def lower_function_head(node: Node, builder: Builder, decorators: tuple[Expr, ...], whole: Node) -> Head:
    """Everything of a `def` but its body."""
    parts = _parts(node)
    name_node, suite = parts.get(IDENTIFIER), parts.get(BLOCK)
    name = builder.text(name_node) if name_node else ""
    place = builder.add(_FUNCTION)
    builder.bind(name, Binding(name, BindingKind.FUNCTION, detail=place))
    index = builder.open_scope(ScopeKind.FUNCTION, name)
    scope = builder.scopes[index]
    scope.is_async = ASYNC in parts
    identifier = builder.node(whole)
    name_id = builder.node(name_node or node)
    listed, returned = parts.get(_PARAMETERS), parts.get(_TYPE)
    parameters = _parameters(listed, builder, index) if listed else ()
    returns = lower_annotation(returned, builder) if returned else None
    _bind_type_parameters(parts.get(TYPE_PARAMETER), builder, scope)
    if _in_class_body(builder):
        _mark_method(scope, parameters, decorators)
    body = builder.node(suite or node)
    return Head(place, identifier, name_id, body, name, index, scope.is_async, parameters, returns, decorators, suite)


def lower_class_head(
    node: Node, builder: Builder, decorators: tuple[Expr, ...], whole: Node
) -> tuple[int, Node | None]:
    """Everything of a `class` but its body; keeps the fact, and gives the scope and the body."""
    parts = _parts(node)
    name_node = parts.get(IDENTIFIER)
    name = builder.text(name_node) if name_node else ""
    identifier, name_id = builder.node(whole), builder.node(name_node or node)
    superclasses = parts.get(_ARGUMENTS)
    bases, keywords = lower_arguments(superclasses, builder) if superclasses else ((), ())
    index = builder.open_scope(ScopeKind.CLASS, name)
    scope = builder.scopes[index]
    _bind_type_parameters(parts.get(TYPE_PARAMETER), builder, scope)
    context = builder.context
    fact = Class(identifier, name_id, name, scope.qualname, index, context, bases, keywords, decorators)
    builder.bind(name, Binding(name, BindingKind.CLASS, detail=builder.add(fact)))
    return index, parts.get(BLOCK)


def _parts(node: Node) -> dict[int, Node]:
    """The parts of a definition by type, which cost less together than one asked for by its field."""
    return {child.kind_id: child for child in node.children}


def _in_class_body(builder: Builder) -> bool:
    scope = builder.scope
    return scope.kind is _CLASS or (builder.is_member and scope.kind is _BLOCK)


def _mark_method(scope: OpenScope, parameters: tuple[Parameter, ...], decorators: tuple[Expr, ...]) -> None:
    """A method's first parameter is its instance, or its class under `classmethod`, unless under `staticmethod`."""
    if decorators:
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
    found: list[Parameter] = []
    kind = "positional"
    for child in builder.operands(node):
        if child.kind_id == _SEPARATOR:
            kind = "keyword"
            continue
        parameter = _parameter(child, builder, kind, scope)
        if parameter is None:
            continue
        if parameter.kind == "args":
            kind = "keyword"
        found.append(parameter)
        binding = Binding(parameter.name, _PARAMETER, parameter.default, parameter.annotation)
        builder.scopes[scope].bind(parameter.name, binding)
    return tuple(found)


def _parameter(node: Node, builder: Builder, kind: str, scope: int) -> Parameter | None:
    named, declared, given = _fields(node, builder)
    if named.kind_id in _SPLATS:
        kind = _SPLATS[named.kind_id]
        parts = builder.operands(named)
        named = parts[0] if parts else named
    if named.kind_id != IDENTIFIER:
        return None
    parameter = Parameter(
        builder.node(node),
        builder.text(named),
        kind,
        lower_annotation(declared, builder) if declared else None,
        lower_expression(given, builder) if given else None,
        scope,
    )
    builder.facts.append(parameter)
    return parameter


def _fields(node: Node, builder: Builder) -> tuple[Node, Node | None, Node | None]:
    """The name, annotation and default of a parameter; asks only for fields that its type can have."""
    kind = node.kind_id
    if kind == _TYPED:
        parts = builder.operands(node)
        declared = parts[-1]
        return parts[0], declared if declared.kind_id == _TYPE else node.child_by_field_name("type"), None
    if kind not in _DEFAULTED:
        return node, None, None
    field = node.child_by_field_name
    return field("name") or builder.operands(node)[0], field("type"), field("value")


def _bind_type_parameters(node: Node | None, builder: Builder, scope: OpenScope) -> None:
    for child in builder.operands(node) if node else []:
        name = builder.text(child).partition(":")[0].partition("=")[0].strip().lstrip("*")
        scope.bind(name, Binding(name, BindingKind.UNKNOWN))


_ARGUMENTS: Final = kind_id("argument_list")
_BLOCK: Final = ScopeKind.BLOCK
_CLASS: Final = ScopeKind.CLASS
_PARAMETER: Final = BindingKind.PARAMETER

_DEFAULTED: Final = kind_ids("typed_default_parameter", "default_parameter")
_PARAMETERS: Final = kind_id("parameters")
_SEPARATOR: Final = kind_id("keyword_separator")
_TYPE: Final = kind_id("type")
_TYPED: Final = kind_id("typed_parameter")
_SPLATS: Final = {kind_id("list_splat_pattern"): "args", kind_id("dictionary_splat_pattern"): "kwargs"}
_FUNCTION = Function(-1, -1, -1, "", "", 0, Context(), False, False, (), None, ())
