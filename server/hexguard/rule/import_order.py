"""The order of import statements, so that a new one goes where a sorter of imports would put it."""

import sys


def section_of(statement: str) -> int:
    """The section that an import statement belongs to: the future, the standard library, packages, or relative."""
    module = _module(statement)
    if module.startswith("."):
        return 3
    top = module.partition(".")[0]
    return 0 if top == "__future__" else 1 if top in sys.stdlib_module_names else 2


def order_of(statement: str) -> tuple[int, int, str]:
    """Where a statement sorts: by section, `import` before `from`, then by module."""
    return section_of(statement), int(statement.startswith("from")), _module(statement).lower()


def _module(statement: str) -> str:
    words = statement.replace("\\", " ").split()
    return words[1].rstrip(",;") if len(words) > 1 else ""
