"""Loops that do nothing but add objects to a session, one by one.

## What it does
Reports a loop over items whose body is `session.add(...)` alone, or makes an object, adds it and forgets it.

## Why it matters
`add_all` says the same in one call.
The loop costs no round trips: since SQLAlchemy 2.0, one flush sends the rows of a table together.
What costs for many rows is the work of the ORM for each object, which an insert of dictionaries does without.

## Fix safety
Unsafe: all objects are made before the first one is added, so none is added if making one fails.

## What the rewrite does
It makes dictionaries instead of objects and sends them at once by `insert`, if there are any.
No objects are in the session afterwards, and listeners to their events are not called.

## Known limits
Loops that go through chunks, numbers or what is written out are left alone, and so are `while` and `async for`.
A loop that adds two objects, asks before it adds, or flushes is left alone.
The insert is only offered where all arguments of the model are columns, and none of them could be a `None` that a
default of its column would replace.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import Attribute, Call, Constant, ConstantKind, Expr, Free, Keyword, Name, Subscript
from hexguard.facts.localize import find
from hexguard.facts.loops import is_per_item, loops_around, names_in
from hexguard.facts.model import Assignment, Loop, Reference
from hexguard.facts.summary import FunctionSymbol, VariableSymbol
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard.text.edit import Edit
from hexguard_rules.knowledge.sessions import ADDING
from hexguard_rules.knowledge.sqlalchemy import ASYNC_SESSIONS
from hexguard_rules.rewrites.bulk import VALUES, added_by, as_insert, as_one_add, filling

TOGETHER = "Add them together by `add_all`"
BULK = "Send dictionaries by `insert`"

RULE = Rule(
    name="add-in-loop-bulk-insert",
    message="`{method}` takes the items one by one, where one call takes them all",
    doc=__doc__,
    severity=Severity.SUGGESTION,
    requires=("sqlalchemy>=2.0",),
    examples=(
        Bad(
            """
            from sqlalchemy.ext.asyncio import AsyncSession

            async def import_users(session: AsyncSession, rows: list[dict[str, str]]) -> None:
                for row in rows:
                    session.add(
            #       ^^^^^^^^^^^
                        User(
                            name=row["name"],  # as it came
                        )
                    )
                for user in load(rows):
                    session.add(user)
            #       ^^^^^^^^^^^
                await session.commit()
            """,
            fixed="""
            from sqlalchemy.ext.asyncio import AsyncSession

            async def import_users(session: AsyncSession, rows: list[dict[str, str]]) -> None:
                session.add_all(
                    [
                        User(
                            name=row["name"],  # as it came
                        )
                        for row in rows
                    ]
                )
                session.add_all(load(rows))
                await session.commit()
            """,
        ),
        Bad(
            """
            import sqlalchemy.orm as orm

            class Import:
                def __init__(self, session: orm.Session) -> None:
                    self.session = session

                def run(self, users: dict[int, str]) -> None:
                    for number, name in users.items():
                        user = User(id=number, name=name)
                        self.session.add(user)
            #           ^^^^^^^^^^^^^^^^
                    self.session.commit()
            """,
            fixed="""
            import sqlalchemy.orm as orm

            class Import:
                def __init__(self, session: orm.Session) -> None:
                    self.session = session

                def run(self, users: dict[int, str]) -> None:
                    self.session.add_all([User(id=number, name=name) for number, name in users.items()])
                    self.session.commit()
            """,
        ),
        Bad(
            """
            from sqlalchemy.orm import Session

            def import_users(session: Session, names: list[str]) -> str:
                for name in names:
                    session.add(User(name=name))
            #       ^^^^^^^^^^^
                for number in sorted(names):
                    # each gets a number
                    session.add(Number(number))
            #       ^^^^^^^^^^^
                return name
            """,
            why="the last item is used after the loop, or a comment would be lost",
        ),
        Good(
            """
            from sqlalchemy.ext.asyncio import AsyncSession

            async def save(session: AsyncSession, users: list[User]) -> list[User]:
                saved = []
                for user in users:
                    if user.name:
                        session.add(user)
                for user in users:
                    session.add(user)
                    await session.flush()
                for user in users:
                    copy = user.copy()
                    session.add(copy)
                    saved.append(copy)
                for number in range(3):
                    session.add(User(name=f"user {number}"))
                for user in users:
                    last = user.copy()
                    session.add(last)
                return [*saved, last]
            """,
            why="the loop does something else as well, is short, or its object is used",
        ),
        Good(
            """
            def collect(names: list[str], known: set[str]) -> None:
                for name in names:
                    known.add(name)
            """,
            why="this is no session",
        ),
    ),
)


@RULE.check(Call, methods=("add",))
def check(call: Call, view: View) -> Iterator[Finding[Call]]:
    if not call.in_loop or not call.discarded or len(call.args) != 1 or call.keywords or call.has_unpacking:
        return
    loop = next(reversed(list(loops_around(view.block, call.node, call.context))), None)
    if loop is None or not is_per_item(loop, view.block):
        return
    made, assigned = added_by(call, loop, view.block.facts)
    is_used = assigned is not None and _is_used(assigned.target, loop, view)
    if made is None or is_used or (session := view.callee(call)) not in ADDING:
        return
    has_async = session.rpartition(".")[0] in ASYNC_SESSIONS
    leaks = "" if call.context.scope and not _is_used(loop.target, loop, view) else "leaks"
    kind, reason = ("async" if has_async else ""), _why_no_insert(made, session, view)
    yield RULE.at(call, call.func.node, method=call.method, leaks=leaks, kind=kind, reason=reason)


def _is_used(target: Expr | None, loop: Loop, view: View) -> bool:
    """Whether a name that a loop binds is read behind it, where no other loop has bound it again."""
    block = view.block
    homes = {name: find(name, loop.context.scope, block)[0] for name in names_in(target)}
    others = [other for other in block.of_type(Loop) if other.node >= loop.body[1]]
    again = [other.body for other in others if homes.keys() <= {*names_in(other.target), *_made_first(other, view)}]
    behind = (found for found in block.of_type(Reference) if found.node >= loop.body[1] and found.root in homes)
    return any(
        find(found.root, found.context.scope, block)[0] == homes[found.root]
        and not any(start <= found.node < end for start, end in again)
        for found in behind
    )


def _made_first(loop: Loop, view: View) -> set[str]:
    """The name that the first statement of a loop assigns to."""
    return {
        made.target.id
        for made in view.block.of_type(Assignment)
        if made.node == loop.body[0] and isinstance(made.target, Name)
    }


def _why_no_insert(made: Expr, session: str, view: View) -> str:
    """Why dictionaries would say something else than the objects do; empty if they say the same."""
    if not isinstance(made, Call) or made.args or not made.keywords:
        return "not all columns are given by name here"
    model, frameworks = view.callee(made), view.frameworks
    if session.startswith("sqlmodel") or frameworks.model(model) is None or frameworks.is_dataclass(model):
        return "it is no plain model of the project"
    if frameworks.inherited(model, "__init__") or _validates(model, view):
        return "the model does something with what it is given"
    if not all(_is_plain(given, model, view) for given in made.keywords):
        return "an argument is no column, or may be a `None` that a default replaces"
    return ""


def _validates(model: str, view: View) -> bool:
    """Whether some method of a model is called for each value that is set."""
    members = (found for _, symbol in view.frameworks.classes(model) for found in symbol.members.values())
    functions = (found for bound in members for found in bound if isinstance(found, FunctionSymbol))
    decorators = (decorator for found in functions for decorator in found.decorators)
    return any(isinstance(found, Call) and _last_name(found.func) == "validates" for found in decorators)


def _last_name(expr: Expr) -> str:
    return expr.id if isinstance(expr, Free) else expr.attr if isinstance(expr, Attribute) else ""


def _is_plain(given: Keyword, model: str, view: View) -> bool:
    """Whether an argument is a column, and what is given to it is what the table gets."""
    match view.frameworks.inherited(model, given.name):
        case (VariableSymbol(annotation=Subscript(value=mapped), value=None),):
            return _last_name(mapped) == "Mapped"
        case _:
            pass
    column = next((found for found in view.frameworks.columns(model) if found.name == given.name), None)
    if column is None or column.call.has_unpacking:
        return False
    is_told = isinstance(given.value, Constant) and given.value.kind is not ConstantKind.NONE
    return is_told or not any(column.call.keyword(name) for name in _FILLED)


_FILLED = ("default", "insert_default", "server_default", "primary_key")
"""Arguments of a column by which it gets a value that is not given."""


@RULE.fix(Applicability.UNSAFE)
def add_together(finding: Finding[Call], edits: Edits) -> Fix | Refusal:
    call = finding.fact
    loop = "its item may be used behind the loop" if finding["leaks"] else filling(call, edits)
    if isinstance(loop, str):
        return Refusal(TOGETHER, loop)
    return Fix(TOGETHER, (Edit(loop.span, as_one_add(loop, call, edits)),))


@RULE.fix(Applicability.REFACTOR)
def insert_together(finding: Finding[Call], edits: Edits) -> Fix | Refusal:
    call = finding.fact
    loop = "its item may be used behind the loop" if finding["leaks"] else filling(call, edits)
    if isinstance(loop, str):
        return Refusal(BULK, loop)
    if finding["reason"] or (finding["kind"] and not call.in_async):
        return Refusal(BULK, finding["reason"] or "`await` is not allowed here")
    spelled = edits.spell("sqlalchemy.insert", call.context) if edits.is_unused(VALUES) else None
    text = as_insert(loop, call, spelled.text, is_async=bool(finding["kind"]), edits=edits) if spelled else ""
    if spelled is None or not text:
        return Refusal(BULK, f"a comment would be lost, or `insert` or `{VALUES}` means something else here")
    return Fix(BULK, (Edit(loop.span, text), *spelled.edits))
