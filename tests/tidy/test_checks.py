"""The tools of `make check` as tests, so that one command tells everything and no tool is forgotten."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"


@pytest.mark.parametrize(
    "arguments",
    [
        ("-m", "ruff", "check", "--no-cache"),
        ("-m", "ruff", "format", "--check", "--no-cache"),
        ("-m", "mypy"),
        ("-m", "pyright", "--pythonpath", sys.executable),
        ("-c", LINT_IMPORTS, "--no-cache"),
        ("-m", "hexguard", "check", "server", "rules", "tests"),
    ],
    ids=["ruff-check", "ruff-format", "mypy", "pyright", "lint-imports", "hexguard"],
)
def test_tool_has_nothing_to_say(arguments: tuple[str, ...]) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(["server", "rules"]), "NO_COLOR": "1"}
    run = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
        check=False,
    )
    assert run.returncode == 0, run.stdout
