"""Rewrites an expression so that it no longer depends on the names of its function.

A local variable is replaced by what it was given: `client` in `client.get(url)` becomes `requests.Session()` after
`client = requests.Session()`. What is left mentions only names of the module (`Free`), annotations (`Typed`), the owner
class (`Self`) and literals, so other files and the index can resolve it. What cannot be followed becomes `Opaque`.
"""

from collections.abc import Iterable
from typing import Final

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
    Dictionary,
    Element,
    Entered,
    Expr,
    FormattedString,
    Free,
    Keyword,
    LocalFunction,
    Module,
    Name,
    Opaque,
    Self,
    Subscript,
    Typed,
)
from hexguard.facts.model import Class, Function, Import
from hexguard.facts.scopes import Binding, BindingKind, Scope, ScopeKind

MAX_STEPS = 12
"""A chain of local variables longer than this is not followed."""

UNKNOWN = Opaque(DETACHED, "unknown")
"""What a localized expression says where nothing is known."""

NOWHERE = Context()
"""The context of everything that is localized: places do not matter any more."""

_CLASS: Final = ScopeKind.CLASS
_OUTER: Final = BindingKind.OUTER
_UNBOUND: Final[tuple[int, tuple[Binding, ...]]] = (-1, ())


class Localizer:
    """Localizes the expressions of one block; what a local name stands for is worked out once."""

    __slots__ = ("_block", "_names", "_steps")

    def __init__(self, block: BlockFacts) -> None:
        self._block = block
        self._names: dict[tuple[int, str], Expr] = {}
        self._steps = 0

    def localize(self, expr: Expr) -> Expr:
        """`expr` in terms of names outside the block; node ids are dropped, telling arguments of calls are kept."""
        steps = self._steps
        if steps >= MAX_STEPS:
            return UNKNOWN
        self._steps = steps + 1
        localized = self._name(expr) if isinstance(expr, Name) else self._localize(expr)
        self._steps = steps
        return localized

    def optional(self, expr: Expr | None) -> Expr | None:
        """The same for an expression that may be missing."""
        return None if expr is None else self.localize(expr)

    def _localize(self, expr: Expr) -> Expr:  # noqa: C901 - one flat case for each kind
        match expr:
            case Attribute():
                return Attribute(DETACHED, self.localize(expr.value), expr.attr)
            case Call():
                return self._call(expr)
            case Constant():
                return Constant(DETACHED, expr.kind, expr.text)
            case FormattedString():
                return FormattedString(DETACHED, (), expr.is_template, expr.start)
            case Subscript():
                return Subscript(DETACHED, self.localize(expr.value), self._all(expr.items), NOWHERE)
            case Binary(op="|"):
                return Binary(DETACHED, "|", self.localize(expr.left), self.localize(expr.right))
            case Await():
                return Await(DETACHED, self.localize(expr.value))
            case Collection() if len(expr.items) <= MAX_STEPS:
                return Collection(DETACHED, expr.kind, self._all(expr.items))
            case Dictionary():
                # That it is a dict tells a value from something that is worked out; what is in it, nobody asks for.
                return Dictionary(DETACHED, ())
            case Conditional():
                return agreed(self.localize(branch) for branch in (expr.body, expr.orelse))
            case _:
                return UNKNOWN

    def _all(self, exprs: tuple[Expr, ...]) -> tuple[Expr, ...]:
        return tuple([self.localize(expr) for expr in exprs])

    def _call(self, call: Call) -> Expr:
        args = tuple([self._argument(argument) for argument in call.args])
        keywords = tuple([Keyword(DETACHED, given.name, self._argument(given.value)) for given in call.keywords])
        return Call(DETACHED, self.localize(call.func), args, keywords, NOWHERE, call.awaited)

    def _argument(self, expr: Expr) -> Expr:
        """Arguments tell something where they are literals or names from outside (`class_=AsyncSession`)."""
        root = expr
        while isinstance(root, Attribute):
            root = root.value
        if isinstance(root, Name) and find(root.id, root.scope, self._block)[0] < 0:
            return self.localize(expr)
        if isinstance(expr, Collection) and len(expr.items) <= MAX_STEPS:
            return Collection(DETACHED, expr.kind, tuple([self._argument(item) for item in expr.items]))
        return Constant(DETACHED, expr.kind, expr.text) if isinstance(expr, Constant) else UNKNOWN

    def _name(self, name: Name) -> Expr:
        index, bindings = find(name.id, name.scope, self._block)
        if index < 0:
            return Free(name.id)
        key = (index, name.id)
        meaning = self._names.get(key)
        if meaning is None:
            # A name that is made from itself (`query = query.filter(...)`) meets this while it is being worked out.
            self._names[key] = UNKNOWN
            meaning = self._names[key] = self._meaning(name.id, self._block.scopes[index], bindings)
        return meaning

    def _meaning(self, name: str, scope: Scope, bindings: tuple[Binding, ...]) -> Expr:
        if name == scope.first_parameter and len(bindings) == 1 and not bindings[0].annotation:
            return Self(scope.is_classmethod)
        return agreed(self._bound(binding) for binding in bindings if not _is_none(binding))

    def _bound(self, binding: Binding) -> Expr:
        if binding.annotation is not None:
            return Typed(self.localize(binding.annotation))
        match binding.kind:
            case BindingKind.VALUE if binding.value is not None:
                return self.localize(binding.value)
            case BindingKind.PARAMETER if isinstance(binding.value, Call):
                return self.localize(binding.value)
            case BindingKind.ENTERED if binding.value is not None:
                return Entered(_bare(self.localize(binding.value)))
            case BindingKind.ELEMENT if binding.value is not None:
                return Element(self.localize(binding.value))
            case BindingKind.FUNCTION | BindingKind.CLASS | BindingKind.IMPORT:
                return _defined(binding, self._block)
            case _:
                return UNKNOWN


def find(name: str, scope: int, block: BlockFacts) -> tuple[int, tuple[Binding, ...]]:
    """The scope that binds `name` as seen from `scope`, with its bindings; (-1, ()) if the block does not bind it."""
    scopes = block.scopes
    index = scope
    while index > 0:
        found = scopes[index]
        bindings = found.bindings.get(name)
        if bindings and (index == scope or found.kind is not _CLASS):
            for binding in bindings:
                if binding.kind is _OUTER:
                    return _UNBOUND
            return index, bindings
        index = found.parent
    return _UNBOUND


def _is_none(binding: Binding) -> bool:
    """`client = None` before the real assignment says nothing about what the name holds."""
    value = binding.value
    return (
        binding.kind is BindingKind.VALUE
        and binding.annotation is None
        and isinstance(value, Constant)
        and value.kind is ConstantKind.NONE
    )


def agreed(candidates: Iterable[Expr]) -> Expr:
    """The one meaning that all candidates share; looks no further than the first that differs."""
    first: Expr | None = None
    for candidate in candidates:
        if first is None:
            first = candidate
        elif candidate != first:
            return UNKNOWN
    return first or UNKNOWN


def _bare(expr: Expr) -> Expr:
    """A call without its arguments, so that `with connect(one) as name` and `with connect(other) as name` agree."""
    return Call(DETACHED, expr.func, (), (), NOWHERE, expr.awaited) if isinstance(expr, Call) else expr


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
