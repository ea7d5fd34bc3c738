"""Read what a person wrote beside the code, above all which findings they do not want to hear about.

A suppression is `# hexguard: ignore[rule, rule] reason` at the end of a line or alone on its line,
or `# hexguard: ignore-file[rule] reason` anywhere; `until=2027-01-31` before the reason lets it end on that day.
All offsets are code points of the text that was parsed.
"""

import re
from datetime import date
from typing import Final, Literal

import msgspec

from hexguard.syntax.parse import Node, Tree, comment_nodes
from hexguard.syntax.strings import line_end
from hexguard.text.span import Span

# A comment may hold another tool's directive first, but prose that quotes ours is none.
_DIRECTIVE: Final = re.compile(r"(?:^|(?<=\s))#[ \t]*hexguard[ \t]*:[ \t]*(?P<keyword>[\w-]*)[ \t]*")
_NAMES: Final = re.compile(r"\[(?P<names>[^\]]*)\]")
_NAME: Final = re.compile(r"[^,\s]+(?:[ \t]+[^,\s]+)*")
_RULE_NAME: Final = re.compile(r"[A-Za-z][\w-]*")
_UNTIL: Final = re.compile(r"[ \t]*(?P<clause>until[ \t]*[=:][ \t]*(?P<day>\S*))")
_NO_CODE: Final = re.compile(r"(?:[ \t\f]*+(?:#[^\r\n]*+)?+(?:\r\n?|\n))*+[ \t\f]*+(?:#[^\r\n]*+)?+")
_CLAUSES: Final = frozenset(
    {"elif_clause", "else_clause", "except_clause", "except_group_clause", "finally_clause", "case_clause", "decorator"}
)
_HOLDERS: Final = frozenset({"module", "block", "ERROR", "decorated_definition"})
_BLANK: Final = " \t\f\ufeff"


class Comment(msgspec.Struct, frozen=True, gc=False):
    """A comment from its `#` to the end of its line; `own_line` tells whether nothing but white space precedes it."""

    span: Span
    text: str
    own_line: bool


class Suppression(msgspec.Struct, frozen=True):
    """What a person asked not to hear: `rules`, each written at one of `names`, inside `target`.

    `span` goes from the `#` to the end of the comment; `until` is the last day on which it counts, if it ends.
    """

    rules: tuple[str, ...]
    reason: str
    scope: Literal["line", "file"]
    span: Span
    names: tuple[Span, ...]
    target: Span
    until: date | None = None


class Malformed(msgspec.Struct, frozen=True):
    """A comment that was meant to suppress something and does not, with the reason told to its writer."""

    span: Span
    message: str


class Suppressions(msgspec.Struct, frozen=True):
    """The suppressions of one block, in order: for statements, for the file, and those that cannot be understood."""

    lines: tuple[Suppression, ...] = ()
    files: tuple[Suppression, ...] = ()
    malformed: tuple[Malformed, ...] = ()


NO_SUPPRESSIONS = Suppressions()
"""What a block without suppressions has; the one object, so that it is recognized at once."""


def comments(tree: Tree) -> tuple[Comment, ...]:
    """Return all comments of a tree in order."""
    return tuple(_comment(tree, node) for node in comment_nodes(tree))


def suppressions(tree: Tree) -> Suppressions:
    """Return the suppressions of a tree; a text that does not name Hexguard costs one search."""
    if "hexguard" not in tree.text:
        return NO_SUPPRESSIONS
    found: list[Suppression] = []
    malformed: list[Malformed] = []
    for comment in comments(tree):
        directive = _DIRECTIVE.search(comment.text)
        if directive:
            suppression, problems = _read(tree, comment, directive)
            malformed += problems
            found += [suppression] if suppression else []
    lines = tuple(one for one in found if one.scope == "line")
    files = tuple(one for one in found if one.scope == "file")
    return Suppressions(lines, files, tuple(malformed)) if found or malformed else NO_SUPPRESSIONS


def _comment(tree: Tree, node: Node) -> Comment:
    span = tree.span(node)
    # To the parser, the carriage return before a line feed is part of the comment.
    text = tree.text[span.start : span.end].rstrip("\r")
    before = tree.text[_line_start(tree.text, span.start) : span.start]
    return Comment(Span(span.start, span.start + len(text)), text, not before.strip(_BLANK))


