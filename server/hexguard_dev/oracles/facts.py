"""What other people expect of a file: the facts that their test suites, or their own later fixes, give."""

from pathlib import Path

import msgspec


class Fact(msgspec.Struct, frozen=True):
    """What a suite expects of a peer in a file: a `hit` that starts on a line, or none in some lines (`ok`).

    `unit` says what `line` and `end_line`, counted from 1, are about; a `snippet` is a whole file as well.
    With a `project`, a folder around the file, the other files below it are known when the file is checked.
    `repo` is where a change of the suite `history` was made.
    """

    suite: str
    file: str
    line: int
    peer_code: str
    expect: str
    unit: str = "line"
    end_line: int = 0
    project: str = ""
    repo: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether it is about a whole file."""
        return self.unit in ("file", "snippet")

    def covers(self, first: int, last: int) -> bool:
        """Whether a report on some lines is the one that it is about."""
        return self.is_whole or (first <= max(self.end_line, self.line) and self.line <= last)


def read_facts(path: Path) -> list[Fact]:
    """The facts of a file of JSON lines; raises `OSError` and `msgspec.DecodeError`."""
    return [msgspec.json.decode(line, type=Fact) for line in path.read_bytes().splitlines() if line.strip()]
