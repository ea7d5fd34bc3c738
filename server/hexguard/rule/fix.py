"""What a rule offers to do about a finding."""

from enum import Enum

import msgspec

from hexguard.text.edit import Edit


class Applicability(Enum):
    """How far a fix may be trusted.

    SAFE: behaviour is the same and comments survive, so it may run on save.
    UNSAFE: the result is valid code, but behaviour may change, so a person should look.
    REFACTOR: a rewrite that a person asks for by name; it never runs with the others.
    """

    SAFE = "safe"
    UNSAFE = "unsafe"
    REFACTOR = "refactor"


BULK = frozenset({Applicability.SAFE, Applicability.UNSAFE})
"""What may be applied to many findings at once; a refactoring is asked for one by one."""


class Fix(msgspec.Struct, frozen=True):
    """Edits that remove a finding; `title` is a verb phrase. Spans are absolute in the document, and disjoint."""

    title: str
    edits: tuple[Edit, ...]


class Refusal(msgspec.Struct, frozen=True):
    """A fix that cannot be made here: its `title`, and the `reason` as a clause (`await` is not allowed here)."""

    title: str
    reason: str
