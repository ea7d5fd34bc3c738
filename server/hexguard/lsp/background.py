"""The worker's side of the server: roots, checks, and answers.

Loading it takes as long as loading the protocol, so the worker does that when the client has its first answer.
Everything here runs in the worker's thread.
"""

from pathlib import Path

from hexguard.app.root import Root
from hexguard.engine.budget import Budget
from hexguard.engine.timings import Timings
from hexguard.lsp.acting import Acting
from hexguard.lsp.checking import Checking, Listener
from hexguard.lsp.client import Client
from hexguard.lsp.explaining import explained
from hexguard.lsp.folders import Editor
from hexguard.lsp.roots import MakeRoot, Roots
from hexguard.lsp.worker import Later
from hexguard.text.document import Document
from hexguard.text.span import Span


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
        self.acting = Acting(client, self.roots, self.checking)

    def close(self, uri: str) -> None:
        """Forget a document; from now on its file on disk counts."""
        self.roots.close(uri)
        self.checking.wire.forget(uri)

    def explained(self, document: Document, offset: int) -> tuple[str, Span] | None:
        """What there is to say about an offset of a document, in Markdown, with the span that it is about."""
        return explained(document, self.roots.home(document.uri), offset)
