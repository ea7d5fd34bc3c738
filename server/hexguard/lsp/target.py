"""Says what a code action was offered for, in a form that survives the way to the client and back."""

import msgspec
from lsprotocol import types as lsp

QUICK_FIX = lsp.CodeActionKind.QuickFix.value
REFACTOR = "refactor.rewrite.hexguard"
FIX_ALL = "source.fixAll.hexguard"


class Target(msgspec.Struct, frozen=True):
    """What an action was offered for, as its `data` carries it; without a `rule` it is all that is safe."""

    uri: str
    version: int | None
    title: str
    rule: str | None = None
    span: tuple[int, int] = (0, 0)
