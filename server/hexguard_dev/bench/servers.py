"""Knows how each server of the comparison is started, and in which kind of project all of them work."""

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

import msgspec

from hexguard import __version__
from hexguard_dev.client import HEXGUARD

CACHE_VARIABLE = "HEXGUARD_CACHE_DIR"
VERSION_SECONDS = 60

PROJECT_FILES = {
    "pyproject.toml": """[project]
name = "shop"
version = "1"
requires-python = ">=3.11"
dependencies = ["fastapi>=0.110", "sqlalchemy>=2.0"]
""",
    "ruff.toml": """target-version = "py311"

[lint]
select = ["ASYNC", "B", "E", "F", "UP", "DTZ", "BLE"]
""",
}


class Server(msgspec.Struct, frozen=True):
    """How a server is started.

    `hovers_on` is a piece of the code on which it has something to say; `is_slow` gives it fewer rounds.
    """

    name: str
    command: tuple[str, ...]
    version: str
    hovers_on: str = ""
    is_slow: bool = False


HEXGUARD_SERVER = Server("hexguard", (*HEXGUARD, "server"), __version__, hovers_on="sleep(1)")
EMPTY_SERVER = Server("empty", (sys.executable, "-m", "hexguard_dev.bench.empty_server"), f"pygls {version('pygls')}")


def found_servers(fixit: Path) -> tuple[Server, ...]:
    """The servers that this machine has, Hexguard first; `fixit` is a command that may not exist."""
    ruff = shutil.which("ruff", path=os.pathsep.join((sysconfig.get_path("scripts"), os.environ.get("PATH", ""))))
    servers = [HEXGUARD_SERVER]
    if ruff and (told := _version((ruff,))):
        servers.append(Server("ruff", (ruff, "server"), told, hovers_on="E741"))
    if told := _version((str(fixit),)):
        servers.append(Server("fixit", (str(fixit), "lsp"), told, is_slow=True))
    return tuple(servers)


def write_project(folder: Path, rules: Sequence[str] = ("all",)) -> None:
    """Write the settings of every server, with these rules of Hexguard, into a new `folder`."""
    folder.mkdir(parents=True)
    selected = ", ".join(f'"{name}"' for name in rules)
    for name, text in {**PROJECT_FILES, "hexguard.toml": f"select = [{selected}]\npreview = true\n"}.items():
        (folder / name).write_text(text, "utf-8")


def environment(cache: Path) -> Mapping[str, str]:
    """The environment of a server that keeps what it stores in `cache`."""
    return {**os.environ, CACHE_VARIABLE: str(cache)}


def _version(command: tuple[str, ...]) -> str:
    """What a program says about its version, without its name; empty if it cannot be run."""
    try:
        run = subprocess.run(
            [*command, "--version"], capture_output=True, text=True, timeout=VERSION_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    words = run.stdout.split()
    return words[-1] if words and not run.returncode else ""
