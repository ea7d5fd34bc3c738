"""Keeps what installed libraries say about their own names, in the words of the tables, and what is still to be asked.

The tables (`Knowledge`) name few classes and functions. A library may offer one of them under another name, derive a
class from one, or make an instance of one; only its code says so.
"""

import sys
from collections.abc import Iterator, Mapping

import msgspec

from hexguard.index.knowledge import Knowledge


class Ancestor(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A class of a lineage: its qualified name, and the methods that hand nothing on to those that they replace."""

    name: str
    own: tuple[str, ...] = ()


class Inferred(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a library says about one of its names; nothing is filled in that is not certain.

    A class has a `lineage`: itself and what it derives from, the nearest first.
    A function has its qualified name, where it is defined, and the class of what it `returns`.
    """

    lineage: tuple[Ancestor, ...] = ()
    function: str = ""
    returns: str = ""


NOTHING = Inferred()


class Meaning(msgspec.Struct, frozen=True, gc=False):
    """What a name of a library comes to, each part empty where it comes to nothing.

    `name`: what the tables call it; `type`: the class that its instances count as; `returns`: the class of its results.
    """

    name: str = ""
    type: str = ""
    returns: str = ""


class Installed(msgspec.Struct, frozen=True):
    """What can be asked: the top-level packages of an environment, and a stamp that changes with any of them."""

    packages: frozenset[str] = frozenset()
    stamp: str = ""


class Libraries:
    """What is known about the libraries of one environment. Part of a workspace, and so of one thread."""

    __slots__ = ("_asked", "_knowledge", "_meanings", "_methods", "_names", "_open", "_said", "packages", "stamp")

    def __init__(self, knowledge: Knowledge, installed: Installed) -> None:
        self.stamp = installed.stamp
        self._knowledge = knowledge
        names = frozenset(_table_names(knowledge))
        # A library that is in the tables is known well enough.
        self.packages = installed.packages - {name.partition(".")[0] for name in names}
        """The top-level packages of which something may be asked."""
        self._names = names if self.packages else frozenset[str]()
        self._methods = _methods(knowledge) if self.packages else {}
        self._said: dict[str, Inferred] = {}
        self._meanings: dict[str, Meaning] = {}
        self._open: dict[str, None] = {}
        self._asked: set[str] = set()

    def concerns(self, name: str) -> bool:
        """Whether a library that is installed, and that no table is about, may say something about a dotted name."""
        return name.partition(".")[0] in self.packages

    def meaning(self, name: str) -> Meaning | None:
        """What a name comes to; `None` where nobody knows, and then it is to be asked."""
        if name not in self._said and name not in self._asked:
            self._open[name] = None
        return self._meanings.get(name)

    def is_answered(self, name: str) -> bool:
        """Whether the library was asked about a name, whatever it said."""
        return name in self._said

    def take_open(self) -> tuple[str, ...]:
        """The names to ask, each of which is given once."""
        taken = tuple(self._open)
        self._asked.update(taken)
        self._open.clear()
        return taken

    def put(self, said: Mapping[str, Inferred]) -> frozenset[str]:
        """Take answers in; gives the names that mean something else now."""
        changed: set[str] = set()
        for name, inferred in said.items():
            meaning = self._meaning(inferred)
            if meaning != self._meanings.get(name, Meaning()):
                changed.add(name)
                self._meanings[name] = meaning
            self._said[name] = inferred
            self._open.pop(name, None)
        return frozenset(changed)

    def _meaning(self, inferred: Inferred) -> Meaning:
        counted = self._counted_as(inferred)
        itself = inferred.lineage[0].name if inferred.lineage else inferred.function
        returns = self._documented(inferred.returns)
        # A class that no table names may derive from one that is named, which is the next question.
        is_useful = returns in self._methods or self.concerns(returns)
        return Meaning(self._named(itself), counted, returns if is_useful else "")

    def _counted_as(self, inferred: Inferred) -> str:
        """The first class of a lineage that the tables know, if nothing before it does otherwise what they know."""
        own: set[str] = set()
        for ancestor in inferred.lineage:
            name = self._documented(ancestor.name)
            if name in self._methods:
                return name if own.isdisjoint(self._methods[name]) else ""
            own.update(ancestor.own)
        return ""

    def _documented(self, name: str) -> str:
        return self._knowledge.aliases.get(name, name)

    def _named(self, name: str) -> str:
        documented = self._documented(name)
        return documented if documented in self._names else ""


def known_packages(knowledge: Knowledge) -> frozenset[str]:
    """The packages, beside the standard library, whose objects are worth finding in other libraries."""
    makers = (*knowledge.returns.values(), *knowledge.enters.values(), *knowledge.routers, *knowledge.factories)
    packages = {name.partition(".")[0] for name in (*knowledge.blocking, *makers)}
    return frozenset(packages - sys.stdlib_module_names)


def _table_names(knowledge: Knowledge) -> Iterator[str]:
    """All names that stand in the tables."""
    for field in knowledge.__struct_fields__:
        table: dict[str, str] | frozenset[str] = getattr(knowledge, field)
        yield from table
        if isinstance(table, dict) and field != "blocking":
            yield from table.values()


def _methods(knowledge: Knowledge) -> dict[str, frozenset[str]]:
    """The classes that the tables know, each with the methods and attributes that they know of it."""
    methods: dict[str, set[str]] = {}
    for table in (knowledge.returns, knowledge.enters, knowledge.attributes, knowledge.aliases):
        for name in table.values():
            methods.setdefault(name, set())
    for name in (*knowledge.routers, *knowledge.factories):
        methods.setdefault(name, set())
    for table in (knowledge.blocking, knowledge.returns, knowledge.attributes):
        for name in table:
            owner, _, method = name.rpartition(".")
            methods.setdefault(owner, set()).add(method)
    return {name: frozenset(found) for name, found in methods.items()}
