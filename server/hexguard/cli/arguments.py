"""Describes the commands and their arguments, and refuses what makes no sense before anything is done."""

import argparse
from collections.abc import Callable, Sequence
from typing import get_args

from hexguard import __version__
from hexguard.settings.model import Preset

MAX_PORT = 65_535


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line; what it gives has `command` set."""
    whole = argparse.ArgumentParser(
        "hexguard", description="Review Python backend code, in an editor or on the command line.", allow_abbrev=False
    )
    whole.add_argument("--version", action="version", version=f"hexguard {__version__}")
    commands = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_check(commands.add_parser("check", help="check files and folders, and fix them", allow_abbrev=False))
    explain = commands.add_parser("explain", help="explain a rule", allow_abbrev=False)
    explain.add_argument("name", metavar="NAME", help="a rule, a family, or the id of a guideline such as AP-09")
    rules = commands.add_parser("rules", help="list all rules", allow_abbrev=False)
    rules.add_argument("--format", choices=("text", "json"), default="text")
    doctor = commands.add_parser("doctor", help="tell what Hexguard sees and how long it takes", allow_abbrev=False)
    doctor.add_argument("path", nargs="?", default=".", metavar="PATH", help="a project or a file (default: here)")
    _add_server(commands.add_parser("server", help="run the language server", allow_abbrev=False))
    return whole


def parsed(argv: Sequence[str] | None) -> argparse.Namespace:
    """The arguments of a command line, that of the process if it is `None`. Raises `SystemExit` for what is wrong."""
    whole = parser()
    arguments = whole.parse_args(argv)
    if arguments.command == "check" and (message := _contradiction(arguments)):
        whole.error(message)
    return arguments


def _contradiction(check: argparse.Namespace) -> str | None:
    """What makes no sense about arguments of which each does."""
    if check.rule is not None and not (check.fix or check.diff or check.interactive):
        return "--rule says what is fixed, so it needs --fix, --diff or --interactive; --select says what is checked"
    if check.diff and check.interactive:
        return "--diff changes nothing, so there is nothing to ask about with --interactive"
    if check.diff and check.write_baseline:
        return "--diff changes nothing, so it does not go with --write-baseline"
    return None


def _add_check(check: argparse.ArgumentParser) -> None:
    check.add_argument("paths", nargs="*", default=["."], metavar="PATH", help="files and folders (default: here)")
    check.add_argument("--format", choices=("full", "concise", "json"), default="full")
    check.add_argument("--statistics", action="store_true", help="print how often each rule reports instead")
    check.add_argument("--exit-zero", action="store_true", help="exit with 0 even if there are findings")
    check.add_argument("--no-progress", action="store_true", help="never show how far the work is")
    check.add_argument("--jobs", type=_jobs, metavar="N", help="how many processes to use (default: as many as pay)")
    check.add_argument("--no-cache", action="store_true", help="neither use nor keep what earlier runs worked out")
    check.add_argument("--force-exclude", action="store_true", help="leave out excluded files even if they are named")
    rules = check.add_argument_group("which rules run (names, families, guideline ids; separated by commas)")
    _add_selectors(rules.add_argument, "--select", "only these, instead of the settings'")
    _add_selectors(rules.add_argument, "--extend-select", "these as well", default=[])
    _add_selectors(rules.add_argument, "--ignore", "all but these", default=[])
    rules.add_argument("--preset", choices=get_args(Preset), help="which style decides where guidelines disagree")
    rules.add_argument("--preview", action="store_true", help="also rules that may still change")
    fixes = check.add_argument_group("fixes")
    fixes.add_argument("--fix", action="store_true", help="apply safe fixes, and report what is left")
    fixes.add_argument("--unsafe-fixes", action="store_true", help="with --fix or --diff: unsafe fixes as well")
    fixes.add_argument(
        "--diff", action="store_true", help="print what --fix would change, and change nothing; exit with 1 if anything"
    )
    fixes.add_argument(
        "--interactive", action="store_true", help="ask about each fix, also unsafe ones and refactorings"
    )
    _add_selectors(fixes.add_argument, "--rule", "fix only findings of these; all are reported")
    fixes.add_argument(
        "--allow-dirty", action="store_true", help="fix files with changes that are not committed to git"
    )
    baseline = check.add_argument_group("baseline (findings that are left alone)").add_mutually_exclusive_group()
    baseline.add_argument("--write-baseline", action="store_true", help="leave alone all that is found now")
    baseline.add_argument("--locked", action="store_true", help="exit with 1 where the baseline could shrink; for CI")
    baseline.add_argument("--no-baseline", action="store_true", help="leave nothing alone")


def _add_server(server: argparse.ArgumentParser) -> None:
    transport = server.add_mutually_exclusive_group()
    transport.add_argument("--stdio", action="store_true", help="speak over standard input and output (the default)")
    transport.add_argument("--tcp", type=_address, metavar="HOST:PORT", help="wait for one client at this address")
    server.add_argument("--allow-remote", action="store_true", help="with --tcp: take clients from other machines")


def _add_selectors(
    add: Callable[..., argparse.Action], flag: str, meaning: str, default: list[str] | None = None
) -> None:
    """A flag that names rules; given several times, it adds up."""
    add(flag, type=_selectors, action="extend", default=default, metavar="RULES", help=meaning)


def _selectors(text: str) -> tuple[str, ...]:
    # Which names there are only the rules know, which take long to load.
    from hexguard.cli.selectors import selector, unknown_selector  # noqa: PLC0415

    names = [name for part in text.split(",") if (name := part.strip())]
    found = {name: selector(name) for name in names}
    for name, known in found.items():
        if known is None:
            raise argparse.ArgumentTypeError(unknown_selector(name))
    return tuple(known for known in found.values() if known)


def _jobs(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 256:
        raise argparse.ArgumentTypeError(f"`{text}` is not a number from 1 to 256")
    return int(text)


def _address(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdecimal() or int(port) > MAX_PORT:
        raise argparse.ArgumentTypeError(f"`{text}` is no address; write HOST:PORT, such as 127.0.0.1:2087")
    return host.strip("[]"), int(port)
