"""What lowering carries along while it walks a tree: node ids, scopes, facts, and where it stands."""

from collections.abc import Callable
from operator import attrgetter
from typing import Final

from hexguard.facts.expressions import Context, Expr, Opaque
from hexguard.facts.lowering.kinds import EXTRAS
from hexguard.facts.model import Fact
from hexguard.facts.scopes import Binding, BindingKind, Scope, ScopeKind
from hexguard.syntax.parse import Node, Tree

MAX_DEPTH: Final = 150
"""Deeper expressions become `Opaque`: no person wrote them, and no rule reads them."""

_NAMED: Final[Callable[[Node], list[Node]]] = attrgetter("named_children")


class OpenScope:
    """A scope while its statements are being read."""

    is_async = False
    is_generator = False
    returns_value = False
    first_parameter = ""
    is_classmethod = False
    is_staticmethod = False

    def __init__(self, kind: ScopeKind, parent: int, qualname: str) -> None:
        self.kind = kind
        self.parent = parent
        self.qualname = qualname
        self.bindings: dict[str, list[Binding]] = {}

    def bind(self, name: str, binding: Binding) -> None:
        """Add a binding of `name`, after those that it has already."""
        bound = self.bindings.get(name)
        if bound is None:
            self.bindings[name] = [binding]
        else:
            bound.append(binding)

    def close(self) -> Scope:
        return Scope(
            self.kind,
            self.parent,
            self.qualname,
            {name: tuple(bindings) for name, bindings in self.bindings.items()} if self.bindings else {},
            self.is_async,
            self.first_parameter,
            self.is_classmethod,
            self.is_staticmethod,
        )


class Builder:
    """Collects the facts of one block. `is_member`: the block is a statement of a class body.

    `operands` gives the named children of a node without comments and joined line ends, which may stand anywhere.
    What changes `context`, `in_annotation` or `depth` puts back what it found:
    this is done by hand, because a context manager costs more than most of what is lowered inside it.
    """

    __slots__ = (
        "broken",
        "context",
        "depth",
        "ends",
        "facts",
        "has_error",
        "in_annotation",
        "is_member",
        "operands",
        "scopes",
        "starts",
        "tree",
    )

    def __init__(self, tree: Tree, is_member: bool) -> None:
        self.tree = tree
        self.is_member = is_member
        self.has_error = tree.has_error
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.facts: list[Fact] = []
        self.broken: set[int] = set()
        self.scopes: list[OpenScope] = [OpenScope(ScopeKind.BLOCK, -1, "")]
        self.context = _OUTERMOST
        self.in_annotation = False
        self.depth = 0
        self.operands = _without_extras if "#" in tree.text or "\\" in tree.text else _NAMED

    def node(self, node: Node) -> int:
        """A new node id for `node`; spans are kept in bytes here."""
        starts = self.starts
        identifier = len(starts)
        starts.append(node.start_byte)
        self.ends.append(node.end_byte)
        return identifier

    def text(self, node: Node) -> str:
        """The characters of `node`."""
        tree = self.tree
        return tree.text[node.start_byte : node.end_byte] if tree.wide is None else tree.slice(node)

    def opaque(self, node: Node, parts: tuple[Expr, ...] = ()) -> Opaque:
        return Opaque(self.node(node), node.type, parts)

    def add(self, fact: Fact) -> int:
        """Keep a fact and say at which position; a placeholder keeps the place of one that is known after its body."""
        self.facts.append(fact)
        return len(self.facts) - 1

    @property
    def scope(self) -> OpenScope:
        return self.scopes[self.context.scope]

    def open_scope(self, kind: ScopeKind, name: str) -> int:
        """A new scope inside the present one; `name` is empty for comprehensions and lambdas."""
        parent = self.scope
        outer = parent.qualname
        if name and outer:
            outer += "." if parent.kind is _CLASS else ".<locals>."
        self.scopes.append(OpenScope(kind, self.context.scope, outer + name))
        return len(self.scopes) - 1

    def bind(self, name: str, binding: Binding) -> None:
        scope = self.scopes[self.context.scope]
        if binding.kind is not _ELEMENT:
            while scope.kind is _COMPREHENSION:
                scope = self.scopes[scope.parent]
        scope.bind(name, binding)


def _without_extras(node: Node) -> list[Node]:
    return [child for child in node.named_children if child.kind_id not in EXTRAS]


_OUTERMOST: Final = Context()
_CLASS: Final = ScopeKind.CLASS
_COMPREHENSION: Final = ScopeKind.COMPREHENSION
_ELEMENT: Final = BindingKind.ELEMENT
