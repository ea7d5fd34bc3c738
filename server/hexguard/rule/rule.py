"""A rule as one value: its documentation, its examples, how it finds and how it fixes."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias, TypeVar

from hexguard.facts.model import Fact
from hexguard.rule.edits import Edits
from hexguard.rule.examples import Example
from hexguard.rule.finding import Finding, Related
from hexguard.rule.fix import Applicability, Fix, Refusal
from hexguard.rule.view import View
from hexguard.settings.model import Severity

F = TypeVar("F", bound=Fact)

Check: TypeAlias = Callable[[F, View], Iterator[Finding[Fact]]]
Fixer: TypeAlias = Callable[[Finding[F], Edits], Fix | Refusal | None]
AnyFixer: TypeAlias = Callable[[Finding[Fact], Edits], Fix | Refusal | None]

PLACEHOLDER = re.compile(r"\{(\w+)\}")


class Rule:
    """One thing that Hexguard checks; made once, in the file of the rule, which registers its functions on it.

    `requires` lists requirements (`sqlalchemy>=1.4`, `python>=3.10`) that the project must be able to meet.
    `aliases` are the ids of the guidelines that the rule comes from.
    What is `on_request` is no defect: its rewrite is offered where it applies, and it is reported only by name.
    With a `switch`, a name and a choice, the rule runs unasked only where that is the choice of the project.
    """

    def __init__(  # noqa: PLR0913 - a rule is declared by keyword, once, in its file
        self,
        *,
        name: str,
        message: str,
        doc: str | None,
        severity: Severity,
        examples: tuple[Example, ...],
        aliases: tuple[str, ...] = (),
        requires: tuple[str, ...] = (),
        preview: bool = False,
        on_request: bool = False,
        switch: tuple[str, str] | None = None,
    ) -> None:
        self.name = name
        self.message = message
        self.doc = (doc or "").strip()
        self.severity = severity
        self.examples = examples
        self.aliases = aliases
        self.requires = requires
        self.preview = preview
        self.on_request = on_request
        self.switch = switch
        self.family = ""
        self.checks: dict[type[Fact], Callable[[Fact, View], Iterator[Finding[Fact]]]] = {}
        self.callees: frozenset[str] = frozenset()
        self.methods: frozenset[str] = frozenset()
        self.fixers: list[tuple[Applicability, AnyFixer]] = []

    @property
    def summary(self) -> str:
        """The first line of the documentation."""
        return self.doc.partition("\n")[0]

    @property
    def applicability(self) -> Applicability | None:
        """How far the first fix may be trusted; `None` for a rule without fixes."""
        return self.fixers[0][0] if self.fixers else None

    def check(
        self, kind: type[F], *, callees: Iterable[str] = (), methods: Iterable[str] = ()
    ) -> Callable[[Check[F]], Check[F]]:
        """Register the function that finds, for facts of one type. The family is the package of that function.

        Of calls, it may be given only those of some `callees`, by qualified names, and those that are written with some
        last names, `methods`: the rest costs it nothing.
        """

        def register(function: Check[F]) -> Check[F]:
            self.family = function.__module__.split(".")[-2].rstrip("_")
            # The table is keyed by the fact's type, so each function only ever gets the type it was written for.
            self.checks[kind] = function  # type: ignore[index,assignment]
            self.callees |= frozenset(callees)
            self.methods |= frozenset(methods)
            return function

        return register

    def fix(self, applicability: Applicability) -> Callable[[Fixer[F]], Fixer[F]]:
        """Register a function that makes a fix, and how far it may be trusted; they are offered in this order.

        Where it cannot make one, it says why in a `Refusal`, or `None` if there is nothing to say.
        """

        def register(function: Fixer[F]) -> Fixer[F]:
            # A finding reaches the fixer of the rule that made it, so the type of its fact is the one it expects.
            self.fixers.append((applicability, function))  # type: ignore[arg-type]
            return function

        return register

    def at(self, fact: F, node: int | None = None, related: Iterable[Related] = (), **values: str) -> Finding[F]:
        """A finding on `fact`; `node` is underlined (the fact's own node unless given)."""
        underlined = node if node is not None else _node(fact)
        return Finding(self.name, fact, underlined, values, tuple(related))

    def text(self, finding: Finding[Fact]) -> str:
        """The message with its placeholders filled; an unfilled one raises `KeyError`."""
        return PLACEHOLDER.sub(lambda match: finding.values[match[1]], self.message)


def _node(fact: Fact) -> int:
    return fact.node
