"""How a rule builds a fix: edits at the nodes of its finding, and imports that come and go with them.

All edits are absolute spans in the document that the finding was made for.
"""

from collections.abc import Iterable, Mapping, Sequence

from hexguard.facts.chains import dotted
from hexguard.facts.expressions import Attribute, Call, Context, Expr, Keyword
from hexguard.facts.localize import find
from hexguard.facts.model import Assignment, Class, Fact, Function, Parameter, Reference
from hexguard.facts.scopes import ScopeKind
from hexguard.rule.arguments import Arguments
from hexguard.rule.fix import Fix, Refusal
from hexguard.rule.imports import Imports
from hexguard.rule.lines import (
    indent_at,
    is_blank,
    is_comment,
    is_rest_of_line_free,
    line_before,
    line_start,
    next_line,
    whole_lines,
)
from hexguard.rule.quotes import preferred_quote, quoted
from hexguard.rule.source import Part, Source, root_name
from hexguard.rule.spelling import Spelling
from hexguard.rule.statement import Statement
from hexguard.settings.switches import DEFAULTS
from hexguard.text.edit import Edit
from hexguard.text.span import Span


class Edits:
    """Edits in one document, seen from the block of one finding."""

    __slots__ = ("_arguments", "_imports", "_part", "_source", "_switches")

    def __init__(self, source: Source, part: Part, switches: Mapping[str, str] = DEFAULTS) -> None:
        self._source = source
        self._part = part
        self._arguments = Arguments(source, part)
        self._imports = Imports(source)
        self._switches = switches

    @property
    def newline(self) -> str:
        """The line end that the document uses."""
        return self._source.newline

    def switch(self, name: str) -> str:
        """What the project chooses of a switch such as `sqlalchemy.loading`. Raises `KeyError` if there is none."""
        return self._switches[name]

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
        return self._arguments.parentheses(call)

    def arguments(self, call: Call) -> str:
        """What is written between the parentheses of a call, comments and line breaks included."""
        return self.slice(self.parentheses(call))[1:-1]

    def add_argument(self, call: Call, text: str) -> Edit:
        """Put one more argument at the end of a call; a trailing comma and the layout of the call are kept."""
        return self._arguments.add(call, text)

    def remove_argument(self, call: Call, argument: Expr | Keyword) -> tuple[Edit, ...]:
        """Remove an argument of a call with its comma; a comment goes with it if it has a line with it alone.

        Raises `ValueError` if the call has no such argument.
        """
        return self._arguments.remove(call, argument)

    def hand_over(self, call: Call, text: str) -> tuple[Edit, ...]:
        """Edits that make `text(f, a, b)` of the call `f(a, b)`, in parentheses where something is done to its result.

        Comments and the layout of the arguments stay; an `await` may stand at the start of `text`.
        """
        return self._arguments.hand_over(call, text)

    def is_taken_apart(self, call: Call) -> bool:
        """Whether an attribute, item or call of the result follows, which binds closer than `await`."""
        return self._arguments.is_taken_apart(call)

    def in_thread(self, call: Call, title: str) -> Fix | Refusal:
        """The fix that runs a call in a thread by `asyncio` and awaits its result, or why no `await` may stand."""
        spelling = self.spell_awaited("asyncio.to_thread", call.context)
        if spelling is None:
            return self.no_await(call, title)
        return Fix(title, (*self.hand_over(call, f"await {spelling.text}"), *spelling.edits))

    def no_await(self, call: Call, title: str) -> Refusal:
        """The refusal of a fix that would await a call, where `spell_awaited` gives nothing."""
        return Refusal(title, self._why_not_asyncio(call.context) or "every name for it means something else here")

    def indented(self, node: int, indent: str) -> str:
        """The text of a node as it looks under another indentation; long strings stay as they are."""
        text, before = self.text(node), self.indent_at(self.span(node).start)
        if '"""' in text or "'''" in text or not indent.startswith(before):
            return text
        return text.replace(self.newline, self.newline + indent.removeprefix(before))

    def indent_at(self, offset: int) -> str:
        """The indentation of the line in which `offset` stands."""
        return indent_at(self._source.text, offset)

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
        while is_comment(self._source.text, before := line_before(self._source.text, start)):
            start = before
        return start

    def _line_after(self, offset: int) -> int | None:
        """The next line with code or a comment; `None` if another statement follows in the same line."""
        text = self._source.text
        if not is_rest_of_line_free(text, offset):
            return None
        start = next_line(text, offset)
        while is_blank(text, start):
            start = next_line(text, start)
        return start

    def before_statement(self, text: str) -> Edit:
        """Put a statement of the module before that of the finding's block, with two blank lines between.

        Comments right above the latter stay with it.
        """
        parts, source = self._source.parts, self._source.text
        at = parts.index(self._part)
        while parts[at].facts.is_member:
            at -= 1
        start = parts[at].start
        while is_blank(source, start) or is_comment(source, start):
            start = next_line(source, start)
        while is_comment(source, before := line_before(source, start)) and before < start:
            start = before
        return self.insert_at(start, text + self.newline * 3)

    def lines_after(self, node: int, *lines: str) -> Edit | None:
        """Put statements after the one that `node` is, indented like it.

        `None` if it does not stand alone in its lines, but for a comment.
        """
        span = self.span(node)
        whole = self.whole_lines(span)
        before, after = self.slice(Span(whole.start, span.start)), self.slice(Span(span.end, whole.end))
        if before.strip() or after.partition("#")[0].strip():
            return None
        text = "".join(before + line + self.newline for line in lines)
        return self.insert_at(whole.end, text if after[-1:] in ("\n", "\r") else self.newline + text.rstrip())

    def without_lines(self, node: int) -> Edit | None:
        """Remove a statement with its lines; `None` if something else stands in them, be it a comment."""
        span = self.span(node)
        whole = self.whole_lines(span)
        is_alone = self.slice(whole).strip() == self.text(node).strip() and "#" not in self.text(node)
        return Edit(whole, "") if is_alone else None

    def is_free_in_module(self, name: str) -> bool:
        """Whether no block of the document binds or reads `name`."""
        return all(
            all(name not in scope.bindings for scope in part.facts.scopes)
            and all(root_name(found) != name for found in part.facts.of_type(Reference))
            for part in self._source.parts
        )

    def means(self, expr: Expr, *qualified: str) -> bool:
        """Whether an expression spells one of these qualified names, by the imports of the document."""
        return any(self._imports.means(dotted(expr), name) for name in qualified)

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

    def _why_not_asyncio(self, context: Context) -> str:
        """Why no function of asyncio can be awaited at a place; empty if one can."""
        if not context.in_async:
            return "`await` is only allowed in an `async def`"
        if not self.can_await(context):
            return "`await` in a comprehension could make it an async generator"
        return "anyio or trio may run the event loop of this file" if self.imports_any("anyio", "trio") else ""

    def statement(self, fact: Assignment | Class | Function) -> Statement:
        """A statement of the finding's block, with its decorators, to be rewritten step by step."""
        decorators = () if isinstance(fact, Assignment) else fact.decorators
        return self._statement(self._part, (fact.node, *(decorator.node for decorator in decorators)), 0)

    def class_statement(self) -> Statement | None:
        """The same for the whole class, members and all, whose header or member the finding's block is.

        `None` if that is no class.
        """
        parts = self._source.parts
        first = last = parts.index(self._part)
        while first and parts[first].facts.is_member:
            first -= 1
        while last + 1 < len(parts) and parts[last + 1].facts.is_member:
            last += 1
        header = next((fact for fact in parts[first].facts.facts if isinstance(fact, Class)), None)
        if header is None or header.context.scope:
            return None
        nodes = (header.node, *(decorator.node for decorator in header.decorators))
        end = self._source.end(parts[last])
        return self._statement(parts[first], nodes, len(self._source.text[:end].rstrip()) if last > first else 0)

    def _statement(self, part: Part, nodes: Sequence[int], end: int) -> Statement:
        """The statement of some nodes, the first of which is the definition and the others its decorators."""
        start = min(part.span(node).start for node in nodes)
        if len(nodes) > 1:
            start = self._source.text.rindex("@", 0, start + 1)
        return Statement.at(Span(start, max(end, part.span(nodes[0]).end)), self._source)

    def quoted(self, text: str) -> str:
        """`text` as a string literal of one line, in the quotes that the document uses most."""
        return quoted(text, preferred_quote(self._source.text))

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
        unit = self.unit(context)
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

    def unit(self, context: Context) -> str:
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
        return line_start(self._source.text, offset)

    def whole_lines(self, span: Span) -> Span:
        """The lines that `span` touches, with the last line end."""
        return whole_lines(self._source.text, span)

    def imports_any(self, *packages: str) -> bool:
        """Whether the document imports one of these top-level packages at module level."""
        return any(found.fact.module.partition(".")[0] in packages for found in self._source.imports())

    def spell(self, qualified: str, context: Context, *, typing_only: bool = False) -> Spelling | None:
        """How to write the qualified name of a library at a place of the finding's block; adds an import if need be.

        `None` if every way to write it is shadowed there. `typing_only` is for annotations that no library evaluates:
        under `from __future__ import annotations`, an import in the block `if TYPE_CHECKING:` will do for them.
        """
        return self._imports.spell(qualified, self._part, context, typing_only=typing_only)

    def exchange(self, qualified: str, context: Context, *exprs: Expr) -> Spelling | None:
        """The same where the name takes the place of expressions, whose imports go if nothing else uses them."""
        return self._imports.exchange(qualified, [self.span(expr.node) for expr in exprs], self._part, context)

    def spell_awaited(self, qualified: str, context: Context) -> Spelling | None:
        """How to write a function of asyncio whose call is then awaited.

        `None` where no `await` may stand, or where anyio or trio may run the loop.
        """
        return None if self._why_not_asyncio(context) else self.spell(qualified, context)

    def spell_all(self, names: Sequence[str], context: Context) -> tuple[tuple[str, ...], tuple[Edit, ...]] | None:
        """The same for several names at once: how to write each, and the edits for all of them together."""
        return self._imports.spell_all(names, self._part, context)

    def exchange_all(
        self, names: Sequence[str], context: Context, *exprs: Expr, beyond: Sequence[Span] = ()
    ) -> tuple[tuple[str, ...], tuple[Edit, ...]] | None:
        """The same where the names take the place of expressions, whose imports go if nothing else uses them.

        `beyond` are the places of expressions in other blocks.
        """
        dropped = [*(self.span(expr.node) for expr in exprs), *beyond]
        return self._imports.exchange_all(names, dropped, self._part, context)

    def forget(self, *exprs: Expr) -> tuple[Edit, ...]:
        """Edits that remove the imports which only these expressions of the finding's block use.

        What was spelled before stays; where a statement may both gain and lose a name, see `exchange`.
        """
        return self._imports.forget([self.span(expr.node) for expr in exprs])
