"""Count columns as a client does, because the protocol lets it choose UTF-8, UTF-16 or UTF-32 units."""

from enum import Enum


class Encoding(Enum):
    """The unit of a column; the values are the names that the protocol uses."""

    UTF8 = "utf-8"
    UTF16 = "utf-16"
    UTF32 = "utf-32"


def to_column(line_text: str, index: int, encoding: Encoding) -> int:
    """Return the column, in units of `encoding`, before the code point at `index` of one line's text.

    An index outside the line is clamped into it.
    """
    index = min(max(index, 0), len(line_text))
    if encoding is Encoding.UTF32 or line_text.isascii():
        return index
    before = line_text[:index]
    # Lone surrogates can stand in a client's text; they count like the character that they are half of.
    if encoding is Encoding.UTF8:
        return len(before.encode("utf-8", "surrogatepass"))
    return len(before.encode("utf-16-le", "surrogatepass")) // 2


def from_column(line_text: str, column: int, encoding: Encoding) -> int:
    """Return the index of the code point at `column`, given in units of `encoding`.

    A column beyond the end is the end, a negative one is 0, and one inside a character is that character's start.
    """
    if encoding is Encoding.UTF32 or line_text.isascii():
        return min(max(column, 0), len(line_text))
    width = _utf8_width if encoding is Encoding.UTF8 else _utf16_width
    left = column
    for index, character in enumerate(line_text):
        left -= width(character)
        if left < 0:
            return index
    return len(line_text)


def _utf8_width(character: str) -> int:
    if character < "\x80":
        return 1
    if character < "\u0800":
        return 2
    return 3 if character < "\U00010000" else 4


def _utf16_width(character: str) -> int:
    return 1 if character < "\U00010000" else 2
