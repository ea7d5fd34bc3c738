"""Says for what a client asks actions, in our own words, so that the event loop need not load what answers it."""

import msgspec

from hexguard.text.span import Span


class Asked(msgspec.Struct, frozen=True):
    """For which span something is offered, of which kinds (`None`: of all), and whether a person asked for it."""

    span: Span
    only: tuple[str, ...] | None = None
    by_hand: bool = True

    def wants(self, kind: str) -> bool:
        """Whether a kind is one of those asked for, or below one of them."""
        if self.only is None:
            return True
        return any(not above or kind == above or kind.startswith(f"{above}.") for above in self.only)
