"""How a rule builds a fix: edits at the nodes of its finding, and imports that come and go with them.

All edits are absolute spans in the document that the finding was made for.
"""

from hexguard.facts.expressions import Attribute, Call, Context, Expr
from hexguard.facts.model import Fact, Function, Parameter
from hexguard.rule.imports import Imports
from hexguard.rule.source import Part, Source
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

    def replace_between(self, first: int, second: int, text: str) -> Edit:
        """Put `text` in the place of what stands between the end of one node and the start of another."""
        return Edit(Span(self.span(first).end, self.span(second).start), text)

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

    def indent_at(self, offset: int) -> str:
        """The indentation of the line in which `offset` stands."""
        text = self._source.text
        start = max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
        end = start
        while end < len(text) and text[end] in " \t\f":
            end += 1
        return text[start:end]

    def is_one_line(self, node: int) -> bool:
        """Whether a node starts and ends in the same line."""
        return not {"\n", "\r"} & set(self.text(node))

    def function(self, parameter: Parameter) -> Function | None:
        """The `def` of the finding's block that a parameter belongs to."""
        functions = self._part.facts.of_type(Function)
        return next((found for found in functions if found.scope == parameter.function), None)

    def facts(self) -> tuple[Fact, ...]:
        """The facts of the finding's block."""
        return self._part.facts.facts

    def imports_any(self, *packages: str) -> bool:
        """Whether the document imports one of these top-level packages at module level."""
        return any(found.fact.module.partition(".")[0] in packages for found in self._source.imports())

    def spell(self, qualified: str, context: Context) -> Spelling | None:
        """How to write the qualified name of a library at a place of the finding's block; adds an import if need be.

        `None` if every way to write it is shadowed there.
        """
        return self._imports.spell(qualified, self._part, context)

    def forget(self, *exprs: Expr) -> tuple[Edit, ...]:
        """Edits that remove the imports which only these expressions of the finding's block use."""
        return self._imports.forget([self.span(expr.node) for expr in exprs])


def _argument_nodes(call: Call) -> list[int]:
    return [argument.node for argument in call.args] + [keyword.node for keyword in call.keywords]
