"""Derived facts: what functions, classes and variables are to FastAPI and SQLAlchemy.

Each answer is about one name of the project, so that only what asked for that name depends on it.
"""

from collections.abc import Iterator
from itertools import islice

import msgspec

from hexguard.facts.expressions import Attribute, Call, Collection, Constant, ConstantKind, Expr, Free, Subscript
from hexguard.facts.summary import ClassSymbol, Symbol, VariableSymbol
from hexguard.index.knowledge import Knowledge
from hexguard.index.resolve import Resolver
from hexguard.index.values import LocatedFunction, Place


class Route(msgspec.Struct, frozen=True, gc=False):
    """A function that answers HTTP requests; `methods` are upper-case, `path` is empty where it is not a literal."""

    function: str
    methods: tuple[str, ...]
    path: str
    is_async: bool


class Dependency(msgspec.Struct, frozen=True, gc=False):
    """A parameter that a framework fills by calling `provider`; a sync provider runs in a thread."""

    parameter: str
    provider: str


class Relationship(msgspec.Struct, frozen=True, gc=False):
    """An attribute of a model that leads to other rows.

    `target` is the qualified name of the other model, or its bare name where that is all the code says.
    `lazy` is the loading strategy as written, empty for the default.
    """

    name: str
    target: str
    lazy: str
    is_collection: bool


class Model(msgspec.Struct, frozen=True, gc=False):
    """A class that SQLAlchemy maps to a table; `table` is empty where the class does not name it."""

    name: str
    table: str
    relationships: tuple[Relationship, ...]


class Column(msgspec.Struct, frozen=True, gc=False):
    """An attribute of a model that some call makes a column; `maker` is the qualified name of what is called."""

    name: str
    annotation: Expr | None
    call: Call
    maker: str


class Factory(msgspec.Struct, frozen=True, gc=False):
    """A variable that holds an engine or makes sessions: `kind` is the qualified name of its class."""

    name: str
    kind: str
    options: dict[str, str]


