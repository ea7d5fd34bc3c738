"""Objects that are fetched by their key through a legacy `Query`.

## What it does
Reports `session.query(User).get(key)`, also with `options()`, `populate_existing()` or `with_for_update()` between.

## Why it matters
`Query.get()` is the first part of the legacy API that SQLAlchemy deprecated, and warns with each call since version 2.
`session.get(User, key)` does the same, and an `AsyncSession` has it as well.

## Fix safety
Unsafe: the object and the statements are the same, proven on a populated database.
What the code cannot show is a custom query class of the sessionmaker.

## Known limits
All other forms of `query()` are reported by `legacy-session-query`.
A query in a variable, and `Model.query.get()` of Flask-SQLAlchemy, are missed.
"""

import re
from collections.abc import Iterator

from hexguard.facts.expressions import Attribute, Call
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard.text.edit import Edit
from hexguard.text.span import Span
from hexguard_rules.knowledge.sqlalchemy import QUERY_STEPS, SESSION

TITLE = "Use `Session.get()`"

RULE = Rule(
    name="legacy-query-get",
    message="`{model}` is fetched by `Query.get`, which is deprecated and unknown to an `AsyncSession`",
    doc=__doc__,
    severity=Severity.NIT,
    requires=("sqlalchemy>=1.4",),
    examples=(
        Bad(
            """
            from sqlalchemy.orm import Session
            from app.models import User

            def find(session: Session, key: int) -> User | None:
                return session.query(User).get(key)
            #          ^^^^^^^^^^^^^^^^^^^^^^^
            #- app/models.py
            class User: ...
            """,
            fixed="""
            #- app/main.py
            from sqlalchemy.orm import Session
            from app.models import User

            def find(session: Session, key: int) -> User | None:
                return session.get(User, key)
            #- app/models.py
            class User: ...
            """,
        ),
        Bad(
            """
            from sqlalchemy.orm import joinedload, selectinload, sessionmaker

            make = sessionmaker()

            class Users:
                def __init__(self) -> None:
                    self.session = make()

                def load(self, key: int) -> object:
                    query = lambda: self.session.query(User).populate_existing().with_for_update().get(ident=key)
            #                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                    return self.session.query(User).options(joinedload(User.team), selectinload(User.roles)).get((key, 1))
            #              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

            class User: ...
            """,
            fixed="""
            from sqlalchemy.orm import joinedload, selectinload, sessionmaker

            make = sessionmaker()

            class Users:
                def __init__(self) -> None:
                    self.session = make()

                def load(self, key: int) -> object:
                    query = lambda: self.session.get(User, key, populate_existing=True, with_for_update=True)
                    return self.session.get(User, (key, 1), options=[joinedload(User.team), selectinload(User.roles)])

            class User: ...
            """,
        ),
        Bad(
            """
            from sqlalchemy.orm import Session

            class User: ...

            def find(session: Session, key: int, name: str) -> list[object]:
                return [
                    session.query(User).filter_by(name=name).get(key),
            #       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                    session.query(User).get(  # by its key
            #       ^^^^^^^^^^^^^^^^^^^^^^^
                        key
                    ),
                ]
            """,
            why="`Query` refuses to filter before `get()`, and a comment would be lost",
        ),
        Good(
            """
            from sqlalchemy.orm import Session
            from app.shop import Client

            def find(session: Session, client: Client, key: int) -> object:
                return session.get(User, key) or client.query(User).get(key) or session.query(User).all()[0].get(key)

            class User: ...
            """,
            why="the successor, another library, and a method of a row",
        ),
    ),
)

_FLAGS = frozenset({"populate_existing", "with_for_update"})
_BETWEEN = re.compile(r"\.\s*get\s*\(\s*(?:ident\s*=\s*)?")


@RULE.check(Call, methods=["get"])
def check(call: Call, view: View) -> Iterator[Finding[Call]]:
    base, steps = _query(call)
    if base is None or view.callee(base) != f"{SESSION}.query":
        return
    if all(step.method in QUERY_STEPS for step in steps):
        model = view.name(base.args[0]) if len(base.args) == 1 else ""
        yield RULE.at(call, call.func.node, model=model.rpartition(".")[2] or "a row")


def _query(call: Call) -> tuple[Call | None, list[Call]]:
    """The `query()` at the start of a chain, and the calls between it and `call`, in the order in which they run."""
    steps: list[Call] = []
    while isinstance(call.receiver, Call):
        call = call.receiver
        if call.method == "query":
            return call, steps
        steps.insert(0, call)
    return None, steps


@RULE.fix(Applicability.UNSAFE)
def get_from_session(finding: Finding[Call], edits: Edits) -> Fix | Refusal | None:
    call = finding.fact
    base, steps = _query(call)
    key = call.argument(0, "ident")
    options = _options(steps, edits)
    if base is None or key is None or options is None or len(call.args) + len(call.keywords) != 1:
        return Refusal(TITLE, "`Session.get()` has no equal for some step of the query")
    if finding["model"] == "a row" or base.keywords or not isinstance(base.func, Attribute):
        return Refusal(TITLE, "what the query is for is not certain to be one class")
    start, end = edits.span(base.args[0].node).end, edits.span(key.node).start
    last = edits.span(call.receiver.node).end if call.receiver else start
    if "#" in edits.slice(Span(start, end)) or not _BETWEEN.fullmatch(
        edits.slice(Span(last, end)).lstrip("\\\r\n\t )")
    ):
        return Refusal(TITLE, "a comment would be lost, or parentheses are in the way")
    added = (edits.insert_after(key.node, "".join(f", {option}" for option in options)),) if options else ()
    return Fix(TITLE, (edits.rename_attribute(base.func, "get"), Edit(Span(start, end), ", "), *added))


def _options(steps: list[Call], edits: Edits) -> list[str] | None:
    """The steps as keyword arguments; `None` if one of them has no equal."""
    loading: list[str] = []
    flags: dict[str, None] = {}
    for step in steps:
        if step.method == "options" and not step.keywords and not step.has_unpacking:
            loading += [edits.text(option.node) for option in step.args]
        elif step.method in _FLAGS and not step.args and not step.keywords:
            flags[f"{step.method}=True"] = None
        else:
            return None
    return [f"options=[{', '.join(loading)}]", *flags] if loading else list(flags)
