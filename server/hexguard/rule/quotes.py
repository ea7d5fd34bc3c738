"""Writes strings in the quotes that a document prefers."""

import re
from collections import Counter

from hexguard.syntax.strings import PLAIN_STRING


def preferred_quote(text: str) -> str:
    """The quote in which most short strings of a document are written; a double one if there is no telling."""
    found = Counter(match[0][:3] for match in re.finditer(_STRING, text))
    n_by_quote = {quote: sum(count for start, count in found.items() if _is_in(quote, start)) for quote in "\"'"}
    return "'" if n_by_quote["'"] > n_by_quote['"'] else '"'


def quoted(text: str, quote: str) -> str:
    """`text` as a string literal of one line; in the other quote if it holds only this one."""
    other = "'" if quote == '"' else '"'
    used = other if quote in text and other not in text else quote
    return used + "".join(_escaped(char, used) for char in text) + used


def _is_in(quote: str, start: str) -> bool:
    """Whether a string that starts like this is a short one in that quote."""
    return start.startswith(quote) and start != quote * 3


def _escaped(char: str, quote: str) -> str:
    if char in ("\\", quote):
        return "\\" + char
    return char if char.isprintable() else repr(char)[1:-1]


_STRING = rf"#[^\r\n]*|{PLAIN_STRING}"
"""A comment or a string; compiled when it is first needed, because that takes longer than to load all rules."""
