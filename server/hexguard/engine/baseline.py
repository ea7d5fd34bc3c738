"""Knows findings again after edits elsewhere, so that a project may leave alone those that it had from the start.

A baseline is a list of such findings, one entry a line: `path rule fingerprint`.
It says nothing about lines, so an entry holds until the code that it is about, or the scope around it, is another one.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from keyword import iskeyword
from typing import Final, TypeVar

import msgspec

from hexguard.engine.file import File, LoweredBlock
from hexguard.engine.report import Report
from hexguard.facts.model import Class, Function
from hexguard.settings.model import Problem
from hexguard.text.span import Span

T = TypeVar("T")
K = TypeVar("K")

HEAD: Final = (
    "# Findings that Hexguard leaves alone: path, rule, fingerprint."
    " Written by `hexguard check --write-baseline`, shrunk by `hexguard check`.\n"
)

_ENTRY: Final = re.compile(r"(?P<path>.+) (?P<rule>[a-z][a-z0-9-]*) (?P<fingerprint>[0-9a-f]{16})[ \t\r]*")
_ESCAPED: Final = {"\\": "\\\\", "\n": "\\n", "\r": "\\r"}
_ESCAPE: Final = re.compile(r"\\([\\nr#])")
_TOKEN: Final = re.compile(
    r"""(?P<gap>\s+|\\\r?\n|\#[^\r\n]*)
      | (?P<string>[A-Za-z]{0,2}(?:"{3}(?:[^\\]|\\.)*?"{3}|'{3}(?:[^\\]|\\.)*?'{3}
                                  |"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*'))
      | \w+ | .""",
    re.VERBOSE | re.DOTALL,
)
_PLAIN_STRING: Final = re.compile(r"""([A-Za-z]{0,2})'([^'"\\]*)'""")
_CLOSERS: Final = {")": "(", "]": "[", "}": "{"}


class Entry(msgspec.Struct, frozen=True, order=True):
    """A finding that is left alone; `path` is relative to the root, with `/`. Two equal entries are two findings."""

    path: str
    rule: str
    fingerprint: str


def parse(text: str, name: str) -> tuple[tuple[Entry, ...], tuple[Problem, ...]]:
    """The entries of a baseline, and a problem for each line that is none; the problems call the file `name`."""
    entries: list[Entry] = []
    problems: list[Problem] = []
    start = 0
    for line in text.split("\n"):
        content = line.removeprefix("\ufeff") if start == 0 else line
        if content.strip() and not content.startswith("#"):
            found = _ENTRY.fullmatch(content)
            if found:
                path = _ESCAPE.sub(lambda escape: {"n": "\n", "r": "\r"}.get(escape[1], escape[1]), found["path"])
                entries.append(Entry(path, found["rule"], found["fingerprint"]))
            else:
                span = Span(start, start + len(line.rstrip("\r")))
                problems.append(Problem(name, span, "this is no entry of a baseline, which is `path rule fingerprint`"))
        start += len(line) + 1
    return tuple(entries), tuple(problems)


def render(entries: Iterable[Entry]) -> str:
    """The text of a baseline, whatever the order of the entries."""
    return HEAD + "".join(f"{_written(entry.path)} {entry.rule} {entry.fingerprint}\n" for entry in sorted(entries))


def standing(findings: Iterable[T], key_of: Callable[[T], K], known: Counter[K]) -> tuple[list[T], int]:
    """The findings that are not `known`, and how many are; what is used up is taken out of `known`.

    Of several findings with one key, the first ones are known, as many as the key counts.
    """
    left: list[T] = []
    n_known = 0
    for finding in findings:
        key = key_of(finding)
        if known[key] > 0:
            known[key] -= 1
            n_known += 1
        else:
            left.append(finding)
    return left, n_known


class _Named(msgspec.Struct, frozen=True, eq=False):
    """The fingerprints of one block that stands in a class of this name, by rule and place in the block."""

    lowered: LoweredBlock
    owner: str
    scopes: list[tuple[Span, str]]
    known: dict[tuple[str, int, int], str]


class Fingerprints:
    """Names the findings of one file, by what they are about and not by where they stand."""

    __slots__ = ("_before", "_blocks", "_file")

    def __init__(self, file: File, before: "Fingerprints | None" = None) -> None:
        """What was worked out `before` an edit is taken over for the blocks that are the same."""
        self._file = file
        self._before: dict[int, _Named] = before._blocks if before else {}
        self._blocks: dict[int, _Named] = {}

    def of(self, report: Report) -> str:
        """The fingerprint of a report on this file: 16 digits.

        It is made of the rule, the class and the functions around, and the code that is underlined. White space between
        tokens, comments, commas that mean nothing, and the kind of the quotes do not count.
        """
        file = self._file
        position = report.block if report.block >= 0 else max(file.starts.find(report.span.start) - 1, 0)
        block, span = self._block(position), report.span.shift(-file.starts[position])
        key = report.rule, span.start, span.end
        if key not in block.known:
            text = file.document.text[report.span.start : report.span.end]
            # What is said about a suppression is about a comment.
            code = " ".join(text.split()) if report.finding is None else normalized(text)
            name = "\n".join((report.rule, _scope(block, span), code))
            block.known[key] = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
        return block.known[key]

    def _block(self, position: int) -> _Named:
        lowered, owner = self._file.blocks[position], self._file.placed[position].owner
        key = id(lowered)
        named = self._blocks.get(key) or self._before.get(key)
        if named is None or named.lowered is not lowered or named.owner != owner:
            named = _Named(lowered, owner, _scopes(lowered), {})
        self._blocks[key] = named
        return named


def normalized(code: str) -> str:
    """The tokens of an expression or a statement, as they stay when it is only formatted in another way."""
    tokens: list[str] = []
    opened: list[tuple[bool, int]] = []
    for match in _TOKEN.finditer(code):
        token = match[0]
        if match["gap"]:
            continue
        if token in _CLOSERS and opened:
            is_tuple, n_commas = opened.pop()
            # A comma makes a tuple of one member; behind the last of several, or of a call, it says nothing.
            if tokens[-1] == "," and not (is_tuple and n_commas == 1):
                tokens.pop()
        elif token in _CLOSERS.values():
            opened.append((_may_be_tuple(token, tokens), 0))
        elif token == "," and opened:
            is_tuple, n_commas = opened[-1]
            opened[-1] = is_tuple, n_commas + 1
        tokens.append(_requoted(token) if match["string"] else token)
    return " ".join(tokens)


def _may_be_tuple(opener: str, before: Sequence[str]) -> bool:
    """Whether one member and a comma behind this bracket are a tuple: in parentheses of their own, or as an index."""
    last = before[-1] if before else ""
    follows_value = last in _CLOSERS or last[-1:] in {'"', "'"} or (last.isidentifier() and not iskeyword(last))
    return follows_value == (opener == "[") and opener != "{"


def _requoted(string: str) -> str:
    """A string with the quotes that formatters prefer, and the line ends that version control may change."""
    plain = _PLAIN_STRING.fullmatch(string)
    return f'{plain[1]}"{plain[2]}"' if plain else string.replace("\r\n", "\n")


def _scopes(lowered: LoweredBlock) -> list[tuple[Span, str]]:
    """The classes and functions of a block with their names, where they are in the block."""
    facts = lowered.facts.facts
    return [(lowered.spans[fact.node], fact.qualname) for fact in facts if isinstance(fact, Function | Class)]


def _scope(block: _Named, span: Span) -> str:
    """The qualified name, inside the module, of the innermost class or function around a span."""
    around = max(((scope.start, name) for scope, name in block.scopes if _holds(scope, span)), default=(0, ""))
    return ".".join(name for name in (block.owner, around[1]) if name)


def _holds(outer: Span, inner: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _written(path: str) -> str:
    escaped = "".join(_ESCAPED.get(character, character) for character in path)
    return f"\\{escaped}" if escaped.startswith("#") else escaped
