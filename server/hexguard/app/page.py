"""The page of a rule in Markdown, which `hexguard explain` prints and the documentation holds, so that both agree."""

import re
from collections.abc import Iterator

from hexguard.engine.suppress import EXPIRED, MALFORMED, UNUSED
from hexguard.rule.examples import Bad, Example
from hexguard.rule.fix import Applicability
from hexguard.rule.rule import Rule
from hexguard.settings.switches import SWITCHES

OWN_PAGES = {
    UNUSED: """Suppressions that suppress nothing.

## What it does
Reports a name in `# hexguard: ignore[...]` that is no rule, or whose rule reports nothing there.

## Why it matters
An idle suppression hides the next finding, which nobody has looked at.

## Known limits
The name of a rule that is switched off is left alone, since it may be on elsewhere.
""",
    EXPIRED: """Suppressions whose last day has passed.

## What it does
Reports a name in `# hexguard: ignore[...] until=2027-01-31` after that day; from then on the finding is shown again.

## Why it matters
Somebody promised to come back to this by then.

## Known limits
The day is that of the machine that checks.
""",
    MALFORMED: """Comments that look like a suppression and are none.

## What it does
Reports a `# hexguard:` comment that is not written as `# hexguard: ignore[rule-name] reason`.

## Why it matters
Its author believes that it suppresses something, and it does not.

## How to fix
Write `# hexguard: ignore[rule-name] reason`, or `ignore-file[...]` for the whole file.
With `until=2027-01-31` before the reason it ends on that day.

## Known limits
None.
""",
}
"""What the engine itself reports, by name."""

_FILE = re.compile(r"^#- (\S+)[ \t]*\n", re.MULTILINE)
_LANGUAGES = {"py": "python", "pyi": "python", "toml": "toml"}


def rule_page(rule: Rule) -> str:
    """The page of a rule of the catalogue."""
    summary, _, rest = rule.doc.partition("\n")
    parts = [f"# {rule.name}", summary, _facts(rule), rest.strip(), "## Examples"]
    for number, example in enumerate(rule.examples, start=1):
        parts += _example(number, example)
    parts += ["## Suppression", f"`# hexguard: ignore[{rule.name}] reason`, on the line itself or on the line above."]
    return "\n\n".join(parts) + "\n"


def own_page(name: str) -> str:
    """The page of something that the engine itself reports."""
    summary, _, rest = OWN_PAGES[name].partition("\n")
    facts = f"- Severity: nit\n- Fix: {own_fix_words(name)}"
    return "\n\n".join((f"# {name}", summary, facts, rest.strip())) + "\n"


def own_fix_words(name: str) -> str:
    """How far the fix of what the engine itself reports may be trusted."""
    return "none" if name == MALFORMED else Applicability.SAFE.value


def fix_words(rule: Rule) -> str:
    """How far the fixes of a rule may be trusted, in the order in which they are offered."""
    return ", ".join(dict.fromkeys(applicability.value for applicability, _ in rule.fixers)) or "none"


def _facts(rule: Rule) -> str:
    lines = [f"- Family: `{rule.family}`", f"- Severity: {rule.severity.value}", f"- Fix: {fix_words(rule)}"]
    if rule.aliases:
        lines.append(f"- Guidelines: {', '.join(rule.aliases)}")
    if rule.requires:
        lines.append(f"- Needs: {', '.join(f'`{requirement}`' for requirement in rule.requires)}")
    switches = [name for name, switch in SWITCHES.items() if rule.name in switch.rules]
    if switches:
        lines.append(f"- Switch: {', '.join(f'`{name}`' for name in switches)}{_waits(rule)}")
    if rule.preview:
        lines.append("- In preview: runs only with `preview = true` or if it is selected by name")
    if rule.on_request:
        by_switch = " or by the switch" if rule.switch else ""
        told = f"the rewrite is offered in an editor; it is reported only if it is selected by name{by_switch}"
        lines.append(f"- On request: {told}")
    return "\n".join(lines)


def _waits(rule: Rule) -> str:
    """For which choice of its switch a rule waits."""
    if rule.switch is None:
        return ""
    name, choice = rule.switch
    else_how = ", which is the default" if SWITCHES[name].default == choice else ", or if the rule is selected by name"
    return f"; {'reports' if rule.on_request else 'runs'} with the choice `{choice}`{else_how}"


def _example(number: int, example: Example) -> Iterator[str]:
    if not isinstance(example, Bad):
        yield f"### {number}. Good"
        yield f"Why: {example.why}."
        yield from _blocks(example.code)
        return
    yield f"### {number}. Bad"
    yield from _blocks(example.code)
    if example.fixed is not None:
        yield "After the fix:"
        yield from _blocks(example.fixed)
    elif example.why:
        yield f"No fix is offered: {example.why}."


def _blocks(code: str) -> Iterator[str]:
    """The files of an example, each as a block of code; the only one goes without its path."""
    head, *pieces = _FILE.split(code)
    if head.strip():
        yield _block(head, "python")
    for path, text in zip(pieces[::2], pieces[1::2], strict=True):
        yield f"`{path}`:"
        yield _block(text, _LANGUAGES.get(path.rpartition(".")[2], ""))


def _block(text: str, language: str) -> str:
    return f"```{language}\n{text.strip(chr(10))}\n```"
