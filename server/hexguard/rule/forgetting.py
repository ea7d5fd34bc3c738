"""Removes the imports that a fix leaves unused, in doubt rather too few."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from hexguard.facts.model import Import
from hexguard.rule.lines import is_blank, is_rest_of_line_free, line_before, line_end, line_start, next_line
from hexguard.rule.source import ImportedName, Part, Source
from hexguard.syntax.rewrite import without_names
from hexguard.text.edit import Edit
from hexguard.text.span import Span


class Forgetting:
    """The imports of one document, and what happens to them when some expressions go."""

    __slots__ = ("_changed", "_keeps_blank_lines", "_kept", "_source", "_text")

    def __init__(
        self, source: Source, changed: Mapping[Span, str], kept: Collection[str], *, keeps_blank_lines: bool
    ) -> None:
        """Take statements that are changed anyway, with their new text, and names that stay.

        Blank lines around a removed statement stay where an added one may need them.
        """
        self._source = source
        self._text = source.text
        self._changed = changed
        self._kept = kept
        self._keeps_blank_lines = keeps_blank_lines

    def edits(self, dropped: Sequence[Span]) -> tuple[Edit, ...]:
        """Edits that remove the imported names which are read nowhere outside the spans `dropped`.

        Only names that are read inside them at all; never in a package's `__init__`, whose imports are its interface.
        A block for type checkers that loses its last import goes as a whole.
        """
        if self._source.is_package:
            return ()
        edits: list[Edit] = []
        for part in self._typing_parts():
            in_block = self._in_block(part, dropped)
            edits += in_block
            if len(in_block) == 1 and in_block[0].span.start <= self._header(part):
                dropped = [*dropped, in_block[0].span]
        unused: dict[Span, set[str]] = {}
        for found in self._source.imports():
            if self._is_unconditional(found) and self._becomes_unused(found.fact, dropped):
                unused.setdefault(found.statement, set()).add(found.fact.bound)
        edits += self._without(unused)
        return tuple(edits)

    def typing_edits(self, found: ImportedName) -> tuple[Edit, ...]:
        """Edits that remove one name which is imported for type checkers, because it is now imported for all."""
        part = next(
            part for part in self._typing_parts() if part.start <= found.statement.start < self._source.end(part)
        )
        return self._kept_whole(part, {found.statement: {found.fact.bound}})

    def _typing_parts(self) -> list[Part]:
        return [
            part
            for part in self._source.parts
            if part.has_imports and any(fact.context.type_checking for fact in part.facts.of_type(Import))
        ]

    def _in_block(self, part: Part, dropped: Sequence[Span]) -> tuple[Edit, ...]:
        unused: dict[Span, set[str]] = {}
        for found in self._source.typing_imports():
            is_inside = part.start <= found.statement.start < self._source.end(part)
            if is_inside and self._becomes_unused(found.fact, dropped):
                unused.setdefault(found.statement, set()).add(found.fact.bound)
        return self._kept_whole(part, unused)

    def _kept_whole(self, part: Part, unused: dict[Span, set[str]]) -> tuple[Edit, ...]:
        """The edits in a block for type checkers: all of it if it gets empty, none if it would be broken by them."""
        edits = tuple(self._without(unused))
        header, end = self._header(part), self._source.end(part)
        left = self._text[header:end]
        for edit in sorted(edits, key=_start, reverse=True):
            left = left[: max(edit.span.start - header, 0)] + edit.text + left[edit.span.end - header :]
        if edits and _EMPTY_BLOCK.fullmatch(left.rstrip()):
            lines = Span(header, next_line(self._text, max(edit.span.end for edit in edits) - 1))
            return (Edit(self._with_blank_lines(lines), ""),)
        return edits if not edits or _BLOCK.match(left) else ()

    def _header(self, part: Part) -> int:
        """Where the first line of code of a block starts."""
        line = part.start
        while line < len(self._text) and not self._text[line : line_end(self._text, line)].partition("#")[0].strip():
            line = next_line(self._text, line)
        return line

    def _is_unconditional(self, found: ImportedName) -> bool:
        line = line_start(self._text, found.statement.start)
        return not self._text[line : found.statement.start].lstrip("\ufeff\f")

    def _becomes_unused(self, fact: Import, dropped: Sequence[Span]) -> bool:
        name = fact.bound
        if name == "*" or name in self._kept or not any(name in self._text[span.start : span.end] for span in dropped):
            return False
        inside = outside = 0
        for reference in self._source.references(name):
            if any(span.start <= reference.start and reference.end <= span.end for span in dropped):
                inside += 1
            else:
                outside += 1
        return bool(inside) and not outside and not self._is_quoted(name, dropped)

    def _is_quoted(self, name: str, dropped: Sequence[Span]) -> bool:
        """Whether `name` may stand in a string (`__all__`, a quoted annotation) or in a type comment.

        A quote before it will do.
        """
        for found in re.finditer(rf"\b{re.escape(name)}\b", self._text):
            before = self._text[line_start(self._text, found.start()) : found.start()]
            is_dropped = any(span.start <= found.start() and found.end() <= span.end for span in dropped)
            if not is_dropped and _QUOTE.search(before):
                return True
        return False

    def _without(self, unused: dict[Span, set[str]]) -> Iterator[Edit]:
        for statement, names in unused.items():
            if edit := self._removed(statement, names):
                yield edit

    def _removed(self, statement: Span, names: set[str]) -> Edit | None:
        text = self._text
        changed = without_names(self._changed.get(statement, text[statement.start : statement.end]), names)
        if changed is None or changed.count("#") != text[statement.start : statement.end].count("#"):
            # A comment in the statement may be about any of its names, so an unused name is better than a lost comment.
            return None
        if changed:
            return Edit(statement, changed)
        line = line_start(text, statement.start)
        is_alone = not text[line : statement.start].strip("\ufeff\f \t") and is_rest_of_line_free(text, statement.end)
        if not is_alone or text[statement.end : line_end(text, statement.end)].strip():
            return None
        start = statement.start if text.startswith("\ufeff", line) else line
        return Edit(self._with_blank_lines(Span(start, next_line(text, statement.end))), "")

    def _with_blank_lines(self, lines: Span) -> Span:
        """Lines to remove, with the blank ones that would be left over around them."""
        start, end, text = lines.start, lines.end, self._text
        if self._keeps_blank_lines or not is_blank(text, end):
            return lines
        if not text[:start].strip("\ufeff"):
            while is_blank(text, end):
                end = next_line(text, end)
            return Span(start, end)
        while (before := line_before(text, start)) < start and is_blank(text, before):
            start = before
        return Span(start, end)


def _start(edit: Edit) -> int:
    return edit.span.start


_QUOTE = re.compile(r"[\"']|#\s*type:")

_EMPTY_BLOCK = re.compile(r"if\s+[\w.]+\s*:")

_BLOCK = re.compile(r"[^\r\n]*(?:(?:\r\n?|\n)[ \t]*(?:#[^\r\n]*)?)*(?:\r\n?|\n)[ \t]+[^\s#]")
"""A header, and after comments and blank lines a line that stands deeper than it."""
