"""Which rules run: those that are selected, unless a switch, a preview or a request stands before it."""

from collections.abc import Iterator, Mapping

import pytest

from hexguard.engine.selection import select
from hexguard.facts.expressions import Call
from hexguard.rule.catalogue import Catalogue
from hexguard.rule.finding import Finding
from hexguard.rule.rule import Rule
from hexguard.rule.view import View
from hexguard.settings.model import Settings, Severity

ON = {"pooling.pre_ping": "on", "async.gather": "report"}
OFF = {"pooling.pre_ping": "off", "async.gather": "on-request"}


def rule_of(
    name: str, *, preview: bool = False, on_request: bool = False, switch: tuple[str, str] | None = None
) -> Rule:
    rule = Rule(
        name=f"{name}-rule",
        message="`it` is found",
        doc="Finds it.",
        severity=Severity.NIT,
        examples=(),
        preview=preview,
        on_request=on_request,
        switch=switch,
    )

    def find(_call: Call, _view: View) -> Iterator[Finding[Call]]:
        return iter(())

    rule.check(Call)(find)
    return rule


CATALOGUE = Catalogue(
    (
        rule_of("plain"),
        rule_of("early", preview=True),
        rule_of("asked", on_request=True),
        rule_of("pinged", switch=("pooling.pre_ping", "on")),
        rule_of("early-pinged", preview=True, switch=("pooling.pre_ping", "on")),
        rule_of("gathered", on_request=True, switch=("async.gather", "report")),
    )
)


def check(settings: Settings, switches: Mapping[str, str], running: str, on_request: str) -> None:
    found = select(CATALOGUE, settings, lambda requirement: True, switches)
    assert " ".join(rule.name.removesuffix("-rule") for rule in found.rules) == running
    assert " ".join(rule.name.removesuffix("-rule") for rule in found.on_request) == on_request


@pytest.mark.parametrize(
    ("settings", "switches", "running", "on_request"),
    [
        (Settings(), ON, "plain pinged gathered", "asked"),
        (Settings(), OFF, "plain", "asked gathered"),
        (Settings(preview=True), ON, "plain early pinged early-pinged gathered", "asked"),
        (Settings(preview=True), OFF, "plain early", "asked gathered"),
        (Settings(select=("pinged-rule",)), OFF, "pinged", "asked gathered"),
        (Settings(extend_select=("gathered-rule", "early-pinged-rule")), OFF, "plain early-pinged gathered", "asked"),
        (Settings(ignore=("pinged-rule", "gathered-rule")), ON, "plain", "asked"),
        (Settings(select=("plain-rule",)), ON, "plain", "asked gathered"),
    ],
)
def test_what_runs(settings: Settings, switches: Mapping[str, str], running: str, on_request: str) -> None:
    check(settings, switches, running, on_request)
