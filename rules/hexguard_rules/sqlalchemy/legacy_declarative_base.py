"""Base classes of models that `declarative_base()` makes.

## What it does
Reports `Base = declarative_base()`, whether it comes from `sqlalchemy.orm` or `sqlalchemy.ext.declarative`.

## Why it matters
The function gives a class that type checkers know nothing about, so every model is `Any` to them.
`class Base(DeclarativeBase)` is the form of SQLAlchemy 2 and makes `Mapped[...]` mean something to an editor.

## Fix safety
Unsafe: tables and rows are the same, but a base given as `cls` becomes a base class in the usual way.
Its `__init__` then takes the place of the one that SQLAlchemy writes.

## Known limits
No fix for a `constructor`, `mapper`, `metaclass` or `class_registry`, which belong into a `registry`.
A migration is left alone, since its models are copies of what was, and so is what an `except` falls back on.
`@as_declarative` and `registry().generate_base()` are missed.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import Attribute, Call, Constant, Name
from hexguard.facts.model import Assignment
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard.text.span import Span

TITLE = "Write a class that inherits from `DeclarativeBase`"

RULE = Rule(
    name="legacy-declarative-base",
    message="`{name}` made by `declarative_base()` hides the types of all models from checkers",
    doc=__doc__,
    severity=Severity.NIT,
    requires=("sqlalchemy>=2.0",),
    examples=(
        Bad(
            """
            from sqlalchemy.orm import declarative_base

            Base = declarative_base()
            #      ^^^^^^^^^^^^^^^^

            class User(Base):
                __tablename__ = "users"
            """,
            fixed="""
            from sqlalchemy.orm import DeclarativeBase

            class Base(DeclarativeBase):
                pass

            class User(Base):
                __tablename__ = "users"
            """,
        ),
        Bad(
            """
            import sqlalchemy as sa
            from sqlalchemy.ext.declarative import declarative_base as make_base
            from app.mixins import Timed

            metadata = sa.MetaData(schema="shop")
            Model = make_base(  # of the shop
            #       ^^^^^^^^^
                metadata=metadata, name="Model", cls=Timed, type_annotation_map={str: sa.Text})
            """,
            why="a comment would be lost",
        ),
        Bad(
            """
            import sqlalchemy as sa
            from sqlalchemy.ext.declarative import declarative_base as make_base
            from app.mixins import Timed

            def models() -> type:
                Model = make_base(metadata=sa.MetaData(), name="Model", cls=Timed, type_annotation_map={str: sa.Text})  # all
            #           ^^^^^^^^^
                return Model
            """,
            fixed="""
            import sqlalchemy as sa
            from app.mixins import Timed
            from sqlalchemy.orm import DeclarativeBase

            def models() -> type:
                class Model(Timed, DeclarativeBase):
                    metadata = sa.MetaData()
                    type_annotation_map = {str: sa.Text}  # all
                return Model
            """,
        ),
        Good(
            """
            from sqlalchemy.orm import DeclarativeBase
            from app.forms import declarative_base

            class Base(DeclarativeBase): ...

            Form = declarative_base()
            """,
            why="the present form, and a function of something else",
        ),
        Good(
            """
            from alembic import op
            from sqlalchemy.orm import declarative_base

            Base = declarative_base()
            """,
            why="a migration has tables as they were once",
        ),
        Good(
            """
            try:
                from sqlalchemy.orm import DeclarativeBase

                class Base(DeclarativeBase):
                    pass
            except ImportError:
                from sqlalchemy.ext.declarative import declarative_base

                Base = declarative_base()
            """,
            why="this is for an older version of SQLAlchemy",
        ),
    ),
)

_BODY = ("metadata", "type_annotation_map")


@RULE.check(Assignment)
def check(assignment: Assignment, view: View) -> Iterator[Finding[Assignment]]:
    match assignment:
        case Assignment(target=Name(id=name), value=Call(func=Name() | Attribute()) as call, op=""):
            is_base = view.callee(call) == "sqlalchemy.orm.declarative_base" and not assignment.context.in_handler
            if is_base and not view.imports("alembic"):
                yield RULE.at(assignment, call.func.node, name=name)
        case _:
            return


@RULE.fix(Applicability.UNSAFE)
def write_as_class(finding: Finding[Assignment], edits: Edits) -> Fix | Refusal | None:
    assignment = finding.fact
    call = assignment.value
    if not isinstance(call, Call):
        return None
    if reason := _obstacle(assignment, call, edits):
        return Refusal(TITLE, reason)
    spelled = edits.exchange("sqlalchemy.orm.DeclarativeBase", assignment.context, call.func)
    if spelled is None:
        return Refusal(TITLE, "every name for `DeclarativeBase` means something else here")
    base = call.keyword("cls")
    bases = f"{edits.text(base.value.node)}, {spelled.text}" if base else spelled.text
    given = [keyword for keyword in call.keywords if keyword.name in _BODY]
    indent = f"{edits.newline}{edits.indent_at(edits.span(assignment.node).start)}    "
    body = indent.join(f"{keyword.name} = {edits.text(keyword.value.node)}" for keyword in given) or "pass"
    written = f"class {finding['name']}({bases}):{indent}{body}"
    return Fix(TITLE, (edits.replace(assignment.node, written), *spelled.edits))


def _obstacle(assignment: Assignment, call: Call, edits: Edits) -> str:
    span = edits.span(assignment.node)
    line = edits.whole_lines(span)
    before, after = edits.slice(Span(line.start, span.start)), edits.slice(Span(span.end, line.end))
    if before.strip() or after.partition("#")[0].strip():
        return "another statement stands in the same line"
    if "#" in edits.text(assignment.node):
        return "a comment would be lost"
    name = call.keyword("name")
    is_renamed = name is not None and not (
        isinstance(name.value, Constant) and name.value.text[1:-1] == _name(assignment)
    )
    if call.args or is_renamed or not {keyword.name for keyword in call.keywords} <= {*_BODY, "cls", "name"}:
        return "its arguments have no place in a class"
    base = call.keyword("cls")
    if base and not isinstance(base.value, Name | Attribute):
        return "its base is no single class"
    is_local = assignment.context.scope > 0
    if is_local and any(isinstance(given.value, Name) and given.value.id == given.name for given in call.keywords):
        return "a class does not see a variable of the function that has the name of its own attribute"
    return "" if _is_only_target(assignment, edits) else "the class has two names"


def _is_only_target(assignment: Assignment, edits: Edits) -> bool:
    others = (fact for fact in edits.facts() if isinstance(fact, Assignment) and fact is not assignment)
    return all(other.value is not assignment.value for other in others)


def _name(assignment: Assignment) -> str:
    return assignment.target.id if isinstance(assignment.target, Name) else ""
