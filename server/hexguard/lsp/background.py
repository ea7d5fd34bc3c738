"""The worker's side of the server: roots, checks, and answers.

Loading it takes as long as loading the protocol, so the worker does that when the client has its first answer.
Everything here runs in the worker's thread.
"""

from concurrent.futures import Future
from pathlib import Path

from hexguard.app.page import OWN_PAGES, own_page, rule_page
from hexguard.app.root import Root
from hexguard.app.sweep import Swept
from hexguard.engine.budget import Budget
from hexguard.engine.timings import Timings
from hexguard.files.pages import put_page
from hexguard.lsp import convert
from hexguard.lsp.acting import Acting, wanted
from hexguard.lsp.checking import Checking, Listener
from hexguard.lsp.client import Client
from hexguard.lsp.completing import Completion, in_comment, in_settings
from hexguard.lsp.directives import Directive
from hexguard.lsp.explaining import explained, explained_setting
from hexguard.lsp.folders import Editor
from hexguard.lsp.protocol import content_modified, refused
from hexguard.lsp.roots import MakeRoot, Roots
from hexguard.lsp.target import EverywhereFixes
from hexguard.lsp.worker import Later
from hexguard.settings.names import CONFIGURATION_FILES
from hexguard.settings.writing import settings_file
from hexguard.text.document import Document
from hexguard.text.span import Span
from hexguard_rules.catalogue import CATALOGUE


class Background:
    """All that needs the engine or the rules."""

    def __init__(
        self,
        client: Client,
        listener: Listener,
        later: Later,
        make_root: MakeRoot | None = None,
    ) -> None:
        timings = Timings()
        budget = Budget(spent=timings.add)

        def open_root(path: Path, editor: Editor) -> Root:
            return Root(path, editor, trace=timings, budget=budget)

        self.roots = Roots(make_root or open_root)
        self.checking = Checking(client, self.roots, listener, later, timings)
        self.settings_documents = self.checking.settings_documents
        self.acting = Acting(client, self.roots, self.checking)

    def close(self, uri: str) -> None:
        """Forget a document; from now on its file on disk counts."""
        self.roots.close(uri)
        self.checking.wire.forget(uri)

    def sweep(self, target: EverywhereFixes) -> Future[tuple[Swept, ...]]:
        """Have the project of a document fixed beside everything else. Raises an error that the client understands."""
        home = self.roots.home(target.uri)
        if home is None:
            raise content_modified()
        if not self.roots.is_project(home.root):
            raise refused(f"{home.path} belongs to no project")
        return self.checking.sweep(home.root, wanted(target.rule, unsafe=target.unsafe)).answer

    def page(self, name: str) -> Path | None:
        """A file with the page of a rule; `None` if there is no such rule."""
        text = self.page_text(name)
        return None if text is None else put_page(name, text)

    def page_text(self, name: str) -> str | None:
        """The page of a rule; `None` if there is no such rule."""
        if rule := CATALOGUE.find(name):
            return rule_page(rule)
        return own_page(name) if name in OWN_PAGES else None

    def told_project(self, uri: str) -> dict[str, object] | None:
        """What holds for the project of an open document, for people to read; `None` for any other document."""
        home = self.roots.home(uri)
        if home is None:
            return None
        composition, texts = home.root.composition, home.root.texts
        return {
            "path": str(home.root.path),
            "settings": [name for name in CONFIGURATION_FILES if name in texts],
            "settingsFile": settings_file(texts),
            "baseline": composition.settings.baseline,
            "preset": composition.project.preset,
            "rules": len(composition.selection.rules),
            "problems": len(home.root.problems),
        }

    def explained(self, document: Document, offset: int) -> tuple[str, Span] | None:
        """What there is to say about an offset of a document, in Markdown, with the span that it is about."""
        if name := self._settings_name(document):
            return explained_setting(name, document.text, offset)
        return explained(document, self.roots.home(document.uri), offset)

    def completions_in_comment(self, document: Document, directive: Directive) -> list[Completion]:
        """What can be written into a comment for Hexguard; nothing if the document has changed meanwhile."""
        home = self.roots.home(document.uri)
        return in_comment(home, directive) if home and home.document is document else []

    def completions_in_settings(self, document: Document, offset: int) -> list[Completion]:
        """What can be written at an offset of a settings document; nothing if it has changed meanwhile."""
        name = self._settings_name(document)
        return in_settings(name, document.text, offset) if name else []

    def _settings_name(self, document: Document) -> str | None:
        """The name of the file, if this is a settings document as it is now."""
        path = convert.to_path(document.uri)
        return Path(path).name if path and self.settings_documents.get(path) is document else None
