"""Where lines of a text begin and end, and how they are indented, for edits that keep the layout.

A line ends at a line feed, a carriage return, or both. Offsets are code points.
"""

from hexguard.text.span import Span


def line_start(text: str, offset: int) -> int:
    """Where the line of `offset` starts."""
    return max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1


def line_end(text: str, offset: int) -> int:
    """Where the line of `offset` ends: at its line end, or at the end of the text."""
    while offset < len(text) and text[offset] not in "\r\n":
        offset += 1
    return offset


def next_line(text: str, offset: int) -> int:
    """Where the line after that of `offset` starts; the end of the text if there is none."""
    end = line_end(text, offset)
    return end + (2 if text[end : end + 2] == "\r\n" else int(end < len(text)))


def line_before(text: str, line: int) -> int:
    """Where the line before the one that starts at `line` starts; the start of the text if there is none."""
    is_pair = text[max(line - 2, 0) : line] == "\r\n"
    return line_start(text, max(line - (2 if is_pair else 1), 0))


def whole_lines(text: str, span: Span) -> Span:
    """The lines that `span` touches, with the last line end."""
    return Span(line_start(text, span.start), next_line(text, span.end))


def indent_at(text: str, offset: int) -> str:
    """The indentation of the line in which `offset` stands."""
    start = end = line_start(text, offset)
    while end < len(text) and text[end] in " \t\f":
        end += 1
    return text[start:end]


def is_blank(text: str, line: int) -> bool:
    """Whether the line that starts at `line` is there and empty, white space aside."""
    return line < len(text) and not text[line : line_end(text, line)].strip()


def is_comment(text: str, line: int) -> bool:
    """Whether the line that starts at `line` holds a comment and nothing else."""
    return text[line : line_end(text, line)].lstrip(" \t\f").startswith("#")


def is_rest_of_line_free(text: str, offset: int) -> bool:
    """Whether nothing but a comment follows `offset` in its line."""
    return not text[offset : line_end(text, offset)].partition("#")[0].strip()
