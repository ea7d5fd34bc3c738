"""Times in UTC that do not say so.

## What it does
Reports `datetime.utcnow` and `datetime.utcfromtimestamp`, called or handed over as a default.

## Why it matters
The result carries no time zone, so `timestamp()` and `astimezone()` take it for local time.
Comparing it with an aware time raises `TypeError`.
Python deprecates both since 3.12.

## Fix safety
Unsafe: the result is aware from now on.
Comparing it with a naive time raises `TypeError`, and `isoformat()` ends in `+00:00`.
A column without time zone may refuse it.

## Known limits
A function that got another name (`now = datetime.utcnow`) is reported there and not at its calls.
No fix where the code around it needs a time without zone: `utcnow() - datetime(1970, 1, 1)`, `utcnow().isoformat() + "Z"`.
No fix where a class keeps the function, since a lambda there would be a method.
"""

import re
from collections.abc import Iterator

from hexguard.facts.expressions import Attribute, Binary, Call, Compare
from hexguard.facts.model import Assignment, Parameter, Reference
from hexguard.facts.scopes import ScopeKind
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard.text.span import Span

RULE = Rule(
    name="utcnow-deprecated",
    message="`{name}` gives a time without a zone, which others take for local time",
    doc=__doc__,
    severity=Severity.IMPORTANT,
    aliases=("AS-04",),
    examples=(
        Bad(
            """
            from datetime import datetime, timedelta

            def expires_at() -> datetime:
                return datetime.utcnow() + timedelta(hours=1)
            #          ^^^^^^^^^^^^^^^
            """,
            fixed="""
            from datetime import datetime, timedelta, timezone

            def expires_at() -> datetime:
                return datetime.now(timezone.utc) + timedelta(hours=1)
            """,
        ),
        Bad(
            """
            #- pyproject.toml
            [project]
            requires-python = ">=3.11"
            #- app/main.py
            from datetime import datetime as dt

            def opened(seconds: float) -> dt:
                return dt.utcfromtimestamp(seconds)
            #          ^^^^^^^^^^^^^^^^^^^
            """,
            fixed="""
            from datetime import UTC, datetime as dt

            def opened(seconds: float) -> dt:
                return dt.fromtimestamp(seconds, tz=UTC)
            """,
        ),
        Bad(
            """
            import datetime
            from sqlalchemy import DateTime
            from sqlalchemy.orm import mapped_column

            class Order(Base):
                created_at = mapped_column(DateTime(timezone=True), default=datetime.datetime.utcnow)
            #                                                               ^^^^^^^^^^^^^^^^^^^^^^^^
            """,
            fixed="""
            import datetime
            from sqlalchemy import DateTime
            from sqlalchemy.orm import mapped_column

            class Order(Base):
                created_at = mapped_column(DateTime(timezone=True), default=lambda: datetime.datetime.now(datetime.timezone.utc))
            """,
        ),
        Bad(
            """
            import datetime as d

            def pick(given: object | None) -> object:
                convert = given or d.datetime.utcfromtimestamp
            #                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^
                return convert
            """,
            fixed="""
            import datetime as d

            def pick(given: object | None) -> object:
                convert = given or (lambda timestamp: d.datetime.fromtimestamp(timestamp, tz=d.timezone.utc))
                return convert
            """,
        ),
        Bad(
            """
            from datetime import datetime
            from sqlalchemy import Column, DateTime

            def stamp(timezone: str) -> tuple[datetime, str]:
                return datetime.utcnow(), timezone
            #          ^^^^^^^^^^^^^^^

            class Order:
                created_at = Column(DateTime, default=datetime.utcnow)
            #                                         ^^^^^^^^^^^^^^^
            """,
            why="`timezone` means something else here, and the column keeps no zone",
        ),
        Bad(
            """
            from datetime import datetime

            def told() -> list[object]:
                since = datetime.utcnow() - datetime(1970, 1, 1)
            #           ^^^^^^^^^^^^^^^
                return [since, datetime.utcnow().isoformat() + "Z"]
            #                  ^^^^^^^^^^^^^^^
            """,
            why="the rest of the expression expects a time without zone",
        ),
        Good(
            """
            from datetime import datetime, timezone

            class Clock:
                def utcnow(self) -> datetime:
                    return datetime.now(timezone.utc)

            def stamp(clock: Clock) -> datetime:
                return clock.utcnow()
            """,
            why="a method of the project's own that says its zone",
        ),
        Good(
            """
            from arrow import Arrow as datetime

            def stamp() -> datetime:
                return datetime.utcnow()
            """,
            why="the name is `datetime`, the class is not",
        ),
    ),
)

_REPLACEMENTS = {"datetime.datetime.utcnow": "now", "datetime.datetime.utcfromtimestamp": "fromtimestamp"}
_METHODS = frozenset(name.rpartition(".")[2] for name in _REPLACEMENTS)


