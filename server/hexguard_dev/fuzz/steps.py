"""What is done to a project, as plain values, so that a failure can be replayed, shortened and kept as a test.

Paths are relative to the project, with `/`; offsets are code points.
Every change can be made at any time: what does not fit, such as an edit of a closed file, does nothing.
"""

from collections.abc import Mapping
from typing import TypeAlias

import msgspec

from hexguard.index.libraries import Inferred


class Edit(msgspec.Struct, frozen=True):
    """Put `text` in the place of `start` to `end` of an open document; offsets beyond its end are its end."""

    path: str
    start: int
    end: int
    text: str


class Replace(msgspec.Struct, frozen=True):
    """Give an open document another text as a whole."""

    path: str
    text: str


class Open(msgspec.Struct, frozen=True):
    """Open the document of a file; one that is not on disk begins empty."""

    path: str


class Close(msgspec.Struct, frozen=True):
    """Close a document without saving it."""

    path: str


class Write(msgspec.Struct, frozen=True):
    """Create or change a file on disk, Python or settings, and tell."""

    path: str
    text: str


class Delete(msgspec.Struct, frozen=True):
    """Remove a file from disk, and tell."""

    path: str


class Rename(msgspec.Struct, frozen=True):
    """Give a file on disk another path, and tell."""

    path: str
    to: str


class Configure(msgspec.Struct, frozen=True):
    """Put these settings of an editor over those of the project."""

    editor: Mapping[str, object]


class Learn(msgspec.Struct, frozen=True):
    """Have installed libraries answer: what they say about their names."""

    said: Mapping[str, Inferred]


Change: TypeAlias = Edit | Replace | Open | Close | Write | Delete | Rename | Configure | Learn


class Step(msgspec.Struct, frozen=True):
    """Changes of one `kind` that come together: nobody asks for reports in between."""

    kind: str
    changes: tuple[Change, ...]


class Case(msgspec.Struct, frozen=True):
    """A project on disk, the texts of its open documents, and what is done then.

    `stored`: files are summarized by way of a store, as in the server.
    """

    files: dict[str, str]
    opened: dict[str, str]
    steps: tuple[Step, ...] = ()
    stored: bool = False
