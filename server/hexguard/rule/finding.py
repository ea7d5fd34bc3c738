"""What a rule reports, in engine words: which fact, which node is underlined, and what fills the message."""

from typing import Generic, TypeAlias, TypeVar

import msgspec

from hexguard.facts.model import Fact
from hexguard.index.chains import Link
from hexguard.index.effects import Step

F_co = TypeVar("F_co", bound=Fact, covariant=True)


class Related(msgspec.Struct, frozen=True, gc=False):
    """A second place that explains a finding: a call or an import of some module, with what to say there."""

    message: str
    at: "Site"


Site: TypeAlias = Step | Link
"""A call in a function, or an import, addressed so that edits elsewhere do not matter."""


class Finding(msgspec.Struct, Generic[F_co], frozen=True, gc=False):
    """One violation. `node` is underlined; `values` fill the placeholders of the rule's message."""

    rule: str
    fact: F_co
    node: int
    values: dict[str, str]
    related: tuple[Related, ...] = ()

    def __getitem__(self, name: str) -> str:
        return self.values[name]
