"""The commands for those who work on Hexguard: `python -m hexguard_dev COMMAND`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from hexguard_dev.demonstration import demonstrate
from hexguard_dev.docs import check_docs, write_docs
from hexguard_dev.new_rule import NewRuleError, add_rule
from hexguard_dev.show import show

ROOT = Path(__file__).parents[2]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code."""
    arguments = _parser().parse_args(argv)
    match arguments.command:
        case "docs":
            return check_docs(ROOT / "docs" / "rules") if arguments.check else write_docs(ROOT / "docs" / "rules")
        case "try":
            return demonstrate(ROOT / "tests" / "projects")
        case "show":
            return show(arguments.path, with_edit=arguments.edit)
        case _:
            return _new_rule(arguments.family, arguments.name)


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
    docs = commands.add_parser("docs", help="write the pages of all rules")
    docs.add_argument("--check", action="store_true", help="write nothing, and fail if a page is not up to date")
    commands.add_parser("try", help="show the server at work on the sample project")
    look = commands.add_parser("show", help="print the blocks and facts of a file")
    look.add_argument("path", type=Path)
    look.add_argument("--edit", action="store_true", help="also edit each block and print which stages ran again")
    rule = commands.add_parser("new-rule", help="write the skeleton of a rule")
    rule.add_argument("family", help="an existing package of rules, such as fastapi")
    rule.add_argument("name", help="what the rule reports, such as blocking-sleep-in-async")
    return whole


if __name__ == "__main__":
    sys.exit(main())
