"""Writes a failing case as Python, ready to be pasted into the list of kept cases."""

from collections.abc import Iterator, Mapping

from hexguard_dev.fuzz.play import Failure
from hexguard_dev.fuzz.steps import Case

_INDENT = "    "


def told(name: str, failure: Failure) -> str:
    """A failure with what differs in comments; the case is an entry of a dictionary."""
    differences = (line for difference in failure.differences for line in difference.splitlines())
    return "\n".join((*(f"# {line}" for line in differences), *_case(name, failure.case)))


def _case(name: str, case: Case) -> Iterator[str]:
    yield f"{name!r}: Case("
    yield from _texts("files", case.files)
    yield from _texts("opened", case.opened)
    yield f"{_INDENT}steps=("
    yield from (f"{_INDENT * 2}{step!r}," for step in case.steps)
    yield f"{_INDENT}),"
    if case.stored:
        yield f"{_INDENT}stored=True,"
    yield "),"


def _texts(field: str, texts: Mapping[str, str]) -> Iterator[str]:
    yield f"{_INDENT}{field}={{"
    yield from (f"{_INDENT * 2}{path!r}: {text!r}," for path, text in texts.items())
    yield f"{_INDENT}}},"
