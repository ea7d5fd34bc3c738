"""Find where strings end, which since f-strings may hold any quotes is a small language of its own.

A **template** is an f-string or a t-string; its **fields** are the parts in braces that hold code.
"""

import re
from typing import Final

_PREFIXES: Final = (r"(?<=\b[fFtT])", r"(?<=\b[fFtT][rR])", r"(?<=\b[rR][fFtT])")


def _plain(quote: str) -> str:
    """Return the pattern of a closed string in that quote; of a template only if its fields are simple.

    The quote comes first and is looked back at, so that the regex engine sees from one character whether to try.
    Loops read as much as they can before they look for alternatives, because each round of a group costs.
    """
    other = "'" if quote == '"' else '"'
    field = rf"\{{(?:[^'\"{{}}\\\r\n#]++|{other}[^'\"{{}}\\\r\n]*+{other})*+\}}"
    literal = rf"\{{\{{|\}}\}}|\\[^{{}}\r\n]|{field}"
    inside = rf"{quote}(?!{quote}{quote})"
    template = _closed(quote, rf"[^{quote}\\{{}}]*+", f"{inside}|{literal}", rf"[^{quote}\\{{}}\r\n]*+", literal)
    flat = _closed(quote, rf"[^{quote}\\]*+", rf"{inside}|\\[\s\S]", rf"[^{quote}\\\r\n]*+", r"\\[^\r\n]")
    is_template = "|".join(prefix.replace(")", f"{quote})") for prefix in _PREFIXES)
    is_flat = is_template.replace("(?<=", "(?<!").replace("|", "")
    return rf"{quote}(?:(?>(?<![fFtTrR]{quote})|{is_flat}){flat}|(?:{is_template}){template})"


def _closed(quote: str, long: str, in_long: str, short: str, in_short: str) -> str:
    """Return the pattern of a string after its first quote: what it holds in triple quotes, and what otherwise."""
    two = quote * 2
    return f"(?:{two}{long}(?:(?:{in_long}){long})*+{two}{quote}|(?!{two}){short}(?:(?:{in_short}){short})*+{quote})"


PLAIN_STRING: Final = f"{_plain(chr(34))}|{_plain(chr(39))}"
"""The pattern of a closed string from its first quote on, for use inside patterns of ordinary code."""

_PREFIX: Final = re.compile("|".join(_PREFIXES))
_FLAT: Final = {
    '"': re.compile(r'(?:[^"\\\r\n]++|\\(?:\r\n|[\s\S]))*+"?+'),
    "'": re.compile(r"(?:[^'\\\r\n]++|\\(?:\r\n|[\s\S]))*+'?+"),
    '"""': re.compile(r'(?:[^"\\]++|\\[\s\S]|"(?!""))*+(?:"""|\\?\Z)'),
    "'''": re.compile(r"(?:[^'\\]++|\\[\s\S]|'(?!''))*+(?:'''|\\?\Z)"),
}
# Inside a template that must close on its line, a string in triple quotes must do so too.
_ONE_LINE: Final = {
    '"""': re.compile(r'(?:[^"\\\r\n]++|\\[^\r\n]|"(?!""))*+(?:""")?+'),
    "'''": re.compile(r"(?:[^'\\\r\n]++|\\[^\r\n]|'(?!''))*+(?:''')?+"),
}
_QUOTES: Final = "\"\"\"|'''|[\"']"
_NL: Final = r"\r\n?|\n"
_LITERAL: Final = re.compile(rf"[^\\{{\"'\r\n]*+(\\(?:\r\n|[^{{}}])?|\{{\{{|\{{|{_QUOTES}|{_NL})")
_CODE: Final = re.compile(rf"[^:#()\[\]{{}}\"'\r\n]*+([:#()\[\]{{}}]|{_QUOTES}|{_NL})")
_FORMAT: Final = re.compile(rf"[^{{}}\"'\r\n]*+([{{}}]|{_QUOTES}|{_NL})")
_LINE: Final = re.compile(r"[^\r\n]*+")


def line_end(text: str, start: int) -> int:
    """Return the offset of the next line terminator at or after `start`, or of the end of the text."""
    return _end(_LINE, text, start)


def is_template(text: str, at: int) -> bool:
    """Tell whether the quote at offset `at` opens a template."""
    return _PREFIX.match(text, at) is not None


def string_end(text: str, start: int, quote: str) -> int:
    """Return the offset after a string whose content starts at `start`, taking braces in it for ordinary characters.

    An unclosed string ends before the terminator of its line, one in triple quotes at the end of the text.
    """
    return _end(_FLAT[quote], text, start)


def template_end(text: str, start: int, quote: str) -> int | None:
    """Return the offset after a template whose content starts at `start`, or `None` if it does not close on its line.

    One in triple quotes that does not close at all ends at the end of the text.
    The same triple quote inside a field closes the template: while typing, that is what it is meant to do.
    """
    return _Templates(text, start, quote).end()


class _Templates:
    """Reads a template and those inside its fields without recursion, because they may nest deeply."""

    def __init__(self, text: str, start: int, quote: str) -> None:
        self._text = text
        self._position = start
        # What is open, outermost first: a quote is a template, "{" one of its fields, "(" a bracket in a field,
        # ":" a field whose code has been read and whose format follows.
        self._open = [quote]
        self._quotes = [quote]
        self._n_triple = int(len(quote) == 3)

    def end(self) -> int | None:
        while self._open:
            top = self._open[-1]
            pattern = _FORMAT if top == ":" else _CODE if top in "{(" else _LITERAL
            match = pattern.match(self._text, self._position)
            if match is None:
                return len(self._text) if len(self._quotes[0]) == 3 else None
            self._position = match.end()
            token = match[1]
            if token[0] in "\r\n":
                self._end_line()
                if not self._open:
                    return None
            elif token[0] in "\"'":
                self._quote(token, match.start(1), top)
            elif pattern is not _LITERAL:
                self._code(token, top)
            elif token == "{":
                self._open.append("{")
        return self._position

    def _end_line(self) -> None:
        """Drop the templates that must end with their line, and what is open inside them."""
        while len(self._quotes) > self._n_triple:
            self._close(self._quotes[-1])

    def _quote(self, quote: str, at: int, top: str) -> None:
        inner = self._quotes[-1]
        # Of each triple quote at most one is open, so the list is searched only if it can hold this one.
        if len(quote) == 3 and self._n_triple and quote in self._quotes:
            self._close(quote)
        elif top not in "{(":
            # Inside a literal and a format, only the quote that opened the template means something.
            self._position = at + 1
            if quote[0] == inner:
                self._close(inner)
        elif is_template(self._text, at):
            self._open.append(quote)
            self._quotes.append(quote)
            self._n_triple += len(quote) == 3
        else:
            one_line = len(quote) == 3 and len(inner) == 1
            self._position = _end((_ONE_LINE if one_line else _FLAT)[quote], self._text, self._position)

    def _code(self, token: str, top: str) -> None:
        if token == "#":
            self._position = line_end(self._text, self._position)
        elif token == ":":
            if top == "{":
                self._open[-1] = ":"
        elif token in "([{":
            self._open.append("{" if top == ":" else "(")
        elif token == "}" or top == "(":
            self._open.pop()

    def _close(self, quote: str) -> None:
        """Close everything down to the innermost template in that quote."""
        while self._open.pop() != quote:
            pass
        while (closed := self._quotes.pop()) != quote:
            self._n_triple -= len(closed) == 3
        self._n_triple -= len(quote) == 3


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    match = pattern.match(text, start)
    return start if match is None else match.end()
