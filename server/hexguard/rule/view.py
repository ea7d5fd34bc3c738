"""What a rule may ask: the meaning of expressions, effects, imports, and the project's settings.

Every answer that comes from outside the block is recorded, so that the engine knows when to ask again.
"""

from collections.abc import Iterator

import msgspec

from hexguard.facts.block import BlockFacts
from hexguard.facts.expressions import Call, Context, Expr
from hexguard.facts.localize import Localizer
from hexguard.facts.model import Function, Import
from hexguard.facts.summary import Symbol, import_symbol
from hexguard.index.bindings import bindings_of
from hexguard.index.breaches import Breach, Breaches
from hexguard.index.chains import link_of
from hexguard.index.effects import Chain, Effects
from hexguard.index.frameworks import Frameworks
from hexguard.index.knowledge import Knowledge
from hexguard.index.reads import Reader
from hexguard.index.resolve import Resolver
from hexguard.index.values import Place, Value
from hexguard.settings.model import Contract, Layer, Preset, Settings


class Project(msgspec.Struct, frozen=True):
    """What holds for the whole project, beside its code: settings, versions, and what is known about libraries."""

    settings: Settings
    knowledge: Knowledge
    python: tuple[int, int] | None = None
    preset: Preset | None = None
    layers: tuple[Layer, ...] = ()
    contracts: tuple[Contract, ...] = ()


class View:
    """The view of one block.

    `place` says where the block stands: its module and the class around it.
    """

    __slots__ = (
        "_breaches",
        "_effects",
        "_localizer",
        "_reader",
        "_resolver",
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
        return self.name(call.func)

    def function(self, context: Context) -> Function | None:
        """The nearest `def` of the block around a place; `None` in a lambda and outside functions."""
        scope = self.block.function_scope(context.scope)
        return next((found for found in self.block.of_type(Function) if found.scope == scope), None)

    @property
    def frameworks(self) -> Frameworks:
        """Routes, dependencies, models and factories of the project, by qualified name."""
        return Frameworks(self._resolver, self.project.knowledge)

    def blocking_chain(self, name: str) -> Chain | None:
        """How calling the sync project function `name` comes to block the thread; `None` if that is not known."""
        found = self._resolver.callable_of(name)
        return self._effects.blocking_chain(found, self._reader) if found else None

    def breaches(self, fact: Import) -> Iterator[Breach]:
        """The contracts that an import breaks, directly or through the modules that it imports in turn."""
        first = link_of(import_symbol(fact), self.module, self._reader, self._resolver)
        return self._breaches.of(first, self._reader, self._resolver) if first else iter(())
