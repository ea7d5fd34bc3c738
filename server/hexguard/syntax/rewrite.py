"""Changes import statements with libcst, so that comments, parentheses and line breaks survive.

The only module that knows libcst. Each function takes the text of one import statement as it stands in the document.
"""

from collections.abc import Collection, Sequence

import libcst as cst


def without_names(statement: str, names: Collection[str]) -> str | None:
    """`statement` without the aliases that bind `names`; empty if nothing is left, `None` if it is not an import."""
    node = _import_of(statement)
    if node is None or isinstance(node.names, cst.ImportStar):
        return None
    kept = [alias for alias in node.names if _bound(alias) not in names]
    if not kept:
        return ""
    return _with_aliases(statement, node, kept)


def with_name(statement: str, name: str) -> str | None:
    """`from a import b` with one more name, sorted into place if the names are sorted; `None` if it cannot take one."""
    node = _import_of(statement)
    if not isinstance(node, cst.ImportFrom) or isinstance(node.names, cst.ImportStar):
        return None
    if any(alias.evaluated_name == name and alias.asname is None for alias in node.names):
        return statement
    aliases = list(node.names)
    place = _place(aliases, name)
    separator = _separator(aliases)
    added = cst.ImportAlias(cst.Name(name), comma=separator)
    if place == len(aliases):
        last = aliases[-1]
        if isinstance(last.comma, cst.MaybeSentinel):
            added = added.with_changes(comma=cst.MaybeSentinel.DEFAULT)
        else:
            added = added.with_changes(comma=last.comma)
        aliases[-1] = last.with_changes(comma=separator)
    aliases.insert(place, added)
    return _with_aliases(statement, node, aliases)


def _import_of(statement: str) -> cst.Import | cst.ImportFrom | None:
    try:
        parsed = cst.parse_statement(statement)
    except cst.ParserSyntaxError:
        return None
    if not isinstance(parsed, cst.SimpleStatementLine) or len(parsed.body) != 1:
        return None
    found = parsed.body[0]
    return found if isinstance(found, cst.Import | cst.ImportFrom) else None


def _with_aliases(statement: str, node: cst.Import | cst.ImportFrom, aliases: Sequence[cst.ImportAlias]) -> str:
    """The statement with other aliases; a comma stays at the end only where a parenthesis follows."""
    last = aliases[-1]
    parenthesized = isinstance(node, cst.ImportFrom) and node.lpar is not None
    if not parenthesized and isinstance(last.comma, cst.Comma):
        aliases = [*aliases[:-1], last.with_changes(comma=cst.MaybeSentinel.DEFAULT)]
    elif parenthesized and isinstance(last.comma, cst.Comma) and not isinstance(node.names, cst.ImportStar):
        final = node.names[-1].comma
        if not isinstance(final, cst.MaybeSentinel):
            aliases = [*aliases[:-1], last.with_changes(comma=final)]
    changed = node.with_changes(names=list(aliases))
    return cst.Module([]).code_for_node(changed)


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


def _separator(aliases: Sequence[cst.ImportAlias]) -> cst.Comma:
    """The comma between names, with the line break that the statement already uses, if any."""
    if len(aliases) > 1 and isinstance(aliases[0].comma, cst.Comma):
        return aliases[0].comma
    return cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
