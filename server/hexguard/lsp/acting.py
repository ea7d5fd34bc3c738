"""Makes the code actions for a place, and the edit of one that was chosen. Runs in the worker's thread."""

import logging
from collections.abc import Iterator, Sequence

import msgspec
from lsprotocol import types as lsp

from hexguard.engine.report import Report
from hexguard.lsp import convert
from hexguard.lsp.checking import Checking
from hexguard.lsp.client import Client
from hexguard.lsp.difference import line_edits
from hexguard.lsp.protocol import content_modified
from hexguard.lsp.roots import Home, Roots
from hexguard.lsp.target import FIX_ALL, QUICK_FIX, REFACTOR, Target
from hexguard.rule.fix import Applicability, Fix
from hexguard.text.document import Document
from hexguard.text.edit import Edit
from hexguard.text.span import Span

LOG = logging.getLogger(__name__)

FIX_ALL_TITLE = "Fix all that is safe (Hexguard)"

MAX_REPORTS = 50
"""Fixes are made for so many findings of a range at most: nobody picks from a longer menu."""


class Acting:
    """Code actions as `client` can take them."""

    def __init__(self, client: Client, roots: Roots, checking: Checking) -> None:
        self._client = client
        self._roots = roots
        self._checking = checking

    def actions(self, document: Document, span: Span, only: tuple[str, ...] | None) -> list[lsp.CodeAction]:
        """The actions for a span of a document, of the kinds `only` or of all."""
        home = self._home(document)
        reports = home.reports()
        found = list(self._fix_actions(home, _at(span, reports), only))
        if any(report.applicability is Applicability.SAFE for report in reports):
            found += self._fix_all_action(home, only)
        return found

    def edit(self, document: Document, target: Target) -> lsp.WorkspaceEdit:
        """The edit of an action. Raises an error that the client understands if the document has changed meanwhile."""
        home = self._home(document)
        if target.rule is None:
            return self._workspace_edit(home.document, _fix_all_edits(home), Applicability.SAFE)
        for report in home.reports():
            if report.rule != target.rule or (report.span.start, report.span.end) != target.span:
                continue
            for applicability, fix in home.workspace.fixes(report):
                if fix.title == target.title:
                    return self._workspace_edit(home.document, fix.edits, applicability)
        raise content_modified()

    def _fix_actions(
        self, home: Home, reports: Sequence[Report], only: tuple[str, ...] | None
    ) -> Iterator[lsp.CodeAction]:
        for report in reports:
            refactoring = f"{REFACTOR}.{report.rule}"
            if not _is_wanted(QUICK_FIX, only) and not _is_wanted(refactoring, only):
                continue
            for applicability, fix in _fixes(home, report):
                kind = refactoring if applicability is Applicability.REFACTOR else QUICK_FIX
                if _is_wanted(kind, only):
                    yield self._fix_action(home, report, applicability, fix, kind)

    def _fix_action(
        self, home: Home, report: Report, applicability: Applicability, fix: Fix, kind: str
    ) -> lsp.CodeAction:
        document = home.document
        action = lsp.CodeAction(
            title=fix.title,
            kind=kind,
            diagnostics=[self._checking.wire.diagnostic(report, home, document)],
            is_preferred=(applicability is Applicability.SAFE) if self._client.preferred_actions else None,
        )
        if self._client.resolves_edits:
            target = Target(
                document.uri, document.version, fix.title, report.rule, (report.span.start, report.span.end)
            )
            action.data = msgspec.to_builtins(target)
        else:
            action.edit = self._workspace_edit(document, fix.edits, applicability)
        return action

    def _fix_all_action(self, home: Home, only: tuple[str, ...] | None) -> list[lsp.CodeAction]:
        if not _is_wanted(FIX_ALL, only):
            return []
        document = home.document
        action = lsp.CodeAction(title=FIX_ALL_TITLE, kind=FIX_ALL)
        if self._client.resolves_edits:
            action.data = msgspec.to_builtins(Target(document.uri, document.version, FIX_ALL_TITLE))
            return [action]
        # To make all fixes takes a while, so a client that cannot ask for them later has to ask for them by name.
        edits = _fix_all_edits(home) if only is not None else ()
        action.edit = self._workspace_edit(document, edits, Applicability.SAFE)
        return [action] if edits else []

    def _workspace_edit(
        self, document: Document, edits: Sequence[Edit], applicability: Applicability
    ) -> lsp.WorkspaceEdit:
        is_doubtful = applicability is Applicability.UNSAFE and self._client.change_annotations
        confirm = "This fix may change what the code does." if is_doubtful else None
        text_edits = convert.to_text_edits(edits, document, self._client.encoding)
        return convert.to_workspace_edit(text_edits, document, confirm, versioned=self._client.document_changes)

    def _home(self, document: Document) -> Home:
        """The home of a document. Raises an error that the client understands if the document has changed meanwhile."""
        home = self._roots.home(document.uri)
        if home is None or home.document is not document:
            raise content_modified()
        return home


def _is_wanted(kind: str, only: tuple[str, ...] | None) -> bool:
    """Whether a kind is one of those asked for, or below one of them."""
    return only is None or any(not above or kind == above or kind.startswith(f"{above}.") for above in only)


def _at(span: Span, reports: Sequence[Report]) -> list[Report]:
    """The reports that a span touches."""
    touching = [report for report in reports if report.span.start <= span.end and span.start <= report.span.end]
    return touching[:MAX_REPORTS]


def _fixes(home: Home, report: Report) -> tuple[tuple[Applicability, Fix], ...]:
    try:
        return home.workspace.fixes(report)
    # A fix that crashes must not take the others with it.
    except Exception:
        LOG.exception("a fix of `%s` crashed", report.rule)
        return ()


def _fix_all_edits(home: Home) -> tuple[Edit, ...]:
    fixed = home.workspace.fix_all(home.path, lambda report: True, (Applicability.SAFE,))
    return line_edits(home.document.text, fixed.text)
