"""Changes import statements with libcst, so that comments, parentheses and line breaks survive.

Each function takes the text of one import statement as it stands in the document.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from hexguard.syntax.concrete import cst


def without_names(statement: str, names: Collection[str]) -> str | None:
    """`statement` without the aliases that bind `names`; empty if nothing is left.

    The comment in the line of an alias goes with it. `None` if it is not an import, or has comments in lines of their
    own.
    """
    node = _import_of(statement)
    if node is None or isinstance(node.names, cst.ImportStar):
        return None
    kept = [alias for alias in node.names if _bound(alias) not in names]
    if len(kept) == len(node.names):
        return statement
    if any(_is_commented_above(node, place) for place in range(len(node.names) + 1)):
        # Nobody knows whether such a comment is about the names that go.
        return None
    if not kept:
        return ""
    last = kept[-1]
    if last is node.names[-1]:
        return _code(statement, node, kept)
    return _ended(statement, node, kept, _comment_of(last.comma))


def with_name(statement: str, name: str) -> str | None:
    """`from a import b` with one more name, sorted into place if the names are sorted; `None` if it cannot take one."""
    node = _import_of(statement)
    if not isinstance(node, cst.ImportFrom) or isinstance(node.names, cst.ImportStar):
        return None
    if any(alias.evaluated_name == name and alias.asname is None for alias in node.names):
        return statement
    aliases = list(node.names)
    place = _place(aliases, name)
    separator = _separator(node, aliases)
    if place < len(aliases) and not _is_commented_above(node, place):
        aliases.insert(place, cst.ImportAlias(cst.Name(name), comma=separator))
        return _code(statement, node, aliases)
    if _is_commented_above(node, len(aliases)):
        return None
    last = aliases.pop()
    comment = _comment_of(last.comma) or _comment_of(node.rpar)
    before = last.with_changes(comma=_with_comment(separator, comment))
    return _ended(statement, node, [*aliases, before, cst.ImportAlias(cst.Name(name))], None)


def _import_of(statement: str) -> cst.Import | cst.ImportFrom | None:
    try:
        parsed = cst.parse_statement(statement)
    except cst.ParserSyntaxError:
        return None
    if not isinstance(parsed, cst.SimpleStatementLine) or len(parsed.body) != 1:
        return None
    found = parsed.body[0]
    return found if isinstance(found, cst.Import | cst.ImportFrom) else None


def _ended(
    statement: str, node: cst.Import | cst.ImportFrom, aliases: Sequence[cst.ImportAlias], comment: cst.Comment | None
) -> str:
    """The statement with other aliases; the last one ends as the last one did before, but with its own comment."""
    comma = cst.MaybeSentinel.DEFAULT if isinstance(node.names, cst.ImportStar) else node.names[-1].comma
    if isinstance(comma, cst.Comma):
        comma = _with_comment(comma, comment)
    elif isinstance(node, cst.ImportFrom) and node.rpar is not None:
        space = commented(node.rpar.whitespace_before, comment)
        node = node.with_changes(rpar=node.rpar.with_changes(whitespace_before=space))
    return _code(statement, node, [*aliases[:-1], aliases[-1].with_changes(comma=comma)])


def _code(statement: str, node: cst.Import | cst.ImportFrom, aliases: Sequence[cst.ImportAlias]) -> str:
    """The statement with other aliases, in the line ends that it had."""
    newline = "\r\n" if "\r\n" in statement else "\r" if "\r" in statement else "\n"
    return cst.Module([], default_newline=newline).code_for_node(node.with_changes(names=list(aliases)))


def _is_commented_above(node: cst.Import | cst.ImportFrom, place: int) -> bool:
    """Whether a comment has a line of its own before the alias at `place`, or before the end of the statement."""
    if isinstance(node.names, cst.ImportStar):
        return False
    before = node.names[place - 1].comma if place else None
    parentheses = (node.lpar, node.rpar) if isinstance(node, cst.ImportFrom) else (None, None)
    marks = (before, parentheses[0] if not place else None, parentheses[1] if place == len(node.names) else None)
    return any(line.comment is not None for mark in marks for line in _lines(mark))


def _lines(mark: cst.Comma | cst.LeftParen | cst.RightParen | cst.MaybeSentinel | None) -> Sequence[cst.EmptyLine]:
    """The lines of their own in the white space at a comma or a parenthesis."""
    match mark:
        case (
            cst.Comma(whitespace_after=space)
            | cst.LeftParen(whitespace_after=space)
            | cst.RightParen(whitespace_before=space)
        ):
            return space.empty_lines if isinstance(space, cst.ParenthesizedWhitespace) else ()
        case _:
            return ()


def _comment_of(mark: cst.Comma | cst.RightParen | cst.MaybeSentinel | None) -> cst.Comment | None:
    """The comment in the line of a comma or before a parenthesis."""
    match mark:
        case cst.Comma(whitespace_after=space) | cst.RightParen(whitespace_before=space):
            return space.first_line.comment if isinstance(space, cst.ParenthesizedWhitespace) else None
        case _:
            return None


def _with_comment(comma: cst.Comma, comment: cst.Comment | None) -> cst.Comma:
    return comma.with_changes(whitespace_after=commented(comma.whitespace_after, comment))


def commented(
    space: cst.BaseParenthesizableWhitespace, comment: cst.Comment | None
) -> cst.BaseParenthesizableWhitespace:
    """The same space with another comment in its first line, which needs a line end after it."""
    if not isinstance(space, cst.ParenthesizedWhitespace):
        if comment is None:
            return space
        space = cst.ParenthesizedWhitespace()
    before = cst.SimpleWhitespace("  " if comment else "")
    return space.with_changes(first_line=space.first_line.with_changes(whitespace=before, comment=comment))


def _bound(alias: cst.ImportAlias) -> str:
    if alias.asname is not None:
        return alias.evaluated_alias or ""
    return alias.evaluated_name.partition(".")[0]


def _place(aliases: Sequence[cst.ImportAlias], name: str) -> int:
    """Before the first alias that sorts after `name`, in the order that isort and ruff give names."""
    return next(
        (index for index, alias in enumerate(aliases) if _order(alias.evaluated_name) > _order(name)), len(aliases)
    )


def _order(name: str) -> tuple[int, str]:
    kind = 0 if name.isupper() else 1 if name[:1].isupper() else 2
    return kind, name


def _separator(node: cst.ImportFrom, aliases: Sequence[cst.ImportAlias]) -> cst.Comma:
    """The comma between names, with the line break that the statement already uses, if any."""
    space: cst.BaseParenthesizableWhitespace = cst.SimpleWhitespace(" ")
    if len(aliases) > 1 and isinstance(aliases[0].comma, cst.Comma):
        space = aliases[0].comma.whitespace_after
    elif node.lpar is not None and isinstance(node.lpar.whitespace_after, cst.ParenthesizedWhitespace):
        space = node.lpar.whitespace_after
    if isinstance(space, cst.ParenthesizedWhitespace):
        space = space.with_changes(empty_lines=())
    return cst.Comma(whitespace_after=commented(space, None))
