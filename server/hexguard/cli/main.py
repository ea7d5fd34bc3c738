"""The command `hexguard`: picks the command that was asked for and turns what happened into an exit code."""

import contextlib
import io
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from hexguard.cli.arguments import parsed
from hexguard.cli.exits import INTERRUPTED, TROUBLE


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line (that of the process if it is `None`) and give the exit code.

    0: clean, 1: findings, 2: trouble, 130: interrupted.
    """
    for stream in (sys.stdout, sys.stderr):
        # A terminal that lacks a character shows a stand-in; nothing is worth a crash at the last step.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = _run(argv)
        sys.stdout.flush()
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else TROUBLE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough; the interpreter must not complain about it at its end.
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return TROUBLE
    # Python would end with 1, which says that there are findings.
    except Exception:  # noqa: BLE001
        traceback.print_exc()
        return TROUBLE
    return code


# Each command loads what it needs and no more: a server answers its client before anything else is loaded.
# ruff: noqa: PLC0415
def _run(argv: Sequence[str] | None) -> int:
    arguments = parsed(argv)
    match arguments.command:
        case "check":
            from hexguard.cli.check import check

            return check(arguments)
        case "explain":
            from hexguard.cli.explain import explain

            return explain(arguments.name)
        case "rules":
            from hexguard.cli.explain import list_rules

            return list_rules(arguments.format)
        case "doctor":
            from hexguard.cli.doctor import doctor

            return doctor(Path(arguments.path))
        case _:
            from hexguard.cli.server import serve

            return serve(arguments.tcp, allow_remote=arguments.allow_remote)
