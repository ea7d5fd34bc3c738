"""Tells what is wrong with settings, each time that it changes: of open documents as they are, of others as on disk.

Everything here runs in the worker's thread.
"""

from typing import Protocol

from lsprotocol import types as lsp

from hexguard.lsp import convert
from hexguard.lsp.client import Client
from hexguard.lsp.roots import Roots, is_editor_problem
from hexguard.lsp.settings_documents import SettingsDocuments
from hexguard.settings.model import Problem
from hexguard.text.document import Document


class SettingsListener(Protocol):
    """What hears about settings; it is called in the worker's thread."""

    def settings_checked(self, document: Document, diagnostics: tuple[lsp.Diagnostic, ...]) -> None:
        """A configuration file was read; it has these problems, or none any more. Without a version it is on disk."""

    def settings_refused(self, messages: tuple[str, ...]) -> None:
        """What the editor sent has these problems, or none any more."""


class SettingsProblems:
    """What was told last about each configuration file, so that only news is told."""

    def __init__(self, client: Client, roots: Roots, listener: SettingsListener, documents: SettingsDocuments) -> None:
        self._client = client
        self._roots = roots
        self._listener = listener
        self._documents = documents
        # By uri, as they were on disk; `None` for what the text of an open document said.
        self._told: dict[str, tuple[str, tuple[Problem, ...]] | None] = {}
        self._refused: tuple[str, ...] = ()

    def tell_edited(self) -> bool:
        """Tell what is wrong in one document that was edited; whether there was one."""
        edited = self._documents.take_edited()
        if edited is None:
            return False
        self._tell(*edited)
        return True

    def tell_others(self) -> None:
        """Tell the problems of each file on disk when they change, and when there are none any more."""
        self._told.update(dict.fromkeys(self._documents.take_closed()))
        found: dict[str, tuple[str, tuple[Problem, ...]]] = {}
        refused: list[str] = []
        for root, problem in self._roots.problems():
            path = str(root.path / problem.path)
            if is_editor_problem(problem):
                refused.append(problem.message)
            elif self._documents.get(path) is None:
                uri = convert.to_uri(path)
                _, before = found.get(uri, ("", ()))
                found[uri] = root.settings_text(problem.path), (*before, problem)
        told = self._told
        self._told = {**found}
        for uri in dict.fromkeys((*told, *found)):
            text, problems = now = found.get(uri, ("", ()))
            if told.get(uri, ("", ())) != now:
                self._tell(Document.of(uri, text), problems)
        if self._refused != (messages := tuple(dict.fromkeys(refused))):
            self._refused = messages
            self._listener.settings_refused(messages)

    def _tell(self, document: Document, problems: tuple[Problem, ...]) -> None:
        encoding = self._client.encoding
        diagnostics = (convert.to_settings_diagnostic(problem, document, encoding) for problem in problems)
        self._listener.settings_checked(document, tuple(diagnostics))
