"""The commands for those who work on Hexguard: `python -m hexguard_dev COMMAND`."""

import argparse
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from hexguard_dev.bench.parts import PARTS
from hexguard_dev.bench.run import Order, bench
from hexguard_dev.demonstration import demonstrate
from hexguard_dev.docs import check_docs, write_docs
from hexguard_dev.extension import check_files, write_files
from hexguard_dev.fixes import run as fixes
from hexguard_dev.fuzz.run import EDITS, Options, fuzz
from hexguard_dev.new_rule import NewRuleError, add_rule
from hexguard_dev.oracles.run import oracles
from hexguard_dev.show import show

ROOT = Path(__file__).parents[2]
EXTENSION = ROOT / "clients" / "vscode"
FUZZED = (ROOT / "server", ROOT / "rules", ROOT / "tests" / "projects" / "shop")
"""The projects that random edits are made on if no other is named."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code."""
    arguments = _parser().parse_args(argv)
    match arguments.command:
        case "docs":
            return _docs(check=arguments.check)
        case "bench":
            return bench(_order(arguments))
        case "fuzz":
            return fuzz(_options(arguments))
        case "fixes":
            return _fixes(arguments)
        case "oracles":
            return oracles(arguments.facts, arguments.folders, page=arguments.page, lists=arguments.list)
        case "try":
            return demonstrate(ROOT / "tests" / "projects")
        case "show":
            return show(arguments.path, with_edit=arguments.edit)
        case _:
            return _new_rule(arguments.family, arguments.name)


def _docs(*, check: bool) -> int:
    """Pages and what the extension knows come from the same rules, so they are written together."""
    if check:
        return check_docs(ROOT / "docs") or check_files(EXTENSION)
    return write_docs(ROOT / "docs") or write_files(EXTENSION)


def _order(arguments: argparse.Namespace) -> Order:
    flags = [
        *(["--quick"] if arguments.quick else []),
        *(["--all-sizes"] if arguments.all_sizes else []),
        *(["--only", arguments.only] if arguments.only else []),
    ]
    command = shlex.join(["python", "-m", "hexguard_dev", "bench", *flags])
    return Order(command, arguments.output, arguments.fixit, arguments.quick, arguments.all_sizes, arguments.only)


def _options(arguments: argparse.Namespace) -> Options:
    edits = arguments.edits if arguments.edits is not None else 0 if arguments.minutes else EDITS
    return Options(tuple(arguments.paths) or FUZZED, edits, arguments.minutes, arguments.seed, arguments.jobs)


def _fixes(arguments: argparse.Namespace) -> int:
    try:
        projects = tuple(fixes.named_project(argument) for argument in arguments.projects)
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return fixes.try_fixes(fixes.Order(projects, arguments.output, arguments.jobs))


def _new_rule(family: str, name: str) -> int:
    try:
        path = add_rule(ROOT / "rules" / "hexguard_rules", family, name)
    except NewRuleError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"Wrote {path.relative_to(ROOT)} and added its line to the catalogue.")
    print("Write its first `Bad` example, see it fail, then write `check`. See docs/contributing/add-a-rule.md.")
    return 0


def _parser() -> argparse.ArgumentParser:
    whole = argparse.ArgumentParser("hexguard_dev", description=__doc__)
    commands = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")
    docs = commands.add_parser("docs", help="write the pages about rules and settings")
    docs.add_argument("--check", action="store_true", help="write nothing, and fail if a page is not up to date")
    commands.add_parser("try", help="show the server at work on the sample project")
    _add_bench(commands.add_parser("bench", help="compare Hexguard with other servers, and write the page about it"))
    _add_fuzz(commands.add_parser("fuzz", help="edit real code at random, and compare each time with from scratch"))
    _add_fixes(commands.add_parser("fixes", help="try every fix on real code, and write the page about it"))
    _add_oracles(commands.add_parser("oracles", help="compare what is found with the suites of other linters"))
    look = commands.add_parser("show", help="print the blocks and facts of a file")
    look.add_argument("path", type=Path)
    look.add_argument("--edit", action="store_true", help="also edit each block and print which stages ran again")
    rule = commands.add_parser("new-rule", help="write the skeleton of a rule")
    rule.add_argument("family", help="an existing package of rules, such as fastapi")
    rule.add_argument("name", help="what the rule reports, such as blocking-sleep-in-async")
    return whole


def _add_bench(measure: argparse.ArgumentParser) -> None:
    measure.add_argument("--quick", action="store_true", help="few rounds and small files, for a first look")
    measure.add_argument("--all-sizes", action="store_true", help="also the slow servers on the large files")
    measure.add_argument("--only", choices=tuple(PARTS), help="one part; the page then has no other")
    folder, fixit = ROOT / "docs", ROOT / ".venv-bench" / "bin" / "fixit"
    measure.add_argument("--output", type=Path, default=folder, help="where the page goes (default: docs)")
    measure.add_argument("--fixit", type=Path, default=fixit, help="the command to run (default: from .venv-bench)")


def _add_fuzz(edit: argparse.ArgumentParser) -> None:
    edit.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="a project (default: Hexguard and the shop)")
    edit.add_argument("--edits", type=int, help=f"so many in all (default: {EDITS}, without end if --minutes is given)")
    edit.add_argument("--minutes", type=float, default=0, help="end after so many minutes")
    edit.add_argument("--seed", type=int, default=0, help="another seed makes other edits")
    edit.add_argument("--jobs", type=int, default=0, help="so many processes (default: one for each core)")


def _add_fixes(tried: argparse.ArgumentParser) -> None:
    tried.add_argument("projects", nargs="+", metavar="[NAME[@VERSION]=]PATH", help="a project, and what it is called")
    tried.add_argument("--output", type=Path, default=ROOT / "docs", help="where the page goes (default: docs)")
    tried.add_argument("--jobs", type=int, default=0, help="so many processes (default: one for each core)")


def _add_oracles(compared: argparse.ArgumentParser) -> None:
    compared.add_argument("facts", type=Path, help="a file of JSON lines: suite, file, line, peer_code, expect, unit")
    compared.add_argument("folders", nargs="+", type=Path, metavar="FOLDER", help="where the files are")
    compared.add_argument("--list", action="store_true", help="also print each place on which they differ")
    compared.add_argument("--page", type=Path, help="put the tables and reasons into this page, between its marks")


if __name__ == "__main__":
    sys.exit(main())
