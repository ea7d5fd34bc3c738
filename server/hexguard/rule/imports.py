"""Adds the imports that a fix needs and removes those that it leaves unused."""

import re
import sys
from collections.abc import Sequence

from hexguard.facts.expressions import Context
from hexguard.rule.source import ImportedName, Part, Source, binds
from hexguard.rule.spelling import Spelling
from hexguard.syntax.rewrite import with_name, without_names
from hexguard.text.edit import Edit
from hexguard.text.span import Span


class Imports:
    """The imports of one document."""

    __slots__ = ("_adds", "_source")

    def __init__(self, source: Source) -> None:
        self._source = source
        self._adds = False

    def spell(self, qualified: str, part: Part, context: Context) -> Spelling | None:
        """How to write `qualified` (`asyncio.sleep`, `sqlalchemy.select`) at a place of `part`.

        What the document already imports is used; else a module that is known by its name is imported whole (`import
        asyncio`), unless that name is taken, and a name from a module otherwise (`from sqlalchemy import select`).
        """
        module, _, name = qualified.rpartition(".")
        for found in self._unconditional():
            text = _spelled(found, module, name)
            if text and self._is_visible(text.partition(".")[0], part, context):
                return Spelling(text)
        whole = None
        if module in _IMPORTED_WHOLE:
            whole = self._added(f"import {module}", module, f"{module}.{name}", part, context)
        return whole or self._added_name(module, name, part, context)

    def spell_all(
        self, names: Sequence[str], part: Part, context: Context
    ) -> tuple[tuple[str, ...], tuple[Edit, ...]] | None:
        """How to write several qualified names at one place, with all edits; `None` if one cannot be written."""
        spellings = {name: self.spell(name, part, context) for name in names}
        texts = [spelling.text for spelling in spellings.values() if spelling]
        if len(texts) != len(spellings):
            return None
        missing: dict[str, list[str]] = {}
        edits: list[Edit] = []
        for qualified, spelling in spellings.items():
            module, _, name = qualified.rpartition(".")
            if spelling and spelling.edits and spelling.text == name:
                missing.setdefault(module, []).append(name)
            elif spelling:
                edits.extend(spelling.edits)
        edits.extend(self._import_names(module, bound) for module, bound in missing.items())
        return tuple(texts), _merged(edits, self._source.newline)

    def _import_names(self, module: str, names: Sequence[str]) -> Edit:
        """One edit after which the module has all `names` from `module`."""
        for found in self._unconditional():
            if found.fact.module == module and found.fact.name is not None and not found.fact.level:
                changed: str | None = self._slice(found.statement)
                for name in names:
                    changed = with_name(changed, name) if changed else None
                if changed:
                    return Edit(found.statement, changed)
        return self._insert(f"from {module} import {', '.join(sorted(names))}")

    def means(self, written: str, qualified: str) -> bool:
        """Whether an import of the module lets it write `qualified` as the dotted name `written`."""
        module, _, name = qualified.rpartition(".")
        return any(_spelled(found, module, name) == written for found in self._source.imports())

    def _unconditional(self) -> list[ImportedName]:
        """Imported names that hold everywhere: not in a function, `if` or `try` (whose lines are indented)."""
        return [found for found in self._source.imports() if not self._indent(found.statement.start)]

    def _indent(self, offset: int) -> str:
        text = self._source.text
        start = max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
        return text[start:offset].lstrip("\ufeff\f")

    def _is_visible(self, name: str, part: Part, context: Context) -> bool:
        return binds(part.facts, name, context.scope) is None

    def _is_free(self, name: str, part: Part, context: Context) -> bool:
        """Whether a new import may bind `name`: nothing binds it at the place, nor anywhere in the module."""
        taken = any(name in other.facts.scopes[0].bindings for other in self._source.parts if not other.facts.is_member)
        return not taken and self._is_visible(name, part, context)

    def _added(self, statement: str, bound: str, text: str, part: Part, context: Context) -> Spelling | None:
        if not self._is_free(bound.partition(".")[0], part, context):
            return None
        return Spelling(text, (self._insert(statement),))

    def _added_name(self, module: str, name: str, part: Part, context: Context) -> Spelling | None:
        if not self._is_free(name, part, context):
            return None
        for found in self._unconditional():
            if found.fact.module == module and found.fact.name is not None and not found.fact.level:
                changed = with_name(self._slice(found.statement), name)
                if changed is not None:
                    return Spelling(name, (Edit(found.statement, changed),))
        return Spelling(name, (self._insert(f"from {module} import {name}"),))

    def _slice(self, span: Span) -> str:
        return self._source.text[span.start : span.end]

    def _insert(self, statement: str) -> Edit:
        """A new import statement, sorted into the ones that the document has."""
        self._adds = True
        newline = self._source.newline
        order = _order(statement)
        statements = sorted({found.statement for found in self._unconditional()})
        later = next((span for span in statements if _order(self._slice(span)) > order), None)
        if later is None:
            return self._append(statement, statements, order)
        blank = (
            newline if _order(self._slice(later))[0] != order[0] and not self._has_section(order, statements) else ""
        )
        return Edit(Span(later.start, later.start), statement + newline + blank)

    def _has_section(self, order: tuple[int, int, str], statements: list[Span]) -> bool:
        return any(_order(self._slice(span))[0] == order[0] for span in statements)

    def _append(self, statement: str, statements: list[Span], order: tuple[int, int, str]) -> Edit:
        newline = self._source.newline
        if not statements:
            at = self._first_line()
            return Edit(Span(at, at), statement + newline + newline)
        last = statements[-1]
        end = self._line_end(last.end)
        blank = newline if _order(self._slice(last))[0] != order[0] else ""
        return Edit(Span(end, end), newline + blank + statement)

    def _line_end(self, offset: int) -> int:
        text = self._source.text
        while offset < len(text) and text[offset] not in "\r\n":
            offset += 1
        return offset

    def _first_line(self) -> int:
        """Where the first statement after the docstring stands; the start of its line."""
        text = self._source.text
        for part in self._source.parts:
            block = text[part.start : part.start + 4].lstrip("\ufeff")
            line = self._statement_line(part)
            if (part.facts.facts or not len(part.spans)) and not text.startswith("from __future__ ", line):
                return line
            if not block:
                break
        return len(text)

    def _statement_line(self, part: Part) -> int:
        """The first line of a block that holds code; comments and blank lines above it stay above."""
        offset = part.start
        text = self._source.text
        while offset < len(text):
            end = self._line_end(offset)
            line = text[offset:end].strip().lstrip("\ufeff")
            if line and not line.startswith("#"):
                return offset
            offset = end + (2 if text[end : end + 2] == "\r\n" else 1)
        return len(text)

    def forget(self, dropped: Sequence[Span]) -> tuple[Edit, ...]:
        """Edits that remove the imported names which are read nowhere outside the spans `dropped`.

        Only names that are read inside them at all; never in a package's `__init__`, whose imports are its interface.
        """
        if self._source.is_package:
            return ()
        unused: dict[Span, set[str]] = {}
        for found in self._unconditional():
            if found.fact.name != "*" and self._becomes_unused(found.fact.bound, dropped):
                unused.setdefault(found.statement, set()).add(found.fact.bound)
        return tuple(edit for statement, names in unused.items() if (edit := self._removed(statement, names)))

    def _becomes_unused(self, name: str, dropped: Sequence[Span]) -> bool:
        if not any(name in self._slice(span) for span in dropped):
            return False
        inside = outside = 0
        for reference in self._source.references(name):
            if any(span.start <= reference.start and reference.end <= span.end for span in dropped):
                inside += 1
            else:
                outside += 1
        return bool(inside) and not outside and not self._is_quoted(name, dropped)

    def _is_quoted(self, name: str, dropped: Sequence[Span]) -> bool:
        """Whether `name` may stand in a string: in `__all__`, or in a quoted annotation. A quote before it will do."""
        text = self._source.text
        for found in re.finditer(rf"\b{re.escape(name)}\b", text):
            before = text[text.rfind("\n", 0, found.start()) + 1 : found.start()]
            is_dropped = any(span.start <= found.start() and found.end() <= span.end for span in dropped)
            if not is_dropped and ('"' in before or "'" in before):
                return True
        return False

    def _removed(self, statement: Span, names: set[str]) -> Edit | None:
        changed = without_names(self._slice(statement), names)
        if changed is None:
            return None
        if changed:
            return Edit(statement, changed)
        text = self._source.text
        end = self._line_end(statement.end)
        if text[statement.end : end].strip():
            return None
        end = self._next_line(end)
        return Edit(self._with_blank_lines(Span(statement.start, end)), "")

    def _with_blank_lines(self, lines: Span) -> Span:
        """Lines to remove, with the blank ones that would be left over around them (a new import may need those)."""
        start, end = lines.start, lines.end
        if self._adds or not self._is_blank(end):
            return lines
        if not self._source.text[:start].strip("\ufeff"):
            while self._is_blank(end):
                end = self._next_line(self._line_end(end))
            return Span(start, end)
        while (before := self._line_before(start)) < start and self._is_blank(before):
            start = before
        return Span(start, end)

    def _is_blank(self, line: int) -> bool:
        return line < len(self._source.text) and not self._slice(Span(line, self._line_end(line))).strip()

    def _line_before(self, line: int) -> int:
        text = self._source.text
        end = line - (2 if text[max(line - 2, 0) : line] == "\r\n" else 1)
        return max(text.rfind("\n", 0, max(end, 0)), text.rfind("\r", 0, max(end, 0))) + 1

    def _next_line(self, line_end: int) -> int:
        text = self._source.text
        return line_end + (2 if text[line_end : line_end + 2] == "\r\n" else int(line_end < len(text)))


