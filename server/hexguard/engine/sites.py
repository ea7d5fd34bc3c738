"""Where the calls and imports of a chain stand in a file."""

from bisect import bisect_right
from itertools import accumulate

from hexguard.engine.file import Edited, File, LoweredBlock
from hexguard.facts.expressions import Call
from hexguard.facts.model import Import
from hexguard.facts.scopes import ScopeKind
from hexguard.index.chains import Link
from hexguard.index.effects import Step
from hexguard.rule.finding import Site
from hexguard.text.span import Span


class Sites:
    """Which blocks of a file hold the calls of each function, and its imports.

    Of several functions with one name, the last one counts, as it does in the summary of the module.
    """

    __slots__ = ("_callers", "_importers", "_n_imports")

    def __init__(self, file: File) -> None:
        self._callers: dict[str, int] = {}
        importers: list[int] = []
        for position, placed in enumerate(file.placed):
            if placed.summary.calls:
                prefix = f"{placed.owner}." if placed.owner else ""
                self._callers.update((prefix + name, position) for name in placed.summary.calls)
            if placed.summary.imports:
                importers.append(position)
        self._importers = tuple(importers)
        self._n_imports = tuple(accumulate((len(file.placed[at].summary.imports) for at in importers), initial=0))

    def span(self, site: Site, file: File) -> Span | None:
        """The span of a site in `file`; `None` if there is no such call or import."""
        return self._call(site, file) if isinstance(site, Step) else self._import(site, file)

    def _call(self, step: Step, file: File) -> Span | None:
        position = self._callers.get(step.caller)
        if position is None:
            return None
        lowered, owner = file.blocks[position], file.placed[position].owner
        block = lowered.facts
        qualname = step.caller.removeprefix(f"{owner}.") if owner else step.caller
        calls = [
            call
            for call in block.of_type(Call)
            if (scope := block.scopes[block.function_scope(call.context.scope)]).kind is ScopeKind.FUNCTION
            and scope.qualname == qualname
        ]
        if step.ordinal >= len(calls):
            return None
        return lowered.spans[calls[step.ordinal].func.node].shift(file.starts[position])

    def _import(self, link: Link, file: File) -> Span | None:
        if not 0 <= link.ordinal < self._n_imports[-1]:
            return None
        index = bisect_right(self._n_imports, link.ordinal) - 1
        position = self._importers[index]
        found = file.blocks[position].facts.of_type(Import)[link.ordinal - self._n_imports[index]]
        return file.blocks[position].spans[found.statement].shift(file.starts[position])


def same_sites(old: File, edited: Edited) -> bool:
    """Whether the `Sites` of a file still hold after an edit."""
    end = edited.first + edited.removed
    before = old.blocks.part(edited.first, end)
    after = edited.file.blocks.part(edited.first, edited.first + edited.added)
    return (
        not edited.moved
        and len(before) == len(after)
        and all(_same_names(*pair) for pair in zip(before, after, strict=True))
    )


def _same_names(before: LoweredBlock, after: LoweredBlock) -> bool:
    was, now = before.summary, after.summary
    return was is now or (was.calls.keys() == now.calls.keys() and len(was.imports) == len(now.imports))
