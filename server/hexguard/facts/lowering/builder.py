"""What lowering carries along while it walks a tree: node ids, scopes, facts, and where it stands."""

from collections.abc import Generator
from contextlib import contextmanager

from hexguard.facts.expressions import Context, Expr, Opaque
from hexguard.facts.model import Fact
from hexguard.facts.scopes import Binding, BindingKind, Scope, ScopeKind
from hexguard.syntax.parse import Node, Tree

MAX_DEPTH = 150
"""Deeper expressions become `Opaque`: no person wrote them, and no rule reads them."""


class OpenScope:
    """A scope while its statements are being read."""

    def __init__(self, kind: ScopeKind, parent: int, qualname: str) -> None:
        self.kind = kind
        self.parent = parent
        self.qualname = qualname
        self.bindings: dict[str, list[Binding]] = {}
        self.is_async = False
        self.is_generator = False
        self.returns_value = False
        self.first_parameter = ""
        self.is_classmethod = False
        self.is_staticmethod = False

    def close(self) -> Scope:
        return Scope(
            self.kind,
            self.parent,
            self.qualname,
            {name: tuple(bindings) for name, bindings in self.bindings.items()},
            self.is_async,
            self.first_parameter,
            self.is_classmethod,
            self.is_staticmethod,
        )


class Builder:
    """Collects the facts of one block. `is_member`: the block is a statement of a class body."""

    def __init__(self, tree: Tree, is_member: bool) -> None:
        self.tree = tree
        self.is_member = is_member
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.facts: list[Fact] = []
        self.broken: set[int] = set()
        self.scopes: list[OpenScope] = [OpenScope(ScopeKind.BLOCK, -1, "")]
        self.context = Context()
        self.in_annotation = False
        self.depth = 0

    def node(self, node: Node) -> int:
        """A new node id for `node`; spans are kept in bytes here."""
        self.starts.append(node.start_byte)
        self.ends.append(node.end_byte)
        return len(self.starts) - 1

    def text(self, node: Node) -> str:
        return self.tree.slice(node)

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
            outer += ".<locals>." if parent.kind is not ScopeKind.CLASS else "."
        self.scopes.append(OpenScope(kind, self.context.scope, outer + name))
        return len(self.scopes) - 1

    def bind(self, name: str, binding: Binding) -> None:
        scope = self.scope
        if binding.kind is not BindingKind.ELEMENT:
            while scope.kind is ScopeKind.COMPREHENSION:
                scope = self.scopes[scope.parent]
        scope.bindings.setdefault(name, []).append(binding)

    @contextmanager
    def at(self, context: Context) -> Generator[None]:
        """Everything lowered inside stands at `context`."""
        before = self.context
        self.context = context
        try:
            yield
        finally:
            self.context = before

    @contextmanager
    def annotation(self, inside: bool) -> Generator[None]:
        before = self.in_annotation
        self.in_annotation = inside
        try:
            yield
        finally:
            self.in_annotation = before
