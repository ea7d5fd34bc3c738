"""Which names the scopes of a block bind, so that a use can be followed to what it means."""

from enum import Enum

import msgspec

from hexguard.facts.expressions import Expr


class ScopeKind(Enum):
    BLOCK = "block"
    FUNCTION = "function"
    LAMBDA = "lambda"
    CLASS = "class"
    COMPREHENSION = "comprehension"


class BindingKind(Enum):
    IMPORT = "import"
    FUNCTION = "function"
    CLASS = "class"
    VALUE = "value"
    PARAMETER = "parameter"
    ENTERED = "entered"
    ELEMENT = "element"
    EXCEPTION = "exception"
    OUTER = "outer"
    UNKNOWN = "unknown"


class Binding(msgspec.Struct, frozen=True, gc=False):
    """A name introduced in a scope.

    `detail` is the position of its `Import`, `Function` or `Class` in the facts of the block, or -1.
    `value` is what is assigned, entered or iterated; `annotation` what was declared.
    `OUTER` stands for `global` and `nonlocal`, `UNKNOWN` for what facts cannot follow (unpacking, `del`, patterns).
    """

    name: str
    kind: BindingKind
    value: Expr | None = None
    annotation: Expr | None = None
    detail: int = -1


class Scope(msgspec.Struct, frozen=True, gc=False):
    """A region that owns bindings; `parent` is -1 for the scope of the block itself.

    `qualname` is relative to the block, empty for the block; `bindings` keeps the order of the text.
    `first_parameter` is set for a function that stands directly in a class body or a member block.
    """

    kind: ScopeKind
    parent: int
    qualname: str
    bindings: dict[str, tuple[Binding, ...]]
    is_async: bool = False
    first_parameter: str = ""
    is_classmethod: bool = False
    is_staticmethod: bool = False
