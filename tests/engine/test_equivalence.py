"""The incremental result equals the result from scratch, after any sequence of edits on real code."""

import random
from pathlib import Path

import pytest

from hexguard.engine.report import Report
from hexguard.text.span import Span
from support.project import MemoryProject

SHOP = Path(__file__).parents[1] / "projects" / "shop"
EDITS = 60
SNIPPETS = (
    "",
    " ",
    "\n",
    "\n    ",
    "#",
    '"""',
    "'",
    "(",
    ")",
    ":",
    "await ",
    "async ",
    "import time\n",
    "import requests\n",
    "time.sleep(1)",
    "requests.get(url)",
    "    time.sleep(1)\n",
    "session.commit()",
    "class Extra:\n    pass\n",
    "def helper():\n    time.sleep(1)\n",
    "@",
    "else:",
    "\r\n",
    "\f",
    "é😀",
    "# hexguard: ignore[blocking-sleep-in-async] for a test\n",
)


def shop() -> dict[str, str]:
    """The files of the sample project, by path."""
    files = [*SHOP.rglob("*.py"), SHOP / "pyproject.toml"]
    return {path.relative_to(SHOP).as_posix(): path.read_text(encoding="utf-8") for path in files}


def shown(reports: list[Report]) -> list[tuple[str, str, Span, str, tuple[object, ...]]]:
    return [(report.path, report.rule, report.span, report.message, report.related) for report in reports]


def derived(project: MemoryProject, path: str) -> tuple[object, ...]:
    """Everything that is kept from edit to edit, but for the spans."""
    file = project.workspace.file(path)
    assert file is not None
    facts = [lowered.facts for lowered in file.blocks]
    return file.texts, file.starts, file.placed, file.commented, file.summary, facts


def edit_at_random(project: MemoryProject, chance: random.Random) -> str:
    """Change one file in one of the ways in which people do; gives its path."""
    path = chance.choice(sorted(project.texts))
    text = project.texts[path]
    start = chance.randrange(len(text) + 1)
    match chance.randrange(6):
        case 0:
            span, inserted = Span(start, min(len(text), start + chance.randrange(1, 4))), ""
        case 1:
            lines = text.splitlines(keepends=True) or [""]
            inserted = "".join(chance.sample(lines, k=min(len(lines), chance.randrange(1, 5))))
            span = Span(start, start)
        case 2:
            end = min(len(text), start + chance.randrange(200))
            span, inserted = Span(start, end), ""
        case _:
            span, inserted = Span(start, start), chance.choice(SNIPPETS)
    project.edit(path, span, inserted)
    return path


@pytest.mark.parametrize("seed", range(8))
def test_random_edits(seed: int) -> None:
    chance = random.Random(seed)
    files = shop()
    settings = {path: text for path, text in files.items() if path.endswith(".toml")}
    project = MemoryProject(files)
    history: list[tuple[str, str]] = []
    for _ in range(EDITS):
        before = dict(project.texts)
        path = edit_at_random(project, chance)
        history.append((path, before[path]))
        if chance.random() < 0.2:
            undone, text = history.pop()
            project.edit(undone, Span(0, len(project.texts[undone])), text)
        project.all_reports()
    scratch = MemoryProject({**settings, **project.texts})
    for path in project.texts:
        assert derived(project, path) == derived(scratch, path)
    assert shown(project.all_reports()) == shown(scratch.all_reports())
