"""Follows localized expressions to what they mean: a qualified name, or an instance of one.

What cannot be followed with certainty is `None`: a missed alarm is cheaper than a false one.
"""

import builtins
from collections.abc import Sequence

from hexguard.facts.expressions import (
    DETACHED,
    Attribute,
    Await,
    Binary,
    Call,
    Constant,
    ConstantKind,
    Element,
    Entered,
    Expr,
    Free,
    LocalFunction,
    Module,
    Self,
    Subscript,
    Typed,
)
from hexguard.facts.summary import ClassSymbol, FunctionSymbol, ImportSymbol, Symbol, UnknownSymbol, VariableSymbol
from hexguard.index.knowledge import Knowledge
from hexguard.index.locate import Locator, is_none
from hexguard.index.quoted import quoted_expression
from hexguard.index.reads import Reader
from hexguard.index.values import Located, LocatedFunction, Place, Value

_WITHOUT_MEMBERS = frozenset({"abc.ABC", "builtins.object", "typing.Generic", "typing.Protocol"})
"""Bases that give a class nothing that anyone asks for."""

MAX_STEPS = 30
"""Longer chains of imports, aliases and attributes are not followed; this also ends cycles."""


class Resolver:
    """Resolves expressions against the project, through a reader that records what was asked."""

    __slots__ = ("_asked", "_knowledge", "_locator", "_reader", "_steps")

    def __init__(self, reader: Reader, knowledge: Knowledge) -> None:
        self._reader = reader
        self._locator = Locator(reader)
        self._knowledge = knowledge
        self._steps = MAX_STEPS
        # The names that are being resolved: one that is bound by means of itself would be asked for again and again.
        self._asked: set[tuple[str, str]] = set()

    def through(self, reader: Reader) -> "Resolver":
        """The same with a record of its own."""
        return Resolver(reader, self._knowledge)

    def absolute(self, module: str, level: int, importer: str) -> str:
        """See `Locator`."""
        return self._locator.absolute(module, level, importer)

    def class_of(self, name: str) -> tuple[str, ClassSymbol] | None:
        """See `Locator`."""
        return self._locator.class_of(name)

    def function_of(self, name: str) -> LocatedFunction | None:
        """See `Locator`."""
        return self._locator.function_of(name)

    def callable_of(self, name: str) -> LocatedFunction | None:
        """See `Locator`."""
        return self._locator.callable_of(name)

    def value(self, expr: Expr, place: Place) -> Value | None:
        """What the localized expression `expr` means where it stands."""
        if self._steps <= 0:
            return None
        self._steps -= 1
        try:
            return self._value(expr, place)
        finally:
            self._steps += 1

    def _value(self, expr: Expr, place: Place) -> Value | None:  # noqa: C901 - one flat case for each kind
        match expr:
            case Free(id=name):
                return self._free(name, place)
            case Module(name=name, level=level):
                return self._named(self.absolute(name, level, place.module))
            case LocalFunction(qualname=qualname):
                return Value(".".join(part for part in (place.module, place.owner, qualname) if part))
            case Self(is_class=is_class):
                return Value(f"{place.module}.{place.owner}", not is_class) if place.owner else None
            case Attribute(value=inner, attr=attr):
                receiver = self.value(inner, place)
                return self.attribute(receiver, attr) if receiver else None
            case Call():
                return self._called(expr, place)
            case Await(value=inner):
                return self._awaited(inner, place)
            case Entered(value=inner):
                return self._entered(inner, place)
            case Element(value=inner):
                return self._element(inner, place)
            case Typed(annotation=annotation):
                return self.type_of_annotation(annotation, place)
            case _:
                return None

    def _free(self, name: str, place: Place) -> Value | None:
        symbols = self._reader.symbol(place.module, name)
        if symbols:
            return self._agreed(symbols, place.module, name)
        if self._reader.symbol(place.module, "*"):
            located = self._locator.inside(place.module, [name])
            return self._member_value(located) if located else None
        return Value(f"builtins.{name}") if hasattr(builtins, name) else None

    def _agreed(self, symbols: Sequence[Symbol], module: str, name: str) -> Value | None:
        """The one meaning of all bindings of a name; `name = None` beside others is a stand-in and does not count."""
        if (module, name) in self._asked:
            return None
        self._asked.add((module, name))
        try:
            telling = [symbol for symbol in symbols if not is_none(symbol)]
            values = {self._symbol_value(symbol, module, name) for symbol in telling}
            return values.pop() if len(values) == 1 else None
        finally:
            self._asked.discard((module, name))

    def _symbol_value(self, symbol: Symbol, module: str, name: str) -> Value | None:
        match symbol:
            case ImportSymbol():
                return self._import_value(symbol, module)
            case FunctionSymbol() | ClassSymbol():
                return Value(f"{module}.{name}")
            case VariableSymbol():
                return self._variable_value(symbol, Place(module))
            case UnknownSymbol():
                return None

    def _import_value(self, symbol: ImportSymbol, module: str) -> Value | None:
        target = self.absolute(symbol.module, symbol.level, module)
        if symbol.name is not None:
            return self._named(f"{target}.{symbol.name}")
        return self._named(target if symbol.alias else target.partition(".")[0])

    def _variable_value(self, symbol: VariableSymbol, place: Place) -> Value | None:
        if symbol.annotation is not None:
            return self.type_of_annotation(symbol.annotation, place)
        return self.value(symbol.value, place) if symbol.value is not None else None

    def _named(self, name: str) -> Value | None:
        """The meaning of an absolute dotted name: through re-exports in the project, through aliases in a library."""
        if not self._reader.has_package(name.partition(".")[0]):
            return Value(self._knowledge.aliases.get(name, name))
        if self._reader.has_package(name):
            return Value(name)
        if located := self._locator.locate(name):
            return self._member_value(located)
        return None if self._reader.owns(name) else Value(self._knowledge.aliases.get(name, name))

    def _member_value(self, located: Located) -> Value | None:
        if self._steps <= 0:
            return None
        self._steps -= 1
        try:
            return self._symbol_value(located.symbol, located.module, located.qualname)
        finally:
            self._steps += 1

    def documented(self, name: str) -> str:
        """What the tables call the function with this qualified name, also where a library offers it by another one."""
        *_, owner, last = ("", *name.split("."))
        # What a class or a method of one is comes out when an instance is asked for an attribute.
        if _is_of_class(owner) or _is_of_class(last):
            return name
        meaning = self._reader.library(name)
        return meaning.name or name if meaning else name

    def attribute(self, receiver: Value, attr: str) -> Value | None:
        """The meaning of `receiver.attr`."""
        if self._steps <= 0:
            return None
        self._steps -= 1
        try:
            has_package = self._reader.has_package(receiver.name.partition(".")[0])
            if not has_package or (receiver.instance and not self._reader.owns(receiver.name)):
                return self._library_attribute(receiver, attr)
            if found := self.class_of(receiver.name):
                return self._member(receiver, attr, *found)
            return None if receiver.instance else self._named(f"{receiver.name}.{attr}")
        finally:
            self._steps += 1

    def _library_attribute(self, receiver: Value, attr: str) -> Value:
        name = f"{receiver.name}.{attr}"
        if receiver.instance and (meaning := self._reader.library(receiver.name)) and meaning.type:
            name = f"{meaning.type}.{attr}"
        if receiver.instance and (known := self._knowledge.attributes.get(name)):
            return Value(known, instance=True)
        return Value(self._knowledge.aliases.get(name, name))

    def _member(self, receiver: Value, attr: str, module: str, owner: ClassSymbol) -> Value | None:
        """A member of a class of the project, looked up as Python does: its own first, then its bases in order."""
        place = Place(module, owner.qualname)
        if members := owner.members.get(attr):
            return self._own_member(members, receiver, attr, place)
        if receiver.instance and (variables := owner.attributes.get(attr)):
            return self._agreed_variables(variables, place, attr)
        for base in owner.bases:
            # `Repository[User]` has the members of `Repository`.
            value = self.value(base.value if isinstance(base, Subscript) else base, Place(module))
            if value is None:
                return None
            if value.name in _WITHOUT_MEMBERS:
                continue
            if found := self.attribute(Value(value.name, receiver.instance), attr):
                return found
        return None

    def _own_member(self, members: Sequence[Symbol], receiver: Value, attr: str, place: Place) -> Value | None:
        telling = [member for member in members if not is_none(member)]
        if telling and all(isinstance(member, FunctionSymbol) for member in telling):
            last = telling[-1]
            if isinstance(last, FunctionSymbol) and self._is_property(last):
                return self._returned(LocatedFunction(place.module, f"{place.owner}.{attr}", last))
            return Value(f"{place.module}.{place.owner}.{attr}")
        if telling and all(isinstance(member, VariableSymbol) for member in telling):
            return self._agreed_variables([m for m in telling if isinstance(m, VariableSymbol)], place, attr)
        return Value(f"{receiver.name}.{attr}") if telling and isinstance(telling[0], ClassSymbol) else None

    def _is_property(self, function: FunctionSymbol) -> bool:
        return any(
            isinstance(decorator, Free | Attribute)
            and (decorator.id if isinstance(decorator, Free) else decorator.attr) in ("property", "cached_property")
            for decorator in function.decorators
        )

    def _agreed_variables(self, variables: Sequence[VariableSymbol], place: Place, attr: str) -> Value | None:
        telling = [variable for variable in variables if not is_none(variable)]
        declared = [variable for variable in telling if variable.annotation is not None]
        asked = f"{place.module}.{place.owner}", attr
        if asked in self._asked:
            return None
        self._asked.add(asked)
        try:
            values = {self._variable_value(variable, place) for variable in declared or telling}
            return values.pop() if len(values) == 1 else None
        finally:
            self._asked.discard(asked)

    def _called(self, call: Call, place: Place) -> Value | None:
        """What a call gives; a coroutine that nobody awaits gives nothing known."""
        func = self.value(call.func, place)
        if func is None:
            return None
        if func.name in self._knowledge.dependencies:
            return self._dependency(call, place)
        if func.instance:
            return self._library_result(f"{func.name}.__call__")
        if found := self.function_of(func.name):
            return None if found.symbol.is_async or found.symbol.is_generator else self._returned(found)
        if self.class_of(func.name):
            return Value(func.name, instance=True)
        if self._reader.has_package(func.name.partition(".")[0]) and self._reader.owns(func.name):
            return None
        if func.name in self._knowledge.fluent and isinstance(call.func, Attribute):
            receiver = self.value(call.func.value, place)
            return Value(receiver.name, instance=True) if receiver else None
        return self._library_result(func.name)

    def _library_result(self, name: str) -> Value | None:
        if known := self._knowledge.returns.get(name):
            return Value(known, instance=True)
        if _is_of_class(name.rpartition(".")[2]):
            return Value(name, instance=True)
        made = meaning.returns or meaning.type if (meaning := self._reader.library(name)) else ""
        return Value(made, instance=True) if made else None

    def _awaited(self, expr: Expr, place: Place) -> Value | None:
        if not isinstance(expr, Call):
            return None
        func = self.value(expr.func, place)
        if func and (found := self.function_of(func.name)):
            return self._returned(found) if found.symbol.is_async else None
        if func and func.name in self._knowledge.threads and expr.args:
            return self.value(Call(DETACHED, expr.args[0], expr.args[1:], expr.keywords, expr.context), place)
        return self.value(expr, place)

    def _returned(self, found: LocatedFunction) -> Value | None:
        function = found.symbol
        if function.returns is not None:
            return self.type_of_annotation(function.returns, found.place)
        return self.value(function.returned, found.place) if function.returned is not None else None

    def _yielded(self, found: LocatedFunction) -> Value | None:
        """What a generator function yields, by its annotation (`AsyncIterator[AsyncSession]`)."""
        match found.symbol.returns:
            case Subscript(items=(first, *_)):
                return self.type_of_annotation(first, found.place)
            case _:
                return None

    def _entered(self, expr: Expr, place: Place) -> Value | None:
        if isinstance(expr, Call):
            func = self.value(expr.func, place)
            if func and (found := self.function_of(func.name)):
                return self._yielded(found) if found.symbol.is_generator else None
        manager = self.value(expr, place)
        if manager is None or not manager.instance:
            return None
        return Value(self._knowledge.enters.get(manager.name, manager.name), instance=True)

    def _dependency(self, call: Call, place: Place) -> Value | None:
        if not call.args:
            return None
        made = self.value(call.args[0], place)
        found = self.function_of(made.name) if made else None
        if made and found:
            return self._yielded(found) if found.symbol.is_generator else self._returned(found)
        return Value(made.name, instance=True) if made and self.class_of(made.name) else None

    def _element(self, expr: Expr, place: Place) -> Value | None:
        match expr:
            case Typed(annotation=Subscript(value=base, items=(first, *_))):
                container = self.value(base, place)
                known = container is not None and container.name.rpartition(".")[2] in _CONTAINERS
                return self.type_of_annotation(first, place) if known else None
            case _:
                return None

    def type_of_annotation(self, annotation: Expr, place: Place) -> Value | None:
        """The instance that an annotation promises; unions of several types promise nothing certain."""
        if self._steps <= 0:
            return None
        self._steps -= 1
        try:
            return self._type_of_annotation(annotation, place)
        finally:
            self._steps += 1

    def _type_of_annotation(self, annotation: Expr, place: Place) -> Value | None:
        match annotation:
            case Constant(kind=ConstantKind.STRING, text=text):
                quoted = quoted_expression(text)
                return self.type_of_annotation(quoted, place) if quoted else None
            case Binary(op="|", left=left, right=right):
                return self._union((left, right), place)
            case Subscript():
                return self._generic(annotation, place)
            case Free() | Attribute() | LocalFunction():
                return self._named_type(annotation, place)
            case _:
                return None

    def _named_type(self, annotation: Expr, place: Place) -> Value | None:
        if alias := self._type_alias(annotation, place):
            return alias
        value = self.value(annotation, place)
        return Value(value.name, instance=True) if value and not value.instance else None

    def _type_alias(self, annotation: Expr, place: Place) -> Value | None:
        """`SessionDep = Annotated[AsyncSession, Depends(get_session)]`, in this module or behind imports.

        So is `Model = TypeVar("Model", bound=BaseModel)`, which is at least what it is bound to.
        """
        located = self._locator.followed(self._definition(annotation, place))
        if located is None or not isinstance(located.symbol, VariableSymbol):
            return None
        value = located.symbol.value
        if isinstance(value, Call) and (bound := value.keyword("bound")):
            made = self.value(value.func, Place(located.module))
            is_variable = made is not None and made.name in _TYPE_VARIABLES
            return self.type_of_annotation(bound.value, Place(located.module)) if is_variable else None
        if not isinstance(value, Subscript | Binary):
            return None
        return self.type_of_annotation(value, Place(located.module))

    def definition(self, expr: Expr, place: Place) -> tuple[Place, Symbol] | None:
        """The symbol that a name or dotted name of the project stands for, behind imports, with where it stands."""
        located = self._locator.followed(self._definition(expr, place))
        return (Place(located.module), located.symbol) if located else None

    def _definition(self, expr: Expr, place: Place) -> Located | None:
        match expr:
            case Free(id=name):
                return self._locator.inside(place.module, [name])
            case Attribute(value=inner, attr=attr):
                module = self.value(inner, place)
                return self._locator.locate(f"{module.name}.{attr}") if module and not module.instance else None
            case _:
                return None

    def _union(self, parts: tuple[Expr, ...], place: Place) -> Value | None:
        telling = [part for part in parts if not (isinstance(part, Constant) and part.kind is ConstantKind.NONE)]
        return self.type_of_annotation(telling[0], place) if len(telling) == 1 else None

    def _generic(self, annotation: Subscript, place: Place) -> Value | None:
        base = self.value(annotation.value, place)
        if base is None or not annotation.items:
            return None
        first = annotation.items[0]
        match base.name:
            case "typing.Annotated" | "typing_extensions.Annotated" | "typing.Optional":
                return self.type_of_annotation(first, place)
            case "typing.Final" | "typing.ClassVar" | "typing.Required" | "typing.NotRequired":
                return self.type_of_annotation(first, place)
            case "typing.Union":
                return self._union(annotation.items, place)
            case "typing.Type" | "builtins.type":
                made = self.type_of_annotation(first, place)
                return Value(made.name) if made else None
            case _:
                return Value(base.name, instance=True)


_TYPE_VARIABLES = ("typing.TypeVar", "typing_extensions.TypeVar")


def _is_of_class(name: str) -> bool:
    """Whether a name of a library looks like that of a class."""
    return name[:1].isupper() and not name.isupper()


_CONTAINERS = frozenset(
    {"list", "set", "frozenset", "Sequence", "Iterable", "Collection", "List", "Set", "AsyncIterator", "Iterator"}
)
