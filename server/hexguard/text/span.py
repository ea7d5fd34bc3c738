"""Say where something stands in a text, in the one unit that the core uses: code points."""

import msgspec


class Span(msgspec.Struct, frozen=True, order=True, gc=False):
    """The offsets from `start` up to, but not including, `end`, in code points."""

    start: int
    end: int

    def contains(self, offset: int) -> bool:
        """Tell whether the character at `offset` lies in this span; an empty span contains nothing."""
        return self.start <= offset < self.end

    def overlaps(self, other: "Span") -> bool:
        """Tell whether both cannot be replaced independently.

        Spans that only touch do not overlap; an empty span overlaps one that has it strictly inside.
        """
        return self.start < other.end and other.start < self.end

    def shift(self, by: int) -> "Span":
        """Return the same span moved by that many code points."""
        return Span(self.start + by, self.end + by)
