"""How a rule builds a fix: edits at the nodes of its finding, and imports that come and go with them.

All edits are absolute spans in the document that the finding was made for.
"""

import re
from collections.abc import Iterable, Sequence

from hexguard.facts.expressions import Attribute, Call, Context, Expr, Subscript
from hexguard.facts.localize import find
from hexguard.facts.model import Fact, Function, Parameter, Reference
from hexguard.facts.scopes import ScopeKind
from hexguard.rule.imports import Imports
from hexguard.rule.source import Part, Source, root_name
from hexguard.rule.spelling import Spelling
from hexguard.text.edit import Edit
from hexguard.text.span import Span


class Edits:
    """Edits in one document, seen from the block of one finding."""

    __slots__ = ("_imports", "_part", "_source")

    def __init__(self, source: Source, part: Part) -> None:
        self._source = source
        self._part = part
        self._imports = Imports(source)

    @property
    def newline(self) -> str:
        """The line end that the document uses."""
        return self._source.newline

    def span(self, node: int) -> Span:
        """Where a node of the finding's block stands in the document."""
        return self._part.span(node)

    def text(self, node: int) -> str:
        """The text of a node, as written."""
        return self.slice(self.span(node))

    def slice(self, span: Span) -> str:
        """The text of a span of the document."""
        return self._source.text[span.start : span.end]

    def replace(self, node: int, text: str) -> Edit:
        """Put `text` in the place of a node."""
        return Edit(self.span(node), text)

    def insert_before(self, node: int, text: str) -> Edit:
        """Put `text` before a node."""
        start = self.span(node).start
        return Edit(Span(start, start), text)

    def insert_after(self, node: int, text: str) -> Edit:
        """Put `text` after a node."""
        end = self.span(node).end
        return Edit(Span(end, end), text)

    def insert_at(self, offset: int, text: str) -> Edit:
        """Put `text` at an offset of the document."""
        return Edit(Span(offset, offset), text)

    def attribute_name(self, attribute: Attribute) -> Span:
        """Where the last name of a dotted expression stands: `commit` in `session.commit`."""
        end = self.span(attribute.node).end
        return Span(end - len(attribute.attr), end)

    def rename_attribute(self, attribute: Attribute, name: str) -> Edit:
        """Put another name in the place of the last one of a dotted expression."""
        return Edit(self.attribute_name(attribute), name)

    def parentheses(self, call: Call) -> Span:
        """The argument list of a call, parentheses included."""
        return Span(self.span(call.func.node).end, self.span(call.node).end)

    def arguments(self, call: Call) -> str:
        """What is written between the parentheses of a call, comments and line breaks included."""
        return self.slice(self.parentheses(call)).strip()[1:-1]

    def add_argument(self, call: Call, text: str) -> Edit:
        """Put one more argument at the end of a call; a trailing comma and the layout of the call are kept."""
        written = self.slice(self.parentheses(call))
        if self._has_bare_generator(call):
            return Edit(self.parentheses(call), f"({written}, {text})")
        close = self.parentheses(call).end - 1
        last = max((self.span(node).end for node in _argument_nodes(call)), default=-1)
        if last < 0:
            return Edit(Span(close, close), text)
        tail = self._source.text[last:close]
        comma = "," in tail.partition("#")[0]
        separator = ", "
        if "\n" in written or "\r" in written:
            first = min(self.span(node).start for node in _argument_nodes(call))
            if self.indent_at(first) != self.indent_at(self.span(call.node).start):
                separator = "," + self.newline + self.indent_at(first)
        if comma:
            at = last + tail.index(",") + 1
            rest = separator[1:] + text + ("," if separator != ", " else "")
            return Edit(Span(at, at), rest)
        return Edit(Span(last, last), separator + text)

    def indented(self, node: int, indent: str) -> str:
        """The text of a node as it looks under another indentation; long strings stay as they are."""
        text, before = self.text(node), self.indent_at(self.span(node).start)
        if '"""' in text or "'''" in text or not indent.startswith(before):
            return text
        return text.replace(self.newline, self.newline + indent.removeprefix(before))

    def _has_bare_generator(self, call: Call) -> bool:
        """`sum(price for price in prices)`: the parentheses of the call are those of its only argument."""
        return len(call.args) == 1 and self.span(call.args[0].node).end == self.span(call.node).end

    def indent_at(self, offset: int) -> str:
        """The indentation of the line in which `offset` stands."""
        text = self._source.text
        start = max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
        end = start
        while end < len(text) and text[end] in " \t\f":
            end += 1
        return text[start:end]

    def function(self, parameter: Parameter) -> Function | None:
        """The `def` of the finding's block that a parameter belongs to."""
        functions = self._part.facts.of_type(Function)
        return next((found for found in functions if found.scope == parameter.function), None)

    def body_line(self, function: Function) -> int | None:
        """Where the first line of a body starts, after the docstring and with the comments above the first statement.

        `None` if the body stands in the line of the `def`.
        """
        body = self.span(function.body).start
        if self._source.text[self.line_start(body) : body].strip():
            return None
        if function.docstring >= 0:
            return self._line_after(self.span(function.docstring).end)
        start = self.line_start(body)
        while self._is_comment_line(before := self._line_before(start)):
            start = before
        return start

    def _line_before(self, line: int) -> int:
        is_pair = self._source.text[max(line - 2, 0) : line] == "\r\n"
        return self.line_start(max(line - (2 if is_pair else 1), 0))

    def _line_after(self, offset: int) -> int | None:
        """The next line with code or a comment; `None` if another statement follows in the same line."""
        text = self._source.text
        lines = self.whole_lines(Span(offset, offset))
        if text[offset : lines.end].partition("#")[0].strip():
            return None
        start = lines.end
        while start < len(text) and not text[start : self.whole_lines(Span(start, start)).end].strip():
            start = self.whole_lines(Span(start, start)).end
        return start

    def _is_comment_line(self, start: int) -> bool:
        lines = self.whole_lines(Span(start, start))
        return self._source.text[start : lines.end].lstrip(" \t\f").startswith("#")

    def means(self, expr: Expr, *qualified: str) -> bool:
        """Whether an expression spells one of these qualified names, by the imports of the document."""
        return any(self._imports.means(self.text(expr.node), name) for name in qualified)

    def means_the_same_inside(self, default: Expr, function: Function) -> bool:
        """Whether a default could be written in the body: its names are those of the module there, too."""
        block, whole = self._part.facts, self.span(default.node)
        local = block.scopes[function.scope].bindings
        members = [part.facts.scopes[0].bindings for part in self._source.parts if part.facts.is_member]
        for reference in block.of_type(Reference):
            span = self.span(reference.node)
            if not (whole.start <= span.start and span.end <= whole.end):
                continue
            name = root_name(reference)
            scope, _ = find(name, reference.context.scope, block)
            own = scope > 0 and block.scopes[scope].kind in (ScopeKind.COMPREHENSION, ScopeKind.LAMBDA)
            if not own and (scope > 0 or name in local or any(name in bindings for bindings in members)):
                return False
        return True

    def can_await(self, context: Context) -> bool:
        """Whether `await` may stand at a place: not in a comprehension either, which could be a generator."""
        return context.in_async and self._part.facts.scopes[context.scope].kind is not ScopeKind.COMPREHENSION

    def hand_over(self, call: Call, text: str) -> tuple[Edit, ...]:
        """Edits that make `text(f, a, b)` of the call `f(a, b)`, in parentheses where something is done to its result.

        Comments and the layout of the arguments stay; an `await` may stand at the start of `text`.
        """
        start, end = self.span(call.node).start, self.span(call.node).end
        open_at = self._source.text.index("(", self.span(call.func.node).end)
        left, right = ("(", ")") if self._is_taken_apart(call) else ("", "")
        func = self.slice(Span(start, open_at)).strip()
        if self._has_bare_generator(call):
            return (Edit(Span(start, open_at), f"{left}{text}({func}, "), Edit(Span(end, end), ")" + right))
        given = self._first_argument(call, open_at + 1, func)
        edit = Edit(Span(start, open_at + 1), f"{left}{text}({given}")
        return (edit, Edit(Span(end, end), right)) if right else (edit,)

    def _is_taken_apart(self, call: Call) -> bool:
        """Whether an attribute, item or call of the result follows, which binds closer than `await`."""
        for fact in self.facts():
            match fact:
                case Subscript(value=value) | Call(func=value) if value.node == call.node:
                    return True
                case _:
                    pass
        return bool(_ATTRIBUTE.match(self._source.text, self.span(call.node).end))

    def _first_argument(self, call: Call, start: int, text: str) -> str:
        """`text` as the argument before those of a call, which begin at `start`, in a line of its own if they are."""
        nodes = _argument_nodes(call)
        if not nodes:
            return text
        if self._source.text[start:].lstrip(" \t")[:1] not in ("\r", "\n", "#"):
            return f"{text}, "
        return self.newline + self.indent_at(min(self.span(node).start for node in nodes)) + text + ","

    def wrap(
        self, statement: int, header: str, context: Context, inside: Iterable[Edit] = ()
    ) -> tuple[Edit, ...] | None:
        """Edits that put a statement of a function under `header` (`with lock:`), one level deeper.

        `inside` are edits in the statement; they are part of the result, and lines that they add go deeper as well.
        `None` if it shares its line with another, or if deeper lines would change what it says.
        """
        span, text = self.span(statement), self.text(statement)
        lines = self.whole_lines(span)
        before, after = self.slice(Span(lines.start, span.start)), self.slice(Span(span.end, lines.end))
        unit = self._unit(context)
        is_fragile = '"""' in text or "'''" in text or "\\\n" in text or "\\\r" in text
        if not unit or before.strip() or after.partition("#")[0].strip() or is_fragile:
            return None
        edits = [self.insert_at(span.start, header + self.newline + before + unit)]
        at = self.whole_lines(Span(span.start, span.start)).end
        while at < span.end:
            edits.append(self.insert_at(at, unit))
            at = self.whole_lines(Span(at, at)).end
        deeper = (Edit(edit.span, edit.text.replace(self.newline, self.newline + unit)) for edit in inside)
        return (*edits, *deeper)

    def _unit(self, context: Context) -> str:
        """By how much the function around a place indents its body."""
        scope = self._part.facts.function_scope(context.scope)
        function = next((found for found in self._part.facts.of_type(Function) if found.scope == scope), None)
        if function is None:
            return ""
        body = self.indent_at(self.span(function.body).start)
        return body.removeprefix(self.indent_at(self.span(function.name_node).start))

    def is_unused(self, name: str) -> bool:
        """Whether the finding's block neither binds nor reads `name`."""
        block = self._part.facts
        bound = any(name in scope.bindings for scope in block.scopes)
        return not bound and all(root_name(found) != name for found in block.of_type(Reference))

    def facts(self) -> tuple[Fact, ...]:
        """The facts of the finding's block."""
        return self._part.facts.facts

    def parts(self) -> tuple[Part, ...]:
        """All blocks of the document, with absolute spans: for fixes that reach beyond the finding's block."""
        return self._source.parts

    def line_start(self, offset: int) -> int:
        """Where the line of `offset` starts."""
        text = self._source.text
        return max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1

    def whole_lines(self, span: Span) -> Span:
        """The lines that `span` touches, with the last line end."""
        text = self._source.text
        end = span.end
        while end < len(text) and text[end] not in "\r\n":
            end += 1
        end += 2 if text[end : end + 2] == "\r\n" else int(end < len(text))
        return Span(self.line_start(span.start), end)

    def imports_any(self, *packages: str) -> bool:
        """Whether the document imports one of these top-level packages at module level."""
        return any(found.fact.module.partition(".")[0] in packages for found in self._source.imports())

    def spell(self, qualified: str, context: Context) -> Spelling | None:
        """How to write the qualified name of a library at a place of the finding's block; adds an import if need be.

        `None` if every way to write it is shadowed there.
        """
        return self._imports.spell(qualified, self._part, context)

    def spell_awaited(self, qualified: str, context: Context) -> Spelling | None:
        """How to write a function of asyncio whose call is then awaited.

        `None` where no `await` may stand, or where anyio or trio may run the loop.
        """
        if not self.can_await(context) or self.imports_any("anyio", "trio"):
            return None
        return self.spell(qualified, context)

    def spell_all(self, names: Sequence[str], context: Context) -> tuple[tuple[str, ...], tuple[Edit, ...]] | None:
        """The same for several names at once: how to write each, and the edits for all of them together."""
        return self._imports.spell_all(names, self._part, context)

    def forget(self, *exprs: Expr) -> tuple[Edit, ...]:
        """Edits that remove the imports which only these expressions of the finding's block use."""
        return self._imports.forget([self.span(expr.node) for expr in exprs])


def _argument_nodes(call: Call) -> list[int]:
    return [argument.node for argument in call.args] + [keyword.node for keyword in call.keywords]


_ATTRIBUTE = re.compile(r"(?:\s|\\|#[^\r\n]*)*\.(?!\.)")
"""What follows an expression of which an attribute is taken, comments and line breaks included."""
