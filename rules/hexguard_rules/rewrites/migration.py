"""Writes the `downgrade()` of a migration, or what it lacks, from the operations of its `upgrade()`."""

import re
from collections.abc import Collection

import msgspec

from hexguard.facts.expressions import Attribute, Call, Constant, ConstantKind, Expr
from hexguard.facts.model import Assignment, Choice, Function, Handler, Loop, Raise, Return, With
from hexguard.rule import Edits
from hexguard.rule.source import Part
from hexguard.text.edit import Edit
from hexguard.text.span import Span
from hexguard_rules.knowledge.alembic import CONSTRAINT_KINDS, INVERSES


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


def added_inverses(call: Call, edits: Edits) -> tuple[Edit, ...] | str:
    """Edits that add what undoes `call`, and all else that is never undone; a reason where that cannot be written.

    They come in the opposite order of the operations that they undo.
    """
    up, down = (_found(name, edits) for name in ("upgrade", "downgrade"))
    if up is None or down is None or not down.is_plain or not up.is_plain:
        return "`upgrade()` or `downgrade()` decides about its operations as it runs"
    undoing = {found.method for found in down.part.facts.of_type(Call)}
    lines = {
        each.node: _Inverse(each, up.part, edits).line(up.part.span(up.function.body))
        for each in up.calls
        if each.method in INVERSES and undoing.isdisjoint(INVERSES[each.method])
    }
    places = {node: _place(node, lines, up, down, edits) for node, line in lines.items() if line}
    if not lines.get(call.node):
        return f"the inverse of `{call.method}` is not known from what is written here"
    if places[call.node] < 0:
        return "its place between the operations of `downgrade()` is not certain"
    indent, added = edits.indent_at(down.part.span(down.function.body).start), dict[int, str]()
    for node, place in reversed(places.items()):
        if place >= 0:
            added[place] = added.get(place, "") + indent + lines[node] + edits.newline
    return tuple(edits.insert_at(place, _after_line(place, text, edits)) for place, text in added.items())


def _after_line(place: int, text: str, edits: Edits) -> str:
    """Lines as they are put at an offset, which may be the end of a document without a last line end."""
    return text if edits.line_start(place) == place else edits.newline + text.removesuffix(edits.newline)


class _Direction(msgspec.Struct, frozen=True):
    """`upgrade()` or `downgrade()`, with the operations that are statements of its body."""

    part: Part
    function: Function
    calls: tuple[Call, ...]

    @property
    def is_plain(self) -> bool:
        """Whether each of its operations runs, once, and in the order of the text."""
        return not any(isinstance(fact, Choice | Handler | Loop | Return | Raise) for fact in self.part.facts.facts)


def _found(name: str, edits: Edits) -> _Direction | None:
    for part in edits.parts():
        if function := _top(name, part):
            body = part.span(function.body)
            indent, own = edits.indent_at(body.start), part.span(function.name_node).start
            discarded = [found for found in part.facts.of_type(Call) if found.discarded]
            calls = [found for found in discarded if _is_statement(part.span(found.node), indent, edits)]
            return _Direction(part, function, tuple(calls)) if indent != edits.indent_at(own) else None
    return None


def _is_statement(span: Span, indent: str, edits: Edits) -> bool:
    """Whether a call begins a line of the body, and no other statement follows in its last line."""
    lines = edits.whole_lines(span)
    rest = edits.slice(Span(span.end, lines.end)).strip()
    return edits.slice(Span(lines.start, span.start)) == indent and (not rest or rest.startswith("#"))


def _place(node: int, lacking: Collection[int], up: _Direction, down: _Direction, edits: Edits) -> int:
    """Where the inverse of the operation `node` goes; -1 if nothing around it tells."""
    undone = [found for found in up.part.facts.of_type(Call) if found.method in INVERSES and found.node not in lacking]
    earlier, later = [call for call in undone if call.node < node], [call for call in undone if call.node > node]
    if before := next((found for call in reversed(earlier) if (found := _undoing(call, down))), None):
        return edits.line_start(down.part.span(before.node).start)
    if not earlier:
        return _behind(down.part.span(down.function.body), edits)
    after = next((found for call in later if (found := _undoing(call, down))), None)
    return _behind(down.part.span(after.node), edits) if after else -1


def _behind(span: Span, edits: Edits) -> int:
    return edits.whole_lines(Span(span.end, span.end)).end


def _undoing(call: Call, down: _Direction) -> Call | None:
    """The operation of `downgrade()` that undoes another one: the plain inverse, on the same thing."""
    wanted, subject = INVERSES[call.method][0], _subject(call)
    is_known = bool(subject) and all(subject)
    matching = (found for found in down.calls if found.method == wanted and _subject(found) == subject)
    return next(matching, None) if is_known else None


def _subject(call: Call) -> tuple[str, ...]:
    """The names that say what an operation is about: a table, a table and its column, an index or constraint."""
    names = [_name(argument) for argument in call.args]
    if call.method == "add_column" and len(call.args) > 1 and isinstance(call.args[1], Call):
        names[1] = _name(call.args[1].argument(0, "name"))
    n_telling = 2 if call.method in ("add_column", "drop_column", "alter_column") else 1
    return tuple(names[:n_telling])


def _name(expr: Expr | None) -> str:
    """The text of a name, also in `op.f(...)`; empty for one that is not written out."""
    match expr:
        case Call(func=Attribute(attr="f"), args=(Constant(kind=ConstantKind.STRING, text=text),)):
            return text.strip("\"'")
        case Constant(kind=ConstantKind.STRING, text=text):
            return text.strip("\"'")
        case _:
            return ""


def _upgrade(part: Part) -> Function | None:
    return _top("upgrade", part)


def _top(name: str, part: Part) -> Function | None:
    functions = [fact for fact in part.facts.of_type(Function) if fact.name == name]
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
