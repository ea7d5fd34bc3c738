"""Prints what Hexguard understands of a file: its blocks, their facts, and which stages an edit runs again."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from hexguard.app.root import Root
from hexguard.engine.file import File
from hexguard.engine.stages import Stage
from hexguard.files.read import read
from hexguard.files.roots import find_root
from hexguard.settings.model import Problem
from hexguard.text.document import Document
from hexguard.text.span import Span

INDENT = "    "


def show(path: Path, *, with_edit: bool) -> int:
    """Print the blocks and facts of a file, and with `with_edit` the stages that run when each block is edited."""
    source = read(path)
    if isinstance(source, Problem):
        print(f"error: {source.path}: {source.message}", file=sys.stderr)
        return 2
    name = os.path.abspath(path)
    stages: list[str] = []
    root = Root(find_root(path), trace=lambda stage, subject: stages.append(_named(stage, subject)))
    root.open(name, Document.of(name, source.text))
    root.reports(name)
    file = root.workspace.file(name)
    assert file is not None, "it was opened above"
    print("\n".join(_blocks(file)))
    if with_edit:
        for position in range(len(file.blocks)):
            stages.clear()
            _edit(root, name, position)
            print(f"\na comment in block {position} ran: {', '.join(stages)}")
    return 0


def _named(stage: Stage, subject: str) -> str:
    block = subject.rpartition(":")[2]
    return f"{stage.value} {block}" if block.isdecimal() else stage.value


def _blocks(file: File) -> Iterator[str]:
    yield f"module {file.module.name}, {len(file.blocks)} blocks"
    for position, (lowered, start) in enumerate(zip(file.blocks, file.starts, strict=True)):
        line = file.document.lines.line_of(start) + 1
        broken = ", with a syntax error" if lowered.has_error else ""
        yield f"\nblock {position}: {lowered.block.kind.value} from line {line}{broken}"
        yield from (f"{INDENT}{fact}" for fact in lowered.facts.facts)


def _edit(root: Root, name: str, position: int) -> None:
    """Put a comment line before the text of a block, which changes none of its facts."""
    file = root.workspace.file(name)
    assert file is not None, "nobody has closed it"
    at = file.starts[position]
    inserted = " " * file.blocks[position].block.indent + "# edited\n"
    document = file.document.edited(Span(at, at), inserted, None)
    root.workspace.edit(name, document, Span(at, at), inserted)
    root.reports(name)
