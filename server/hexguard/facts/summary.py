"""The part of a block's and a file's facts that other blocks and files can observe.

Everything here is free of node ids and positions, so an edit inside a function leaves its summary equal.
"""

from typing import TypeAlias

import msgspec

from hexguard.facts.block import BlockFacts
from hexguard.facts.expressions import DETACHED, Attribute, Call, Expr, Keyword, Name
from hexguard.facts.localize import Localizer, agreed, find
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
    return _Summarizer(block).summary()


class _Summarizer:
    """Summarizes one block; its local names and its `return` statements are worked out once."""

    __slots__ = ("_block", "_localizer", "_returns")

    def __init__(self, block: BlockFacts) -> None:
        self._block = block
        self._localizer = Localizer(block)
        self._returns: dict[int, list[Return]] = {}
        for fact in block.of_type(Return):
            self._returns.setdefault(block.function_scope(fact.context.scope), []).append(fact)

    def summary(self) -> BlockSummary:
        block = self._block
        return BlockSummary(
            self._symbols(block.scopes[0]),
            {found.qualname: self._function(found) for found in block.of_type(Function)},
            self._calls(),
            tuple(ModuleImport(import_symbol(fact), ordinal) for ordinal, fact in enumerate(block.of_type(Import))),
            self._attributes(0),
        )

    def _symbols(self, scope: Scope) -> dict[str, tuple[Symbol, ...]]:
        return {name: tuple(self._symbol(binding) for binding in bound) for name, bound in scope.bindings.items()}

    def _symbol(self, binding: Binding) -> Symbol:
        match binding.kind:
            case BindingKind.VALUE:
                return self._variable(binding.annotation, binding.value)
            case BindingKind.IMPORT | BindingKind.FUNCTION | BindingKind.CLASS:
                return self._defined(binding)
            case _:
                return UnknownSymbol()

    def _variable(self, annotation: Expr | None, value: Expr | None) -> VariableSymbol:
        return VariableSymbol(self._localizer.optional(annotation), self._localizer.optional(value))

    def _defined(self, binding: Binding) -> Symbol:
        match self._block.facts[binding.detail]:
            case Import() as found:
                return import_symbol(found)
            case Function() as found:
                return self._function(found)
            case Class() as found:
                return self._class(found)
            case _:
                return UnknownSymbol()

    def _function(self, found: Function) -> FunctionSymbol:
        optional = self._localizer.optional
        parameters = tuple(
            ParameterSymbol(parameter.name, parameter.kind, optional(parameter.annotation), optional(parameter.default))
            for parameter in found.parameters
        )
        return FunctionSymbol(
            found.qualname,
            found.is_async,
            found.is_generator,
            found.is_stub,
            parameters,
            optional(found.returns),
            self._returned(found),
            self._localized(found.decorators),
        )

    def _returned(self, found: Function) -> Expr | None:
        """What an unannotated function returns, if all its `return` statements agree."""
        if found.returns is not None or found.is_generator or not found.returns_value:
            return None
        values = [self._localizer.optional(fact.value) for fact in self._returns.get(found.scope, ())]
        return agreed(value for value in values if value is not None) if None not in values else None

    def _localized(self, exprs: tuple[Expr, ...]) -> tuple[Expr, ...]:
        return tuple(self._localizer.localize(expr) for expr in exprs)

    def _class(self, found: Class) -> ClassSymbol:
        keywords = [
            Keyword(DETACHED, keyword.name, self._localizer.localize(keyword.value)) for keyword in found.keywords
        ]
        return ClassSymbol(
            found.qualname,
            self._localized(found.bases),
            tuple(keywords),
            self._localized(found.decorators),
            self._symbols(self._block.scopes[found.scope]),
            self._attributes(found.scope),
        )

    def _calls(self) -> dict[str, tuple[CallSite, ...]]:
        block = self._block
        calls: dict[int, list[CallSite]] = {}
        for fact in block.of_type(Call):
            scope = block.function_scope(fact.context.scope)
            if block.scopes[scope].kind is ScopeKind.FUNCTION:
                sites = calls.setdefault(scope, [])
                sites.append(CallSite(self._localizer.localize(fact.func), len(sites), fact.awaited))
        return {block.scopes[scope].qualname: tuple(sites) for scope, sites in calls.items()}

    def _attributes(self, body: int) -> dict[str, tuple[VariableSymbol, ...]]:
        """What the methods directly in the scope `body` assign to their first parameter."""
        found: dict[str, list[VariableSymbol]] = {}
        for fact in self._block.of_type(Assignment):
            if name := _self_attribute(fact, self._block, body):
                found.setdefault(name, []).append(self._variable(fact.annotation, fact.value))
        return {name: tuple(variables) for name, variables in found.items()}


def import_symbol(found: Import) -> ImportSymbol:
    """What an imported name stands for, without its place."""
    return ImportSymbol(found.module, found.name, found.alias, found.level, found.context.type_checking)


def _self_attribute(fact: Assignment, block: BlockFacts, body: int) -> str:
    target = fact.target
    if not isinstance(target, Attribute) or not isinstance(target.value, Name):
        return ""
    index, _ = find(target.value.id, target.value.scope, block)
    scope = block.scopes[index] if index > 0 else None
    is_self = scope is not None and scope.first_parameter == target.value.id and scope.parent == body
    return target.attr if is_self else ""
