"""Rewrites one statement with libcst, so that what is not changed keeps its comments, quotes and line breaks.

Each function takes the text of one statement, with the indentation of its first line if it has one and with line
feeds between its lines. It gives the new text, or `None` where the statement is of another kind, or a comment would
be lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias, TypeGuard

from hexguard.syntax.concrete import cst
from hexguard.syntax.rewrite import commented

Statement: TypeAlias = "cst.SimpleStatementLine | cst.BaseCompoundStatement"


def renamed_decorator(statement: str, name: str, new: str, arguments: str | None = None) -> str | None:
    """Put `new` in the place of the decorator `name`, and `arguments` in the place of its own if they are given."""

    def change(node: Statement) -> Statement | None:
        if not isinstance(node, cst.FunctionDef | cst.ClassDef):
            return None
        found = next((one for one in node.decorators if _code(_decorating(one)) == name), None)
        if found is None:
            return None
        if arguments is not None:
            if _has_comments(found.decorator):
                return None
            written: cst.BaseExpression = cst.parse_expression(f"{new}({arguments})")
        elif isinstance(found.decorator, cst.Call):
            written = found.decorator.with_changes(func=cst.parse_expression(new))
        else:
            written = cst.parse_expression(new)
        changed = found.with_changes(decorator=written)
        return node.with_changes(decorators=[changed if one is found else one for one in node.decorators])

    return _changed(statement, change)


def with_decorator(statement: str, decorator: str) -> str | None:
    """Add a decorator below the others; a function or class that has it stays as it is."""

    def change(node: Statement) -> Statement | None:
        if not isinstance(node, cst.FunctionDef | cst.ClassDef):
            return None
        if any(_code(one.decorator) == decorator for one in node.decorators):
            return node
        added = cst.Decorator(cst.parse_expression(decorator))
        if not node.decorators:
            return node.with_changes(decorators=[added])
        return node.with_changes(decorators=[*node.decorators, added])

    return _changed(statement, change)


def renamed_call(statement: str, name: str, new: str) -> str | None:
    """Call `new` instead of what is called by the (dotted) name `name`, the first time it is called."""
    return _with_call(statement, name, lambda call: call.with_changes(func=cst.parse_expression(new)))


def with_keyword(statement: str, name: str, keyword: str, value: str) -> str | None:
    """Give the first call of `name` a keyword argument, in the place of the one that it has or at the end."""

    def change(call: cst.Call) -> cst.Call | None:
        written = cst.parse_expression(value)
        for argument in call.args:
            if argument.keyword is not None and argument.keyword.value == keyword:
                changed = argument.with_changes(value=written)
                return call.with_changes(args=[changed if one is argument else one for one in call.args])
        equal = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
        return _with_last(call, cst.Arg(written, cst.Name(keyword), equal))

    return _with_call(statement, name, change)


def without_keyword(statement: str, name: str, keyword: str) -> str | None:
    """Take a keyword argument from the first call of `name`, with the comment in its line."""

    def change(call: cst.Call) -> cst.Call | None:
        kept = [one for one in call.args if one.keyword is None or one.keyword.value != keyword]
        if len(kept) == len(call.args):
            return call
        if any(_has_own_comments(one.comma) or _has_own_comments(one.whitespace_after_arg) for one in call.args):
            return None
        if kept and kept[-1] is not call.args[-1]:
            kept[-1] = _ended_as(call.args[-1], kept[-1])
        space = call.whitespace_before_args if kept else cst.SimpleWhitespace("")
        return call.with_changes(args=kept, whitespace_before_args=space)

    return _with_call(statement, name, change)


def annotated(statement: str, annotation: str) -> str | None:
    """Give the one target of an assignment an annotation, in the place of the one that it has."""

    def change(node: Statement) -> Statement | None:
        match node:
            case cst.SimpleStatementLine(body=[cst.AnnAssign() as found]):
                changed = found.with_changes(annotation=cst.Annotation(cst.parse_expression(annotation)))
            case cst.SimpleStatementLine(body=[cst.Assign(targets=[target], value=value, semicolon=semicolon)]):
                if not isinstance(target.target, cst.Name | cst.Attribute):
                    return None
                equal = cst.AssignEqual(target.whitespace_before_equal, target.whitespace_after_equal)
                note = cst.Annotation(cst.parse_expression(annotation))
                changed = cst.AnnAssign(target.target, note, value, equal, semicolon)
            case _:
                return None
        return node.with_changes(body=[changed])

    return _changed(statement, change)


def assigned(statement: str, value: str) -> str | None:
    """Put another value in the place of the one that an assignment has; `None` if that one holds a comment."""

    def change(node: Statement) -> Statement | None:
        match node:
            case cst.SimpleStatementLine(body=[cst.Assign(value=old) | cst.AnnAssign(value=old) as found]) if old:
                changed = found.with_changes(value=cst.parse_expression(value))
                return None if _has_comments(old) else node.with_changes(body=[changed])
            case _:
                return None

    return _changed(statement, change)


def without_class(statement: str, name: str, instead: str = "") -> str | None:
    """Take the class `name` out of the body of a class, and put a statement in its place if one is given."""

    def change(node: Statement) -> Statement | None:
        body = _body(node)
        found = next((one for one in body if isinstance(one, cst.ClassDef) and one.name.value == name), None)
        if found is None or _has_comments(found.body) or (not instead and _has_comments(*found.leading_lines)):
            return None
        place = body.index(found)
        added = [_line(instead).with_changes(leading_lines=found.leading_lines)] if instead else []
        rest = [*body[:place], *added, *body[place + 1 :]]
        return _with_body(node, rest or [_line("pass")])

    return _changed(statement, change)


def with_attribute(statement: str, attribute: str) -> str | None:
    """Put one more statement at the start of the body of a class, after its docstring."""

    def change(node: Statement) -> Statement | None:
        body = _body(node)
        if not body:
            return None
        place = int(isinstance(node, cst.ClassDef) and node.get_docstring() is not None)
        return _with_body(node, [*body[:place], _line(attribute), *body[place:]])

    return _changed(statement, change)


def _changed(statement: str, change: Callable[[Statement], Statement | None]) -> str | None:
    """The statement after a change of its node; `None` if libcst would not give it back as is."""
    is_deep = statement[:1] in (" ", "\t")
    # A block around it lets the indentation of all its lines stay as it is.
    head = "if 0:\n" if is_deep else ""
    try:
        module = cst.parse_module(head + statement)
    except cst.ParserSyntaxError:
        return None
    block = module.body[0] if len(module.body) == 1 else None
    inner = block.body.body if is_deep and isinstance(block, cst.If) else module.body
    if len(inner) != 1 or module.code != head + statement or not _is_statement(inner[0]):
        return None
    changed = change(inner[0])
    if changed is None:
        return None
    replaced = module.deep_replace(inner[0], changed)
    return replaced.code.removeprefix(head) if isinstance(replaced, cst.Module) else None


def _with_call(statement: str, name: str, change: Callable[[cst.Call], cst.Call | None]) -> str | None:
    """The statement after a change of its first call of `name`."""

    def in_statement(node: Statement) -> Statement | None:
        call = next((one for one in _calls(node) if _code(one.func) == name), None)
        changed = change(call) if call else None
        if call is None or changed is None:
            return None
        replaced = node.deep_replace(call, changed)
        return replaced if _is_statement(replaced) else None

    return _changed(statement, in_statement)


def _is_statement(node: object) -> TypeGuard[Statement]:
    return isinstance(node, cst.SimpleStatementLine | cst.BaseCompoundStatement)


def _calls(node: cst.CSTNode) -> Iterator[cst.Call]:
    """The calls in a node in the order in which they begin, decorators first."""
    if isinstance(node, cst.Call):
        yield node
    for child in node.children:
        yield from _calls(child)


def _decorating(decorator: cst.Decorator) -> cst.BaseExpression:
    """What a decorator names: `validator` in `@validator("name")`."""
    return decorator.decorator.func if isinstance(decorator.decorator, cst.Call) else decorator.decorator


def _with_last(call: cst.Call, added: cst.Arg) -> cst.Call | None:
    """A call with one more argument, in a line of its own if the others are; `None` if comments are in the way."""
    if not call.args:
        return None if _has_own_comments(call.whitespace_before_args) else call.with_changes(args=[added])
    last = call.args[-1]
    if _has_own_comments(last.comma) or _has_own_comments(last.whitespace_after_arg) or _is_generator(call):
        return None
    space = call.args[0].comma if len(call.args) > 1 else call.whitespace_before_args
    lines = space.whitespace_after if isinstance(space, cst.Comma) else space
    if isinstance(lines, cst.ParenthesizedWhitespace):
        between = commented(lines.with_changes(empty_lines=()), None)
    else:
        between = cst.SimpleWhitespace(" ")
    ended = _ended_as(last, added)
    # The comment in the line of the last argument is about that one.
    comment = _comment(last.comma) or _comment(last.whitespace_after_arg)
    before = last.with_changes(
        comma=cst.Comma(whitespace_after=commented(between, comment)),
        whitespace_after_arg=cst.SimpleWhitespace(""),
    )
    return call.with_changes(args=[*call.args[:-1], before, _without_comment(ended)])


def _is_generator(call: cst.Call) -> bool:
    return len(call.args) == 1 and isinstance(call.args[0].value, cst.GeneratorExp) and not call.args[0].value.lpar


def _ended_as(last: cst.Arg, argument: cst.Arg) -> cst.Arg:
    """An argument that ends as the last one of a call did, with the comment that it had in its own line."""
    comment = _comment(argument.comma)
    comma = last.comma
    if isinstance(comma, cst.Comma):
        comma = comma.with_changes(whitespace_after=commented(comma.whitespace_after, comment))
        return argument.with_changes(comma=comma, whitespace_after_arg=last.whitespace_after_arg)
    space = commented(last.whitespace_after_arg, comment)
    return argument.with_changes(comma=cst.MaybeSentinel.DEFAULT, whitespace_after_arg=space)


def _without_comment(argument: cst.Arg) -> cst.Arg:
    comma, space = argument.comma, commented(argument.whitespace_after_arg, None)
    if isinstance(comma, cst.Comma):
        comma = comma.with_changes(whitespace_after=commented(comma.whitespace_after, None))
    return argument.with_changes(comma=comma, whitespace_after_arg=space)


def _space(
    mark: cst.Comma | cst.MaybeSentinel | cst.BaseParenthesizableWhitespace,
) -> cst.ParenthesizedWhitespace | None:
    space = mark.whitespace_after if isinstance(mark, cst.Comma) else mark
    return space if isinstance(space, cst.ParenthesizedWhitespace) else None


def _comment(mark: cst.Comma | cst.MaybeSentinel | cst.BaseParenthesizableWhitespace) -> cst.Comment | None:
    """The comment in the line of a comma, or in the first line of some space."""
    space = _space(mark)
    return space.first_line.comment if space else None


def _has_own_comments(mark: cst.Comma | cst.MaybeSentinel | cst.BaseParenthesizableWhitespace) -> bool:
    """Whether comments stand in lines of their own."""
    space = _space(mark)
    return space is not None and any(line.comment for line in space.empty_lines)


def _has_comments(*nodes: cst.CSTNode) -> bool:
    return any(isinstance(node, cst.Comment) or _has_comments(*node.children) for node in nodes)


def _body(node: Statement) -> list[cst.BaseStatement]:
    """The statements of a class that has lines of its own for them."""
    if not isinstance(node, cst.ClassDef) or not isinstance(node.body, cst.IndentedBlock):
        return []
    return list(node.body.body)


def _with_body(node: Statement, body: Sequence[cst.BaseStatement]) -> Statement:
    if not isinstance(node.body, cst.IndentedBlock):
        return node
    return node.with_changes(body=node.body.with_changes(body=body))


def _line(statement: str) -> cst.SimpleStatementLine:
    """A statement of one line; raises `ValueError` for any other."""
    parsed = cst.parse_statement(statement)
    if not isinstance(parsed, cst.SimpleStatementLine):
        raise ValueError(f"`{statement}` is no simple statement")
    return parsed


def _code(node: cst.CSTNode) -> str:
    return cst.Module([]).code_for_node(node)
