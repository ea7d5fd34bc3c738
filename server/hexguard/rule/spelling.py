"""A name as code at a certain place has to write it."""

import msgspec

from hexguard.text.edit import Edit


class Spelling(msgspec.Struct, frozen=True):
    """How to write a qualified name at a place, and the edits that make it mean that."""

    text: str
    edits: tuple[Edit, ...] = ()
