"""The documentation agrees with the code: generated pages are fresh, rules are documented by the law, paths exist."""

import re
from pathlib import Path

import pytest

from hexguard.app.page import OWN_PAGES, own_fix_words
from hexguard.rule.examples import Bad
from hexguard.rule.fix import Applicability
from hexguard.rule.rule import PLACEHOLDER, Rule
from hexguard_dev.docs import outdated
from hexguard_rules.catalogue import CATALOGUE

ROOT = Path(__file__).parents[2]
HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
COMMAND = re.compile(r"\bmake ([a-z-]+)")
# A path as prose writes it: in backticks or as the target of a link, with a slash, and nothing that stands for a name.
BACKTICKED = re.compile(r"`([\w.-]+(?:/[\w.-]*)+)`")
LINKED = re.compile(r"\]\(([\w./-]+)(?:#[\w-]+)?\)")
TARGET = re.compile(r"^([a-z-]+):", re.MULTILINE)
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md")))
BY_HAND = [path for path in PAGES if path.parent.parent != ROOT / "docs" / "rules"]
MAX_SUMMARY = 80


def wanted_headings(rule: Rule) -> list[str]:
    """The headings of a rule's documentation, in the order of the law."""
    trusts = {applicability for applicability, _ in rule.fixers}
    return [
        "What it does",
        "Why it matters",
        *([] if rule.fixers else ["How to fix"]),
        *(["Fix safety"] if Applicability.UNSAFE in trusts else []),
        "Known limits",
    ]


def test_generated_pages_are_fresh() -> None:
    assert outdated(ROOT / "docs") == [], "run `make docs`"


@pytest.mark.parametrize("rule", CATALOGUE, ids=lambda rule: rule.name)
def test_documentation_follows_the_law(rule: Rule) -> None:
    headings = HEADING.findall(rule.doc)
    # What a refactoring may change can be said although it is never applied unasked.
    if Applicability.REFACTOR in {applicability for applicability, _ in rule.fixers}:
        headings = [heading for heading in headings if heading in wanted_headings(rule)]
    assert headings == wanted_headings(rule)
    assert rule.summary.endswith("."), "the summary is a sentence or a noun phrase with a full stop"
    assert len(rule.summary) <= MAX_SUMMARY
    assert rule.doc.splitlines()[1] == "", "a blank line follows the summary"


@pytest.mark.parametrize("rule", CATALOGUE, ids=lambda rule: rule.name)
def test_messages_follow_the_law(rule: Rule) -> None:
    assert not rule.message.endswith("."), "no full stop"
    assert not re.search(r"\b(should|please)\b", rule.message, re.IGNORECASE)
    assert re.search(r"`[^`]+`", rule.message), "the culprit stands in backticks"
    for quoted in re.findall(r"`[^`]*`|[^`]+", rule.message):
        assert quoted.startswith("`") or not PLACEHOLDER.search(quoted), "what is filled in stands in backticks"


@pytest.mark.parametrize("rule", CATALOGUE, ids=lambda rule: rule.name)
def test_names_follow_the_law(rule: Rule) -> None:
    (check, *_) = rule.checks.values()
    assert check.__module__.rpartition(".")[2] == rule.name.replace("-", "_"), "file = name"
    assert not re.match(r"(no|use|bad|avoid|prefer)-", rule.name), "the name states the pattern, never the remedy"


@pytest.mark.parametrize("rule", CATALOGUE, ids=lambda rule: rule.name)
def test_examples_are_about_something(rule: Rule) -> None:
    for example in rule.examples:
        assert not re.search(r"\b(foo|bar|baz|spam|eggs)\b", example.code)
        if isinstance(example, Bad):
            assert "^" in example.code


@pytest.mark.parametrize("name", OWN_PAGES)
def test_own_pages_follow_the_law(name: str) -> None:
    page = OWN_PAGES[name]
    by_hand = ["How to fix"] if own_fix_words(name) == "none" else []
    assert HEADING.findall(page) == ["What it does", "Why it matters", *by_hand, "Known limits"]
    assert len(page.partition("\n")[0]) <= MAX_SUMMARY


def test_commands_exist() -> None:
    targets = set(TARGET.findall((ROOT / "Makefile").read_text("utf-8")))
    dead = {
        f"{path.relative_to(ROOT)}: make {command}"
        for path in PAGES
        for command in COMMAND.findall(" ".join(re.findall(r"`[^`\n]+`", path.read_text("utf-8"))))
        if command not in targets
    }
    assert dead == set()


def test_paths_exist() -> None:
    """A path in backticks is one of ours if it begins with a folder of ours; a link counts from its own page."""
    ours = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")}
    dead: set[str] = set()
    for page in BY_HAND:
        text = page.read_text("utf-8")
        paths = [(ROOT, path) for path in BACKTICKED.findall(text) if path.partition("/")[0] in ours]
        paths += [(page.parent, path) for path in LINKED.findall(text)]
        dead |= {f"{page.relative_to(ROOT)}: {path}" for base, path in paths if not (base / path).exists()}
    assert dead == set()
