"""Code before and after its fix, as text and as something to run."""

from types import ModuleType

from hexguard.rule.fix import Applicability
from hexguard.text.edit import apply
from support.project import MemoryProject

PATH = "app/main.py"


def fixed(code: str, rule: str) -> str:
    """`code` after all fixes of `rule` that are no refactorings; there must be one."""
    mended = MemoryProject({PATH: code}, only=rule).workspace.fix_all(PATH, lambda report: report.rule == rule)
    assert mended.fixed, f"`{rule}` has no fix here"
    return mended.text


def refactored(code: str, rule: str) -> str | None:
    """`code` after the refactoring of the first finding of `rule`; `None` if it offers none."""
    project = MemoryProject({PATH: code}, only=rule)
    report = next(report for report in project.all_reports() if report.rule == rule)
    offered = project.workspace.fixes(report)
    fix = next((fix for applicability, fix in offered if applicability is Applicability.REFACTOR), None)
    return apply(code, fix.edits) if fix else None


def loaded(code: str) -> ModuleType:
    """A module that ran `code`."""
    module = ModuleType("app.main")
    exec(compile(code, PATH, "exec"), module.__dict__)
    return module
