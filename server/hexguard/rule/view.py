"""What a rule may ask: the meaning of expressions, effects, imports, and the project's settings.

Every answer that comes from outside the block is recorded, so that the engine knows when to ask again.
"""

from collections.abc import Iterator, Mapping

import msgspec

from hexguard.facts.block import BlockFacts
from hexguard.facts.expressions import Call, Constant, Context, Expr, FormattedString
from hexguard.facts.localize import Localizer
from hexguard.facts.model import Class, Function, Import, With
from hexguard.facts.scopes import ScopeKind
from hexguard.facts.summary import MADE, ImportSymbol, Symbol, VariableSymbol, import_symbol
from hexguard.index.bindings import bindings_of
from hexguard.index.breaches import Breach, Breaches
from hexguard.index.chains import link_of
from hexguard.index.effects import Chain, Effects
from hexguard.index.frameworks import Frameworks
from hexguard.index.holders import Holders
from hexguard.index.knowledge import Knowledge
from hexguard.index.literals import Literals
from hexguard.index.reads import Reader
from hexguard.index.resolve import Resolver
from hexguard.index.schemas import Schema, Schemas
from hexguard.index.values import Place, Value
from hexguard.settings.model import Contract, Layer, Preset, Settings
from hexguard.settings.switches import DEFAULTS


class Project(msgspec.Struct, frozen=True):
    """What holds for the whole project, beside its code: settings, versions, and what is known about libraries.

    `switches` has the choice of every switch, whoever made it: the settings, the preset, or nobody.
    `packages` are the canonical names of those that the project declares or has locked.
    """

    settings: Settings
    knowledge: Knowledge
    python: tuple[int, int] | None = None
    preset: Preset | None = None
    layers: tuple[Layer, ...] = ()
    contracts: tuple[Contract, ...] = ()
    switches: Mapping[str, str] = DEFAULTS
    packages: frozenset[str] = frozenset()