class Frameworks:
    """Recognizes derived facts with the help of a resolver."""

    __slots__ = ("_knowledge", "_resolver")

    def __init__(self, resolver: Resolver, knowledge: Knowledge) -> None:
        self._resolver = resolver
        self._knowledge = knowledge

    def route(self, name: str) -> Route | None:
        """The route that the function with this qualified name is, by its first decorator that makes it one."""
        found = self._resolver.function_of(name)
        for decorator in found.symbol.decorators if found else ():
            match decorator:
                case Call(func=Attribute(value=owner, attr=verb)) if found and self._is_router(owner, found.place):
                    methods = _methods(verb, decorator)
                    if methods:
                        return Route(name, methods, _literal(decorator.argument(0, "path")), found.symbol.is_async)
                case _:
                    pass
        return None

    def _is_router(self, owner: Expr, place: Place) -> bool:
        value = self._resolver.value(owner, place)
        return value is not None and value.instance and value.name in self._knowledge.routers

    def dependencies(self, name: str) -> tuple[Dependency, ...]:
        """The dependencies among the parameters of the function with this qualified name."""
        found = self._resolver.function_of(name)
        return tuple(self._dependencies(found)) if found else ()

    def _dependencies(self, found: LocatedFunction) -> Iterator[Dependency]:
        for parameter in found.symbol.parameters:
            marks = [parameter.default, *_annotated(parameter.annotation)]
            for mark in marks:
                if isinstance(mark, Call) and mark.args and self._marks_dependency(mark, found.place):
                    provider = self._resolver.value(mark.args[0], found.place)
                    yield Dependency(parameter.name, provider.name if provider else "")

    def _marks_dependency(self, mark: Call, place: Place) -> bool:
        value = self._resolver.value(mark.func, place)
        return value is not None and value.name in self._knowledge.dependencies

    def model(self, name: str) -> Model | None:
        """The model that the class with this qualified name is: some base of it is declarative."""
        found = self._resolver.class_of(name)
        if found is None or not self._is_mapped(name):
            return None
        _, symbol = found
        table = next((_literal(value) for value in _values(symbol.members.get("__tablename__", ()))), "")
        relationships = [
            relationship
            for owner, members in self._lineage(name)
            for member, bindings in members.items()
            if (relationship := self._relationship(member, bindings, owner))
        ]
        return Model(name, table, tuple(relationships))

    def is_dataclass(self, name: str) -> bool:
        """Whether SQLAlchemy makes a dataclass of the class with this qualified name, where `default` means its own."""
        decorated = (decorator for _, symbol in self.classes(name) for decorator in symbol.decorators)
        called = (decorator.func if isinstance(decorator, Call) else decorator for decorator in decorated)
        is_decorated = any(_last_name(decorator) in _DATACLASS_DECORATORS for decorator in called)
        return is_decorated or self._descends(name, self._knowledge.dataclass_bases)

    def _is_mapped(self, name: str) -> bool:
        return self._descends(name, self._knowledge.model_bases)

    def _descends(self, name: str, wanted: frozenset[str]) -> bool:
        pending, seen = [name], set[str]()
        while pending:
            current = pending.pop()
            if current in wanted:
                return True
            found = self._resolver.class_of(current)
            if found is None or current in seen:
                continue
            seen.add(current)
            module, symbol = found
            pending.extend(base for base in (self._base(base, module) for base in symbol.bases) if base)
            # A decorator may make a class of another kind: `@as_declarative()`.
            made = (one.func if isinstance(one, Call) else one for one in symbol.decorators)
            pending.extend(base for base in (self._base(one, module) for one in made) if base in wanted)
        return False

    def _base(self, base: Expr, module: str) -> str:
        """The qualified name of a base class, or of the function that made it (`declarative_base`)."""
        if value := self._resolver.value(base, Place(module)):
            return value.name
        match self._resolver.definition(base, Place(module)):
            case (place, VariableSymbol(value=Call(func=func))):
                made = self._resolver.value(func, place)
                return made.name if made else ""
            case _:
                return ""

    def _lineage(self, name: str) -> Iterator[tuple[Place, dict[str, tuple[Symbol, ...]]]]:
        """The members of a class and of its bases in the project, with where they stand."""
        return ((Place(module, symbol.qualname), symbol.members) for module, symbol in self.classes(name))

    def classes(self, name: str) -> Iterator[tuple[str, ClassSymbol]]:
        """A class and its bases in the project, each with its module."""
        pending, seen = [name], set[str]()
        while pending:
            current = pending.pop()
            found = self._resolver.class_of(current)
            if found is None or current in seen:
                continue
            seen.add(current)
            module, symbol = found
            yield module, symbol
            pending.extend(base for base in (self._base(base, module) for base in symbol.bases) if base)

    def _relationship(self, name: str, bindings: tuple[Symbol, ...], place: Place) -> Relationship | None:
        for binding in bindings:
            if not isinstance(binding, VariableSymbol) or not isinstance(binding.value, Call):
                continue
            made = self._resolver.value(binding.value.func, place)
            if made is not None and made.name in self._knowledge.relationships:
                target, is_collection = self._target(binding, binding.value, place)
                lazy = binding.value.keyword("lazy")
                return Relationship(name, target, _literal(lazy.value) if lazy else "", is_collection)
        return None

    def _target(self, binding: VariableSymbol, call: Call, place: Place) -> tuple[str, bool]:
        """What a relationship leads to, and whether to many: the annotation says it, else the first argument."""
        inner = binding.annotation
        if isinstance(inner, Subscript) and inner.items:
            inner = inner.items[0]
        is_collection = isinstance(inner, Subscript) and _last_name(inner.value) in _COLLECTIONS
        if isinstance(inner, Subscript) and inner.items:
            inner = inner.items[0]
        written = inner if inner is not None else call.argument(0, "argument")
        if written is None:
            return "", is_collection
        value = self._resolver.type_of_annotation(written, place)
        return value.name if value else _literal(written), is_collection or binding.annotation is None

    def columns(self, name: str, *, own: bool = False) -> tuple[Column, ...]:
        """The columns of the class with this qualified name; those of its bases in the project included, unless `own`.

        One that only has an annotation is not among them.
        """
        found = (
            self._column(member, bound, place)
            for place, members in islice(self._lineage(name), 1 if own else None)
            for member, bound in members.items()
        )
        return tuple(column for column in found if column)

    def _column(self, name: str, bindings: tuple[Symbol, ...], place: Place) -> Column | None:
        match bindings:
            case (VariableSymbol(annotation=annotation, value=Call() as call),):
                made = self._resolver.value(call.func, place)
                is_column = made is not None and made.name in self._knowledge.columns
                return Column(name, annotation, call, made.name) if made and is_column else None
            case _:
                return None

    def inherited(self, name: str, member: str) -> tuple[Symbol, ...]:
        """What the class with this qualified name, or the nearest of its bases in the project, binds a name to."""
        return next((members[member] for _, members in self._lineage(name) if member in members), ())

    def factory(self, name: str) -> Factory | None:
        """The engine or session maker that the module-level variable with this qualified name holds."""
        module, _, variable = name.rpartition(".")
        made = self._resolver.value(Free(variable), Place(module))
        if made is None or not made.instance or made.name not in self._knowledge.factories:
            return None
        match self._resolver.definition(Free(variable), Place(module)):
            case (_, VariableSymbol(value=Call(keywords=keywords))):
                options = {keyword.name: _literal(keyword.value) for keyword in keywords}
            case _:
                options = {}
        return Factory(name, made.name, options)


def _methods(verb: str, decorator: Call) -> tuple[str, ...]:
    if verb in _VERBS:
        return (verb.upper(),)
    listed = decorator.keyword("methods")
    if verb not in ("api_route", "route") or listed is None or not isinstance(listed.value, Collection):
        return ()
    return tuple(_literal(item).upper() for item in listed.value.items)


def _annotated(annotation: Expr | None) -> tuple[Expr, ...]:
    """What stands beside the type in `Annotated[type, ...]`."""
    if isinstance(annotation, Subscript) and _last_name(annotation.value) == "Annotated":
        return annotation.items[1:]
    return ()


def _values(bindings: tuple[Symbol, ...]) -> Iterator[Expr]:
    for binding in bindings:
        if isinstance(binding, VariableSymbol) and binding.value is not None:
            yield binding.value


def _literal(expr: Expr | None) -> str:
    """The text of a literal without its quotes; empty for anything else."""
    if not isinstance(expr, Constant):
        return ""
    return expr.text.strip("\"'") if expr.kind is ConstantKind.STRING else expr.text


def _last_name(expr: Expr) -> str:
    return expr.id if isinstance(expr, Free) else expr.attr if isinstance(expr, Attribute) else ""


_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "trace"})
_COLLECTIONS = frozenset({"list", "List", "set", "Set", "Sequence", "dict", "Dict", "WriteOnlyMapped", "DynamicMapped"})
_DATACLASS_DECORATORS = frozenset({"mapped_as_dataclass", "unmapped_dataclass"})
