"""Adds, removes and hands over the arguments of a call, and keeps its comments, line breaks and trailing comma.

Facts leave parentheses out (`load((a), b)`), so commas are looked for in the text between two arguments,
where nothing but white space, comments, parentheses and one comma can stand.
"""

import re
from collections.abc import Iterator, Sequence

import msgspec

from hexguard.facts.expressions import Call, Expr, Keyword, Subscript
from hexguard.rule.lines import indent_at, line_end, line_start, next_line
from hexguard.rule.source import Part, Source
from hexguard.text.edit import Edit
from hexguard.text.span import Span


class Argument(msgspec.Struct, frozen=True):
    """Where an argument stands, with the parentheses around it, and its comma (-1 if it has none)."""

    span: Span
    comma: int

    @property
    def end(self) -> int:
        """Where it ends, with its comma."""
        return max(self.span.end, self.comma + 1)


class Arguments:
    """The arguments of the calls in one block."""

    __slots__ = ("_newline", "_part", "_text")

    def __init__(self, source: Source, part: Part) -> None:
        self._text = source.text
        self._newline = source.newline
        self._part = part

    def parentheses(self, call: Call) -> Span:
        """The argument list of a call, parentheses included."""
        end = self._part.span(call.node).end
        found = _MARK.search(self._text, self._part.span(call.func.node).end)
        while found and found[0] != "(":
            found = _MARK.search(self._text, found.end())
        return Span(found.start() if found else end, end)

    def has_bare_generator(self, call: Call) -> bool:
        """`sum(price for price in prices)`: the parentheses of the call are those of its only argument."""
        return len(call.args) == 1 and self._part.span(call.args[0].node) == self.parentheses(call)

    def add(self, call: Call, text: str) -> Edit:
        """Put one more argument at the end of a call."""
        parentheses = self.parentheses(call)
        if self.has_bare_generator(call):
            return Edit(parentheses, f"({self._slice(parentheses)}, {text})")
        arguments = self._of(call)
        if not arguments:
            close = parentheses.end - 1
            return Edit(Span(close, close), text)
        last = arguments[-1]
        indent = indent_at(self._text, arguments[0].span.start)
        if indent == indent_at(self._text, self._part.span(call.node).start) or not self._has_lines(parentheses):
            added = f" {text}," if last.comma >= 0 else f", {text}"
            return Edit(Span(last.end, last.end), added)
        # A comment in the line of the last argument is about that one.
        end = line_end(self._text, last.end)
        rest = self._text[last.end : end]
        is_comment = rest.lstrip().startswith("#")
        comma, end = ("," if last.comma < 0 else ""), (end if is_comment else last.end)
        added = self._newline + indent + text + ("" if comma else ",")
        return Edit(Span(last.end, end), comma + (rest if is_comment else "") + added)

    def remove(self, call: Call, argument: Expr | Keyword) -> tuple[Edit, ...]:
        """Remove one argument of a call with its comma.

        A comment goes as well if it stands in a line with nothing but this argument; all others stay.
        Raises `ValueError` if the call has no such argument.
        """
        parentheses = self.parentheses(call)
        if self.has_bare_generator(call):
            return (Edit(parentheses, "()"),)
        nodes = _nodes(call, self._part)
        place = nodes.index(argument.node)
        inside = Span(parentheses.start + 1, parentheses.end - 1)
        return tuple(Edit(span, "") for span in _Removal(self._text, inside, self._of(call), place).spans())

    def hand_over(self, call: Call, text: str) -> tuple[Edit, ...]:
        """Edits that make `text(f, a, b)` of the call `f(a, b)`, in parentheses where something is done to its result.

        Comments and the layout of the arguments stay; an `await` may stand at the start of `text`.
        """
        span, open_at = self._part.span(call.node), self.parentheses(call).start
        left, right = ("(", ")") if self.is_taken_apart(call) else ("", "")
        func = self._text[span.start : open_at].strip()
        if "#" in self._text[self._part.span(call.func.node).end : open_at]:
            # A comment before the parentheses would take what follows with it.
            func += self._newline + indent_at(self._text, open_at)
        end = Span(span.end, span.end)
        if self.has_bare_generator(call):
            return (Edit(Span(span.start, open_at), f"{left}{text}({func}, "), Edit(end, ")" + right))
        edit = Edit(Span(span.start, open_at + 1), f"{left}{text}({self._as_first(call, open_at + 1, func)}")
        return (edit, Edit(end, right)) if right else (edit,)

    def is_taken_apart(self, call: Call) -> bool:
        """Whether an attribute, item or call of the result follows, which binds closer than `await`."""
        for fact in self._part.facts.facts:
            match fact:
                case Subscript(value=value) | Call(func=value) if value.node == call.node:
                    return True
                case _:
                    pass
        return bool(_ATTRIBUTE.match(self._text, self._part.span(call.node).end))

    def _as_first(self, call: Call, start: int, text: str) -> str:
        """`text` as the argument before those of a call, which begin at `start`, in a line of its own if they are."""
        arguments = self._of(call)
        if not arguments:
            return text
        if self._text[start:].lstrip(" \t")[:1] not in ("\r", "\n", "#"):
            return f"{text}, "
        return self._newline + indent_at(self._text, arguments[0].span.start) + text + ","

    def _of(self, call: Call) -> list[Argument]:
        """The arguments of a call in the order of the text; not for a bare generator."""
        parentheses = self.parentheses(call)
        spans = [self._part.span(node) for node in _nodes(call, self._part)]
        limits = [*(span.start for span in spans), parentheses.end - 1][1:]
        found: list[Argument] = []
        start = parentheses.start + 1
        for span, limit in zip(spans, limits, strict=True):
            end, comma = span.end, -1
            for mark, offset in _marks(self._text, span.end, limit):
                if mark == ",":
                    comma = offset
                elif comma < 0:
                    end = offset + 1
            # What a fact leaves out (parentheses, the name of a `:=`) begins before its node.
            blank = _BLANK.match(self._text, start, span.start)
            found.append(Argument(Span(blank.end() if blank else span.start, end), comma))
            start = comma + 1
        return found

    def _has_lines(self, span: Span) -> bool:
        return line_start(self._text, span.end) > span.start

    def _slice(self, span: Span) -> str:
        return self._text[span.start : span.end]


