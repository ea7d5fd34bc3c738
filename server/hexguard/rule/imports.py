"""Adds the imports that a fix needs, and writes names as the imports of the document let it."""

from collections.abc import Iterator, Mapping, Sequence

from hexguard.facts.expressions import Context
from hexguard.rule.forgetting import Forgetting
from hexguard.rule.import_order import order_of, section_of
from hexguard.rule.lines import is_comment, is_rest_of_line_free, line_before, line_end, line_start, next_line
from hexguard.rule.source import ImportedName, Part, Source, binds
from hexguard.rule.spelling import Spelling
from hexguard.syntax.rewrite import with_name
from hexguard.text.edit import Edit
from hexguard.text.span import Span


class Imports:
    """The imports of one document."""

    __slots__ = ("_added", "_source", "_spelled", "_text")

    def __init__(self, source: Source) -> None:
        self._source = source
        self._text = source.text
        # What `spell` has answered so far, which `forget` must not take away.
        self._added: dict[Span, str] = {}
        self._spelled: set[str] = set()

    def spell(self, qualified: str, part: Part, context: Context, *, typing_only: bool = False) -> Spelling | None:
        """How to write `qualified` (`asyncio.sleep`, `sqlalchemy.select`) at a place of `part`.

        What the document already imports is used; else a module that is known by its name is imported whole (`import
        asyncio`), unless that name is taken, and a name from a module otherwise (`from sqlalchemy import select`).
        `typing_only`: nobody evaluates the name at run time, if the document says so of its annotations.
        """
        spelling = self._spelling(qualified, part, context, typing_only)
        if spelling:
            self._spelled.add(spelling.text.partition(".")[0])
            self._added.update((edit.span, edit.text) for edit in spelling.edits)
        return spelling

    def exchange(self, qualified: str, dropped: Sequence[Span], part: Part, context: Context) -> Spelling | None:
        """The same where the name takes the place of what stands in `dropped`, whose imports may go."""
        spelling = self.spell(qualified, part, context)
        if spelling is None:
            return None
        edits = {edit.span: edit for edit in spelling.edits}
        edits.update((edit.span, edit) for edit in self._forgetting(self._added).edits(dropped))
        return Spelling(spelling.text, tuple(edits.values()))

    def _spelling(self, qualified: str, part: Part, context: Context, typing_only: bool) -> Spelling | None:
        module, _, name = qualified.rpartition(".")
        is_lazy = typing_only and self._source.has_lazy_annotations
        usable = [*self._unconditional(), *(self._source.typing_imports() if is_lazy else ())]
        for found in usable:
            text = _spelled(found, module, name)
            is_there = self._is_before(found, part) or bool(part.facts.function_scope(context.scope))
            if text and is_there and _is_visible(text.partition(".")[0], part, context):
                return Spelling(text)
        if module in _IMPORTED_WHOLE and self._is_free(module.partition(".")[0], "", part, context):
            return Spelling(qualified, (self._insert(f"import {module}", part),))
        if not self._is_free(name, qualified, part, context):
            return None
        if is_lazy and (edit := self._for_typing(module, name)):
            return Spelling(name, (edit,))
        return Spelling(name, (self._import_names(module, (name,), part), *self._moved(qualified)))

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
                edits.extend(spelling.edits[1:])
            elif spelling:
                edits.extend(spelling.edits)
        edits.extend(self._import_names(module, bound, part) for module, bound in missing.items())
        return tuple(texts), _merged(edits, self._source.newline)

    def exchange_all(
        self, names: Sequence[str], dropped: Sequence[Span], part: Part, context: Context
    ) -> tuple[tuple[str, ...], tuple[Edit, ...]] | None:
        """The same where the names take the place of what stands in `dropped`, whose imports may go."""
        spelled = self.spell_all(names, part, context)
        if spelled is None:
            return None
        edits = {edit.span: edit for edit in spelled[1]}
        added = {edit.span: edit.text for edit in spelled[1]}
        edits.update((edit.span, edit) for edit in self._forgetting(added).edits(dropped))
        return spelled[0], tuple(edits.values())

    def means(self, written: str, qualified: str) -> bool:
        """Whether an import of the module lets it write `qualified` as the dotted name `written`."""
        module, _, name = qualified.rpartition(".")
        found = (*self._source.imports(), *self._source.typing_imports())
        return any(_spelled(one, module, name) == written for one in found)

    def forget(self, dropped: Sequence[Span]) -> tuple[Edit, ...]:
        """Edits that remove the imported names which are read nowhere outside the spans `dropped`.

        What was spelled before stays, and so do the statements that gain a name by that.
        """
        edits = self._forgetting({}).edits(dropped)
        return tuple(edit for edit in edits if edit.span not in self._added)

    def _forgetting(self, changed: Mapping[Span, str]) -> Forgetting:
        return Forgetting(self._source, changed, self._spelled, keeps_blank_lines=bool(self._added))

    def _unconditional(self) -> Iterator[ImportedName]:
        """Imported names that hold everywhere: not in a function, `if` or `try` (whose lines are indented)."""
        return (found for found in self._source.imports() if not self._indent(found).strip("\ufeff\f"))

    def _indent(self, found: ImportedName) -> str:
        """What stands before an import statement in its line."""
        return self._text[line_start(self._text, found.statement.start) : found.statement.start]

    def _is_before(self, found: ImportedName, part: Part) -> bool:
        return found.statement.start < part.start

    def _is_free(self, name: str, qualified: str, part: Part, context: Context) -> bool:
        """Whether a new import may bind `name`: nothing binds it at the place, nor anywhere in the module.

        An import of the same thing for type checkers does not count.
        """
        typed = sum(found.fact.bound == name for found in self._same_for_typing(qualified))
        blocks = (other.facts for other in self._source.parts if not other.facts.is_member)
        taken = sum(len(block.scopes[0].bindings.get(name, ())) for block in blocks)
        return taken <= typed and _is_visible(name, part, context)

    def _same_for_typing(self, qualified: str) -> list[ImportedName]:
        module, _, name = qualified.rpartition(".")
        return [found for found in self._source.typing_imports() if _spelled(found, module, name) == name]

    def _moved(self, qualified: str) -> tuple[Edit, ...]:
        """Edits that remove the import for type checkers of what is now imported for run time."""
        forgetting = Forgetting(self._source, {}, (), keeps_blank_lines=True)
        return tuple(edit for found in self._same_for_typing(qualified) for edit in forgetting.typing_edits(found))

    def _import_names(self, module: str, names: Sequence[str], part: Part) -> Edit:
        """One edit after which the module has all `names` from `module`."""
        for found in self._unconditional():
            if _imports_from(found, module) and self._is_before(found, part):
                changed: str | None = self._slice(found.statement)
                for name in names:
                    changed = with_name(changed, name) if changed else None
                if changed:
                    return Edit(found.statement, changed)
        return self._insert(f"from {module} import {', '.join(sorted(names))}", part)

    def _slice(self, span: Span) -> str:
        return self._text[span.start : span.end]

    def _insert(self, statement: str, part: Part) -> Edit:
        """A new import statement, sorted into the ones that the document has before a block."""
        found = (one for one in self._unconditional() if self._is_before(one, part))
        statements = sorted({one.statement for one in found if is_rest_of_line_free(self._text, one.statement.end)})
        if statements:
            return self._sorted_in(statement, statements, "")
        at = self._first_line()
        return Edit(Span(at, at), statement + self._source.newline + self._source.newline)

    def _sorted_in(self, statement: str, statements: Sequence[Span], indent: str) -> Edit:
        """A new statement before the first one that sorts after it, else after the last one."""
        newline, section = self._source.newline, section_of(statement)
        sections = [section_of(self._slice(span)) for span in statements]
        later = next((span for span in statements if order_of(self._slice(span)) > order_of(statement)), None)
        if later is None:
            at = next_line(self._text, statements[-1].end)
            start = "" if at > line_end(self._text, statements[-1].end) else newline
            blank = newline if sections[-1] != section else ""
            return Edit(Span(at, at), start + blank + indent + statement + newline)
        blank = "" if section in sections else newline
        return Edit(Span(later.start, later.start), statement + newline + blank + indent)

    def _for_typing(self, module: str, name: str) -> Edit | None:
        """One more import in the block for type checkers; `None` if there is no such block with lines of its own."""
        block = [found for found in self._source.typing_imports() if not found.fact.context.in_try]
        block = [found for found in block if not self._indent(found).strip()]
        for found in block:
            if _imports_from(found, module) and (changed := with_name(self._slice(found.statement), name)):
                return Edit(found.statement, changed)
        indent = min((self._indent(found) for found in block), key=len, default="")
        statements = sorted({found.statement for found in block if self._indent(found) == indent})
        if not statements or not all(is_rest_of_line_free(self._text, span.end) for span in statements):
            return None
        return self._sorted_in(f"from {module} import {name}", statements, indent)

    def _first_line(self) -> int:
        """Where the first statement after the docstring stands, with the comments above it that are about it."""
        text = self._text
        for part in self._source.parts:
            line = self._statement_line(part)
            if (part.facts.facts or not len(part.spans)) and not text.startswith("from __future__", line):
                start = line
                while start and is_comment(text, before := line_before(text, start)):
                    start = before
                # A comment in the first line is about the file.
                return start if text[:start].strip("\ufeff") else line
        return len(text)

    def _statement_line(self, part: Part) -> int:
        """The first line of a block that holds code; comments and blank lines above it stay above."""
        line, text = part.start, self._text
        while line < len(text):
            content = self._slice(Span(line, line_end(text, line))).strip().lstrip("\ufeff")
            if content and not content.startswith("#"):
                return line
            line = next_line(text, line)
        return len(text)


def _is_visible(name: str, part: Part, context: Context) -> bool:
    return binds(part.facts, name, context.scope) is None


def _imports_from(found: ImportedName, module: str) -> bool:
    """Whether it is a name of a statement `from module import ...`."""
    return found.fact.module == module and found.fact.name is not None and not found.fact.level


def _merged(edits: Sequence[Edit], newline: str) -> tuple[Edit, ...]:
    """The edits, with new statements for one place put into one edit, sorted; only the last keeps its blank line."""
    by_span: dict[Span, list[str]] = {}
    for edit in edits:
        by_span.setdefault(edit.span, []).append(edit.text)
    merged: list[Edit] = []
    for span, texts in by_span.items():
        statements = sorted({text.strip() for text in texts}, key=order_of)
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


_IMPORTED_WHOLE = frozenset({"asyncio", "httpx", "anyio", "trio"})
