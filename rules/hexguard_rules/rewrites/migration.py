"""Writes the `downgrade()` of a migration from the operations of its `upgrade()`."""

import re

from hexguard.facts.expressions import Attribute, Call, Constant, ConstantKind, Expr
from hexguard.facts.model import Assignment, Function, Handler, Loop, Return, With
from hexguard.rule import Edits
from hexguard.rule.source import Part
from hexguard.text.edit import Edit
from hexguard.text.span import Span
from hexguard_rules.knowledge.alembic import CONSTRAINT_KINDS


def written_downgrade(downgrade: Function, edits: Edits) -> Edit | str:
    """An edit that puts the inverse operations in the place of an empty body; a reason where there is none."""
    found = next(((part, fact) for part in edits.parts() if (fact := _upgrade(part))), None)
    if found is None:
        return "`upgrade()` is not written once at the top of this file"
    part, upgrade = found
    if any(isinstance(fact, Assignment | Handler | Loop | Return | With) for fact in part.facts.facts):
        return "`upgrade()` has other statements, on which its operations may depend"
    lines: list[str] = []
    for call in part.facts.of_type(Call):
        if call.discarded:
            line = _Inverse(call, part, edits).line(part.span(upgrade.body))
            if not line:
                return f"the inverse of `{call.method}` is not known from what is written here"
            lines.insert(0, line)
    body = _empty_body(downgrade, edits)
    if body is None or not lines:
        return "the body of `downgrade()` cannot be replaced"
    indent = edits.newline + edits.indent_at(body.start)
    return Edit(body, indent.join(lines))


def _upgrade(part: Part) -> Function | None:
    functions = [fact for fact in part.facts.of_type(Function) if fact.name == "upgrade"]
    is_top = len(functions) == 1 and not part.facts.is_member and functions[0].context.scope == 0
    return functions[0] if is_top else None


def _empty_body(function: Function, edits: Edits) -> Span | None:
    """Where the one statement stands that does nothing, behind a docstring and comments."""
    start = edits.span(function.docstring).end if function.docstring >= 0 else edits.span(function.body).start
    end = edits.span(function.body).end
    found = _NOTHING.fullmatch(edits.slice(Span(start, end)))
    if found is None:
        return None
    span = Span(start + found.start(1), start + found.end(1))
    is_alone = not edits.slice(Span(edits.line_start(span.start), span.start)).strip()
    return span if is_alone else None


_NOTHING = re.compile(r"(?:\s|#[^\r\n]*)*(pass|\.\.\.|raise NotImplementedError(?:\(\))?)(?:\s|#[^\r\n]*)*")


class _Inverse:
    """The inverse of one operation, as text made from the arguments of the operation."""

    __slots__ = ("_call", "_edits", "_part")

    def __init__(self, call: Call, part: Part, edits: Edits) -> None:
        self._call = call
        self._part = part
        self._edits = edits

    def line(self, body: Span) -> str:
        """The statement; empty where it is not known."""
        call, start = self._call, self._part.span(self._call.node).start
        if call.receiver is None or self._edits.indent_at(start) != self._edits.indent_at(body.start):
            return ""
        owner, arguments = self._in_one_line(call.receiver), self._arguments()
        return f"{owner}.{arguments}" if owner and arguments else ""

    def _arguments(self) -> str:
        method = self._call.method
        schema = self._schema()
        if method == "create_table" and (table := self._text(0, "table_name")):
            return f"drop_table({table}{schema})"
        if method == "add_column" and (table := self._text(0, "table_name")) and (column := self._column()):
            return f"drop_column({table}, {column}{schema})"
        if method == "create_index":
            name, table = self._text(0, "index_name"), self._text(1, "table_name")
            return f"drop_index({name}, table_name={table}{schema})" if name and table else ""
        if kind := CONSTRAINT_KINDS.get(method):
            name = self._text(0, "constraint_name")
            table = self._text(1, "source_table" if kind == "foreignkey" else "table_name")
            typed = f"type_={self._edits.quoted(kind)}"
            return f"drop_constraint({name}, {table}, {typed}{schema})" if name and table else ""
        return ""

    def _schema(self) -> str:
        given = self._call.keyword("source_schema" if self._call.method == "create_foreign_key" else "schema")
        return f", schema={self._slice(given.value)}" if given else ""

    def _column(self) -> str:
        """The name of the column that is added."""
        column = self._call.argument(1, "column")
        return self._written(column.argument(0, "name")) if isinstance(column, Call) else ""

    def _text(self, position: int, name: str) -> str:
        return self._written(self._call.argument(position, name))

    def _written(self, expr: Expr | None) -> str:
        """The source of a name that is a string, or `op.f(...)` of one; empty for anything else."""
        match expr:
            case (
                Constant(kind=ConstantKind.STRING)
                | Call(func=Attribute(attr="f"), args=(Constant(kind=ConstantKind.STRING),))
            ):
                return self._in_one_line(expr)
            case _:
                return ""

    def _in_one_line(self, expr: Expr) -> str:
        """The source of an expression; empty if it has line breaks or comments."""
        text = self._slice(expr)
        return "" if "\n" in text or "\r" in text or "#" in text else text

    def _slice(self, expr: Expr) -> str:
        return self._edits.slice(self._part.span(expr.node))
