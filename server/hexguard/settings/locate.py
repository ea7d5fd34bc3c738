"""Where each key and value of a TOML text stands, because `tomllib` keeps the values and forgets the places."""

import contextlib
import re
import tomllib
from collections.abc import Mapping

import msgspec

from hexguard.text.span import Span

KeyPath = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACES = re.compile(r"[ \t]*")
_KEY = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""")
_SCALAR = re.compile(
    r'''"""(?:\\.|[^\\])*?""""{0,2}|"(?:[^"\\\n]|\\.)*"'''
    r"""|'''.*?''''{0,2}|'[^'\n]*'"""
    r"""|[^\s,\]}#"'](?:[^,\]}#\r\n]*[^,\]}#\s])?""",
    re.DOTALL,
)


class Place(msgspec.Struct, frozen=True, gc=False):
    """The spans of a key and of its value; for a member of an array both are the value, for a table both the header."""

    key: Span
    value: Span


class Places(msgspec.Struct, frozen=True):
    """The places of a TOML text by key path, such as `("tool", "hexguard", "select", 0)`."""

    by_path: Mapping[KeyPath, Place]

    def key(self, path: KeyPath) -> Span | None:
        """Give the span of a key, or of the nearest key around it."""
        place = self._nearest(path)
        return None if place is None else place.key

    def value(self, path: KeyPath) -> Span | None:
        """Give the span of a value, or of the nearest key around it."""
        if path in self.by_path:
            return self.by_path[path].value
        return self.key(path)

    def _nearest(self, path: KeyPath) -> Place | None:
        for length in range(len(path), 0, -1):
            if path[:length] in self.by_path:
                return self.by_path[path[:length]]
        return None


def locate(text: str) -> Places:
    """Find every key and value of a text that `tomllib` accepts, in code points.

    A text that it would not accept gives the places up to the first thing that is not understood.
    """
    scanner = _Scanner(text)
    with contextlib.suppress(_NotTomlError, RecursionError):
        scanner.scan()
    return Places(scanner.places)


class _NotTomlError(Exception):
    """The scanner met something that is not TOML."""


class _Scanner:
    """Reads a text from start to end; `at` is how far it is."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.places: dict[KeyPath, Place] = {}
        self.n_tables: dict[KeyPath, int] = {}

    def scan(self) -> None:
        table: KeyPath = ()
        self.take(_BLANK)
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self.header()
            else:
                self.pair(table)
            self.take(_BLANK)

    def header(self) -> KeyPath:
        """Read `[a.b]` or `[[a.b]]` and give the path that the pairs below it belong to."""
        start = self.at
        is_array = self.text.startswith("[[", start)
        self.at += 2 if is_array else 1
        *around, last = self.names()
        path: KeyPath = ()
        for name in around:
            path = self.innermost((*path, name))
        path = (*path, last)
        self.expect("]]" if is_array else "]")
        span = Span(start, self.at)
        if is_array:
            self.n_tables[path] = self.n_tables.get(path, 0) + 1
        path = self.innermost(path)
        self.put(path, Place(span, span))
        return path

    def innermost(self, path: KeyPath) -> KeyPath:
        """Give the path of the last member if `path` is an array of tables, else `path` itself."""
        n_tables = self.n_tables.get(path)
        return path if n_tables is None else (*path, n_tables - 1)

    def put(self, path: KeyPath, place: Place) -> None:
        """Note a place, also for the tables around it that nothing else names."""
        self.places[path] = place
        for length in range(len(path) - 1, 0, -1):
            self.places.setdefault(path[:length], Place(place.key, place.key))

    def pair(self, table: KeyPath) -> None:
        start = self.at
        path = (*table, *self.names())
        key = Span(start, self.at)
        self.expect("=")
        self.value(path, key)

    def names(self) -> tuple[str, ...]:
        """Read `a . "b" . c`; afterwards `at` is right behind the last name."""
        found: list[str] = []
        while True:
            self.take(_SPACES)
            found.append(_unquoted(self.take(_KEY)))
            behind = self.at
            self.take(_SPACES)
            if not self.text.startswith(".", self.at):
                self.at = behind
                return tuple(found)
            self.at += 1

    def value(self, path: KeyPath, key: Span | None) -> None:
        self.take(_SPACES)
        start = self.at
        opening = self.text[start : start + 1]
        if opening == "[":
            self.array(path)
        elif opening == "{":
            self.inline_table(path)
        else:
            self.take(_SCALAR)
        span = Span(start, self.at)
        self.put(path, Place(key or span, span))

    def array(self, path: KeyPath) -> None:
        self.at += 1
        self.take(_BLANK)
        n_items = 0
        while not self.closes("]"):
            self.value((*path, n_items), None)
            n_items += 1
            self.separator("]")

    def inline_table(self, path: KeyPath) -> None:
        self.at += 1
        self.take(_BLANK)
        while not self.closes("}"):
            self.pair(path)
            self.separator("}")

    def separator(self, closing: str) -> None:
        self.take(_BLANK)
        if not self.text.startswith(closing, self.at):
            self.expect(",")
            self.take(_BLANK)

    def closes(self, closing: str) -> bool:
        if not self.text.startswith(closing, self.at):
            return False
        self.at += 1
        return True

    def expect(self, wanted: str) -> None:
        self.take(_SPACES)
        if not self.text.startswith(wanted, self.at):
            raise _NotTomlError
        self.at += len(wanted)

    def take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        if match is None:
            raise _NotTomlError
        self.at = match.end()
        return match.group()


def _unquoted(name: str) -> str:
    if name[0] not in "\"'":
        return name
    try:
        return str(tomllib.loads(f"name = {name}")["name"])
    except tomllib.TOMLDecodeError as error:
        raise _NotTomlError from error
