"""A statement that a fix rewrites step by step, and the few edits that come out of it."""

from collections.abc import Callable
from difflib import SequenceMatcher
from itertools import accumulate

import msgspec

from hexguard.rule.lines import line_start
from hexguard.rule.source import Source
from hexguard.syntax import rewrite_statements
from hexguard.text.edit import Edit
from hexguard.text.span import Span


class Statement(msgspec.Struct, frozen=True):
    """A statement of a document, from `start` on: the text that it `was`, and what it is by now.

    Each step gives another statement. Names are compared as they are written; what a step cannot do without losing a
    comment, or does not find, makes `now` `None` for good.
    """

    start: int
    was: str
    now: str | None
    newline: str

    @classmethod
    def at(cls, span: Span, source: Source) -> "Statement":
        """The statement at `span` of a document, with the white space before it in its line."""
        line = line_start(source.text, span.start)
        start = span.start if source.text[line : span.start].strip(" \t") else line
        was = source.text[start : span.end]
        # Mixed line ends would not come out as they went in.
        is_even = _with_line_ends(was.replace(source.newline, "\n"), source.newline) == was
        return cls(start, was, was if is_even else None, source.newline)

    def edits(self) -> tuple[Edit, ...] | None:
        """What to change in the document, in as few characters as its lines allow; `None` if some step failed."""
        return None if self.now is None else _difference(self.start, self.was, self.now)

    def renamed_decorator(self, name: str, new: str, arguments: str | None = None) -> "Statement":
        """With `new` in the place of the decorator `name`, and other arguments if some are given."""
        return self._changed(lambda now: rewrite_statements.renamed_decorator(now, name, new, arguments))

    def with_decorator(self, decorator: str) -> "Statement":
        """With one more decorator below the others, unless it is there."""
        return self._changed(lambda now: rewrite_statements.with_decorator(now, decorator))

    def renamed_call(self, name: str, new: str) -> "Statement":
        """With `new` called instead of `name`, the first time it is called."""
        return self._changed(lambda now: rewrite_statements.renamed_call(now, name, new))

    def with_keyword(self, name: str, keyword: str, value: str) -> "Statement":
        """With a keyword argument in the first call of `name`, in the place of the one that it has or at the end."""
        return self._changed(lambda now: rewrite_statements.with_keyword(now, name, keyword, value))

    def without_keyword(self, name: str, keyword: str) -> "Statement":
        """Without a keyword argument of the first call of `name`, and the comment in its line."""
        return self._changed(lambda now: rewrite_statements.without_keyword(now, name, keyword))

    def annotated(self, annotation: str) -> "Statement":
        """An assignment with another annotation for its one target."""
        return self._changed(lambda now: rewrite_statements.annotated(now, annotation))

    def assigned(self, value: str) -> "Statement":
        """An assignment of another value."""
        return self._changed(lambda now: rewrite_statements.assigned(now, value))

    def without_class(self, name: str, instead: str = "") -> "Statement":
        """A class without a class in its body, or with a statement in the place of that one."""
        return self._changed(lambda now: rewrite_statements.without_class(now, name, instead))

    def with_attribute(self, attribute: str) -> "Statement":
        """A class with one more statement at the start of its body, after the docstring."""
        return self._changed(lambda now: rewrite_statements.with_attribute(now, attribute))

    def _changed(self, change: Callable[[str], str | None]) -> "Statement":
        if self.now is None:
            return self
        now = change(self.now.replace(self.newline, "\n"))
        return Statement(
            self.start, self.was, None if now is None else _with_line_ends(now, self.newline), self.newline
        )


def _with_line_ends(text: str, newline: str) -> str:
    return text if newline == "\n" else text.replace("\n", newline)


def _difference(start: int, was: str, now: str) -> tuple[Edit, ...]:
    """Edits that turn `was`, which begins at `start`, into `now`: whole lines, or the part of a line that differs."""
    before, after = was.splitlines(keepends=True), now.splitlines(keepends=True)
    offsets = [start, *accumulate((len(line) for line in before), initial=start)][1:]
    edits: list[Edit] = []
    for kind, first, end, first_after, end_after in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind != "equal":
            gone, come = "".join(before[first:end]), "".join(after[first_after:end_after])
            edits.append(_trimmed(offsets[first], gone, come))
    return tuple(edits)


def _trimmed(start: int, gone: str, come: str) -> Edit:
    """One edit without what both texts begin and end with."""
    least = min(len(gone), len(come))
    head = next((at for at in range(least) if gone[at] != come[at]), least)
    most = least - head
    tail = next((at for at in range(most) if gone[-1 - at] != come[-1 - at]), most)
    return Edit(Span(start + head, start + len(gone) - tail), come[head : len(come) - tail])