class View:
    """The view of one block.

    `place` says where the block stands: its module and the class around it.
    """

    __slots__ = (
        "_breaches",
        "_calls",
        "_effects",
        "_functions",
        "_localizer",
        "_reader",
        "_resolver",
        "_schemas",
        "_values",
        "block",
        "place",
        "project",
    )

    def __init__(
        self,
        block: BlockFacts,
        place: Place,
        project: Project,
        reader: Reader,
        effects: Effects,
        breaches: Breaches,
    ) -> None:
        self.block = block
        self.place = place
        self.project = project
        self._reader = reader
        self._effects = effects
        self._breaches = breaches
        self._localizer = Localizer(block)
        self._resolver = Resolver(reader, project.knowledge)
        self._values: dict[int, Value | None] = {}
        self._functions: dict[int, Function] | None = None
        self._calls: dict[str, tuple[str, ...]] = {}
        self._schemas: dict[str, Schema | None] = {}

    @property
    def module(self) -> str:
        """The qualified name of the module of the block."""
        return self.place.module

    def value(self, expr: Expr) -> Value | None:
        """What an expression of the block means; `None` where that is not certain."""
        if expr.node not in self._values:
            self._values[expr.node] = self._resolver.value(self._localizer.localize(expr), self.place)
        return self._values[expr.node]

    def name(self, expr: Expr) -> str:
        """The qualified name of the object that an expression means; empty for instances and where unknown."""
        value = self.value(expr)
        return value.name if value and not value.instance else ""

    def bindings(self, expr: Expr) -> tuple[Symbol, ...]:
        """All that the project binds to a name, or to a name of a module, behind imports; empty for builtins and doubt.

        An import among them leads out of the project.
        """
        return tuple(bindings_of(self._localizer.localize(expr), self.place, self._reader, self._resolver))

    def callee(self, call: Call) -> str:
        """The qualified name of what a call calls: `sqlalchemy.orm.Session.query`; empty where unknown."""
        name = self.name(call.func)
        return self._resolver.documented(name) if name else ""

    def function(self, context: Context) -> Function | None:
        """The nearest `def` of the block around a place; `None` in a lambda and outside functions."""
        if self._functions is None:
            self._functions = {found.scope: found for found in self.block.of_type(Function)}
        return self._functions.get(self.block.function_scope(context.scope))

    def class_at(self, context: Context) -> str:
        """The qualified name of the class whose body a place stands in directly; empty anywhere else."""
        scope = self.block.scopes[context.scope]
        if scope.kind is not ScopeKind.CLASS and not (self.block.is_member and context.scope == 0):
            return ""
        return ".".join(part for part in (self.module, self.place.owner, scope.qualname) if part)

    def schema(self, name: str) -> Schema | None:
        """What Pydantic makes of the class with this qualified name; `None` if it is no schema, or may be none."""
        if name not in self._schemas:
            schemas = Schemas(self._resolver, self.project.knowledge)
            local = self._local_class(name) if "<locals>" in name else None
            bases = tuple(self._localizer.localize(base) for base in local.bases) if local else None
            self._schemas[name] = schemas.of(name, bases, self.place) if name else None
        return self._schemas[name]

    def _local_class(self, name: str) -> Class | None:
        start = ".".join(part for part in (self.module, self.place.owner) if part)
        return next((found for found in self.block.of_type(Class) if f"{start}.{found.qualname}" == name), None)

    def literal(self, expr: Expr) -> Constant | FormattedString | None:
        """The literal that an expression is, also where a variable, a class or `os.getenv` gives it by default."""
        if isinstance(expr, Constant | FormattedString):
            return expr
        return Literals(self._resolver).of(self._localizer.localize(expr), self.place)

    def made(self) -> tuple[Call, ...]:
        """The objects that statements of the module make without a name: `Index("by_day", Order.day)`."""
        found = self._reader.symbol(self.module, MADE)
        return tuple(one.value for one in found if isinstance(one, VariableSymbol) and isinstance(one.value, Call))

    def calls(self, name: str) -> tuple[str, ...]:
        """What the project function with this qualified name calls itself, in order; empty names where unknown."""
        # A rule may ask for each call of a long function.
        if name not in self._calls:
            self._calls[name] = self._calls_of(name)
        return self._calls[name]

    def _calls_of(self, name: str) -> tuple[str, ...]:
        found = self._resolver.function_of(name)
        if found is None:
            return ()
        sites = self._reader.calls(found.module, found.qualname)
        values = (self._resolver.value(site.callee, found.place) for site in sites)
        return tuple(value.name if value and not value.instance else "" for value in values)

    def function_name(self, context: Context) -> str:
        """The qualified name of the nearest `def` around a place; empty outside functions."""
        function = self.function(context)
        return ".".join(part for part in (self.module, self.place.owner, function.qualname) if part) if function else ""

    @property
    def is_test(self) -> bool:
        """Whether the module of the block is one of tests, by the names that pytest and unittest go by."""
        *folders, last = self.module.split(".")
        return last in _TESTS or last.startswith("test_") or last.endswith("_test") or not _TESTS.isdisjoint(folders)

    def imports(self, package: str) -> bool:
        """Whether the module of the block imports something of a top-level package of a library."""
        found = self._reader.imports(self.module)
        return any(not symbol.level and symbol.module.partition(".")[0] == package for symbol in found)

    def holds_up(self, call: Call) -> bool:
        """Whether others wait on an event loop while a call blocks, which one that is awaited does not.

        Neither does one that `async with` enters.
        """
        if not call.in_async or call.awaited or self.runs_alone(call.context):
            return False
        return not any(item.is_async and item.value.node == call.node for item in self.block.of_type(With))

    def runs_alone(self, context: Context) -> bool:
        """Whether nothing else has work for the event loop at a place.

        That is so in tests, in commands, and where an application starts and stops.
        """
        return self.is_test or self._has_commands() or self._starts_application(context) or self._ends_process(context)

    def _has_commands(self) -> bool:
        if not _ALONE.isdisjoint(self.module.split(".")):
            return True
        # Asked by name, so that the answer does not hang on every other import.
        found = (symbol for name in _COMMANDS for symbol in self._reader.symbol(self.module, name))
        return any(isinstance(symbol, ImportSymbol) for symbol in found)

    def _starts_application(self, context: Context) -> bool:
        """Whether the function around a place is a lifespan, by what it is given, handles an event, or is named so."""
        function = self.function(context)
        if function is None:
            return False
        if function.name.strip("_").partition("_")[0] in _STARTS:
            return True
        if any(self.name(decorator) == "contextlib.asynccontextmanager" for decorator in function.decorators):
            types = (self.name(given.annotation) for given in function.parameters if given.annotation is not None)
            return any(name in _APPLICATIONS for name in types)
        calls = (decorator for decorator in function.decorators if isinstance(decorator, Call))
        return any(self.callee(call).removesuffix(".on_event") in _APPLICATIONS for call in calls)

    def _ends_process(self, context: Context) -> bool:
        """Whether the function around a place hands the whole process over to another program."""
        scope = self.block.function_scope(context.scope)
        calls = (call for call in self.block.of_type(Call) if self.block.function_scope(call.context.scope) == scope)
        return any(call.method.startswith("exec") and self.callee(call).startswith("os.exec") for call in calls)

    @property
    def frameworks(self) -> Frameworks:
        """Routes, dependencies, models and factories of the project, by qualified name."""
        return Frameworks(self._resolver, self.project.knowledge)

    @property
    def holders(self) -> Holders:
        """What objects of the project hold, and what their methods use of it."""
        return Holders(self._resolver, self._reader, self.frameworks)

    def blocking_chain(self, name: str) -> Chain | None:
        """How calling the sync project function `name` comes to block the thread; `None` if that is not known."""
        found = self._resolver.callable_of(name)
        return self._effects.blocking_chain(found, self._reader) if found else None

    def breaches(self, fact: Import) -> Iterator[Breach]:
        """The contracts that an import breaks, directly or through the modules that it imports in turn."""
        first = link_of(import_symbol(fact), self.module, self._reader, self._resolver)
        return self._breaches.of(first, self._reader, self._resolver) if first else iter(())


_TESTS = frozenset({"conftest", "test", "tests", "testing"})

_ALONE = frozenset({"alembic", "cli", "commands", "migrations", "scripts"})
"""Folders and modules of what is run by hand, one at a time."""

_COMMANDS = ("click", "typer")
"""Packages that a module of commands imports by these names."""

_STARTS = frozenset({"init", "initialize", "setup", "startup"})
"""First words in the names of functions that run once, when a process starts."""

_APPLICATIONS = frozenset({"fastapi.FastAPI", "litestar.Litestar", "starlette.applications.Starlette"})
"""Classes whose objects are given to what runs when they start and stop."""
