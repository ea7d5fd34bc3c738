"""The part of a block's and a file's facts that other blocks and files can observe.

Everything here is free of node ids and positions, so an edit inside a function leaves its summary equal.
"""

from typing import TypeAlias

import msgspec

from hexguard.facts.block import BlockFacts
from hexguard.facts.expressions import DETACHED, Attribute, Call, Expr, Keyword, Name
from hexguard.facts.localize import agreed, find, localize
from hexguard.facts.model import Assignment, Class, Function, Import, Return
from hexguard.facts.scopes import Binding, BindingKind, Scope, ScopeKind


class ImportSymbol(msgspec.Struct, frozen=True, gc=False):
    """A name that stands for something in another module, see `Import`."""

    module: str
    name: str | None
    alias: str | None
    level: int
    type_checking: bool = False


class ParameterSymbol(msgspec.Struct, frozen=True, gc=False):
    name: str
    kind: str
    annotation: Expr | None
    default: Expr | None


class FunctionSymbol(msgspec.Struct, frozen=True, gc=False):
    """The signature of a function; what it calls is kept apart, see `CallSite`."""

    qualname: str
    is_async: bool
    is_generator: bool
    is_stub: bool
    parameters: tuple[ParameterSymbol, ...]
    returns: Expr | None
    returned: Expr | None
    decorators: tuple[Expr, ...]


class ClassSymbol(msgspec.Struct, frozen=True, gc=False):
    """A class with its members: what its body binds, and what its methods assign to `self`."""

    qualname: str
    bases: tuple[Expr, ...]
    keywords: tuple[Keyword, ...]
    decorators: tuple[Expr, ...]
    members: dict[str, tuple["Symbol", ...]]
    attributes: dict[str, tuple["VariableSymbol", ...]]


class VariableSymbol(msgspec.Struct, frozen=True, gc=False):
    annotation: Expr | None
    value: Expr | None


class UnknownSymbol(msgspec.Struct, frozen=True, gc=False):
    """A name that is bound in a way that facts do not follow."""


Symbol: TypeAlias = ImportSymbol | FunctionSymbol | ClassSymbol | VariableSymbol | UnknownSymbol


class CallSite(msgspec.Struct, frozen=True, gc=False):
    """A call directly inside a function; `ordinal` counts the calls of that function, in the order of the facts."""

    callee: Expr
    ordinal: int
    awaited: bool


class ModuleImport(msgspec.Struct, frozen=True, gc=False):
    """An import anywhere in the block, for import chains; `ordinal` counts the imported names of the block."""

    symbol: ImportSymbol
    ordinal: int


class BlockSummary(msgspec.Struct, frozen=True, gc=False):
    """What one block contributes to its module, or to its class if it is a member.

    `calls` is by the qualified name of the function inside the block.
    `attributes` are what a method assigns to its instance.
    """

    symbols: dict[str, tuple[Symbol, ...]]
    functions: dict[str, FunctionSymbol]
    calls: dict[str, tuple[CallSite, ...]]
    imports: tuple[ModuleImport, ...]
    attributes: dict[str, tuple[VariableSymbol, ...]]


EMPTY = BlockSummary({}, {}, {}, (), {})


def summarize(block: BlockFacts) -> BlockSummary:
    """The summary of one block."""
    functions = block.of_type(Function)
    return BlockSummary(
        _symbols(block.scopes[0], block),
        {found.qualname: _function(found, block) for found in functions},
        _calls(block),
        _imports(block),
        _attributes(block, 0),
    )


def _symbols(scope: Scope, block: BlockFacts) -> dict[str, tuple[Symbol, ...]]:
    return {name: tuple(_symbol(binding, block) for binding in bound) for name, bound in scope.bindings.items()}


def _symbol(binding: Binding, block: BlockFacts) -> Symbol:
    match binding.kind:
        case BindingKind.VALUE:
            return _variable(binding.annotation, binding.value, block)
        case BindingKind.IMPORT | BindingKind.FUNCTION | BindingKind.CLASS:
            return _defined(binding, block)
        case _:
            return UnknownSymbol()


