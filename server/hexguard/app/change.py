"""What fixes make of a file: worked out for all files first, shown or written later, each file in one step."""

import difflib
import re
from pathlib import Path

import msgspec

from hexguard.app.printed import Trouble, printed_problem
from hexguard.files.read import read, write
from hexguard.settings.model import Problem

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


class Change(msgspec.Struct, frozen=True):
    """A file that fixes change from one text to another; `rules` are those of the fixed findings, in their order."""

    path: str
    before: str
    after: str
    rules: tuple[str, ...]

    @property
    def n_fixed(self) -> int:
        """How many findings are fixed."""
        return len(self.rules)

    def write(self) -> Trouble | None:
        """Write the file, unless it is no longer the one that was read; gives what went wrong.

        A reader sees the old file or the new one, whatever interrupts this.
        """
        source = read(Path(self.path))
        if isinstance(source, Problem):
            return printed_problem(source, self.path, "")
        if source.text != self.before:
            return Trouble(self.path, "has changed since it was read, so it was not fixed")
        try:
            write(source, self.after)
        except (OSError, UnicodeEncodeError) as error:
            return Trouble(self.path, f"cannot be written: {error}")
        return None


def difference(before: str, after: str) -> str:
    """A unified difference of two texts, without its head."""
    lines = list(difflib.unified_diff(_LINE.findall(before), _LINE.findall(after)))[2:]
    return "".join(line if line[-1] in "\r\n" else f"{line}\n\\ No newline at end of file\n" for line in lines)
