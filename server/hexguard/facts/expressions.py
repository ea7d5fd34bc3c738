"""Expressions as values, so that rules can read code without a tree and facts can be compared.

`node` is a node id: an index into the spans of the block that the expression comes from.
It is `DETACHED` for an expression that stands for no place in the text (see `localize`).
"""

from enum import Enum
from typing import TypeAlias

import msgspec

DETACHED = -1


class Context(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Where in the code something stands; shared by everything at that place.

    `scope` is an index into the scopes of the block, `withs` are the expressions of the enclosing `with` items of the
    same function, outermost first.
    """

    scope: int = 0
    in_async: bool = False
    in_loop: bool = False
    in_try: bool = False
    in_handler: bool = False
    in_finally: bool = False
    in_condition: bool = False
    type_checking: bool = False
    withs: tuple["Expr", ...] = ()


class ConstantKind(Enum):
    STRING = "string"
    BYTES = "bytes"
    INTEGER = "integer"
    FLOAT = "float"
    TRUE = "true"
    FALSE = "false"
    NONE = "none"
    ELLIPSIS = "ellipsis"


class Name(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    """A name that is read; `scope` is the scope in which it is used, not the one that binds it."""

    node: int
    id: str
    scope: int


class Attribute(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    node: int
    value: "Expr"
    attr: str


class Constant(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    """A literal; `text` is its source, quotes included."""

    node: int
    kind: ConstantKind
    text: str


class FormattedString(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    """An f-string or t-string (or a concatenation with one); `values` are its replacement fields.

    `start` is its source up to the first of them, prefix and quote included, and no more than the first characters.
    """

    node: int
    values: tuple["Expr", ...]
    is_template: bool = False
    start: str = ""


class Keyword(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """`name=value` in a call or class header; `node` covers both."""

    node: int
    name: str
    value: "Expr"


class Starred(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    """`*value`, or `**value` where `double`."""

    node: int
    value: "Expr"
    double: bool


class Call(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    """A call. `awaited`: under `await`; `discarded`: a statement of its own, so nothing keeps its value."""

    node: int
    func: "Expr"
    args: tuple["Expr", ...]
    keywords: tuple[Keyword, ...]
    context: Context
    awaited: bool = False
    discarded: bool = False

    @property
    def in_async(self) -> bool:
        """Whether the call runs on the event loop of an `async def` (and not in a nested `def` or `lambda`)."""
        return self.context.in_async

    @property
    def in_loop(self) -> bool:
        return self.context.in_loop

    @property
    def method(self) -> str:
        """The last name of what is called: `commit` for `session.commit()`, else the empty string."""
        match self.func:
            case Attribute(attr=attr):
                return attr
            case Name(id=name):
                return name
            case _:
                return ""

    @property
    def receiver(self) -> "Expr | None":
        """What the method is called on: `session` for `session.commit()`."""
        return self.func.value if isinstance(self.func, Attribute) else None

    @property
    def has_unpacking(self) -> bool:
        """Whether `*args` or `**kwargs` hide some of the arguments."""
        return any(isinstance(argument, Starred) for argument in self.args)

    def keyword(self, name: str) -> Keyword | None:
        """The keyword argument called `name`, if it is written out."""
        return next((keyword for keyword in self.keywords if keyword.name == name), None)

    def argument(self, position: int, name: str) -> "Expr | None":
        """The argument given at `position` or as `name`, if it is written out before any unpacking."""
        if keyword := self.keyword(name):
            return keyword.value
        before = self.args[: position + 1]
        if len(before) <= position or any(isinstance(argument, Starred) for argument in before):
            return None
        return before[position]


class Subscript(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    node: int
    value: "Expr"
    items: tuple["Expr", ...]
    context: Context
    in_annotation: bool = False


class Binary(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    node: int
    op: str
    left: "Expr"
    right: "Expr"


class Boolean(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    """`left and right`, `left or right`."""

    node: int
    op: str
    left: "Expr"
    right: "Expr"


class Unary(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    node: int
    op: str
    operand: "Expr"


class Compare(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    """`operands[0] ops[0] operands[1] ...`; an operator of two words has one space: `not in`."""

    node: int
    ops: tuple[str, ...]
    operands: tuple["Expr", ...]


class Await(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    node: int
    value: "Expr"
    context: Context = Context()


class Lambda(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    """A lambda; `scope` is the scope that it opens."""

    node: int
    scope: int
    body: "Expr"


class Collection(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    """A list, set or tuple display: `kind` is `list`, `set` or `tuple`."""

    node: int
    kind: str
    items: tuple["Expr", ...]


class Dictionary(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    """A dict display; an unpacked mapping has the key `None`."""

    node: int
    entries: tuple[tuple["Expr | None", "Expr"], ...]


class Comprehension(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    """`kind` is `list`, `set`, `dict` or `generator`; `sources` are what its `for` clauses run over."""

    node: int
    kind: str
    scope: int
    elements: tuple["Expr", ...]
    sources: tuple["Expr", ...]


class Conditional(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    node: int
    test: "Expr"
    body: "Expr"
    orelse: "Expr"


class Yield(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    node: int
    value: "Expr | None"
    is_from: bool
    context: Context = Context()


class Opaque(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    """Something that facts do not look into (a slice, broken code, nesting beyond reason); `kind` says what."""

    node: int
    kind: str
    parts: tuple["Expr", ...] = ()


class Typed(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    """A value of which only the annotation is known (a parameter, an annotated variable)."""

    annotation: "Expr"
    node: int = DETACHED


class Entered(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    """What `with value as name` binds."""

    value: "Expr"
    node: int = DETACHED


class Element(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    """What `for name in value` binds."""

    value: "Expr"
    node: int = DETACHED


class Self(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    """The first parameter of a method: an instance of the owner class, or the class itself."""

    is_class: bool
    node: int = DETACHED


class Free(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    """A name that nothing inside its block binds: the module, the class around it, or a builtin does."""

    id: str
    node: int = DETACHED


class Module(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    """A module imported inside a function; `level` counts the leading dots of a relative import."""

    name: str
    level: int = 0
    node: int = DETACHED


class LocalFunction(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    """A function or class defined inside a function; `qualname` as Python would give it, `outer.<locals>.inner`."""

    qualname: str
    node: int = DETACHED


Expr: TypeAlias = (
    Name
    | Attribute
    | Constant
    | FormattedString
    | Starred
    | Call
    | Subscript
    | Binary
    | Boolean
    | Unary
    | Compare
    | Await
    | Lambda
    | Collection
    | Dictionary
    | Comprehension
    | Conditional
    | Yield
    | Opaque
    | Typed
    | Entered
    | Element
    | Self
    | Free
    | Module
    | LocalFunction
)