def _read(tree: Tree, comment: Comment, directive: re.Match[str]) -> tuple[Suppression | None, list[Malformed]]:
    start = comment.span.start
    span = Span(start + directive.start(), comment.span.end)
    keyword = directive["keyword"]
    if keyword not in ("ignore", "ignore-file"):
        named = f"`{keyword}` is unknown after `hexguard:`" if keyword else "nothing follows `hexguard:`"
        return None, [Malformed(span, f"{named}; write `ignore[rule-name]` or `ignore-file[rule-name]`")]
    listed = _NAMES.match(comment.text, directive.end())
    if listed is None:
        return None, [Malformed(span, f"`{keyword}` must name rules in brackets: `{keyword}[rule-name] reason`")]
    names: list[re.Match[str]] = []
    malformed: list[Malformed] = []
    for name in _NAME.finditer(comment.text, *listed.span("names")):
        if _RULE_NAME.fullmatch(name[0]):
            names.append(name)
        else:
            place = Span(name.start(), name.end()).shift(start)
            malformed.append(Malformed(place, f"`{name[0]}` is no rule name; separate names with commas"))
    if not names:
        return None, malformed or [Malformed(span, f"`{keyword}[]` names no rule, so it suppresses nothing")]
    until, at = None, listed.end()
    if clause := _UNTIL.match(comment.text, at):
        until, at = _day(clause["day"]), clause.end()
        if until is None:
            place = Span(*clause.span("clause")).shift(start)
            what = f"`{clause['clause']}` names no day, so this suppresses nothing; write `until=2027-01-31`"
            return None, [*malformed, Malformed(place, what)]
    is_file = keyword == "ignore-file"
    suppression = Suppression(
        rules=tuple(name[0] for name in names),
        reason=comment.text[at:].strip(),
        scope="file" if is_file else "line",
        span=span,
        names=tuple(Span(name.start(), name.end()).shift(start) for name in names),
        target=Span(0, len(tree.text)) if is_file else _target(tree, comment),
        until=until,
    )
    return suppression, malformed


def _day(text: str) -> date | None:
    """The day that is written as `2027-01-31`; Python itself would take other forms as well."""
    try:
        return date.fromisoformat(text) if len(text) == len("2027-01-31") else None
    except ValueError:
        return None


def _target(tree: Tree, comment: Comment) -> Span:
    """Return what a suppression covers: the statement or header beside it, or the next one if it stands alone."""
    text = tree.text
    if comment.own_line:
        after = _NO_CODE.match(text, comment.span.end)
        code = comment.span.end if after is None else after.end()
        if code >= len(text):
            return Span(len(text), len(text))
    else:
        before = text[_line_start(text, comment.span.start) : comment.span.start]
        code = comment.span.start - len(before) + len(before.rstrip(_BLANK)) - 1
    node, decorated = _statement(tree, tree.byte(code))
    first, last = node, node
    if node.type == "decorator" and comment.own_line and decorated is not None:
        # Above the decorators, a person means the function or class under them.
        last = decorated.child_by_field_name("definition") or node
    start = _line_start(text, code)
    # Several statements may share the line: a comment at its end is about the whole line.
    start += len(text[start:code]) - len(text[start:code].lstrip(_BLANK))
    return Span(min(start, tree.offset(first.start_byte)), line_end(text, max(code, tree.offset(_header_end(last)))))


def _statement(tree: Tree, byte: int) -> tuple[Node, Node | None]:
    """Return the innermost statement, clause or decorator at `byte`, and the decorated definition around it."""
    # A cursor, because `Node.first_child_for_byte` of tree-sitter 0.26 crashes where there is no such child.
    cursor = tree.root.walk()
    parent = statement = tree.root
    decorated: Node | None = None
    while cursor.goto_first_child_for_byte(byte) is not None:
        node = cursor.node
        if node is None or node.start_byte > byte:
            break
        if parent.type in _HOLDERS or node.type in _CLAUSES:
            statement = node
        if node.type == "decorated_definition":
            decorated = node
        parent = node
    return statement, decorated


def _header_end(node: Node) -> int:
    """Return the byte after a compound statement's header, or after the whole of a simple statement."""
    end = node.start_byte if node.children else node.end_byte
    for child in node.children:
        if child.type == "block":
            break
        if child.type != "comment":
            end = child.end_byte
    return end


def _line_start(text: str, offset: int) -> int:
    return max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