@RULE.check(Reference)
def check(reference: Reference, view: View) -> Iterator[Finding[Reference]]:
    # Nearly every name of a file is a reference; to look at its last part costs much less than to resolve it.
    if not isinstance(reference.expr, Attribute) or reference.expr.attr not in _METHODS:
        return
    if (name := view.name(reference.expr)) in _REPLACEMENTS:
        has_utc = view.project.python is not None and view.project.python >= (3, 11)
        yield RULE.at(
            reference,
            becomes_method="yes" if _becomes_method(reference, view) else "",
            name=name.partition(".")[2],
            method=_REPLACEMENTS[name],
            zone="datetime.UTC" if has_utc else "datetime.timezone",
        )


@RULE.fix(Applicability.UNSAFE)
def say_the_zone(finding: Finding[Reference], edits: Edits) -> Fix | Refusal:
    reference = finding.fact
    spelling = edits.spell(finding["zone"], reference.context)
    title = f"Use `{finding['method']}` with the zone UTC"
    if spelling is None or not isinstance(reference.expr, Attribute):
        return Refusal(title, "it is kept under another name, or every name for the zone means something else here")
    if _fills_naive_column(reference, edits):
        return Refusal(title, "the column keeps no zone, and some drivers refuse a time that has one there")
    zone = spelling.text if finding["zone"] == "datetime.UTC" else f"{spelling.text}.utc"
    takes_time = finding["method"] == "fromtimestamp"
    argument = f"tz={zone}" if takes_time else zone
    if not reference.called:
        if finding["becomes_method"] or "#" in edits.text(reference.node):
            return Refusal(title, "a function in its place would become a method, or lose a comment")
        receiver = edits.text(reference.expr.value.node)
        given, passed = (" timestamp", "timestamp, ") if takes_time else ("", "")
        function = f"lambda{given}: {receiver}.{finding['method']}({passed}{argument})"
        text = function if _stands_alone(reference, edits) else f"({function})"
        return Fix(title, (edits.replace(reference.node, text), *spelling.edits))
    call = next(call for call in edits.facts() if isinstance(call, Call) and call.func.node == reference.node)
    if call.keywords or call.has_unpacking or len(call.args) != int(takes_time):
        return Refusal(title, "its arguments are not those of a plain call")
    if _is_taken_for_naive(call, edits):
        return Refusal(title, "what is done with it next needs a time without a zone")
    renamed = edits.rename_attribute(reference.expr, finding["method"])
    return Fix(title, (renamed, edits.add_argument(call, argument), *spelling.edits))


def _fills_naive_column(reference: Reference, edits: Edits) -> bool:
    """Whether it is in the default of a column whose type says nothing of a zone."""
    span = edits.span(reference.node)
    for call in edits.facts():
        if not isinstance(call, Call) or call.method not in _COLUMNS or "timezone=True" in edits.text(call.node):
            continue
        given = (edits.span(keyword.node) for keyword in call.keywords if keyword.name in _DEFAULTS)
        if any(one.start <= span.start and span.end <= one.end for one in given):
            return True
    return False


_COLUMNS = ("Column", "mapped_column")
_DEFAULTS = ("default", "onupdate")


def _becomes_method(reference: Reference, view: View) -> bool:
    """Whether a class keeps the function, which a lambda in its place would take for a method."""
    scope = reference.context.scope
    in_class = view.block.scopes[scope].kind is ScopeKind.CLASS or (scope == 0 and view.block.is_member)
    given = (
        argument.node
        for call in view.block.of_type(Call)
        for argument in (*call.args, *(keyword.value for keyword in call.keywords))
    )
    return in_class and reference.node not in given


def _is_taken_for_naive(call: Call, edits: Edits) -> bool:
    """Whether the next step fails with an aware time: `utcnow() - datetime(1970, 1, 1)`, `utcnow().isoformat() + "Z"`."""
    for fact in edits.facts():
        match fact:
            case Binary(op="-", left=left, right=right) if call in (left, right):
                others = (left, right)
            case Compare(operands=others) if call in others:
                pass
            case Call(func=Attribute(value=value, attr="isoformat")) if value == call:
                end = edits.span(fact.node).end
                if _SUFFIX.match(edits.slice(Span(end, end + 20))):
                    return True
                continue
            case _:
                continue
        if any(isinstance(other, Call) and _makes_naive(other, edits) for other in others):
            return True
    return False


_SUFFIX = re.compile(r"""\s*(?:\+\s*["']|\})Z""")


def _makes_naive(call: Call, edits: Edits) -> bool:
    made = edits.means(call.func, "datetime.datetime")
    return made and not call.has_unpacking and len(call.args) < 8 and call.keyword("tzinfo") is None


def _stands_alone(reference: Reference, edits: Edits) -> bool:
    """Whether a lambda needs no parentheses: it is all of an argument, a default or an assigned value."""
    wholes: set[int] = set()
    for fact in edits.facts():
        match fact:
            case Call():
                wholes.update(argument.node for argument in fact.args)
                wholes.update(keyword.value.node for keyword in fact.keywords)
            case Assignment(value=whole) | Parameter(default=whole) if whole is not None:
                wholes.add(whole.node)
            case _:
                pass
    return reference.node in wholes