def _variable(annotation: Expr | None, value: Expr | None, block: BlockFacts) -> VariableSymbol:
    return VariableSymbol(
        localize(annotation, block) if annotation is not None else None,
        localize(value, block) if value is not None else None,
    )


def _defined(binding: Binding, block: BlockFacts) -> Symbol:
    match block.facts[binding.detail]:
        case Import() as found:
            return _import(found)
        case Function() as found:
            return _function(found, block)
        case Class() as found:
            return _class(found, block)
        case _:
            return UnknownSymbol()


def _import(found: Import) -> ImportSymbol:
    return ImportSymbol(found.module, found.name, found.alias, found.level, found.context.type_checking)


def _function(found: Function, block: BlockFacts) -> FunctionSymbol:
    parameters = tuple(
        ParameterSymbol(
            parameter.name,
            parameter.kind,
            localize(parameter.annotation, block) if parameter.annotation is not None else None,
            localize(parameter.default, block) if parameter.default is not None else None,
        )
        for parameter in found.parameters
    )
    return FunctionSymbol(
        found.qualname,
        found.is_async,
        found.is_generator,
        found.is_stub,
        parameters,
        localize(found.returns, block) if found.returns is not None else None,
        _returned(found, block),
        tuple(localize(decorator, block) for decorator in found.decorators),
    )


def _returned(found: Function, block: BlockFacts) -> Expr | None:
    """What an unannotated function returns, if all its `return` statements agree."""
    if found.returns is not None or found.is_generator or not found.returns_value:
        return None
    returns = [fact for fact in block.of_type(Return) if block.function_scope(fact.context.scope) == found.scope]
    values = [localize(fact.value, block) for fact in returns if fact.value is not None]
    return agreed(values) if len(values) == len(returns) else None


def _class(found: Class, block: BlockFacts) -> ClassSymbol:
    return ClassSymbol(
        found.qualname,
        tuple(localize(base, block) for base in found.bases),
        tuple(Keyword(DETACHED, keyword.name, localize(keyword.value, block)) for keyword in found.keywords),
        tuple(localize(decorator, block) for decorator in found.decorators),
        _symbols(block.scopes[found.scope], block),
        _attributes(block, found.scope),
    )


def _calls(block: BlockFacts) -> dict[str, tuple[CallSite, ...]]:
    calls: dict[int, list[CallSite]] = {}
    for fact in block.facts:
        if isinstance(fact, Call):
            scope = block.function_scope(fact.context.scope)
            if block.scopes[scope].kind is ScopeKind.FUNCTION:
                sites = calls.setdefault(scope, [])
                sites.append(CallSite(localize(fact.func, block), len(sites), fact.awaited))
    return {block.scopes[scope].qualname: tuple(sites) for scope, sites in calls.items()}


def _imports(block: BlockFacts) -> tuple[ModuleImport, ...]:
    found = block.of_type(Import)
    return tuple(ModuleImport(_import(fact), ordinal) for ordinal, fact in enumerate(found))


def _attributes(block: BlockFacts, body: int) -> dict[str, tuple[VariableSymbol, ...]]:
    """What the methods directly in the scope `body` assign to their first parameter."""
    found: dict[str, list[VariableSymbol]] = {}
    for fact in block.facts:
        if isinstance(fact, Assignment) and (name := _self_attribute(fact, block, body)):
            found.setdefault(name, []).append(_variable(fact.annotation, fact.value, block))
    return {name: tuple(variables) for name, variables in found.items()}


def _self_attribute(fact: Assignment, block: BlockFacts, body: int) -> str:
    target = fact.target
    if not isinstance(target, Attribute) or not isinstance(target.value, Name):
        return ""
    index, _ = find(target.value.id, target.value.scope, block)
    scope = block.scopes[index] if index > 0 else None
    is_self = scope is not None and scope.first_parameter == target.value.id and scope.parent == body
    return target.attr if is_self else ""

