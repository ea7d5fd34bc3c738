"""After an edit, every document that it concerns is checked again, whatever else has been done before."""

from pathlib import Path

import pytest
from lsprotocol import types as lsp

from hexguard.app.root import Progress
from hexguard.engine.budget import Slow
from hexguard.engine.check import Crash
from hexguard.engine.timings import Timings
from hexguard.lsp.checking import Checking, Shown
from hexguard.lsp.client import Client
from hexguard.lsp.documents import Step
from hexguard.lsp.folders import Folder
from hexguard.lsp.roots import Roots
from hexguard.text.document import Document
from hexguard.text.span import Span
from support.command import write_files

WAITING = "import time\n\n\ndef load() -> int:\n    time.sleep(1)\n    return 1\n"
ROUTE = "import rates\n\n\nasync def show() -> int:\n    return rates.load()\n"


class Listening:
    """Keeps how many diagnostics each document had last."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}

    def checked(self, shown: Shown) -> None:
        self.counts[Path(shown.document.uri).name] = shown.diagnostics.count

    def crashed(self, crash: Crash) -> None:
        raise AssertionError(crash)

    def slowed(self, slow: Slow) -> None:
        raise AssertionError(slow)

    def settings_checked(self, document: Document, diagnostics: tuple[lsp.Diagnostic, ...]) -> None:
        raise AssertionError(diagnostics)

    def settings_refused(self, messages: tuple[str, ...]) -> None:
        raise AssertionError(messages)

    def progressed(self, title: str, progress: Progress | None) -> None:
        """How far it is does not matter here."""


@pytest.mark.parametrize("n_files", range(11))
def test_an_edit_reaches_the_other_document_after_an_index_of_any_length(tmp_path: Path, n_files: int) -> None:
    files = {f"more/m{number}.py": "" for number in range(n_files)}
    write_files(tmp_path, {"hexguard.toml": "", "rates.py": WAITING, "route.py": ROUTE, **files})
    roots, listening = Roots(), Listening()
    checking = Checking(Client(), roots, listening, lambda job: job(), Timings())
    roots.configure((Folder(tmp_path),), None)
    uris = {name: (tmp_path / name).as_uri() for name in ("rates.py", "route.py")}
    for name, text in (("rates.py", WAITING), ("route.py", ROUTE)):
        roots.open(uris[name], Document.of(uris[name], text, 1))
        checking.urgent(uris[name])
    while checking.step():
        pass
    assert listening.counts == {"rates.py": 0, "route.py": 1}
    home = roots.home(uris["rates.py"])
    assert home
    line = "    time.sleep(1)\n"
    span = Span(WAITING.index(line), WAITING.index(line) + len(line))
    roots.edit(uris["rates.py"], [Step(home.document.edited(span, "", 2), span, "")])
    checking.urgent(uris["rates.py"])
    while checking.step():
        pass
    assert listening.counts == {"rates.py": 0, "route.py": 0}
