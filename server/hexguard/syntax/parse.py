"""Turn any text into a tree, because code that is being typed is broken most of the time and still has facts.

This is the only module that knows tree-sitter; its byte offsets end here: `Tree` gives code points.
"""

import re
from bisect import bisect_left, bisect_right
from functools import cache
from threading import local
from typing import Final

import msgspec
import tree_sitter_python
from tree_sitter import Language, Node, Parser, Query, QueryCursor

from hexguard.text.span import Span

__all__ = ["Node", "Tree", "comment_nodes", "errors", "kind_id", "kind_ids", "parse"]

_PYTHON: Final = Language(tree_sitter_python.language())
_LONE_RETURN: Final = re.compile(r"\r(?!\n)")
_WIDE: Final = re.compile(r"[^\x00-\x7f]")
_ERRORS_TOLD: Final = 20


class Wide(msgspec.Struct, frozen=True, gc=False):
    """The characters of a text that take more than one byte: at which code point, and after which byte they end."""

    at: list[int]
    ends: list[int]

    def offset(self, byte: int) -> int:
        """Return the code point at `byte`; inside a character that is the character itself."""
        n_before = bisect_right(self.ends, byte)
        offset = byte
        if n_before:
            offset = self.at[n_before - 1] + 1 + byte - self.ends[n_before - 1]
        return min(offset, self.at[n_before]) if n_before < len(self.at) else offset

    def byte(self, offset: int) -> int:
        """Return the byte at which the code point at `offset` starts."""
        n_before = bisect_left(self.at, offset)
        return offset + self.ends[n_before - 1] - self.at[n_before - 1] - 1 if n_before else offset


class Tree(msgspec.Struct, frozen=True, eq=False, gc=False):
    """What the parser made of one text: its root node, and the way back from nodes to code points.

    `wide` leads from bytes to code points; `None` where they are the same.
    """

    root: Node
    text: str
    wide: Wide | None

    @property
    def has_error(self) -> bool:
        """Whether anything in the text is not Python, as far as the parser knows Python."""
        return self.root.has_error

    def offset(self, byte: int) -> int:
        """Return the code-point offset of a node's byte offset."""
        return byte if self.wide is None else self.wide.offset(byte)

    def byte(self, offset: int) -> int:
        """Return the byte offset of a code-point offset, to ask a node what stands there."""
        return offset if self.wide is None else self.wide.byte(offset)

    def span(self, node: Node) -> Span:
        """Return the code points that `node` covers."""
        return Span(self.offset(node.start_byte), self.offset(node.end_byte))

    def slice(self, node: Node) -> str:
        """Return the characters that `node` covers."""
        if self.wide is None:
            return self.text[node.start_byte : node.end_byte]
        return self.text[self.offset(node.start_byte) : self.offset(node.end_byte)]


class _Parsers(local):
    """A parser for each thread, because making one takes a tenth of parsing a block, and parsing lets threads run."""

    def __init__(self) -> None:
        self.parser = Parser(_PYTHON)


_PARSERS: Final = _Parsers()


def kind_id(name: str, *, is_named: bool = True) -> int:
    """Return the number of a node type, which compares faster than its name; a token such as `async` is not named."""
    found = _PYTHON.id_for_node_kind(name, is_named)
    if found is None:
        raise LookupError(f"the grammar of Python has no node type {name!r}")
    return found


def kind_ids(*names: str) -> frozenset[int]:
    """Return the numbers of several named node types."""
    return frozenset(kind_id(name) for name in names)


def parse(text: str) -> Tree:
    """Return the tree of `text`, whatever it holds; an indented first line is fine, so a class member parses alone."""
    source = text
    if "\r" in text:
        # The parser does not end a line at a carriage return alone; Python does.
        source = _LONE_RETURN.sub("\n", text)
    # Lone surrogates reach us from clients; the parser takes their bytes for odd characters and goes on.
    data = source.encode("utf-8", "surrogatepass")
    wide = None if text.isascii() else _find_wide(text)
    return Tree(_PARSERS.parser.parse(data).root_node, text, wide)


def errors(tree: Tree) -> tuple[Span, ...]:
    """Return where the text is not Python: the outermost error and missing nodes, in order, at most twenty."""
    found: list[Span] = []
    pending = [tree.root] if tree.has_error else []
    while pending and len(found) < _ERRORS_TOLD:
        node = pending.pop()
        if node.is_error or node.is_missing:
            found.append(tree.span(node))
        elif node.has_error:
            pending += reversed(node.children)
    return tuple(found)


def comment_nodes(tree: Tree) -> list[Node]:
    """Return the comments of a tree in order; what looks like one inside a string is none."""
    if "#" not in tree.text:
        return []
    nodes = QueryCursor(_comments()).captures(tree.root).get("comment", [])
    return sorted(nodes, key=_start)


@cache
def _comments() -> Query:
    return Query(_PYTHON, "(comment) @comment")


def _start(node: Node) -> int:
    return node.start_byte


def _find_wide(text: str) -> Wide:
    at = [match.start() for match in _WIDE.finditer(text)]
    ends: list[int] = []
    excess = 0
    for index in at:
        character = text[index]
        excess += 1 if character < "\u0800" else 2 if character < "\U00010000" else 3
        ends.append(index + 1 + excess)
    return Wide(at, ends)
