"""Prints what Hexguard understands of a file: its blocks, their facts, and which stages an edit runs again."""

import os
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from hexguard.app.root import Root
from hexguard.engine.file import File
from hexguard.engine.stages import Stage
from hexguard.files.read import read
from hexguard.files.roots import find_root
from hexguard.settings.model import Problem
from hexguard.text.document import Document
from hexguard.text.edit import Edit
from hexguard.text.span import Span

INDENT = "    "
EDITS = {"a comment": "# edited\n", "a statement": "pass\n"}
"""What is put before a block, on a line of its own: it says nothing, or it says something new."""


def show(path: Path, *, with_edit: bool) -> int:
    """Print the blocks and facts of a file, and with `with_edit` the stages that run when each block is edited."""
    source = read(path)
    if isinstance(source, Problem):
        print(f"error: {source.path}: {source.message}", file=sys.stderr)
        return 2
    name = os.path.abspath(path)
    stages: list[tuple[str, float]] = []
    root = Root(find_root(path), trace=lambda stage, subject: stages.append((_named(stage, subject), _now())))
    root.open(name, Document.of(name, source.text))
    root.reports(name)
    file = root.workspace.file(name)
    assert file is not None, "it was opened above"
    print("\n".join(_blocks(file)))
    for position in range(len(file.blocks) if with_edit else 0):
        print()
        for what, line in EDITS.items():
            stages.clear()
            edit = Edit(Span(file.starts[position], file.starts[position]), _indented(line, file, position))
            _apply(edit, root, name)
            stages.append(("", _now()))
            print(f"block {position}, {what}: {_timed(stages)}")
            _apply(Edit(Span(edit.span.start, edit.span.start + len(edit.text)), ""), root, name)
    return 0


def _now() -> float:
    """The time in milliseconds."""
    return time.perf_counter() * 1000


def _named(stage: Stage, subject: str) -> str:
    block = subject.rpartition(":")[2]
    return f"{stage.value} {block}" if block.isdecimal() else stage.value


def _timed(stages: list[tuple[str, float]]) -> str:
    """Each stage with its milliseconds, which end where the next stage begins, and their sum."""
    each = ", ".join(f"{stage} {after - at:.2f}" for (stage, at), (_, after) in pairwise(stages))
    return f"{each}; {stages[-1][1] - stages[0][1]:.2f} ms"


def _blocks(file: File) -> Iterator[str]:
    yield f"module {file.module.name}, {len(file.blocks)} blocks"
    for position, (lowered, start) in enumerate(zip(file.blocks, file.starts, strict=True)):
        line = file.document.lines.line_of(start) + 1
        broken = ", with a syntax error" if lowered.has_error else ""
        yield f"\nblock {position}: {lowered.block.kind.value} from line {line}{broken}"
        yield from (f"{INDENT}{fact}" for fact in lowered.facts.facts)


def _indented(line: str, file: File, position: int) -> str:
    """The line as it stands where a block begins."""
    return " " * file.blocks[position].block.indent + line


def _apply(edit: Edit, root: Root, name: str) -> None:
    file = root.workspace.file(name)
    assert file is not None, "nobody has closed it"
    root.workspace.edit(name, file.document.edited(edit.span, edit.text, None), edit.span, edit.text)
    root.reports(name)
