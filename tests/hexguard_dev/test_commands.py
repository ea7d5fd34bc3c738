"""The commands for those who work on Hexguard, the demonstration of the main job above all."""

from pathlib import Path

import pytest

from hexguard_dev.__main__ import main
from hexguard_dev.docs import outdated, pages, write_docs


def check(arguments: list[str], expected: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Run a command, which must succeed, and look for parts of what it prints, in this order."""
    assert main(arguments) == 0
    out = capsys.readouterr().out
    at = 0
    for part in expected:
        found = out.find(part, at)
        assert found >= 0, f"{part!r} is not in\n{out[at:]}"
        at = found + len(part)


def test_the_main_job(capsys: pytest.CaptureFixture[str]) -> None:
    check(
        ["try"],
        [
            "app/api/orders.py:43:12: error: `cheapest_rate` ends in `requests.get`",
            "app/clients/carriers.py:19: `fetch_rates` calls `requests.get`",
            "`hexguard check` finds exactly the same",
            "keystrokes; the diagnostic was there",
            "app/api/schemas.py:14: optional-union-syntax",
            "-    session.commit()\n+    await session.commit()",
            "Requests that stopped the event loop: 7 before, 0 after",
            "`active` is false, no longer true (at grace afterwards)",
        ],
        capsys,
    )


def test_show(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "shop.py"
    file.write_text("import time\n\n\nclass Cart:\n    def wait(self):\n        time.sleep(1)\n")
    check(
        ["show", str(file), "--edit"],
        [
            "module shop, 3 blocks",
            "block 0: statement from line 1",
            "Import(",
            "block 1: class from line 2",
            "block 2: member from line 5",
            "Call(",
            *("block 0, a comment: document ", ", blocks ", ", tree 0 ", ", facts 0 ", " ms\n"),
            *("block 2, a comment: document ", ", blocks ", ", tree 2 ", ", facts 2 ", " ms\n"),
            *("block 2, a statement: document ", ", tree 2 ", ", summary ", ", findings 2 ", " ms\n"),
        ],
        capsys,
    )


def test_what_cannot_be_shown_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", str(tmp_path / "missing.py")]) == 2
    assert "missing.py: cannot be read" in capsys.readouterr().err


def test_a_rule_without_a_family_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new-rule", "nosuch", "some-rule"]) == 2
    assert "there is no family `nosuch`, only alembic, architecture, async," in capsys.readouterr().err


def test_pages_are_written_changed_and_removed(tmp_path: Path) -> None:
    write_docs(tmp_path)
    assert outdated(tmp_path) == []
    (tmp_path / "rules" / "async" / "gone-rule.md").write_text("# gone-rule\n")
    (tmp_path / "settings.md").write_text("changed by hand\n")
    (tmp_path / "hexguard.schema.json").unlink()
    (tmp_path / "rules" / "README.md").unlink()
    assert outdated(tmp_path) == [
        "hexguard.schema.json",
        "rules/README.md",
        "rules/async/gone-rule.md",
        "settings.md",
    ]
    write_docs(tmp_path)
    written = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert written == set(pages())
    assert outdated(tmp_path) == []
