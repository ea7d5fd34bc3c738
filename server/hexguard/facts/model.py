"""The facts of one block: what its statements say, in the order in which they stand.

A rule is dispatched by the type of a fact; `Fact` lists them all.
"""

from typing import TypeAlias

import msgspec

from hexguard.facts.expressions import (
    Attribute,
    Await,
    Binary,
    Boolean,
    Call,
    Compare,
    Context,
    Expr,
    FormattedString,
    Keyword,
    Name,
    Subscript,
    Yield,
)


class Import(msgspec.Struct, frozen=True, gc=False):
    """One name that an import statement binds.

    `import a.b as c` has `module` "a.b", no `name`, `alias` "c".
    `from .a import b` has `level` 1, `module` "a", `name` "b".
    `from a import *` has the name "*".
    """

    node: int
    statement: int
    module: str
    name: str | None
    alias: str | None
    level: int
    context: Context
    is_lazy: bool = False

    @property
    def bound(self) -> str:
        """The name that the statement binds: `a` for `import a.b`."""
        if self.alias:
            return self.alias
        return self.name if self.name is not None else self.module.partition(".")[0]


class Parameter(msgspec.Struct, frozen=True, gc=False):
    """A parameter of a `def` or `lambda`; `kind` is `positional`, `keyword`, `args` or `kwargs`."""

    node: int
    name: str
    kind: str
    annotation: Expr | None
    default: Expr | None
    function: int


class Function(msgspec.Struct, frozen=True, gc=False):
    """A `def`. `node` covers it all, `name_node` its name.

    `scope` is the scope that it opens, `context` where it stands.

    `qualname` is relative to the block: `outer.<locals>.inner`.
    `body` is the node of the suite, `docstring` that of its docstring (-1 if there is none).
    `returns_value` tells whether some `return` carries a value.
    `runs_off` tells whether the end of the body can be reached for certain, which gives `None`.
    """

    node: int
    name_node: int
    body: int
    name: str
    qualname: str
    scope: int
    context: Context
    is_async: bool
    is_generator: bool
    parameters: tuple[Parameter, ...]
    returns: Expr | None
    decorators: tuple[Expr, ...]
    docstring: int = -1
    returns_value: bool = False
    is_stub: bool = False
    runs_off: bool = False


class Class(msgspec.Struct, frozen=True, gc=False):
    """A `class`; a member block has its class in another block, see `ClassSymbol`."""

    node: int
    name_node: int
    name: str
    qualname: str
    scope: int
    context: Context
    bases: tuple[Expr, ...]
    keywords: tuple[Keyword, ...]
    decorators: tuple[Expr, ...]


class Assignment(msgspec.Struct, frozen=True, gc=False):
    """`target = value`, `target: annotation = value`, `target op= value` (with `op`); one for each target."""

    node: int
    target: Expr
    annotation: Expr | None
    value: Expr | None
    op: str
    context: Context


class Handler(msgspec.Struct, frozen=True, gc=False):
    """An `except` clause. `keyword` is the node of the word `except`.

    `types` are the exceptions as written (a tuple is taken apart); `reraises` tells whether its body has a bare `raise`
    or raises the caught name; `is_silent` whether it only passes, continues or holds a docstring.
    `earlier` are the exceptions that the clauses before it in the same `try` catch.
    `tried` are the nodes of the statements after `try:` and `body` those of the clause itself, each as a half-open
    range of node ids, which are given in the order of the text.
    `last` is the kind of the last statement of the clause (`return`, `break`).
    """

    node: int
    keyword: int
    types: tuple[Expr, ...]
    name: str
    is_group: bool
    reraises: bool
    is_silent: bool
    context: Context
    earlier: tuple[Expr, ...] = ()
    tried: tuple[int, int] = (0, 0)
    body: tuple[int, int] = (0, 0)
    last: str = ""


class Raise(msgspec.Struct, frozen=True, gc=False):
    node: int
    exception: Expr | None
    cause: Expr | None
    context: Context


class Return(msgspec.Struct, frozen=True, gc=False):
    node: int
    value: Expr | None
    context: Context


class With(msgspec.Struct, frozen=True, gc=False):
    """One item of a `with` statement."""

    node: int
    value: Expr
    target: Expr | None
    is_async: bool
    context: Context


class Loop(msgspec.Struct, frozen=True, gc=False):
    """`for target in source` or `while test`; `kind` is `for` or `while`.

    `body` are the nodes of its statements, those after `else:` left out, as a half-open range of node ids.
    `breaks` tells whether a `break` ends it.
    """

    node: int
    kind: str
    target: Expr | None
    source: Expr
    is_async: bool
    context: Context
    body: tuple[int, int] = (0, 0)
    breaks: bool = False


class Choice(msgspec.Struct, frozen=True, gc=False):
    """An `if` with its `elif` and `else`, a `match`, or a `try` with its `except` and `else`: at most one body runs.

    The body of the `try` itself is not among them.
    `bodies` are the nodes of their statements, each as a half-open range of node ids; there are at least two.
    """

    node: int
    bodies: tuple[tuple[int, int], ...]
    context: Context


class Reference(msgspec.Struct, frozen=True, gc=False):
    """A name or dotted name that is read, as long as it goes: `datetime.utcnow`. `called`: it is what a call calls."""

    node: int
    expr: Expr
    called: bool
    in_annotation: bool
    context: Context

    @property
    def root(self) -> str:
        """The first name: `datetime` of `datetime.utcnow`."""
        expr = self.expr
        while isinstance(expr, Attribute):
            expr = expr.value
        return expr.id if isinstance(expr, Name) else ""


Fact: TypeAlias = (
    Import
    | Parameter
    | Function
    | Class
    | Assignment
    | Handler
    | Raise
    | Return
    | With
    | Loop
    | Choice
    | Reference
    | Call
    | Subscript
    | Binary
    | Boolean
    | Compare
    | FormattedString
    | Await
    | Yield
)
