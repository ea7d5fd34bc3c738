"""Where the calls and imports of a chain stand in a file."""

from hexguard.engine.file import File
from hexguard.facts.expressions import Call
from hexguard.facts.model import Import
from hexguard.facts.scopes import ScopeKind
from hexguard.index.chains import Link
from hexguard.index.effects import Step
from hexguard.rule.finding import Site
from hexguard.text.span import Span


def site_span(site: Site, file: File) -> Span | None:
    """The span of a site in the document of its module; `None` if the file no longer has it."""
    return _call(site, file) if isinstance(site, Step) else _import(site, file)


def _call(step: Step, file: File) -> Span | None:
    for position, lowered in enumerate(file.blocks):
        owner = file.placed[position].owner
        prefix = f"{owner}." if owner else ""
        qualname = step.caller.removeprefix(prefix)
        if prefix + qualname != step.caller or qualname not in lowered.summary.calls:
            continue
        block = lowered.facts
        calls = [
            call
            for call in block.of_type(Call)
            if (scope := block.scopes[block.function_scope(call.context.scope)]).kind is ScopeKind.FUNCTION
            and scope.qualname == qualname
        ]
        if step.ordinal < len(calls):
            return lowered.spans[calls[step.ordinal].func.node].shift(file.starts[position])
    return None


def _import(link: Link, file: File) -> Span | None:
    ordinal = link.ordinal
    for lowered, start in zip(file.blocks, file.starts, strict=True):
        imports = lowered.facts.of_type(Import)
        if ordinal < len(imports):
            return lowered.spans[imports[ordinal].statement].shift(start)
        ordinal -= len(imports)
    return None
