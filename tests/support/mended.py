"""Code before and after its fix, as text and as something to run; what holds for every fix is checked on the way."""

import sys
import tokenize
from collections.abc import Collection, Mapping
from io import StringIO
from types import ModuleType

from hexguard.rule.fix import Applicability
from support.project import MemoryProject

PATH = "app/main.py"
MODULE = "program_of_a_proof"
FIXES = (Applicability.SAFE, Applicability.UNSAFE)
REFACTORINGS = (Applicability.REFACTOR,)


def fixed(code: str, rule: str, beside: Mapping[str, str] | None = None) -> str:
    """`code` after all fixes of `rule` that are no refactorings; there must be one."""
    after = mended(code, rule, FIXES, beside)
    assert after is not None, f"`{rule}` has no fix here"
    return after


def refactored(code: str, rule: str, beside: Mapping[str, str] | None = None) -> str | None:
    """`code` after the refactorings of `rule`; `None` if it offers none."""
    return mended(code, rule, REFACTORINGS, beside)


def mended(
    code: str, rule: str, kinds: Collection[Applicability], beside: Mapping[str, str] | None = None
) -> str | None:
    """`code` after all fixes of `rule` that are of some `kinds`, next to the files `beside`; `None` without any.

    The result parses, has fewer findings, nothing more to fix, all of its comments, and the line ends of `code`.
    """
    files = dict(beside or {})
    before = MemoryProject({**files, PATH: code}, only=rule)
    n_before = len(_found(before, rule))
    made = before.workspace.fix_all(PATH, lambda report: report.rule == rule, kinds)
    if not made.fixed:
        assert made.text == code
        return None
    compile(made.text, PATH, "exec")
    after = MemoryProject({**files, PATH: made.text}, only=rule)
    assert len(_found(after, rule)) <= n_before - len(made.fixed), made.text
    assert not after.workspace.fix_all(PATH, lambda report: report.rule == rule, kinds).fixed, made.text
    assert comments(made.text) == comments(code), made.text
    if "\r\n" in code:
        assert made.text.count("\n") == made.text.count("\r\n"), made.text
    return made.text


def _found(project: MemoryProject, rule: str) -> list[object]:
    return [report for report in project.reports(PATH) if report.rule == rule]


def comments(code: str) -> list[str]:
    """The comments of `code`, sorted: a fix may move one along with what it is about."""
    tokens = tokenize.generate_tokens(StringIO(code).readline)
    return sorted(token.string for token in tokens if token.type == tokenize.COMMENT)


def loaded(code: str) -> ModuleType:
    """A module that ran `code`; libraries find it by its name until the next one is loaded."""
    module = ModuleType(MODULE)
    sys.modules[MODULE] = module
    exec(compile(code, PATH, "exec"), module.__dict__)
    return module
