"""Findings that a project leaves alone are not shown by the server either, and come back when the baseline says so."""

from pathlib import Path

import pytest
from lsprotocol import types as lsp

from hexguard.app.baseline import BaselineUse
from hexguard.app.batch import check_batch
from hexguard.app.worker import Task
from hexguard.lsp.features.watching import PATTERNS
from hexguard.settings.names import BASELINE
from support.command import write_files
from support.editor import PULLING, Editor

SLEEP = "import time\n\n\nasync def wait() -> None:\n    time.sleep(1)\n"
FOUND = "blocking-sleep-in-async"


def write_baseline(folder: Path) -> Path:
    """Write all that the command line finds into the baseline."""
    files = [str(path) for path in folder.rglob("*.py")]
    assert check_batch(Task(folder, baseline=BaselineUse.WRITE), files).settled
    return folder / BASELINE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_files(tmp_path, {"hexguard.toml": "", "app.py": SLEEP})
    return tmp_path


async def test_what_is_in_the_baseline_is_not_shown(folder: Path) -> None:
    write_baseline(folder)
    async with Editor(folder) as editor:
        uri = editor.open(folder / "app.py", SLEEP)
        await editor.findings(uri)
        editor.replace(uri, "import time\n", "import time\n# why\n")
        editor.replace(uri, "    time.sleep(1)\n", "    time.sleep(1)\n    time.sleep(1)\n")
        [found] = await editor.findings(uri, FOUND)
        assert found.range.start.line == 6, "the new one is the one that is shown"
        editor.replace(uri, "# why\n", "")
        await editor.until(
            lambda: [one.range.start.line for one in editor.client.diagnostics[uri]] == [5] or None,
            lambda: "it did not move",
        )


async def test_nor_is_it_to_a_client_that_asks(folder: Path) -> None:
    write_baseline(folder)
    async with Editor(folder, can=PULLING) as editor:
        uri = editor.open(folder / "app.py", SLEEP)
        for text, n_found in (("", 0), ("    time.sleep(1)\n", 1)):
            editor.replace(uri, "    time.sleep(1)\n", f"    time.sleep(1)\n{text}")
            report = await editor.pull(uri)
            assert isinstance(report, lsp.RelatedFullDocumentDiagnosticReport)
            assert [one.code for one in report.items] == [FOUND] * n_found


@pytest.mark.parametrize("is_watched", [True, False])
async def test_a_baseline_that_changes_counts_at_once(folder: Path, is_watched: bool) -> None:
    async with Editor(folder) as editor:
        uri = editor.open(folder / "app.py", SLEEP)

        def tell() -> None:
            if is_watched:
                event = lsp.FileEvent((folder / BASELINE).as_uri(), lsp.FileChangeType.Changed)
                editor.client.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams([event]))
            else:
                editor.save(uri)

        await editor.findings(uri, FOUND)
        baseline = write_baseline(folder)
        tell()
        await editor.findings(uri)
        baseline.unlink()
        tell()
        await editor.findings(uri, FOUND)


async def test_a_line_that_is_no_entry_is_shown_in_place(folder: Path) -> None:
    baseline = write_baseline(folder)
    lines = baseline.read_text("utf-8")
    baseline.write_text(f"{lines}=======\n", "utf-8")
    async with Editor(folder) as editor:
        uri = editor.open(folder / "app.py", SLEEP)
        await editor.findings(uri)

        def problems() -> list[lsp.Diagnostic] | None:
            return list(editor.client.diagnostics.get(baseline.as_uri(), ())) or None

        [problem] = await editor.until(problems, lambda: "no problem was shown")
        assert problem.range == lsp.Range(lsp.Position(2, 0), lsp.Position(2, 7))
        assert "no entry of a baseline" in problem.message
        baseline.write_text(lines, "utf-8")
        editor.save(uri)
        await editor.findings(baseline.as_uri())


def test_the_client_is_asked_to_watch_it() -> None:
    assert f"**/{BASELINE}" in PATTERNS
