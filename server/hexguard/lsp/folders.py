"""The folders that a client has opened, each with the settings that it has for it."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

Editor = Mapping[str, object] | None


class Folder(msgspec.Struct, frozen=True):
    """A folder that the client opened, and the settings that it has for it."""

    path: Path
    editor: Editor = None
