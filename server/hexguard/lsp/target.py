"""Says what a code action was offered for, in a form that survives the way to the client and back."""

from typing import Literal, TypeAlias

import msgspec
from lsprotocol import types as lsp

QUICK_FIX = lsp.CodeActionKind.QuickFix.value
REFACTOR = "refactor.rewrite.hexguard"
FIX_ALL = "source.fixAll.hexguard"
FIX_ALL_UNSAFE = "source.fixAllUnsafe.hexguard"
"""Outside `source.fixAll`, so that nobody runs it on save by accident."""

APPLY = "hexguard.apply"
SHOW_DOCUMENTATION = "hexguard.showDocumentation"
"""The commands: the first takes a target, the second the name of a rule."""

ReachName: TypeAlias = Literal["line", "file", "project"]
"""How much a suppression covers."""

Place: TypeAlias = tuple[int, int]
"""The two ends of a span."""


class OneFix(msgspec.Struct, frozen=True, tag="one"):
    """A fix of one finding, by its title; of this version of a document only."""

    uri: str
    version: int | None
    rule: str
    span: Place
    title: str


class ManyFixes(msgspec.Struct, frozen=True, tag="many"):
    """The fixes of all findings of a document, or of one `rule`, or of those that begin in `span`.

    Without a `version`, it is for the document as it is when it is asked for.
    """

    uri: str
    version: int | None = None
    unsafe: bool = False
    rule: str | None = None
    span: Place | None = None


class EverywhereFixes(msgspec.Struct, frozen=True, tag="everywhere"):
    """The fixes of all findings of a project, or of one `rule`; the project is that of the document at `uri`."""

    uri: str
    unsafe: bool = False
    rule: str | None = None


class Silence(msgspec.Struct, frozen=True, tag="silence"):
    """A suppression of a finding: beside it, for its file, or in the settings of the project."""

    uri: str
    version: int | None
    rule: str
    span: Place
    reach: ReachName


class Rewriting(msgspec.Struct, frozen=True, tag="rewriting"):
    """A refactoring of the code in `span`."""

    uri: str
    version: int | None
    name: str
    span: Place


Target: TypeAlias = OneFix | ManyFixes | EverywhereFixes | Silence | Rewriting
