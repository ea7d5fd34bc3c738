"""The command line inside the test's own process, on a folder of the test."""

from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from hexguard.cli.main import main

Content = str | bytes


class Run(msgspec.Struct, frozen=True):
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str


def write_files(folder: Path, files: Mapping[str, Content]) -> None:
    """Put files below a folder; texts are written as they are, whatever their line ends."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def run_command(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line and take what it printed."""
    code = main(arguments)
    captured = capsys.readouterr()
    return Run(code, captured.out, captured.err)