class _Removal:
    """One argument among others, and what goes with it. `inside` is what stands between the parentheses."""

    __slots__ = ("_argument", "_arguments", "_inside", "_place", "_text")

    def __init__(self, text: str, inside: Span, arguments: Sequence[Argument], place: int) -> None:
        self._text = text
        self._inside = inside
        self._arguments = arguments
        self._place = place
        self._argument = arguments[place]

    def spans(self) -> tuple[Span, ...]:
        """What is to be deleted."""
        argument = self._argument
        start, end = argument.span.start, argument.end
        if self._has_comment(argument.span.end, end):
            return (argument.span, Span(end - 1, end))
        if len(self._arguments) == 1 and not self._has_comment(self._inside.start, start, end, self._inside.end):
            return (self._inside,)
        if self._has_own_lines():
            return self._own_lines()
        if self._place + 1 < len(self._arguments):
            return (self._before_another(self._arguments[self._place + 1].span.start),)
        return self._as_last()

    def _own_lines(self) -> tuple[Span, ...]:
        """The lines of the argument; where the call has no trailing comma, the argument before loses its own."""
        start, end = line_start(self._text, self._argument.span.start), next_line(self._text, self._argument.end)
        if len(self._arguments) == 1 and not self._has_comment(self._inside.start, start, end, self._inside.end):
            return (self._inside,)
        is_last = self._place == len(self._arguments) - 1
        if is_last and self._place and self._argument.comma < 0:
            comma = self._arguments[self._place - 1].comma
            return (Span(comma, comma + 1), Span(start, end))
        return (Span(start, end),)

    def _before_another(self, following: int) -> Span:
        start, end = self._argument.span.start, self._argument.end
        stop = line_end(self._text, end)
        if self._shares_start():
            return Span(start, following) if following < stop else Span(self._gap_start(), end)
        return Span(start, stop) if self._has_comment(end, following) else Span(start, following)

    def _as_last(self) -> tuple[Span, ...]:
        start, end = self._argument.span.start, self._argument.end
        if not self._place:
            # Comments keep the parentheses open; the one in the line of the argument is about the argument.
            return (Span(start, max(end, min(line_end(self._text, end), self._inside.end))),)
        gap, comma = self._gap_start(), self._arguments[self._place - 1].comma
        start = start if self._has_comment(gap, start) else gap
        if self._argument.comma >= 0:
            return (Span(start, end),)
        return (Span(comma, end),) if start == gap else (Span(comma, comma + 1), Span(start, end))

    def _gap_start(self) -> int:
        return self._arguments[self._place - 1].comma + 1 if self._place else self._inside.start

    def _shares_start(self) -> bool:
        """Whether the argument before ends in the line in which this one starts."""
        line = line_start(self._text, self._argument.span.start)
        return bool(self._place) and self._arguments[self._place - 1].end > line

    def _has_own_lines(self) -> bool:
        """Whether the lines of the argument hold nothing but it and perhaps a comment."""
        line, end = line_start(self._text, self._argument.span.start), self._argument.end
        stop = line_end(self._text, end)
        after = self._text[end:stop].strip()
        is_first = line > self._inside.start and line >= self._gap_start()
        return is_first and stop < self._inside.end and (not after or after.startswith("#"))

    def _has_comment(self, *borders: int) -> bool:
        """Whether a comment stands between the first two borders, or between the next two."""
        pairs = zip(borders[::2], borders[1::2], strict=True)
        return any("#" in self._text[start:end] for start, end in pairs)


def _nodes(call: Call, part: Part) -> list[int]:
    nodes = [argument.node for argument in call.args] + [keyword.node for keyword in call.keywords]
    return sorted(nodes, key=part.span)


def _marks(text: str, start: int, end: int) -> Iterator[tuple[str, int]]:
    """The parentheses and commas of what stands between two arguments; comments are passed over."""
    for found in _MARK.finditer(text, start, end):
        if found[0] in "(),":
            yield found[0], found.start()


_MARK = re.compile(r"#[^\r\n]*|[(),]")
_BLANK = re.compile(r"(?:[\s\\]|#[^\r\n]*)*")

_ATTRIBUTE = re.compile(r"(?:\s|\\|#[^\r\n]*)*\.(?!\.)")
"""What follows an expression of which an attribute is taken, comments and line breaks included."""
