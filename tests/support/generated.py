"""Variations of programs for hypothesis: where code stands, how it is laid out, and how names are imported.

The suite runs the same few examples each time; `HEXGUARD_FIXES_EXAMPLES=5000` runs that many for each test, at random.
"""

import os
import tokenize
from io import StringIO

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

EXPRESSION_SITES = (
    "return {it}",
    "value = {it}\nreturn value",
    "return ({it})",
    "return [{it}, 1]",
    "return {{'key': {it}}}",
    "return {it} if log is not None else None",
    "if True:\n    return {it}",
    "for number in range(2):\n    kept = {it}\nreturn kept",
    "while True:\n    return {it}",
    "try:\n    return {it}\nfinally:\n    log.append('finally')",
    "try:\n    raise KeyError('key')\nexcept KeyError:\n    return {it}",
    "with nullcontext():\n    return {it}",
    "match 1:\n    case 1:\n        return {it}",
    "return (log.append('first'), {it})[1]",
    "return not {it}",
    "log.append({it}); return log[-1]",
    "kept: object = {it}; return kept",
    "return [item for item in [{it}]]",
    "if (kept := {it}) is not None:\n    return kept",
    "return f'{{log}}', {it}",
    "return str(\n    {it}\n)",
    "assert [{it}] is not None\nreturn 1",
    'return """a\n  text""", {it}',
    "return 1, \\\n    {it}",
    "return dict(key={it})",
    "return [*[1], *[{it}]]",
    "return {it} == 1 or {it}",
)
"""Where in a function an expression may stand; `log` is a parameter of the function, `nullcontext` is imported."""


class Imported(msgspec.Struct, frozen=True):
    """A way to import a name of a library: the statement, and how the name is written then."""

    statement: str
    text: str


def examples(number: int) -> settings:
    """Settings of a test that runs `number` examples in the suite."""
    wanted = os.environ.get("HEXGUARD_FIXES_EXAMPLES", "")
    return settings(
        max_examples=int(wanted) if wanted else number,
        derandomize=not wanted,
        database=None,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )


def ways_to_import(qualified: str, alias: str = "other") -> st.SearchStrategy[Imported]:
    """All ways to import a name from a module."""
    module, _, name = qualified.rpartition(".")
    ways = [
        Imported(f"import {module}", qualified),
        Imported(f"import {module} as {alias}", f"{alias}.{name}"),
        Imported(f"from {module} import {name}", name),
        Imported(f"from {module} import {name} as {alias}", alias),
        Imported(f"from {module} import (\n    {name},\n)", name),
    ]
    if "." in module:
        package, _, last = module.rpartition(".")
        ways.append(Imported(f"from {package} import {last}", f"{last}.{name}"))
    return st.sampled_from(ways)


def indented(code: str, depth: int = 1) -> str:
    """Lines one level deeper, except those of a text in three quotes or after a backslash."""
    lines: list[str] = []
    inside = False
    for line in code.split("\n"):
        lines.append(line if inside or not line else "    " * depth + line)
        inside ^= line.count('"""') % 2 == 1
    return "\n".join(lines)


@st.composite
def laid_out(draw: st.DrawFn, code: str, most: int = 4) -> str:
    """`code` with comments, blanks and line breaks in odd places, and perhaps other line ends."""
    chosen = draw(
        st.lists(
            st.tuples(st.sampled_from(_gaps(code)), st.sampled_from(_FILLERS)),
            max_size=most,
            unique_by=lambda one: one[0][0],
        )
    )
    for number, ((offset, is_inside), filler) in enumerate(sorted(chosen, reverse=True)):
        filled = filler.format(number=number) if is_inside else f"  # note {number}"
        code = code[:offset] + filled + code[offset:]
    return code.replace("\n", "\r\n") if draw(st.booleans()) else code


_FILLERS = (
    "  # note {number}\n" + " " * 12,
    "\n" + " " * 16,
    " ",
    "\n            # it's note {number}\n\n" + " " * 12,
    " \\\n            ",
)
# A line that stands left of the member of a class that it belongs to makes the block unreadable, so none does.


def _gaps(code: str) -> list[tuple[int, bool]]:
    """Offsets after which something may be put: inside brackets, or at the end of a line without a comment."""
    starts = [0]
    for line in code.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    gaps: list[tuple[int, bool]] = []
    depth = n_formatted = 0
    last = None
    for token in tokenize.generate_tokens(StringIO(code).readline):
        kind = tokenize.tok_name[token.type]
        n_formatted += (kind == "FSTRING_START") - (kind == "FSTRING_END")
        if token.type == tokenize.NEWLINE and token.string and last is not None and last.type != tokenize.COMMENT:
            gaps.append((starts[token.start[0] - 1] + token.start[1], False))
        if token.type == tokenize.OP and not n_formatted:
            depth += (token.string in "([{") - (token.string in ")]}")
        if depth and not n_formatted and token.type in (tokenize.OP, tokenize.NAME, tokenize.NUMBER, tokenize.STRING):
            gaps.append((starts[token.end[0] - 1] + token.end[1], True))
        last = token
    return gaps
