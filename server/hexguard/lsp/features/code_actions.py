"""Offers fixes where the cursor is, makes their edits when one is chosen, and fixes all that is safe at once."""

import logging
from collections.abc import Iterator, Sequence

import msgspec
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

from hexguard.engine.report import Report
from hexguard.lsp import convert
from hexguard.lsp.difference import line_edits
from hexguard.lsp.protocol import CONTENT_MODIFIED
from hexguard.lsp.roots import Home
from hexguard.lsp.service import Service
from hexguard.rule.fix import Applicability, Fix
from hexguard.text.document import Document
from hexguard.text.edit import Edit
from hexguard.text.span import Span

LOG = logging.getLogger(__name__)

QUICK_FIX = lsp.CodeActionKind.QuickFix.value
REFACTOR = "refactor.rewrite.hexguard"
FIX_ALL = "source.fixAll.hexguard"
KINDS = (QUICK_FIX, REFACTOR, FIX_ALL)
FIX_ALL_TITLE = "Fix all that is safe (Hexguard)"

MAX_REPORTS = 50
"""Fixes are made for so many findings of a range at most: nobody picks from a longer menu."""


class Target(msgspec.Struct, frozen=True):
    """What an action was offered for, as its `data` carries it; without a `rule` it is all that is safe."""

    uri: str
    version: int | None
    title: str
    rule: str | None = None
    span: tuple[int, int] = (0, 0)


async def offer(ls: Service, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
    """The actions for a range. The range counts, not the diagnostics that the client sends along: some send none."""
    document = ls.documents.get(params.text_document.uri)
    if document is None:
        return []
    span = convert.to_span(params.range, document, ls.client.encoding)
    only = _kinds(params.context.only)

    def actions() -> list[lsp.CodeAction]:
        home = _home(ls, document)
        reports = home.reports()
        found = list(_fix_actions(ls, home, _at(span, reports), only))
        if any(report.applicability is Applicability.SAFE for report in reports):
            found += _fix_all_action(ls, home, only)
        return found

    return await ls.ask(actions)


async def resolve(ls: Service, action: lsp.CodeAction) -> lsp.CodeAction:
    """The action with its edit. An edit is made for the version that the action was offered for, or not at all."""
    try:
        target = msgspec.convert(action.data, Target)
    except msgspec.ValidationError as error:
        raise JsonRpcInvalidParams(f"the action was not offered by this server: {error}") from error
    document = ls.documents.get(target.uri)
    if document is None or document.version != target.version:
        raise _changed()
    action.edit = await ls.ask(lambda: _edit_of(ls, _home(ls, document), target))
    if not ls.documents.is_current(document):
        raise _changed()
    return action


def _kinds(only: Sequence[lsp.CodeActionKind | str] | None) -> tuple[str, ...] | None:
    if only is None:
        return None
    return tuple(kind.value if isinstance(kind, lsp.CodeActionKind) else kind for kind in only)


def _is_wanted(kind: str, only: tuple[str, ...] | None) -> bool:
    """Whether a kind is one of those asked for, or below one of them."""
    return only is None or any(not above or kind == above or kind.startswith(f"{above}.") for above in only)


def _at(span: Span, reports: Sequence[Report]) -> list[Report]:
    """The reports that a span touches."""
    touching = [report for report in reports if report.span.start <= span.end and span.start <= report.span.end]
    return touching[:MAX_REPORTS]


def _fix_actions(
    ls: Service, home: Home, reports: Sequence[Report], only: tuple[str, ...] | None
) -> Iterator[lsp.CodeAction]:
    for report in reports:
        refactoring = f"{REFACTOR}.{report.rule}"
        if not _is_wanted(QUICK_FIX, only) and not _is_wanted(refactoring, only):
            continue
        for applicability, fix in _fixes(home, report):
            kind = refactoring if applicability is Applicability.REFACTOR else QUICK_FIX
            if _is_wanted(kind, only):
                yield _fix_action(ls, home, report, applicability, fix, kind)


def _fixes(home: Home, report: Report) -> tuple[tuple[Applicability, Fix], ...]:
    try:
        return home.workspace.fixes(report)
    # A fix that crashes must not take the others with it.
    except Exception:
        LOG.exception("a fix of `%s` crashed", report.rule)
        return ()


def _fix_action(
    ls: Service, home: Home, report: Report, applicability: Applicability, fix: Fix, kind: str
) -> lsp.CodeAction:
    document = home.document
    action = lsp.CodeAction(
        title=fix.title,
        kind=kind,
        diagnostics=[ls.checking.diagnostic(report, home, document)],
        is_preferred=(applicability is Applicability.SAFE) if ls.client.preferred_actions else None,
    )
    if ls.client.resolves_edits:
        target = Target(document.uri, document.version, fix.title, report.rule, (report.span.start, report.span.end))
        action.data = msgspec.to_builtins(target)
    else:
        action.edit = _workspace_edit(ls, document, fix.edits, applicability)
    return action


def _fix_all_action(ls: Service, home: Home, only: tuple[str, ...] | None) -> list[lsp.CodeAction]:
    if not _is_wanted(FIX_ALL, only):
        return []
    document = home.document
    action = lsp.CodeAction(title=FIX_ALL_TITLE, kind=FIX_ALL)
    if ls.client.resolves_edits:
        action.data = msgspec.to_builtins(Target(document.uri, document.version, FIX_ALL_TITLE))
        return [action]
    # To make all fixes takes a while, so a client that cannot ask for them later has to ask for them by name.
    edits = _fix_all_edits(home) if only is not None else ()
    action.edit = _workspace_edit(ls, document, edits, Applicability.SAFE)
    return [action] if edits else []


def _edit_of(ls: Service, home: Home, target: Target) -> lsp.WorkspaceEdit:
    if target.rule is None:
        return _workspace_edit(ls, home.document, _fix_all_edits(home), Applicability.SAFE)
    for report in home.reports():
        if report.rule != target.rule or (report.span.start, report.span.end) != target.span:
            continue
        for applicability, fix in home.workspace.fixes(report):
            if fix.title == target.title:
                return _workspace_edit(ls, home.document, fix.edits, applicability)
    raise _changed()


def _fix_all_edits(home: Home) -> tuple[Edit, ...]:
    fixed = home.workspace.fix_all(home.path, lambda report: True, (Applicability.SAFE,))
    return line_edits(home.document.text, fixed.text)


def _workspace_edit(
    ls: Service, document: Document, edits: Sequence[Edit], applicability: Applicability
) -> lsp.WorkspaceEdit:
    is_doubtful = applicability is Applicability.UNSAFE and ls.client.change_annotations
    confirm = "This fix may change what the code does." if is_doubtful else None
    text_edits = convert.to_text_edits(edits, document, ls.client.encoding)
    return convert.to_workspace_edit(text_edits, document, confirm, versioned=ls.client.document_changes)


def _home(ls: Service, document: Document) -> Home:
    """The home of a document. Raises an error that the client understands if the document has changed meanwhile."""
    home = ls.roots.home(document.uri)
    if home is None or home.document is not document:
        raise _changed()
    return home


def _changed() -> JsonRpcException:
    return JsonRpcException("the document has changed since this action was offered", code=CONTENT_MODIFIED)
