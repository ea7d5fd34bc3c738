"""The part of a block's and a file's facts that other blocks and files can observe.

Everything here is free of node ids and positions, so an edit inside a function leaves its summary equal.
"""

from typing import Final, TypeAlias

import msgspec

from hexguard.facts.block import BlockFacts
from hexguard.facts.expressions import DETACHED, Attribute, Call, Expr, Keyword, Name
from hexguard.facts.localize import Localizer, agreed, find
from hexguard.facts.model import Assignment, Class, Function, Handler, Import, Parameter, Reference, Return
from hexguard.facts.scopes import Binding, BindingKind, Scope, ScopeKind


class ImportSymbol(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    """A name that stands for something in another module, see `Import`."""

    module: str
    name: str | None
    alias: str | None
    level: int
    type_checking: bool = False


class ParameterSymbol(msgspec.Struct, frozen=True, gc=False, array_like=True):
    name: str
    kind: str
    annotation: Expr | None
    default: Expr | None


class FunctionSymbol(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    """The signature of a function; what it calls is kept apart, see `CallSite`."""

    qualname: str
    is_async: bool
    is_generator: bool
    is_stub: bool
    parameters: tuple[ParameterSymbol, ...]
    returns: Expr | None
    returned: Expr | None
    decorators: tuple[Expr, ...]


class ClassSymbol(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    """A class with its members: what its body binds, and what its methods assign to `self`."""

    qualname: str
    bases: tuple[Expr, ...]
    keywords: tuple[Keyword, ...]
    decorators: tuple[Expr, ...]
    members: dict[str, tuple["Symbol", ...]]
    attributes: dict[str, tuple["VariableSymbol", ...]]


class VariableSymbol(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    annotation: Expr | None
    value: Expr | None


class UnknownSymbol(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    """A name that is bound in a way that facts do not follow."""


Symbol: TypeAlias = ImportSymbol | FunctionSymbol | ClassSymbol | VariableSymbol | UnknownSymbol


class CallSite(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A call directly inside a function; `ordinal` counts the calls of that function, in the order of the facts.

    `is_once`: it happens once in the life of a process, as far as the code tells: its result is kept in a global, or it
    stands in an `except ImportError`, for the day when a library is missing.
    """

    callee: Expr
    ordinal: int
    awaited: bool
    is_once: bool = False


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
MADE: Final = "()"
"""Stands among the symbols for the objects that a module makes and gives no name: `Index("by_day", Order.day)`."""

_VALUE: Final = BindingKind.VALUE
_FUNCTION: Final = ScopeKind.FUNCTION
_SKIPPED: Final = frozenset({Reference, Parameter})


def summarize(block: BlockFacts) -> BlockSummary:
    """The summary of one block."""
    return _Summarizer(block).summary()


class _Summarizer:
    """Summarizes one block; its local names, functions and `return` statements are worked out once."""

    __slots__ = (
        "_absences",
        "_assignments",
        "_block",
        "_calls",
        "_functions",
        "_imports",
        "_localizer",
        "_returns",
        "_symbol_of",
    )

    def __init__(self, block: BlockFacts) -> None:
        self._absences: list[tuple[int, int]] = []
        self._block = block
        self._localizer = Localizer(block)
        self._symbol_of: dict[int, FunctionSymbol] = {}
        self._functions: list[Function] = []
        self._imports: list[Import] = []
        self._assignments: list[Assignment] = []
        self._calls: list[Call] = []
        self._returns: dict[int, list[Return]] = {}
        self._sort()

    def summary(self) -> BlockSummary:
        # The symbols come first: what a name stands for is worked out where it is met first.
        symbols = self._symbols(self._block.scopes[0])
        if made := self._made():
            symbols[MADE] = made
        functions = {found.qualname: self._function(found) for found in self._functions}
        calls = self._call_sites() if self._calls else {}
        imports = tuple([ModuleImport(import_symbol(fact), ordinal) for ordinal, fact in enumerate(self._imports)])
        return BlockSummary(symbols, functions, calls, imports, self._attributes(0))

    def _sort(self) -> None:
        """Put the facts that matter here into lists by type, in one pass over all of them."""
        block = self._block
        for fact in block.facts:
            # Most facts are of these two types, and a look at the type costs less than `isinstance`.
            if type(fact) in _SKIPPED:
                continue
            if isinstance(fact, Call):
                self._calls.append(fact)
            elif isinstance(fact, Function):
                self._functions.append(fact)
            elif isinstance(fact, Assignment):
                self._assignments.append(fact)
            elif isinstance(fact, Return):
                self._returns.setdefault(block.function_scope(fact.context.scope), []).append(fact)
            elif isinstance(fact, Import):
                self._imports.append(fact)
            elif isinstance(fact, Handler) and any(_is_absence(kind) for kind in fact.types):
                self._absences.append(fact.body)

    def _symbols(self, scope: Scope) -> dict[str, tuple[Symbol, ...]]:
        return {name: tuple([self._symbol(binding) for binding in bound]) for name, bound in scope.bindings.items()}

    def _made(self) -> tuple[Symbol, ...]:
        """What the module makes for the sake of making it; a call of something with a capital makes an object."""
        if self._block.is_member:
            return ()
        calls = [call for call in self._calls if call.discarded and not call.context.scope]
        return tuple([self._variable(None, call) for call in calls if call.method[:1].isupper()])

    def _symbol(self, binding: Binding) -> Symbol:
        if binding.kind is _VALUE:
            return self._variable(binding.annotation, binding.value)
        found = self._block.facts[binding.detail] if binding.detail >= 0 else None
        match found:
            case Function():
                return self._function(found)
            case Import():
                return import_symbol(found)
            case Class():
                return self._class(found)
            case _:
                return UnknownSymbol()

    def _variable(self, annotation: Expr | None, value: Expr | None) -> VariableSymbol:
        optional = self._localizer.optional
        return VariableSymbol(optional(annotation), optional(value))

    def _function(self, found: Function) -> FunctionSymbol:
        """The symbol of a function, which its name and the list of functions share."""
        symbol = self._symbol_of.get(found.scope)
        if symbol is None:
            parameters = tuple([self._parameter(parameter) for parameter in found.parameters])
            symbol = self._symbol_of[found.scope] = FunctionSymbol(
                found.qualname,
                found.is_async,
                found.is_generator,
                found.is_stub,
                parameters,
                self._localizer.optional(found.returns),
                self._returned(found),
                self._localized(found.decorators),
            )
        return symbol

    def _parameter(self, found: Parameter) -> ParameterSymbol:
        localize, annotation, default = self._localizer.localize, found.annotation, found.default
        return ParameterSymbol(
            found.name,
            found.kind,
            None if annotation is None else localize(annotation),
            None if default is None else localize(default),
        )

    def _returned(self, found: Function) -> Expr | None:
        """What an unannotated function returns, if all its `return` statements agree."""
        if found.returns is not None or found.is_generator or not found.returns_value:
            return None
        returns = self._returns.get(found.scope, ())
        values = [self._localizer.localize(fact.value) for fact in returns if fact.value is not None]
        return agreed(values) if len(values) == len(returns) else None

    def _localized(self, exprs: tuple[Expr, ...]) -> tuple[Expr, ...]:
        return tuple([self._localizer.localize(expr) for expr in exprs])

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

    def _call_sites(self) -> dict[str, tuple[CallSite, ...]]:
        block, localize = self._block, self._localizer.localize
        sites: dict[int, list[CallSite]] = {}
        kept = {fact.value.node for fact in self._assignments if fact.value and _is_kept_outside(fact, block)}
        for call in self._calls:
            scope = block.function_scope(call.context.scope)
            if block.scopes[scope].kind is _FUNCTION:
                before = sites.setdefault(scope, [])
                is_once = call.node in kept or any(start <= call.node < end for start, end in self._absences)
                before.append(CallSite(localize(call.func), len(before), call.awaited, is_once))
        return {block.scopes[scope].qualname: tuple(found) for scope, found in sites.items()}

    def _attributes(self, body: int) -> dict[str, tuple[VariableSymbol, ...]]:
        """What the methods directly in the scope `body` assign to their first parameter."""
        found: dict[str, list[VariableSymbol]] = {}
        for fact in self._assignments:
            if name := _self_attribute(fact, self._block, body):
                found.setdefault(name, []).append(self._variable(fact.annotation, fact.value))
        return {name: tuple(variables) for name, variables in found.items()}


def _is_kept_outside(fact: Assignment, block: BlockFacts) -> bool:
    """Whether what is assigned outlives the function, by a `global` or `nonlocal` name."""
    if not isinstance(fact.target, Name):
        return False
    bindings = block.scopes[fact.context.scope].bindings.get(fact.target.id, ())
    return any(binding.kind is BindingKind.OUTER for binding in bindings)


def _is_absence(exception: Expr) -> bool:
    return isinstance(exception, Name) and exception.id in ("ImportError", "ModuleNotFoundError")


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
