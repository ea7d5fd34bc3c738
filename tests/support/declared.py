"""What settings files declare, compared with what is expected, with each problem where it stands."""

import textwrap
from collections.abc import Mapping

from hexguard.settings import Loaded, Settings
from hexguard.settings.load import EDITOR, load

SELECTORS = {"bare-except", "blocking-sleep-in-async", "async", "AP-09", "deep-nesting"}


def check(files: Mapping[str, str], expected: Settings, *problems: str) -> None:
    """Load files; a problem is written as severity, file (unless `hexguard.toml`), what its span covers, message."""
    texts = {name: textwrap.dedent(text) for name, text in files.items()}
    compare(load(texts, SELECTORS), texts, expected, *problems)


def compare(loaded: Loaded, texts: Mapping[str, str], expected: Settings, *problems: str) -> None:
    """The same for what was loaded already from `texts`."""
    found: list[str] = []
    for problem in loaded.problems:
        span = problem.span
        spot = "" if span is None else f" <{texts[problem.path][span.start : span.end]}>"
        path = "" if problem.path in {"hexguard.toml", EDITOR} else f" {problem.path}"
        found.append(f"{problem.severity}{path}{spot}: {problem.message}")
    assert found == list(problems)
    assert loaded.settings == expected
