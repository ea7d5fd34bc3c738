"""Writes the skeleton of a rule, so that a new one differs from it only in what is its own."""

import re
from collections.abc import Mapping
from pathlib import Path

from hexguard.rule.catalogue import NAME

TEMPLATE = '''"""What is reported, in one line of at most 80 characters.

## What it does
Reports ...

## Why it matters
...

## How to fix
...

## Known limits
...
"""

from collections.abc import Iterator

from hexguard.facts.expressions import Call
from hexguard.rule import Bad, Finding, Good, Rule, Severity, View

RULE = Rule(
    name="{name}",
    message="`{{callee}}` has this consequence",
    doc=__doc__,
    severity=Severity.IMPORTANT,
    examples=(
        Bad(
            """
            import antigravity

            antigravity.fly()
        #   ^^^^^^^^^^^^^^^
            """,
            why="the skeleton has no fix",
        ),
        Good(
            """
            import antigravity

            antigravity.geohash()
            """,
            why="only `fly` is reported",
        ),
    ),
)


@RULE.check(Call)
def check(call: Call, view: View) -> Iterator[Finding[Call]]:
    if (callee := view.callee(call)) == "antigravity.fly":
        yield RULE.at(call, call.func.node, callee=callee)
'''

LINE_LENGTH = 120
_IMPORT = re.compile(r"^from hexguard_rules\.(\w+) import (?:\(([^)]*)\)|(.+))\n", re.MULTILINE)
_LINE = re.compile(r"^        (\w+)\.RULE,\n", re.MULTILINE)


class NewRuleError(ValueError):
    """A rule that cannot be added under this family and name."""


def add_rule(package: Path, family: str, name: str) -> Path:
    """Write the file of a rule below the folder of the rules package, and its two lines into the catalogue.

    Gives the path of the rule's file.
    Raises `NewRuleError` if the family or the name will not do; nothing is written then.
    """
    folder = _folder(package, family)
    if not NAME.fullmatch(name):
        raise NewRuleError(f"`{name}` is no rule name: lower-case words joined by hyphens, at least two")
    module = name.replace("-", "_")
    path = folder / f"{module}.py"
    catalogue = package / "catalogue.py"
    text = catalogue.read_text("utf-8")
    packages = {listed: found[1] for found in _IMPORT.finditer(text) for listed in _names(found)}
    if path.exists() or module in packages:
        raise NewRuleError(f"there already is a rule called `{name}`")
    text = _with_import(text, folder.name, module)
    text = _with_line(text, {**packages, module: folder.name}, module)
    path.write_text(TEMPLATE.format(name=name), "utf-8", newline="\n")
    catalogue.write_text(text, "utf-8", newline="\n")
    return path


def _folder(package: Path, family: str) -> Path:
    """The package of a family; one whose name is a keyword has a trailing underscore."""
    for name in (family, f"{family}_"):
        if family.isidentifier() and family != "knowledge" and (package / name / "__init__.py").is_file():
            return package / name
    known = sorted(path.parent.name.rstrip("_") for path in package.glob("*/__init__.py"))
    known.remove("knowledge")
    raise NewRuleError(f"there is no family `{family}`, only {', '.join(known)}")


def _names(statement: re.Match[str]) -> list[str]:
    """The modules that an import statement of the catalogue lists."""
    return [name for part in (statement[2] or statement[3]).split(",") if (name := part.strip())]


def _with_import(text: str, package: str, module: str) -> str:
    """The text with one more module imported, in its place by the alphabet."""
    statements = list(_IMPORT.finditer(text))
    same = next((found for found in statements if found[1] == package), None)
    if same is not None:
        return text[: same.start()] + _statement(package, [*_names(same), module]) + text[same.end() :]
    after = next((found.start() for found in statements if found[1] > package), statements[-1].end())
    return text[:after] + _statement(package, [module]) + text[after:]


def _statement(package: str, modules: list[str]) -> str:
    names = sorted(modules)
    line = f"from hexguard_rules.{package} import {', '.join(names)}\n"
    if len(line) <= LINE_LENGTH + 1:
        return line
    return f"from hexguard_rules.{package} import (\n" + "".join(f"    {name},\n" for name in names) + ")\n"


def _with_line(text: str, packages: Mapping[str, str], module: str) -> str:
    """The text with one more line in the catalogue, which is sorted by package and then by module."""
    place = (packages[module], module)
    lines = list(_LINE.finditer(text))
    at = next((line.start() for line in lines if (packages[line[1]], line[1]) > place), lines[-1].end())
    return f"{text[:at]}        {module}.RULE,\n{text[at:]}"
