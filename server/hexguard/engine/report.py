"""A finding with everything a reader needs: where, how severe, in which words, and what can be done."""

import msgspec

from hexguard.facts.model import Fact
from hexguard.rule.finding import Finding
from hexguard.rule.fix import Applicability
from hexguard.settings.model import Severity
from hexguard.text.span import Span


class RelatedPlace(msgspec.Struct, frozen=True):
    """A second place that explains a report; `span` is in the text of the file at `path`."""

    path: str
    span: Span
    message: str


class Report(msgspec.Struct, frozen=True):
    """A finding as it is shown. `span` is absolute in the document at `path`, in code points.

    `block` is the position of its block; `finding` is `None` for what the engine itself says about suppressions.
    """

    rule: str
    severity: Severity
    message: str
    path: str
    span: Span
    applicability: Applicability | None = None
    related: tuple[RelatedPlace, ...] = ()
    block: int = -1
    finding: Finding[Fact] | None = None
