"""Rewrites an expression so that it no longer depends on the names of its function.

A local variable is replaced by what it was given: `client` in `client.get(url)` becomes `requests.Session()` after
`client = requests.Session()`. What is left mentions only names of the module (`Free`), annotations (`Typed`), the owner
class (`Self`) and literals, so other files and the index can resolve it. What cannot be followed becomes `Opaque`.
"""

from hexguard.facts.block import BlockFacts
from hexguard.facts.expressions import (
    DETACHED,
    Attribute,
    Await,
    Binary,
    Call,
    Collection,
    Conditional,
    Constant,
    ConstantKind,
    Context,
    Element,
    Entered,
    Expr,
    Free,
    Keyword,
    LocalFunction,
    Module,
    Name,
    Opaque,
    Self,
    Starred,
    Subscript,
    Typed,
)
from hexguard.facts.model import Class, Function, Import
from hexguard.facts.scopes import Binding, BindingKind, Scope, ScopeKind

MAX_STEPS = 12
"""A chain of local variables longer than this is not followed."""

UNKNOWN = Opaque(DETACHED, "unknown")


def localize(expr: Expr, block: BlockFacts, steps: int = MAX_STEPS) -> Expr:
    """`expr` in terms of names outside the block; node ids are dropped, arguments of calls are kept."""
    if steps <= 0:
        return UNKNOWN
    match expr:
        case Name():
            return _name(expr, block, steps)
        case Attribute(value=value, attr=attr):
            return Attribute(DETACHED, localize(value, block, steps), attr)
        case Call():
            return _call(expr, block, steps)
        case Subscript(value=value, items=items, context=context):
            inner = tuple(localize(item, block, steps) for item in items)
            return Subscript(DETACHED, localize(value, block, steps), inner, context)
        case Binary(op="|", left=left, right=right):
            return Binary(DETACHED, "|", localize(left, block, steps), localize(right, block, steps))
        case Await(value=value):
            return Await(DETACHED, localize(value, block, steps))
        case Constant(kind=kind, text=text):
            return Constant(DETACHED, kind, text)
        case Collection(kind=kind, items=items) if len(items) <= MAX_STEPS:
            return Collection(DETACHED, kind, tuple(localize(item, block, steps - 1) for item in items))
        case Starred(value=value, double=double):
            return Starred(DETACHED, localize(value, block, steps), double)
        case Conditional(body=body, orelse=orelse):
            return agreed([localize(body, block, steps - 1), localize(orelse, block, steps - 1)])
        case Typed() | Entered() | Element() | Self() | Free() | Module() | LocalFunction():
            return expr
        case _:
            return UNKNOWN


def _call(call: Call, block: BlockFacts, steps: int) -> Expr:
    func = localize(call.func, block, steps)
    args = tuple(_argument(argument, block, steps) for argument in call.args)
    keywords = tuple(
        Keyword(DETACHED, keyword.name, _argument(keyword.value, block, steps)) for keyword in call.keywords
    )
    return Call(DETACHED, func, args, keywords, _NOWHERE, call.awaited)


def _argument(expr: Expr, block: BlockFacts, steps: int) -> Expr:
    """Arguments matter only where they name something (`sessionmaker(class_=AsyncSession)`) or are literals."""
    return localize(expr, block, steps - 1) if isinstance(expr, Name | Attribute | Constant) else UNKNOWN


def find(name: str, scope: int, block: BlockFacts) -> tuple[int, tuple[Binding, ...]]:
    """The scope that binds `name` as seen from `scope`, with its bindings; (-1, ()) if the block does not bind it."""
    index = scope
    while index > 0:
        found = block.scopes[index]
        visible = found.kind is not ScopeKind.CLASS or index == scope
        if visible and (bindings := found.bindings.get(name)):
            if any(binding.kind is BindingKind.OUTER for binding in bindings):
                return -1, ()
            return index, bindings
        index = found.parent
    return -1, ()


def _name(name: Name, block: BlockFacts, steps: int) -> Expr:
    index, bindings = find(name.id, name.scope, block)
    if index < 0:
        return Free(name.id)
    scope = block.scopes[index]
    if name.id == scope.first_parameter and len(bindings) == 1 and not bindings[0].annotation:
        return Self(scope.is_classmethod)
    return agreed([_bound(binding, scope, block, steps) for binding in bindings if not _is_none(binding)])


def _is_none(binding: Binding) -> bool:
    """`client = None` before the real assignment says nothing about what the name holds."""
    value = binding.value
    return (
        binding.kind is BindingKind.VALUE
        and binding.annotation is None
        and isinstance(value, Constant)
        and value.kind is ConstantKind.NONE
    )


def agreed(candidates: list[Expr]) -> Expr:
    """The one meaning that all candidates share."""
    if candidates and all(candidate == candidates[0] for candidate in candidates):
        return candidates[0]
    return UNKNOWN


def _bound(binding: Binding, scope: Scope, block: BlockFacts, steps: int) -> Expr:
    if binding.annotation is not None:
        return Typed(localize(binding.annotation, block, steps - 1))
    match binding.kind:
        case BindingKind.VALUE if binding.value is not None:
            return localize(binding.value, block, steps - 1)
        case BindingKind.PARAMETER if isinstance(binding.value, Call):
            return localize(binding.value, block, steps - 1)
        case BindingKind.ENTERED if binding.value is not None:
            return Entered(localize(binding.value, block, steps - 1))
        case BindingKind.ELEMENT if binding.value is not None:
            return Element(localize(binding.value, block, steps - 1))
        case BindingKind.FUNCTION | BindingKind.CLASS | BindingKind.IMPORT:
            return _defined(binding, block)
        case _:
            return UNKNOWN


def _defined(binding: Binding, block: BlockFacts) -> Expr:
    match block.facts[binding.detail]:
        case Function(qualname=qualname) | Class(qualname=qualname):
            return LocalFunction(qualname)
        case Import() as found:
            return imported(found)
        case _:
            return UNKNOWN


def imported(found: Import) -> Expr:
    """An import inside a function, as an expression that resolves on its own."""
    if found.name is not None:
        return Attribute(DETACHED, Module(found.module, found.level), found.name)
    return Module(found.module if found.alias else found.bound)


_NOWHERE = Context()