def _merged(edits: Sequence[Edit], newline: str) -> tuple[Edit, ...]:
    """The edits, with new statements for one place put into one edit, sorted; only the last keeps its blank line."""
    by_span: dict[Span, list[str]] = {}
    for edit in edits:
        by_span.setdefault(edit.span, []).append(edit.text)
    merged: list[Edit] = []
    for span, texts in by_span.items():
        statements = sorted({text.strip() for text in texts}, key=_order)
        lead = texts[0][: len(texts[0]) - len(texts[0].lstrip())]
        merged.append(Edit(span, lead + newline.join(statements) + texts[-1][len(texts[-1].rstrip()) :]))
    return tuple(merged)


def _spelled(found: ImportedName, module: str, name: str) -> str:
    """How an import lets the code write `module.name`; empty if it does not."""
    fact = found.fact
    if fact.level:
        return ""
    if fact.name is not None:
        if fact.module == module and fact.name == name:
            return fact.bound
        return f"{fact.bound}.{name}" if f"{fact.module}.{fact.name}" == module else ""
    if fact.module != module:
        return ""
    return f"{fact.alias or fact.module}.{name}"


def _order(statement: str) -> tuple[int, int, str]:
    """Where a statement sorts: standard library before the rest, `import` before `from`, then by module."""
    words = statement.split()
    module = words[1] if len(words) > 1 else ""
    top = module.partition(".")[0].rstrip(",")
    if top == "__future__":
        section = 0
    elif top in sys.stdlib_module_names:
        section = 1
    else:
        section = 3 if module.startswith(".") else 2
    return section, int(words[0] == "from") if words else 0, module.lower()


_IMPORTED_WHOLE = frozenset({"asyncio", "httpx", "anyio", "trio"})
