"""All that the file of a rule may import, besides facts."""

from hexguard.index.breaches import Breach
from hexguard.rule.edits import Edits
from hexguard.rule.examples import Bad, Good
from hexguard.rule.finding import Finding, Related
from hexguard.rule.fix import Applicability, Fix, Refusal
from hexguard.rule.rule import Rule
from hexguard.rule.view import View
from hexguard.settings.model import Severity

__all__ = [
    "Applicability",
    "Bad",
    "Breach",
    "Edits",
    "Finding",
    "Fix",
    "Good",
    "Refusal",
    "Related",
    "Rule",
    "Severity",
    "View",
]
