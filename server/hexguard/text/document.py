"""Hold one version of one document, so that edits and positions of a client can be understood against it."""

import msgspec

from hexguard.text.encoding import Encoding, from_column, to_column
from hexguard.text.lines import LineIndex
from hexguard.text.span import Span


class Document(msgspec.Struct, frozen=True, eq=False):
    """A text with the uri and the version number that a client gave it; an edit makes another document."""

    uri: str
    version: int | None
    text: str
    lines: LineIndex

    @classmethod
    def of(cls, uri: str, text: str, version: int | None = None) -> "Document":
        """Return the document of a whole text."""
        return cls(uri, version, text, LineIndex.of(text))

    def edited(self, span: Span, text: str, version: int | None) -> "Document":
        """Return the document in which `text` stands instead of `span`, given in code points of this text.

        Raises `ValueError` if the span is not inside the text.
        """
        before = self.text
        if not 0 <= span.start <= span.end <= len(before):
            raise ValueError(f"{span.start}..{span.end} is outside {self.uri}, which has {len(before)} characters")
        after = before[: span.start] + text + before[span.end :]
        return Document(self.uri, version, after, self.lines.edited(after, span, len(text)))

    def offset(self, line: int, column: int, encoding: Encoding) -> int:
        """Return the code-point offset of a client's position, both counted from 0.

        A line beyond the end is the end of the text, a column beyond the end of its line is before the terminator,
        and what is negative is 0.
        """
        if line >= self.lines.n_lines:
            return len(self.text)
        content = self._content(max(line, 0))
        if encoding is Encoding.UTF32 or self.text.isascii():
            return min(content.start + max(column, 0), content.end)
        return content.start + from_column(self.text[content.start : content.end], column, encoding)

    def position(self, offset: int, encoding: Encoding) -> tuple[int, int]:
        """Return line and column, both counted from 0, of a code-point offset.

        An offset outside the text is clamped into it, one inside a line's terminator is before the terminator.
        """
        line = self.lines.line_of(offset)
        content = self._content(line)
        index = min(max(offset, content.start), content.end) - content.start
        if encoding is Encoding.UTF32 or self.text.isascii():
            return line, index
        return line, to_column(self.text[content.start : content.start + index], index, encoding)

    def _content(self, line: int) -> Span:
        span = self.lines.line_span(line, len(self.text))
        end = span.end
        if end > span.start and self.text[end - 1] == "\n":
            end -= 1
        if end > span.start and self.text[end - 1] == "\r":
            end -= 1
        return Span(span.start, end)
